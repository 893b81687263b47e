import { createHash } from "node:crypto";

/** A seeded stream of pseudo-random numbers: the same seed and purpose give the same stream on every machine. */
export interface Random {
  /** Uniform 32-bit unsigned integer. */
  uint32(): number;
  /** Uniform in [0, 1). */
  unit(): number;
  /** Uniform integer in [0, below). `below` in 1..2^32. */
  int(below: number): number;
  /** Standard normal, by the polar method of Marsaglia. */
  normal(): number;
  /** One element; the list must not be empty. */
  pick<T>(list: readonly T[]): T;
  /** True with the given probability. */
  chance(probability: number): boolean;
}

/**
 * Doty-Humphrey's sfc32, seeded by SHA-256 of seed and purpose, so that each purpose has a stream of its own and a draw added to
 * one does not shift the others.
 */
export function createRandom(seed: number | string, purpose: string): Random {
  const digest = createHash("sha256").update(`${seed}/${purpose}`).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let counter = 1;
  let spare: number | undefined;

  function uint32(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return sum >>> 0;
  }
  const unit = () => uint32() / 4_294_967_296;
  const int = (below: number) => Math.floor(unit() * below);

  function normal(): number {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const x = 2 * unit() - 1;
      const y = 2 * unit() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        spare = y * factor;
        return x * factor;
      }
    }
  }

  for (let round = 0; round < 12; round += 1) uint32();
  return {
    uint32,
    unit,
    int,
    normal,
    pick: <T>(list: readonly T[]) => list[int(list.length)] as T,
    chance: (probability) => unit() < probability,
  };
}

/** Draws indexes with probabilities proportional to `weights` (finite, >= 0, sum > 0). */
export function weightedIndex(weights: readonly number[]): (random: Random) => number {
  const upTo: number[] = [];
  let sum = 0;
  for (const weight of weights) upTo.push((sum += weight));
  return (random) => {
    const target = random.unit() * sum;
    let low = 0;
    let high = upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((upTo[middle] as number) > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
