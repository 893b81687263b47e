/** Units of one line that may be bought for, or got by, a promotion. */
export interface Pool {
  readonly position: number;
  readonly quantity: bigint;
  /** The price of one unit, at an exponent that all pools share. */
  readonly unitPrice: bigint;
  readonly isBuy: boolean;
  readonly isGet: boolean;
}

export interface SetRule {
  readonly buy: bigint;
  readonly get: bigint;
  readonly maxSets: bigint | null;
}

const sumOf = (pools: readonly Pool[]) => pools.reduce((sum, pool) => sum + pool.quantity, 0n);
const smallest = (...values: readonly bigint[]) => values.reduce((least, value) => (value < least ? value : least));

/**
 * How many units of each line are got, by position. A unit is either bought or got. With B units that can only be bought, G that
 * can only be got and C that can be either, k sets fit exactly when k*buy <= B + C, k*get <= G + C and k*(buy + get) <= B + G + C
 * (Hall 1935); the largest such k counts. The cheapest units are got, as far as enough of C is left to be bought; of equal prices
 * those that are given first.
 */
export function unitsGot(pools: readonly Pool[], { buy, get, maxSets }: SetRule): Map<number, bigint> {
  const both = sumOf(pools.filter((pool) => pool.isBuy && pool.isGet));
  const buyOnly = sumOf(pools.filter((pool) => pool.isBuy && !pool.isGet));
  const getOnly = sumOf(pools.filter((pool) => !pool.isBuy && pool.isGet));
  const fitting = smallest((buyOnly + both) / buy, (getOnly + both) / get, (buyOnly + getOnly + both) / (buy + get));
  const sets = maxSets === null ? fitting : smallest(fitting, maxSets);
  let left = sets * get;
  const boughtOfBoth = sets * buy > buyOnly ? sets * buy - buyOnly : 0n;
  let leftOfBoth = both - boughtOfBoth;
  const got = new Map<number, bigint>();
  for (const pool of pools.filter((one) => one.isGet).sort(cheapestFirst)) {
    const units = pool.isBuy ? smallest(pool.quantity, left, leftOfBoth) : smallest(pool.quantity, left);
    if (units <= 0n) continue;
    got.set(pool.position, units);
    left -= units;
    if (pool.isBuy) leftOfBoth -= units;
  }
  return got;
}

/** Equal prices stay in the order in which they were given. */
function cheapestFirst(a: Pool, b: Pool): number {
  return a.unitPrice === b.unitPrice ? 0 : a.unitPrice < b.unitPrice ? -1 : 1;
}
