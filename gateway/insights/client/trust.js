// Whether the numbers can be trusted: what was checked, what is odd, how old they are.
import { ask } from "./ask.js";
import { element, mark, table } from "./dom.js";
import { age, count, day, moment, words } from "./format.js";
import * as queries from "./queries.js";

const KINDS = { CRITICAL: "bad", WARNING: "warn", INFO: "" };
const STATES = { PUBLISHED: "good", SUPERSEDED: "", REJECTED: "bad", ROLLED_BACK: "warn" };
const MOST = 20;

export const readQuality = (signal) => ask(queries.QUALITY, {}, signal);

const list = (items, of) => [
  element("ul", {}, ...items.slice(0, MOST).map(of)),
  ...(items.length > MOST ? [element("p", { className: "note" }, `… and ${count(items.length - MOST)} more.`)] : []),
];

export function showQuality(panel, { dataQuality, qualityHistory, dataIncidents }) {
  if (!dataQuality && qualityHistory.length === 0) return panel.empty("Nothing has been built yet: run the pipeline.");
  const open = dataIncidents.filter(({ closedAt }) => closedAt == null);
  panel.body.replaceChildren(
    ...(dataQuality ? verdict(dataQuality) : [element("p", {}, "No build has been published yet.")]),
    ...(open.length > 0 ? [element("h3", {}, "Under way"), ...list(open, ({ kind, message, openedAt }) => element("li", {}, mark(words(kind), "bad"), ` since ${moment(openedAt)}: ${message}`))] : []),
    element("h3", {}, "Latest builds"),
    table("Builds that were judged, newest first", [{ title: "Begun" }, { title: "Outcome" }, { title: "Checks", figure: true }, { title: "Red", figure: true }, { title: "Warnings", figure: true }],
      qualityHistory.map(({ startedAt, state, reason, checks, red, warnings }) => [moment(startedAt), element("span", {}, mark(words(state), STATES[state] ?? ""), reason ? `: ${reason}` : ""), count(checks), count(red), count(warnings)])),
  );
}

function verdict({ verdict: outcome, publishedAt, summary, checks, anomalies }) {
  const passed = outcome === "PASSED";
  return [
    element("p", {}, mark(passed ? "All checks passed" : "Published with warnings", passed ? "good" : "warn"), `, build published ${moment(publishedAt)}.`),
    table("Checks by layer and severity", [{ title: "Layer" }, { title: "Severity" }, { title: "Passed", figure: true }, { title: "Failed", figure: true }],
      summary.map(({ layer, severity, passed: good, failed }) => [words(layer), words(severity), count(good), failed === 0 ? "0" : mark(count(failed), KINDS[severity] || "warn")])),
    ...(checks.length > 0 ? [element("h3", {}, "Checks that failed"), ...list(checks, ({ suite, name, severity, message, observed }) => element("li", {}, mark(words(severity), KINDS[severity]), ` ${suite}: ${name}. ${message ?? ""}${observed ? ` (${observed})` : ""}`))] : []),
    element("h3", {}, "Anomalies"),
    ...(anomalies.length === 0 ? [element("p", { className: "note" }, "Nothing differs from the tables' own history.")]
      : list(anomalies, ({ day: on, severity, message, isAccepted }) => element("li", {}, mark(words(severity), KINDS[severity]), ` ${day(on)}: ${message}${isAccepted ? " (accepted)" : ""}`))),
  ];
}

export function showFreshness(panel, { dataQuality }) {
  if (!dataQuality) return panel.empty("No build has been published yet.");
  const { asOf, currentTo, publishedAt, freshness } = dataQuality;
  const late = freshness.filter(({ isStale }) => isStale);
  const rows = freshness.toSorted((a, b) => Number(b.isStale) - Number(a.isStale) || a.staleAfterMinutes - b.staleAfterMinutes || (a.table < b.table ? -1 : 1));
  panel.body.replaceChildren(
    element("p", {}, late.length === 0 ? mark(`All ${freshness.length} tables are as fresh as promised`, "good") : mark(`${late.length} of ${freshness.length} tables are older than promised`, "warn"), "."),
    element("p", { className: "note" }, `Last change of the shop in the numbers: ${moment(asOf)}. Known to be the shop's up to ${moment(currentTo)}. Published ${moment(publishedAt)}.`),
    table("Age of each table", [{ title: "Table" }, { title: "Age", figure: true }, { title: "Promised", figure: true }, { title: "State" }],
      rows.map(({ table: name, ageSeconds, staleAfterMinutes, isStale }) => [name, age(ageSeconds), age(staleAfterMinutes * 60), isStale ? mark("Too old", "warn") : mark("Fresh", "good")])),
  );
}
