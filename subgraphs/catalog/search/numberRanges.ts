import type { AttributeCondition } from "../domain/productFilter.ts";
import type { RangeCounts } from "../domain/facets.ts";

/** Ranges that are offered of one attribute. */
const RANGES = 5;

/**
 * Ranges of about equal counts with round edges, each from `min` on and below `below`; the range that the filter asks for is always
 * among them. Sorts the values. Counts values; a product has one of an attribute, seldom more.
 */
export function rangesOf(values: Float64Array, asked: AttributeCondition | undefined): RangeCounts[] {
  values.sort();
  const [first, last] = [values[0] as number, values.at(-1) as number];
  const edges = new Set<number>();
  for (let n = 1; n < RANGES; n += 1) {
    const edge = rounded(values[Math.floor((values.length * n) / RANGES)] as number);
    if (edge > first && edge <= last) edges.add(edge);
  }
  if (asked?.min !== undefined) edges.add(Number(asked.min));
  if (asked?.below !== undefined) edges.add(Number(asked.below));
  const inOrder = [...edges].sort((a, b) => a - b);
  const ranges: RangeCounts[] = [];
  for (let n = 0; n <= inOrder.length; n += 1) {
    const [min, below] = [inOrder[n - 1], inOrder[n]];
    const count = countBelow(values, below ?? Infinity) - countBelow(values, min ?? -Infinity);
    if (count > 0) ranges.push({ min, below, count });
  }
  return ranges;
}

/** To two digits: 1366 is 1400, 0.0347 is 0.035. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

/** How many of the sorted values are below the bound. */
function countBelow(values: Float64Array, bound: number): number {
  if (bound === Infinity) return values.length;
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
