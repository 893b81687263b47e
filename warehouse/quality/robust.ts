/** Middle value; NaN of nothing. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Median distance from the median, scaled to a standard deviation of the normal distribution. A third of the values may be wild without moving it. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - middle)));
}

/** Distance of two counts in standard deviations of a Poisson count, whatever their size (Anscombe, Biometrika 1948). */
export const countDistance = (observed: number, expected: number) => 2 * (Math.sqrt(Math.max(observed, 0) + 3 / 8) - Math.sqrt(Math.max(expected, 0) + 3 / 8));

/** The count that lies `distance` from `expected`: the inverse of `countDistance`. */
export const countAt = (expected: number, distance: number) => Math.max(Math.max(Math.sqrt(Math.max(expected, 0) + 3 / 8) + distance / 2, 0) ** 2 - 3 / 8, 0);

/** Population stability index of two histograms with half a row added to each bin, so that an empty one is no infinity. */
export function stabilityIndex(counts: Readonly<Record<string, number>>, reference: Readonly<Record<string, number>>): { psi: number; bins: number } {
  const keys = [...new Set([...Object.keys(counts), ...Object.keys(reference)])];
  const smooth = 0.5;
  const sum = (of: Readonly<Record<string, number>>) => keys.reduce((total, key) => total + (of[key] ?? 0) + smooth, 0);
  const [n, m] = [sum(counts), sum(reference)];
  let psi = 0;
  for (const key of keys) {
    const [p, q] = [((counts[key] ?? 0) + smooth) / n, ((reference[key] ?? 0) + smooth) / m];
    psi += (p - q) * Math.log(p / q);
  }
  return { psi, bins: keys.length };
}

const DAY_MS = 86_400_000;
export const addDays = (day: string, days: number) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
/** 0 is Sunday. */
export const weekdayOf = (day: string) => new Date(day).getUTCDay();

/** Days on which shops may be shut: Christmas Eve to New Year, Good Friday to Easter Monday. Fewer rows on them tell nothing. */
export function isHoliday(day: string): boolean {
  const date = new Date(day);
  const [month, dayOfMonth] = [date.getUTCMonth() + 1, date.getUTCDate()];
  if ((month === 12 && dayOfMonth >= 23) || (month === 1 && dayOfMonth <= 4)) return true;
  const fromEaster = Math.round((date.getTime() - easter(date.getUTCFullYear())) / DAY_MS);
  return fromEaster >= -2 && fromEaster <= 1;
}

/** Easter Sunday (anonymous Gregorian algorithm, Nature 1876). */
function easter(year: number): number {
  const a = year % 19;
  const [b, c] = [Math.floor(year / 100), year % 100];
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  return Date.UTC(year, month - 1, ((h + l - 7 * m + 114) % 31) + 1);
}
