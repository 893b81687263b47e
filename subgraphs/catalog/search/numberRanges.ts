import type { AttributeCondition } from "../domain/productFilter.ts";
import type { RangeCounts } from "../domain/facets.ts";

/** Ranges that are offered of one attribute. */
const RANGES = 5;

/** Values that edges are taken from; more would not move them by much. */
const SAMPLE = 200;

/**
 * Ranges of about equal counts with round edges, each from `min` on and below `below`; the range that the filter asks for is always
 * among them. Edges come from a sample, counts from all values. A product has one value of an attribute, seldom more.
 */
export function rangesOf(values: Float64Array, asked: AttributeCondition | undefined): RangeCounts[] {
  const step = Math.max(1, Math.floor(values.length / SAMPLE));
  const sample = Float64Array.from({ length: Math.ceil(values.length / step) }, (_, n) => values[n * step] as number).sort();
  const [first, last] = [sample[0] as number, sample.at(-1) as number];
  const edges = new Set<number>();
  for (let n = 1; n < RANGES; n += 1) {
    const edge = rounded(sample[Math.floor((sample.length * n) / RANGES)] as number);
    if (edge > first && edge <= last) edges.add(edge);
  }
  // The asked range is one of them, whole.
  const [min, below] = [Number(asked?.min ?? -Infinity), Number(asked?.below ?? Infinity)];
  if (asked?.min !== undefined || asked?.below !== undefined) for (const edge of edges) if (edge > min && edge < below) edges.delete(edge);
  for (const bound of [min, below]) if (Number.isFinite(bound)) edges.add(bound);
  const inOrder = [...edges].sort((a, b) => a - b);
  const counts = new Int32Array(inOrder.length + 1);
  for (const value of values) {
    let range = 0;
    while (range < inOrder.length && value >= (inOrder[range] as number)) range += 1;
    (counts[range] as number) += 1;
  }
  return [...counts].flatMap((count, n) => (count === 0 ? [] : [{ min: inOrder[n - 1], below: inOrder[n], count }]));
}

/** To two digits: 1366 is 1400, 0.0347 is 0.035. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
