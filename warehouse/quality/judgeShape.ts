import { type Anomaly, LOOK_BACK, MIN_HISTORY, type Series } from "./anomaly.ts";
import { categoryNames, type DayProfile, sumOf } from "./profile.ts";
import { addDays, median, spread, stabilityIndex } from "./robust.ts";

const DISTANCE = 5;
/** Rows of a day that shares are computed of. */
const MIN_ROWS = 12;
const SURE_ROWS = 20;
/** Change of a share of missing values that is worth a word. */
const MIN_SHARE_CHANGE = 0.15;
/** In half decades: 0.6 is a factor of 2, 2.5 one of 18. */
const MIN_SIZE_CHANGE = 0.6;
const CRITICAL_SIZE_CHANGE = 2.5;
/** Of something of which so many a day are usual, none is no chance. */
const SURELY_THERE = 8;
/** Above 0.25 a population is commonly held to have changed. */
const MIN_PSI = 0.25;

interface Compared {
  readonly day: DayProfile;
  readonly history: readonly DayProfile[];
  readonly reference: DayProfile;
}

function compare(series: Series, day: string): Compared | undefined {
  const profile = series.at(day);
  if (profile.rows < MIN_ROWS) return undefined;
  const history = series.between(addDays(day, -LOOK_BACK), day).map((one) => one.profile).filter((one) => one.rows >= MIN_ROWS);
  return history.length < MIN_HISTORY / 2 ? undefined : { day: profile, history, reference: sumOf(history) };
}

/** Values are missing that were there, or there that were missing. */
export function judgeNulls(series: Series, day: string): Anomaly[] {
  const compared = compare(series, day);
  if (!compared) return [];
  const { history, day: profile } = compared;
  return (series.watched.nullable ?? []).flatMap((column): Anomaly[] => {
    const shareOf = (one: DayProfile) => (one.nulls[column] ?? 0) / one.rows;
    const shares = history.map(shareOf);
    const [observed, expected] = [shareOf(profile), median(shares)];
    const chance = Math.sqrt(Math.max(expected * (1 - expected), 0.01) / profile.rows);
    const scale = Math.max(spread(shares), chance);
    if (Math.abs(observed - expected) < Math.max(DISTANCE * scale, MIN_SHARE_CHANGE)) return [];
    const isBurst = observed >= 0.5 && expected <= 0.1 && profile.rows >= SURE_ROWS && Math.max(...shares) < 0.5;
    return [{
      kind: "NULLS", subject: column, day, severity: isBurst ? "CRITICAL" : "WARNING", observed: round(observed), expected: round(expected),
      lower: round(Math.max(0, expected - DISTANCE * scale)), upper: round(Math.min(1, expected + DISTANCE * scale)),
      message: `${percent(observed)} of the rows of ${day} in ${series.watched.table} have no ${column}, where ${percent(expected)} are usual`,
    }];
  });
}

/** Amounts are of another size: cents instead of euros, another currency, the wrong sign. */
export function judgeValues(series: Series, day: string): Anomaly[] {
  const compared = compare(series, day);
  const { value, table } = series.watched;
  if (!compared || value === undefined) return [];
  const nothing = judgeNothing(series, day, compared);
  if (nothing) return [nothing];
  const middles = compared.history.map(middleSize).filter((one) => !Number.isNaN(one));
  const [observed, expected] = [middleSize(compared.day), median(middles)];
  if (Number.isNaN(observed) || middles.length < MIN_HISTORY / 2) return [];
  const scale = Math.max(spread(middles), 1.3 / Math.sqrt(compared.day.rows));
  const change = Math.abs(observed - expected);
  if (change < Math.max(DISTANCE * scale, MIN_SIZE_CHANGE)) return [];
  const isCritical = change >= CRITICAL_SIZE_CHANGE && compared.day.rows >= SURE_ROWS;
  return [{
    kind: "VALUE", subject: value, day, severity: isCritical ? "CRITICAL" : "WARNING", observed: amountOf(observed), expected: amountOf(expected),
    lower: amountOf(expected - DISTANCE * scale), upper: amountOf(expected + DISTANCE * scale),
    message: `${value} in ${table} is about ${amountOf(observed)} on ${day}, where ${amountOf(expected)} is usual`,
  }];
}

/** Amounts that are all nought have no size: a day of them stops a build where they are money that was asked for. A bot's visits last no time, too. */
function judgeNothing({ watched: { table, value = "", isSettled } }: Series, day: string, { day: profile, history }: Compared): Anomaly | undefined {
  const shareOf = ({ sizes, rows }: DayProfile) => (sizes["0"] ?? 0) / rows;
  const [observed, expected] = [shareOf(profile), median(history.map(shareOf))];
  if (observed < 0.9 || expected > 0.1) return undefined;
  return {
    kind: "VALUE", subject: value, day, severity: isSettled && profile.rows >= SURE_ROWS ? "CRITICAL" : "WARNING", observed: round(observed), expected: round(expected), lower: null, upper: 0.9,
    message: `${value} in ${table} is 0 in ${percent(observed)} of the rows of ${day}, where ${percent(expected)} are usual`,
  };
}

