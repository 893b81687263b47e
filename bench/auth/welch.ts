/** Durations of one kind of call, in milliseconds. */
export type Samples = readonly number[];

/** Welch's t of two samples: beyond 4.5 either way their means differ, whatever else is true of them. */
export function welch(a: Samples, b: Samples): number {
  const [one, other] = [moments(a), moments(b)];
  return (one.mean - other.mean) / Math.sqrt(one.variance / a.length + other.variance / b.length);
}

/** Both samples without what is above the 95th percentile of the two together: a machine that does something else is no answer to the question. */
export function cropped(a: Samples, b: Samples): readonly [Samples, Samples] {
  const bound = [...a, ...b].toSorted((x, y) => x - y)[Math.floor((a.length + b.length) * 0.95)] ?? Infinity;
  return [a.filter((ms) => ms <= bound), b.filter((ms) => ms <= bound)];
}

export function mean(samples: Samples): number {
  return samples.reduce((sum, ms) => sum + ms, 0) / samples.length;
}

function moments(samples: Samples): { mean: number; variance: number } {
  const middle = mean(samples);
  return { mean: middle, variance: samples.reduce((sum, ms) => sum + (ms - middle) ** 2, 0) / (samples.length - 1) };
}
