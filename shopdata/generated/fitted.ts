/**
 * The shapes that generated shops follow, measured on Online Retail II (Chen, D., 2019, UCI Machine Learning Repository,
 * doi:10.24432/C5CG6D, CC BY 4.0), both files without their overlap, clean lines (quantity > 0, price > 0) of known customers:
 * 30,343 orders of 5,281 customers. Tables are quantiles; between two of them values are interpolated on a logarithmic scale.
 */
export interface QuantileTable {
  /** Ascending, 0 first and 1 last. */
  readonly at: readonly number[];
  /** Ascending, > 0. */
  readonly values: readonly number[];
}

const LEVELS = [0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.999, 1];

/** Different products on one order (measured mean 20.3). */
export const BASKET_SIZE: QuantileTable = {
  at: LEVELS,
  values: [1, 1, 1, 1, 2, 3, 5, 6, 8, 10, 11, 13, 15, 17, 19, 21, 24, 27, 31, 37, 45, 59, 80, 97, 163, 271],
};

/** Unit price of a line in pounds; the highest list price is capped at 95 because dearer lines were one-off postings. */
export const UNIT_PRICE: QuantileTable = {
  at: LEVELS,
  values: [0.19, 0.29, 0.38, 0.42, 0.55, 0.85, 0.85, 1.25, 1.25, 1.45, 1.65, 1.65, 1.95, 2.1, 2.55, 2.95, 2.95, 3.75, 4.25, 4.95, 6.75, 8.5, 12.75, 12.75, 35.95, 95],
};

/** Days from one day with an order to the customer's next (measured mean 54.2). */
export const REPEAT_GAP_DAYS: QuantileTable = {
  at: LEVELS,
  values: [1, 1, 1, 3, 5, 7, 10, 13, 15, 19, 22, 27, 31, 36, 42, 49, 56, 68, 83, 104, 135, 194, 272, 329, 471, 632],
};

/**
 * Gaps are drawn this much longer than they are to be seen: quick customers give more of them, and the end of the history cuts
 * long ones off. Found by a search over stretch 1..5 and power 0.7..1.1 for the least KS distance (0.015).
 */
export const GAP_STRETCH = 2;

/** Quantities of a line and their share; the tail beyond 144 (1 %) is left out. */
export const LINE_QUANTITIES: readonly (readonly [quantity: number, share: number])[] = [
  [1, 115_796], [2, 91_691], [3, 43_149], [4, 47_333], [5, 13_501], [6, 64_439], [8, 18_707], [10, 31_046], [12, 94_513], [16, 5_819], [20, 6_529],
  [24, 36_531], [25, 7_618], [36, 5_722], [48, 9_500], [72, 2_900], [96, 2_500], [144, 2_400],
];

/** Orders per hour of the day, UTC, from 0 o'clock. */
export const HOUR_SHARES = [0, 0, 0, 0, 0, 0, 0, 0.0022, 0.0249, 0.0674, 0.1207, 0.1265, 0.1658, 0.1464, 0.1223, 0.1077, 0.0617, 0.0312, 0.0121, 0.0095, 0.0015, 0, 0, 0] as const;

/** Orders per weekday, Monday first. */
export const WEEKDAY_SHARES = [0.1535, 0.1805, 0.1791, 0.2109, 0.1457, 0.001, 0.1294] as const;

/** Orders of a month against the mean month, January first. */
export const MONTH_FACTORS = [0.71, 0.75, 1.01, 0.88, 1.04, 1.03, 0.97, 0.92, 1.2, 1.52, 1.84, 1.05] as const;

/** Share of orders without a customer: 2,792 of 33,135. */
export const GUEST_SHARE = 0.084;

/** Refunds that found their order, per order: 5,584 of 33,135. */
export const REFUND_SHARE = 0.169;

/** Countries of orders, as labels of the source, with their share. */
export const COUNTRY_SHARES: readonly (readonly [label: string, share: number])[] = [
  ["United Kingdom", 27_610], ["Germany", 618], ["France", 468], ["EIRE", 465], ["Netherlands", 191], ["Spain", 124], ["Belgium", 118], ["Sweden", 93],
  ["Australia", 80], ["Switzerland", 72], ["Portugal", 68], ["Italy", 47], ["Channel Islands", 44], ["Austria", 41], ["Finland", 37], ["Denmark", 34],
  ["Cyprus", 31], ["Japan", 28], ["Poland", 26], ["Norway", 26], ["Greece", 17], ["USA", 16],
];

/** The value at a probability in [0, 1]. */
export function quantile(table: QuantileTable, probability: number): number {
  const { at, values } = table;
  let upper = 1;
  while (upper < at.length - 1 && (at[upper] as number) < probability) upper += 1;
  const low = at[upper - 1] as number;
  const high = at[upper] as number;
  const share = high === low ? 1 : Math.min(1, Math.max(0, (probability - low) / (high - low)));
  return Math.exp((1 - share) * Math.log(values[upper - 1] as number) + share * Math.log(values[upper] as number));
}

/** The standard normal distribution function, error < 7.5e-8. Source: Abramowitz and Stegun, formula 26.2.17. */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * Math.abs(z));
  const poly = t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return z >= 0 ? 1 - tail : tail;
}