/** The rows are distributed otherwise over categories, or over sizes while their middle stayed. */
export function judgeCategories(series: Series, day: string, { isOver = true }: { isOver?: boolean } = {}): Anomaly[] {
  const compared = compare(series, day);
  if (!compared || compared.day.rows < SURE_ROWS) return [];
  const { table, value, stopsOn = [] } = series.watched;
  const parts = [...categoryNames(series.watched).map((column) => ({ subject: column, of: (one: DayProfile) => one.categories[column] ?? {} })), ...(value ? [{ subject: value, of: (one: DayProfile) => one.sizes }] : [])];
  return parts.flatMap(({ subject, of }): Anomaly[] => {
    const reference = of(compared.reference);
    const { psi, bins } = stabilityIndex(of(compared.day), reference);
    const past = compared.history.map((one) => stabilityIndex(of(one), reference).psi);
    const upper = Math.max(MIN_PSI + (3 * (bins - 1)) / compared.day.rows, median(past) + DISTANCE * 1.2 * spread(past));
    const newcomer = subject === value ? undefined : newcomerOf(of(compared.day), reference);
    const missing = subject === value || !isOver ? undefined : missingOf(of(compared.day), reference, compared.history.map(of));
    if (psi < upper && !missing) return [];
    if (psi < upper && missing) {
      return [{
        kind: "DISTRIBUTION", subject: `${subject}=${missing.value}`, day, severity: "WARNING", observed: 0, expected: round(missing.usual), lower: 1, upper: null,
        message: `no row of ${day} in ${table} is of the ${subject} ${missing.value}, where about ${Math.round(missing.usual)} are usual`,
      }];
    }
    return [{
      kind: "DISTRIBUTION", subject: newcomer ? `${subject}=${newcomer.value}` : subject, day, severity: newcomer && stopsOn.includes(subject) ? "CRITICAL" : "WARNING",
      observed: round(psi), expected: round(median(past)), lower: null, upper: round(upper),
      message: newcomer
        ? `${percent(newcomer.share)} of the rows of ${day} in ${table} are of the ${subject} ${newcomer.value}, which was all but unknown`
        : `the rows of ${day} in ${table} are spread otherwise over ${subject} than usual (stability index ${round(psi)}, up to ${round(upper)} is usual)`,
    }];
  });
}

/** A category that came on every day on which its absence would have been no chance. */
function missingOf(counts: Record<string, number>, reference: Record<string, number>, history: readonly Record<string, number>[]): { value: string; usual: number } | undefined {
  const rowsOf = (one: Record<string, number>) => Object.values(one).reduce((sum, count) => sum + count, 0);
  const [n, m] = [rowsOf(counts), rowsOf(reference)];
  for (const [value, count] of Object.entries(reference)) {
    const usual = (count / m) * n;
    if (value === "" || counts[value] || usual < SURELY_THERE) continue;
    const sure = history.filter((one) => (count / m) * rowsOf(one) >= SURELY_THERE);
    if (sure.length >= MIN_HISTORY / 2 && sure.every((one) => one[value])) return { value: value.slice(0, 40), usual };
  }
  return undefined;
}

/** A category that is half of a day and was next to nothing before. */
function newcomerOf(counts: Record<string, number>, reference: Record<string, number>): { value: string; share: number } | undefined {
  const [n, m] = [counts, reference].map((one) => Object.values(one).reduce((sum, count) => sum + count, 0)) as [number, number];
  for (const [value, count] of Object.entries(counts)) {
    if (count / n >= 0.5 && (reference[value] ?? 0) / m <= 0.02) return { value: value.slice(0, 40), share: count / n };
  }
  return undefined;
}

/** Mean size in half decades on a line through nought; NaN of nothing. Noughts have none: they lie so far from all others that a few of them would move it by orders of magnitude. */
function middleSize({ sizes }: DayProfile): number {
  const counts = Object.entries(sizes).filter(([size]) => size !== "0");
  const rows = counts.reduce((sum, [, count]) => sum + count, 0);
  return counts.reduce((sum, [size, count]) => sum + Number(size) * count, 0) / rows;
}

const SIZE_OFFSET = 50;
function amountOf(size: number): number {
  const amount = 10 ** ((Math.abs(size) + 0.5 - SIZE_OFFSET) / 2);
  return Number((Math.sign(size) * amount).toPrecision(2));
}
const round = (value: number) => Math.round(value * 1000) / 1000;
const percent = (share: number) => `${Math.round(share * 100)} %`;
