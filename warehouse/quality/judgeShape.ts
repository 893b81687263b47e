import { type Anomaly, LOOK_BACK, MIN_HISTORY, type Series } from "./anomaly.ts";
import { type DayProfile, sumOf } from "./profile.ts";
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

/** The rows are distributed otherwise over categories, or over sizes while their middle stayed. */
export function judgeCategories(series: Series, day: string): Anomaly[] {
  const compared = compare(series, day);
  if (!compared || compared.day.rows < SURE_ROWS) return [];
  const { table, categories = [], value } = series.watched;
  const parts = [...categories.map((column) => ({ subject: column, of: (one: DayProfile) => one.categories[column] ?? {} })), ...(value ? [{ subject: value, of: (one: DayProfile) => one.sizes }] : [])];
  return parts.flatMap(({ subject, of }): Anomaly[] => {
    const reference = of(compared.reference);
    const { psi, bins } = stabilityIndex(of(compared.day), reference);
    const past = compared.history.map((one) => stabilityIndex(of(one), reference).psi);
    const upper = Math.max(MIN_PSI + (3 * (bins - 1)) / compared.day.rows, median(past) + DISTANCE * 1.2 * spread(past));
    const newcomer = subject === value ? undefined : newcomerOf(of(compared.day), reference);
    if (psi < upper) return [];
    return [{
      kind: "DISTRIBUTION", subject: newcomer ? `${subject}=${newcomer.value}` : subject, day, severity: newcomer ? "CRITICAL" : "WARNING",
      observed: round(psi), expected: round(median(past)), lower: null, upper: round(upper),
      message: newcomer
        ? `${percent(newcomer.share)} of the rows of ${day} in ${table} are of the ${subject} ${newcomer.value}, which was all but unknown`
        : `the rows of ${day} in ${table} are spread otherwise over ${subject} than usual (stability index ${round(psi)}, up to ${round(upper)} is usual)`,
    }];
  });
}

/** A category that is half of a day and was next to nothing before. */
function newcomerOf(counts: Record<string, number>, reference: Record<string, number>): { value: string; share: number } | undefined {
  const [n, m] = [counts, reference].map((one) => Object.values(one).reduce((sum, count) => sum + count, 0)) as [number, number];
  for (const [value, count] of Object.entries(counts)) {
    if (count / n >= 0.5 && (reference[value] ?? 0) / m <= 0.02) return { value: value.slice(0, 40), share: count / n };
  }
  return undefined;
}

/** Mean size in half decades on a line through nought; NaN of nothing. */
function middleSize({ sizes }: DayProfile): number {
  const counts = Object.entries(sizes);
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
