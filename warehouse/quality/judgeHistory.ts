import type { Anomaly, DetectInput } from "./anomaly.ts";
import { type DayProfile, emptyDay, NO_DAY, OLDER, sumOf } from "./profile.ts";
import { addDays, median } from "./robust.ts";
import type { Watched } from "./watched.ts";

/** Rows may come so many days late without a word. */
const LATE_DAYS = 2;
const MIN_ROWS = 5;
const WARN_CHANGE = 0.1;
/** A day that gained or lost half of its rows, or whose amounts grew threefold, was loaded again or broken. */
const CRITICAL_CHANGE = 0.5;
const CRITICAL_FACTOR = 3;
const OLD_CHANGE = 0.005;

interface Change {
  day: string;
  /** All days up to that one together, and not the day alone. */
  isStretch?: boolean;
  old: DayProfile;
  now: DayProfile;
  /** Relative change of rows, and of the mean amount. */
  rows: number;
  mean: number;
}

/** Days that were published and are over do not change by themselves: what changes them is a repair, a late batch or a fault. */
export function judgeHistory({ watched, now, before, publishedAsOf }: DetectInput): Anomaly[] {
  if (!watched.isSettled || publishedAsOf === null || before.size === 0) return [];
  const closed = addDays(publishedAsOf.toISOString().slice(0, 10), -1);
  const changes = changedDays(now, before, closed);
  const found: Anomaly[] = [];
  const worst = changes.filter(({ rows, mean }) => Math.abs(rows) >= WARN_CHANGE || Math.abs(mean) >= WARN_CHANGE).sort((a, b) => badness(b) - badness(a));
  const [first] = worst;
  if (first) found.push(restated(watched, first, worst.length - 1));
  const typical = median([...before].filter(([day]) => day !== NO_DAY && day !== OLDER).map(([, profile]) => profile.rows).slice(-60));
  const late = changes.filter(({ day, now: current, old }) => day < addDays(closed, 1 - LATE_DAYS) && current.rows > old.rows);
  const lateRows = late.reduce((sum, { now: current, old }) => sum + current.rows - old.rows, 0);
  const upper = Math.max(MIN_ROWS, 0.5 * typical);
  if (lateRows >= upper) {
    found.push({
      kind: "LATE", subject: "", day: late[0]?.day ?? closed, severity: "WARNING", observed: lateRows, expected: 0, lower: null, upper,
      message: `${lateRows} rows came to ${watched.table} for days that were over more than ${LATE_DAYS} days before the published build`,
    });
  }
  return found;
}

function changedDays(now: DetectInput["now"], before: DetectInput["before"], closed: string): Change[] {
  const own = [...new Set([...before.keys(), ...now.keys()])].filter((day) => day !== OLDER && day !== NO_DAY && day <= closed).sort();
  const from = now.has(OLDER) ? [...now.keys()].filter((day) => day !== OLDER && day !== NO_DAY).sort()[0] : undefined;
  const changes: Change[] = [];
  for (const day of own) {
    if (from !== undefined && day < from) continue;
    const [old, current] = [before.get(day) ?? emptyDay(), now.get(day) ?? emptyDay()];
    changes.push(changeOf(day, old, current, MIN_ROWS));
  }
  if (from !== undefined) {
    const old = sumOf([...before].filter(([day]) => day < from && day !== NO_DAY).map(([, profile]) => profile));
    const change = changeOf(OLDER, old, now.get(OLDER) ?? emptyDay(), MIN_ROWS);
    // Of two years together a small part is a whole day.
    if (Math.abs(change.rows) >= OLD_CHANGE || Math.abs(change.mean) >= OLD_CHANGE) changes.push({ ...change, rows: change.rows * 20, mean: change.mean * 20, day: addDays(from, -1), isStretch: true });
  }
  return changes.filter(({ rows, mean, now: current, old }) => rows !== 0 || mean !== 0 || current.rows !== old.rows);
}

function changeOf(day: string, old: DayProfile, now: DayProfile, minRows: number): Change {
  const gained = now.rows - old.rows;
  const rows = Math.abs(gained) < minRows ? 0 : gained / Math.max(old.rows, 1);
  const [meanOld, meanNow] = [old.total / old.rows, now.total / now.rows];
  const isComparable = old.rows >= minRows && now.rows >= minRows && meanOld !== 0;
  return { day, old, now, rows, mean: isComparable ? meanNow / meanOld - 1 : 0 };
}

const badness = ({ rows, mean }: Change) => Math.max(Math.abs(rows), Math.abs(mean));

function restated({ table, value = "", categories }: Watched, { day, isStretch, old, now, rows, mean }: Change, others: number): Anomaly {
  const isMean = Math.abs(mean) > Math.abs(rows);
  const isCritical = Math.abs(rows) >= CRITICAL_CHANGE || mean <= -1 || mean + 1 >= CRITICAL_FACTOR || (mean !== 0 && mean + 1 <= 1 / CRITICAL_FACTOR);
  const [observed, expected] = isMean ? [now.total, old.total] : [now.rows, old.rows];
  const change = Math.round(observed * 100) / 100;
  const was = Math.round(expected * 100) / 100;
  return {
    kind: "RESTATED", subject: isMean ? value : "", day, severity: isCritical ? "CRITICAL" : "WARNING", observed: change, expected: was,
    lower: round(expected * (1 - WARN_CHANGE)), upper: round(expected * (1 + WARN_CHANGE)),
    message: `${table} was published with ${was} ${isMean ? `of ${value}${categories?.includes("currency") ? " (the numbers of all currencies)" : ""}` : "rows"} for ${isStretch ? `all days up to ${day}` : day} and now has ${change}${others > 0 ? `; ${others} more days changed` : ""}`,
  };
}

const round = (value: number) => Math.round(value * 100) / 100;
