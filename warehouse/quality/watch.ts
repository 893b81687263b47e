import type { Reader } from "#platform/db/database.ts";
import type { ExpectationsReport } from "../tools/expectations.ts";
import { ANOMALY_KINDS, type Anomaly } from "./anomaly.ts";
import { detect, judgedDays, seriesOf } from "./detect.ts";
import { usualRows } from "./judgeVolume.ts";
import type { DaySource } from "./daySource.ts";
import { columnsOf, type DayProfile, foldProfile, NO_DAY, OLDER, type Profile, sumOf } from "./profile.ts";
import { addDays } from "./robust.ts";
import { dropAnomalies, dropDraft, dropOldAnomalies, readAcceptances, readHistory, readPublished, settleDraft, writeAnomalies, writeDraft } from "./statements.ts";
import { type Watched, WATCHED } from "./watched.ts";

export interface WatchRequest {
  buildId: string;
  /** The marts the build made. */
  days: DaySource;
  businessAsOf: Date;
  /** No order of an earlier day changed since the slot held what was found good; absent where that is not known. */
  ordersChangedFrom?: string;
}

export type FoundAnomaly = Anomaly & { readonly relation: string; readonly isAccepted: boolean };

export interface WatchReport {
  readonly anomalies: readonly FoundAnomaly[];
  /** The same as checks, one per table and kind, for the ledger. */
  readonly report: ExpectationsReport;
  /** Days that were profiled. */
  readonly days: number;
}

/** Days that are told one by one once there is a history: the look-back of the oldest day that is judged, and some. */
const WINDOW_DAYS = 77;

/**
 * Compares what a build made with what was published before: a scan per watched table, judged in `detect`. Keeps the build's figures as a
 * draft, which becomes history with the next call when the build was published by then.
 */
export async function watchBuild(db: Reader, { buildId, days, businessAsOf, ordersChangedFrom }: WatchRequest): Promise<WatchReport> {
  const started = performance.now();
  await db.execute(settleDraft, []);
  await db.execute(dropDraft, []);
  const published = await db.maybeOne(readPublished, []);
  const accepted = new Set((await db.many(readAcceptances, [])).map(({ relation, kind, day }) => `${relation} ${kind} ${day}`));
  const columns = await days.columns();
  const profiled: { watched: Watched; now: Profile; before: Profile }[] = [];
  for (const one of WATCHED) {
    const watched = narrowed(one, columns.get(one.table) ?? []);
    if (!watched) continue;
    const before = published ? await historyOf(db, watched.table) : new Map<string, DayProfile>();
    const from = before.size === 0 ? addDays(OLDER, 1) : addDays(businessAsOf.toISOString().slice(0, 10), -WINDOW_DAYS);
    // What orders hold on the days before is what it was, and is not read again.
    const isOlderSame = watched.isSettled === true && before.size > 0 && ordersChangedFrom !== undefined && ordersChangedFrom >= from;
    const now = foldProfile(watched, await days.profile(watched, from, !isOlderSame && !watched.isSpreadOnly));
    if (isOlderSame) keepOlder(now, before, from);
    await db.execute(writeDraft, [watched.table, JSON.stringify(draftRows(now)), buildId]);
    profiled.push({ watched, now, before });
  }
  const publishedAsOf = published?.business_as_of ?? null;
  const alive = aliveDays(profiled, judgedDays(businessAsOf, publishedAsOf));
  const anomalies = profiled.flatMap(({ watched, now, before }) => {
    const othersAlive = (day: string) => (alive.get(day) ?? []).some((table) => table !== watched.table);
    return detect({ watched, now, before, businessAsOf, publishedAsOf, othersAlive }).map((one) => ({ ...one, relation: watched.table, isAccepted: accepted.has(`${watched.table} ${one.kind} ${one.day}`) }));
  });
  await db.execute(dropAnomalies, [buildId]);
  await db.execute(writeAnomalies, [buildId, JSON.stringify(anomalies.map(({ isAccepted, ...one }) => ({ ...one, is_accepted: isAccepted })))]);
  await db.execute(dropOldAnomalies, []);
  return { anomalies, report: reportOf(profiled.map(({ watched }) => watched), anomalies, (performance.now() - started) / 1000), days: profiled.reduce((sum, { now }) => sum + now.size, 0) };
}

