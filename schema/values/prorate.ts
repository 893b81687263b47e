/**
 * Splits `total` into whole shares in proportion to `weights`, without losing or inventing a unit: the shares sum to `total`.
 * Each share is the exact one rounded down or up; the units that rounding down leaves go to the largest remainders, the earlier
 * share first where remainders are equal (largest remainder method, Hamilton 1792). With all weights 0 the shares are as equal
 * as can be. A negative total is split like its opposite.
 * @throws RangeError without weights (unless total is 0) or with a negative one.
 */
export function prorate(total: bigint, weights: readonly bigint[]): bigint[] {
  if (weights.some((weight) => weight < 0n)) throw new RangeError("a weight to prorate by is negative");
  if (weights.length === 0) {
    if (total !== 0n) throw new RangeError("there is nothing to prorate over");
    return [];
  }
  if (total < 0n) return prorate(-total, weights).map((share) => -share);
  const sum = weights.reduce((so, weight) => so + weight, 0n);
  const parts = sum === 0n ? weights.map(() => 1n) : weights;
  const whole = sum === 0n ? BigInt(weights.length) : sum;
  const shares = parts.map((part) => (total * part) / whole);
  const left = Number(total - shares.reduce((so, share) => so + share, 0n));
  if (left === 0) return shares;
  const byRemainder = parts.map((part, index) => ({ index, remainder: (total * part) % whole }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byRemainder.slice(0, left)) shares[index] = (shares[index] ?? 0n) + 1n;
  return shares;
}
