/** Kolmogorov-Smirnov distance of two samples: the greatest gap between their distribution functions, ties taken together. */
export function ksDistance(left: readonly number[], right: readonly number[]): number {
  const a = Float64Array.from(left).sort();
  const b = Float64Array.from(right).sort();
  let i = 0;
  let j = 0;
  let distance = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && (a[i] as number) <= value) i += 1;
    while (j < b.length && (b[j] as number) <= value) j += 1;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  return distance;
}
