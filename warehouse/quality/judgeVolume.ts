import { type Anomaly, LOOK_BACK, MIN_HISTORY, type Series } from "./anomaly.ts";
import { addDays, countAt, countDistance, isHoliday, median, spread, weekdayOf } from "./robust.ts";

/** Standard deviations from what is usual, and the least change that is worth a word. */
const DISTANCE = 4;
const MIN_CHANGE = 0.35;
/** Fewer rows a day than these are chance. */
const MIN_EXPECTED = 6;
/** An empty day among days of so many rows is no chance. */
const SURELY_BUSY = 20;
const LEVEL_DAYS = 21;

interface Usual {
  expected: number;
  /** In standard deviations of a Poisson count; 1 and more. */
  scale: number;
  /** Days without rows in the look-back, weekdays apart on which there are never any. */
  hasEmptyDays: boolean;
}

/** What a day usually holds: the recent level, times what its weekday is of it. The day itself is no part of it. */
export function usualRows(series: Series, day: string): Usual | undefined {
  const since = addDays(day, -LOOK_BACK);
  if (series.first === undefined || series.first > addDays(day, -MIN_HISTORY)) return undefined;
  const history = series.between(since > series.first ? since : series.first, day).map(({ day: at, profile }) => ({ day: at, rows: profile.rows }));
  const all = median(history.map(({ rows }) => rows));
  const byWeekday = Map.groupBy(history, (one) => weekdayOf(one.day));
  const factor = (at: string) => {
    const same = (byWeekday.get(weekdayOf(at)) ?? []).map(({ rows }) => rows);
    return same.length < 3 || !(all > 0) ? 1 : median(same) / all;
  };
  const open = history.filter((one) => factor(one.day) > 0.1 && !isHoliday(one.day));
  const level = median(open.slice(-LEVEL_DAYS).map((one) => one.rows / factor(one.day)));
  if (!(level > 0)) return { expected: 0, scale: 1, hasEmptyDays: true };
  const scale = Math.max(1, spread(open.map((one) => countDistance(one.rows, level * factor(one.day)))));
  return { expected: level * factor(day), scale, hasEmptyDays: open.some(({ rows }) => rows === 0) };
}

/** Too many rows, or too few. `isOver`: whether the day is complete. */
export function judgeVolume(series: Series, day: string, othersAlive: (day: string) => boolean, { isOver = true }: { isOver?: boolean } = {}): Anomaly[] {
  const usual = usualRows(series, day);
  if (!usual || usual.expected < MIN_EXPECTED) return [];
  const { expected, scale } = usual;
  const observed = series.at(day).rows;
  const distance = countDistance(observed, expected) / scale;
  const isDrop = distance < 0;
  if (Math.abs(distance) < DISTANCE || Math.abs(observed - expected) < MIN_CHANGE * expected) return [];
  if (isDrop && (!isOver || isHoliday(day))) return [];
  const isHole = observed === 0 && expected >= SURELY_BUSY && !usual.hasEmptyDays && othersAlive(day);
  return [{
    kind: "VOLUME", subject: "", day, severity: isHole ? "CRITICAL" : "WARNING", observed, expected: round(expected),
    lower: round(countAt(expected, -DISTANCE * scale)), upper: round(countAt(expected, DISTANCE * scale)),
    message: isHole
      ? `${series.watched.table} has no row of ${day}, where ${round(expected)} are usual and other tables went on`
      : `${series.watched.table} has ${observed} rows of ${day}, where ${round(expected)} are usual`,
  }];
}

/** The rows ended some days ago. */
export function judgeFreshness(series: Series, day: string): Anomaly[] {
  if (series.at(day).rows > 0 || series.first === undefined) return [];
  const history = series.between(addDays(day, -LOOK_BACK) > series.first ? addDays(day, -LOOK_BACK) : series.first, addDays(day, 1));
  let [run, longest, quiet] = [0, 0, 0];
  for (const { profile } of history) {
    run = profile.rows === 0 ? run + 1 : 0;
    if (run === 0) quiet = 0;
    else quiet = run;
  }
  const before = history.slice(0, history.length - quiet);
  run = 0;
  for (const { profile } of before) longest = Math.max(longest, (run = profile.rows === 0 ? run + 1 : 0));
  const usual = before.length >= MIN_HISTORY ? before.reduce((sum, { profile }) => sum + profile.rows, 0) / before.length : 0;
  const allowed = Math.max(1, 2 * longest);
  if (usual < 3 || quiet <= allowed || isHoliday(day)) return [];
  return [{ kind: "FRESHNESS", subject: "", day, severity: "WARNING", observed: quiet, expected: longest, lower: null, upper: allowed, message: `${series.watched.table} has had no rows for ${quiet} days; the longest pause of eight weeks was ${longest}` }];
}

const round = (value: number) => Math.round(value * 10) / 10;
