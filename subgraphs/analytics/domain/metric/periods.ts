import type { Grain } from "./catalogue.ts";

export interface Days {
  /** First day, `YYYY-MM-DD`. */
  readonly from: string;
  /** Day after the last. */
  readonly to: string;
}

/** A period by the day it is shown as, and the days it has; the first and the last may be cut by the range. */
export interface Period extends Days {
  readonly at: string;
}

export type Comparison = "PREVIOUS_PERIOD" | "PREVIOUS_YEAR";

const DAY_MS = 86_400_000;
const FIRST = "0001-01-01";
const LAST = "9999-12-31";
const MONTHS: Readonly<Partial<Record<Grain, number>>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

const parse = (day: string) => new Date(`${day}T00:00:00Z`);
const show = (date: Date) => (date.getUTCFullYear() < 1 ? FIRST : date.getUTCFullYear() > 9999 ? LAST : date.toISOString().slice(0, 10));

export function addDays(day: string, days: number): string {
  return show(new Date(parse(day).getTime() + days * DAY_MS));
}

export const daysBetween = ({ from, to }: Days) => Math.round((parse(to).getTime() - parse(from).getTime()) / DAY_MS);

/** The same day of the month so many months later, or the month's last where it has no such day. */
function addMonths(day: string, months: number): string {
  const date = parse(day);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const first = (n: number) => {
    const made = new Date(0);
    made.setUTCFullYear(Math.floor(n / 12), ((n % 12) + 12) % 12, 1);
    return made;
  };
  const last = new Date(first(month + 1).getTime() - DAY_MS).getUTCDate();
  return show(new Date(first(month).getTime() + (Math.min(date.getUTCDate(), last) - 1) * DAY_MS));
}

/** First day of the period that a day is in. */
export function truncateDay(grain: Grain, day: string): string {
  const date = parse(day);
  if (grain === "DAY") return day;
  if (grain === "WEEK") return addDays(day, -((date.getUTCDay() + 6) % 7));
  const months = MONTHS[grain] ?? 1;
  return addMonths(`${day.slice(0, 8)}01`, -(date.getUTCMonth() % months));
}

export function nextPeriod(grain: Grain, at: string): string {
  if (grain === "DAY") return addDays(at, 1);
  return grain === "WEEK" ? addDays(at, 7) : addMonths(at, MONTHS[grain] ?? 1);
}

/** The periods of a range, up to one more than `limit`; one for the whole range without a grain, shown as the empty text. */
export function periodsOf({ from, to }: Days, grain: Grain | null, limit: number): Period[] {
  if (!grain) return [{ at: "", from, to }];
  const periods: Period[] = [];
  for (let at = truncateDay(grain, from); at < to && periods.length <= limit; ) {
    const next = nextPeriod(grain, at);
    periods.push({ at, from: at < from ? from : at, to: next > to ? to : next });
    if (next <= at) break;
    at = next;
  }
  return periods;
}

/** How a day of the past is carried to the period it is compared with: truncated to the grain first where months are added. */
export type Shift = { readonly unit: "days" | "months"; readonly count: number; readonly dropLeapDays: boolean };

export function shiftOf(comparison: Comparison, grain: Grain | null, range: Days): Shift {
  if (comparison === "PREVIOUS_YEAR") return grain === "WEEK" ? { unit: "days", count: 364, dropLeapDays: false } : { unit: "months", count: 12, dropLeapDays: grain === "DAY" };
  if (grain === "DAY" || grain === "WEEK") return { unit: "days", count: grain === "DAY" ? 1 : 7, dropLeapDays: false };
  if (grain) return { unit: "months", count: MONTHS[grain] ?? 1, dropLeapDays: false };
  const whole = wholeMonths(range);
  return whole > 0 ? { unit: "months", count: whole, dropLeapDays: false } : { unit: "days", count: daysBetween(range), dropLeapDays: false };
}

/** How many calendar months the range is, 0 where it begins or ends within one. */
function wholeMonths({ from, to }: Days): number {
  if (!from.endsWith("-01") || !to.endsWith("-01")) return 0;
  return Number(to.slice(0, 4)) * 12 + Number(to.slice(5, 7)) - Number(from.slice(0, 4)) * 12 - Number(from.slice(5, 7));
}

/** The whole months of a range, null where there is none, and the days before and behind them. */
export function splitMonths({ from, to }: Days): { readonly months: Days | null; readonly rest: readonly Days[] } {
  const first = truncateDay("MONTH", from) === from ? from : nextPeriod("MONTH", truncateDay("MONTH", from));
  const last = truncateDay("MONTH", to);
  if (first >= last) return { months: null, rest: [{ from, to }] };
  return { months: { from: first, to: last }, rest: [{ from, to: first }, { from: last, to }].filter((days) => days.from < days.to) };
}

/** The range that is compared with: what begins or ends with a month does so there too; elsewhere days keep their place in the month. */
export function shiftRange(range: Days, shift: Shift): Days {
  if (shift.unit === "days") return { from: addDays(range.from, -shift.count), to: addDays(range.to, -shift.count) };
  const back = (day: string) => addMonths(day, -shift.count);
  const from = back(range.from);
  // 31 March has no day a month before: the days from there on begin with March's own first.
  const begins = from.slice(8) === range.from.slice(8) ? from : addDays(from, 1);
  const ends = range.to.endsWith("-01") ? back(range.to) : addDays(back(addDays(range.to, -1)), 1);
  return { from: begins < ends ? begins : from, to: ends };
}

/** The days that a cumulative metric counts at the end of a period. */
export function windowOf(period: Days, windowDays: number | null, toDate: "week" | "month" | "quarter" | "year" | null): Days {
  if (windowDays !== null) return { from: addDays(period.to, -windowDays), to: period.to };
  if (toDate === null) return { from: FIRST, to: period.to };
  return { from: truncateDay(toDate.toUpperCase() as Grain, addDays(period.to, -1)), to: period.to };
}
