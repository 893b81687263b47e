import { LRUCache } from "lru-cache";

/** Counts that end by themselves. A cache shared by several processes can stand here; the default counts in this process. */
export interface AttemptCounter {
  /** Adds to the count and answers it; a count lives `ttlSeconds` from its first addition. */
  increment(key: string, amount: number, ttlSeconds: number): Promise<number>;
}

/** Enough for a flood over many accounts; beyond it the oldest counts are forgotten. */
const MAX_KEYS = 100_000;

export function memoryAttemptCounter(now: () => number = Date.now): AttemptCounter {
  const counts = new LRUCache<string, { count: number; endsAt: number }>({ max: MAX_KEYS });
  return {
    async increment(key, amount, ttlSeconds) {
      const known = counts.get(key);
      const entry = known && known.endsAt > now() ? known : { count: 0, endsAt: now() + ttlSeconds * 1000 };
      entry.count += amount;
      counts.set(key, entry);
      return entry.count;
    },
  };
}