function keepOlder(now: Map<string, DayProfile>, before: Profile, from: string): void {
  const older = sumOf([...before].filter(([day]) => day < from && day !== NO_DAY).map(([, profile]) => profile));
  if (older.rows > 0) now.set(OLDER, older);
}

/** What of a watched table is there. A table without its day or its rows cannot be watched. */
function narrowed(watched: Watched, columns: readonly string[]): Watched | undefined {
  const has = new Set(columns);
  if (columnsOf(watched).every((column) => has.has(column))) return watched;
  const { day, rows, value, categories = [], hours, nullable = [], ...rest } = watched;
  if (!has.has(day) || (rows !== undefined && !has.has(rows))) return undefined;
  return { ...rest, day, ...(rows ? { rows } : {}), ...(value && has.has(value) ? { value } : {}), ...(hours && has.has(hours) ? { hours } : {}), categories: categories.filter((column) => has.has(column)), nullable: nullable.filter((column) => has.has(column)) };
}

async function historyOf(db: Reader, relation: string): Promise<Map<string, DayProfile>> {
  const rows = await db.many(readHistory, [relation]);
  return new Map(rows.filter(({ day }) => day !== OLDER).map(({ day, rows: count, metrics }) => [day, { ...(metrics as Omit<DayProfile, "rows">), rows: Number(count) }]));
}

/** Sums are kept to a millionth: a float's last digits depend on the order of rows. */
const draftRows = (profile: Profile) =>
  [...profile].filter(([day]) => day !== OLDER).map(([day, { rows, total, ...rest }]) => ({ day, rows, metrics: { total: Math.round(total * 1e6) / 1e6, ...rest } }));

/** Tables that had at least half of their usual rows on a day, by day. What hangs on orders is no witness of them. */
function aliveDays(profiled: readonly { watched: Watched; now: Profile }[], days: readonly string[]): Map<string, string[]> {
  return new Map(days.map((day) => [day, profiled.filter(({ watched, now }) => {
    if (watched.isSpreadOnly) return false;
    const usual = usualRows(seriesOf(watched, now), day);
    return usual !== undefined && usual.expected >= 10 && (now.get(day)?.rows ?? 0) >= usual.expected / 2;
  }).map(({ watched }) => watched.table)]));
}

const NAMES: Readonly<Record<string, string>> = {
  VOLUME: "a day has as many rows as usual", RESTATED: "days that were published stay as they were", LATE: "few rows come late", NULLS: "as many values are missing as usual",
  DISTRIBUTION: "rows are spread over categories as usual", VALUE: "amounts are of the usual size", FRESHNESS: "rows keep coming",
};

/** Anomalies in the form of checks: the worst of a kind speaks for it. */
function reportOf(tables: readonly Watched[], anomalies: readonly FoundAnomaly[], seconds: number): ExpectationsReport {
  const suites = tables.map(({ table, isSpreadOnly }) => ({
    suite: `watch.${table}`,
    table,
    checks: ANOMALY_KINDS.filter((kind) => !isSpreadOnly || kind === "DISTRIBUTION").map((kind) => {
      const found = anomalies.filter((one) => one.relation === table && one.kind === kind).sort((a, b) => rank(a) - rank(b));
      const [worst] = found;
      const isCritical = worst !== undefined && worst.severity === "CRITICAL" && !worst.isAccepted;
      const message = worst ? `${worst.message}${worst.isAccepted ? " (accepted)" : ""}${found.length > 1 ? `; and ${found.length - 1} more` : ""}` : null;
      return { name: NAMES[kind] ?? kind, severity: isCritical ? ("CRITICAL" as const) : ("WARNING" as const), passed: worst === undefined, message, observed: worst?.observed ?? null };
    }),
  }));
  return { version: 1, success: suites.every(({ checks }) => checks.every((one) => one.passed || one.severity !== "CRITICAL")), seconds, suites };
}

const rank = ({ severity, isAccepted }: FoundAnomaly) => (severity === "CRITICAL" && !isAccepted ? 0 : isAccepted ? 2 : 1);
