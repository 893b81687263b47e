// Numbers, days and moments as people read them. Days and moments are UTC, as the graph's are.

const LOCALE = "en-GB";
const DAY_MS = 86_400_000;
const NONE = "–";

/** Exact: the graph's decimals come as text and are never turned into floating point for showing. */
export const money = (value, currency) => (value == null ? NONE : new Intl.NumberFormat(LOCALE, { style: "currency", currency }).format(value));
export const count = (value) => (value == null ? NONE : new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 }).format(value));
export const percent = (share) => (share == null ? NONE : new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 1 }).format(share));
export const short = (value) => new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 }).format(value);
export const change = (perCent) => (perCent == null ? null : `${Number(perCent) > 0 ? "+" : Number(perCent) < 0 ? "−" : ""}${count(Math.abs(Number(perCent)))} %`);

/** A number for drawing; null stays a gap. */
export const number = (value) => (value == null ? null : Number(value));

export const day = (date) => new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" }).format(new Date(`${date}T00:00:00Z`));
export const month = (date) => new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", month: "short", year: "numeric" }).format(new Date(`${date}T00:00:00Z`));
export const moment = (instant) => (instant == null ? NONE : `${new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }).format(new Date(instant))} UTC`);

export const addDays = (date, days) => new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
export const daysBetween = (from, to) => Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);

/** 95 -> "2 minutes"; the largest unit that makes it at least two, so that nothing is hidden by rounding. */
export function age(seconds) {
  for (const [unit, size] of [["day", 86_400], ["hour", 3_600], ["minute", 60]]) {
    if (seconds >= 2 * size) return `${Math.round(seconds / size)} ${unit}s`;
  }
  return seconds === 1 ? "1 second" : `${seconds} seconds`;
}

/** AT_RISK -> "At risk". */
export function words(name) {
  const text = String(name).replaceAll("_", " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
