import type { QualityCheck } from "#subgraphs/analytics/domain/quality.ts";
import type { ReportBuild, ReportData } from "./reportData.ts";

const STYLE = `
:root{color-scheme:light dark;--ok:#1a7f37;--warn:#9a6700;--bad:#cf222e;--line:#8884;--soft:#8881}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1.25rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}
p.lead{margin:.25rem 0 1.25rem;opacity:.75}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem}
.tile{border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}.tile b{display:block;font-size:1.35rem}.tile span{opacity:.7;font-size:.85rem}
.ok{color:var(--ok)}.warn{color:var(--warn)}.bad{color:var(--bad)}
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;opacity:.75}th.n,td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}tr:hover td{background:var(--soft)}
.days{display:flex;gap:2px;align-items:end;height:2.2rem}.days i{flex:1;max-width:1.1rem;height:100%;border-radius:2px;background:var(--ok)}.days i.warn{background:var(--warn)}.days i.bad{background:var(--bad)}
details{margin:.5rem 0}summary{cursor:pointer}code{font-size:.85em}`;

/** The report as one page: nothing is loaded, no script runs, and whatever came from the warehouse is escaped. */
export function reportPage(data: ReportData): string {
  const { latest, published } = data;
  const body = [
    `<h1>Data quality</h1><p class="lead">Made at ${moment(data.madeAt)}. All times UTC.</p>`,
    tiles(data),
    latest?.state === "REJECTED" ? `<p class="bad"><b>The latest build was refused</b>: ${escaped(latest.reason ?? "a critical check was red")}. Readers keep build <code>${escaped(published?.buildId ?? "none")}</code>.</p>` : "",
    latest ? [failedChecks(latest), anomalies(latest), summary(latest)].join("") : "<p>Nothing has been judged yet: run the pipeline.</p>",
    freshness(data),
    history(data),
    incidents(data),
    latest ? everyCheck(latest) : "",
  ].join("\n");
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>Data quality</title><style>${STYLE}</style></head>\n<body>${body}</body></html>\n`;
}

function tiles({ published, latest }: ReportData): string {
  const tile = (label: string, value: string, tone = "") => `<div class="tile"><b class="${tone}">${value}</b><span>${escaped(label)}</span></div>`;
  const verdict = !latest ? "none" : latest.red > 0 || latest.state === "REJECTED" ? "refused" : latest.warnings > 0 ? "with warnings" : "passed";
  return `<div class="tiles">${[
    tile("verdict on the latest build", verdict, verdict === "refused" ? "bad" : verdict === "passed" ? "ok" : "warn"),
    tile("checks", String(latest?.total ?? 0)),
    tile("critical and red", String(latest?.red ?? 0), (latest?.red ?? 0) > 0 ? "bad" : "ok"),
    tile("warnings", String(latest?.warnings ?? 0), (latest?.warnings ?? 0) > 0 ? "warn" : "ok"),
    tile("anomalies", String(latest?.anomalies.length ?? 0), (latest?.anomalies.length ?? 0) > 0 ? "warn" : "ok"),
    published ? tile(`published numbers are ${published.isStale ? "stale: " : ""}of ${published.currentTo.slice(0, 16).replace("T", " ")}`, age(published.ageSeconds), published.isStale ? "bad" : "ok") : tile("published", "nothing", "warn"),
  ].join("")}</div>`;
}

const tone = (check: Pick<QualityCheck, "passed" | "severity">) => (check.passed ? "ok" : check.severity === "CRITICAL" ? "bad" : "warn");

function failedChecks({ checks }: ReportBuild): string {
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length === 0) return "<h2>Checks that failed</h2><p class=\"ok\">None.</p>";
  return `<h2>Checks that failed</h2>${table(["Severity", "Suite", "Check", "What was found"], failed.map((one) => [mark(one.severity, tone(one)), escaped(one.suite), escaped(one.name), escaped(one.message ?? "")]))}`;
}

function anomalies({ anomalies: found }: ReportBuild): string {
  if (found.length === 0) return "<h2>Anomalies</h2><p class=\"ok\">Every table's days are as usual.</p>";
  return `<h2>Anomalies</h2>${table(["Severity", "Table", "Kind", "Day", "#Observed", "#Expected", "#Bounds", "In words"], found.map((one) => [
    mark(one.isAccepted ? "accepted" : one.severity, one.isAccepted ? "ok" : one.severity === "CRITICAL" ? "bad" : "warn"), escaped(one.table), escaped(one.subject ? `${one.kind} ${one.subject}` : one.kind), escaped(one.day),
    number(one.observed), number(one.expected), `${one.lower === null ? "" : number(one.lower)} … ${one.upper === null ? "" : number(one.upper)}`, escaped(one.message),
  ]))}`;
}

const summary = ({ summary: counts }: ReportBuild) =>
  `<h2>By layer</h2>${table(["Layer", "Severity", "#Passed", "#Failed"], counts.map((one) => [escaped(one.layer.toLowerCase()), escaped(one.severity), number(one.passed), one.failed > 0 ? mark(number(one.failed), one.severity === "CRITICAL" ? "bad" : "warn") : "0"]))}`;

function freshness({ freshness: tables }: ReportData): string {
  if (tables.length === 0) return "";
  return `<h2>Freshness</h2><details><summary>${tables.filter(({ isStale }) => isStale).length} of ${tables.length} tables are older than their contracts</summary>${table(["Table", "#May be behind by", "#Is behind by", ""], tables.map((one) => [
    escaped(one.table), age(one.staleAfterMinutes * 60), age(one.ageSeconds), one.isStale ? mark("stale", "bad") : mark("fresh", "ok"),
  ]))}</details>`;
}

function history({ history: builds }: ReportData): string {
  if (builds.length === 0) return "";
  const bar = builds.toReversed().map((one) => `<i class="${one.state === "REJECTED" ? "bad" : one.warnings > 0 ? "warn" : ""}" title="${escaped(`${one.startedAt} ${one.state}`)}"></i>`).join("");
  return `<h2>Verdicts</h2><div class="days">${bar}</div><details><summary>${builds.length === 1 ? "the only build so far" : `the latest ${builds.length} builds`}</summary>${table(["Began", "State", "#Checks", "#Red", "#Warnings", "Reason"], builds.map((one) => [
    moment(one.startedAt), mark(one.state.toLowerCase().replace("_", " "), one.state === "REJECTED" ? "bad" : "ok"), number(one.total), number(one.red), number(one.warnings), escaped(one.reason ?? ""),
  ]))}</details>`;
}

function incidents({ incidents: list }: ReportData): string {
  if (list.length === 0) return "";
  return `<h2>Incidents</h2>${table(["Kind", "Began", "Over", "What"], list.map((one) => [escaped(one.kind.toLowerCase()), moment(one.openedAt), one.closedAt ? moment(one.closedAt) : mark("lasts", "bad"), escaped(one.message)]))}`;
}

/** Rows that did not change since they passed are not checked again. */
const askedAt = ({ checkedAt }: QualityCheck, startedAt: string) => (checkedAt.toISOString() < startedAt ? `${moment(checkedAt.toISOString())}, unchanged since` : "with this build");
const everyCheck = ({ checks, startedAt }: ReportBuild) =>
  `<h2>Every check</h2><details><summary>${checks.length} checks</summary>${table(["", "Severity", "Suite", "Check", "Asked"], checks.map((one) => [mark(one.passed ? "passed" : "failed", tone(one)), escaped(one.severity), escaped(one.suite), escaped(one.name), askedAt(one, startedAt)]))}</details>`;

/** Headings that begin with # are of numbers. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumber = headings.map((heading) => heading.startsWith("#"));
  const cell = (tag: "th" | "td", text: string, index: number) => `<${tag}${isNumber[index] ? ' class="n"' : ""}>${text}</${tag}>`;
  return `<table><thead><tr>${headings.map((heading, index) => cell("th", escaped(heading.replace("#", "")), index)).join("")}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((text, index) => cell("td", text, index)).join("")}</tr>`).join("")}</tbody></table>`;
}

const mark = (text: string, kind: string) => `<span class="${kind}">${escaped(text)}</span>`;
const moment = (iso: string) => escaped(iso.slice(0, 16).replace("T", " "));
const number = (value: number) => escaped(new Intl.NumberFormat("en-GB", { maximumFractionDigits: 3 }).format(value));
function age(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
