import { LRUCache } from "lru-cache";

export interface FreshOptions {
  /** The most a value may lag behind what it was read from, in milliseconds; 0 keeps nothing. */
  maxAgeMs: number;
  maxEntries: number;
  /** Milliseconds that only grow. */
  now?: () => number;
}

interface Kept<V> { value: V; readAt: number }

/**
 * Keeps what was read for a short time, so that what everybody looks at is read once and not for each request. A value's age counts
 * from when its reading began. Only for what is the same for every viewer; whoever must see the latest says `fresh`.
 */
export class Fresh<V extends object> {
  readonly #kept: LRUCache<string, Kept<V>>;
  readonly #running = new Map<string, Promise<V | undefined>>();
  readonly #maxAgeMs: number;
  readonly #now: () => number;

  constructor({ maxAgeMs, maxEntries, now = () => performance.now() }: FreshOptions) {
    this.#maxAgeMs = maxAgeMs;
    this.#kept = new LRUCache({ max: maxEntries });
    this.#now = now;
  }

  /** What is kept and young enough. */
  peek(key: string): V | undefined {
    const kept = this.#kept.get(key);
    return kept && this.#now() - kept.readAt < this.#maxAgeMs ? kept.value : undefined;
  }

  /** Reads what is not kept; requests that come while it is being read share the reading. Failures and `undefined` are not kept. */
  async get(key: string, read: () => Promise<V>, options: { fresh?: boolean | undefined } = {}): Promise<V> {
    const found = await this.getMany([key], async () => new Map([[key, await read()]]), options);
    return found.get(key) as V;
  }

  /** The same for several at once: `read` is called once, for those that are missing. What there is none of is missing in the answer. */
  async getMany(keys: readonly string[], read: (missing: readonly string[]) => Promise<ReadonlyMap<string, V>>, { fresh = false }: { fresh?: boolean | undefined } = {}): Promise<Map<string, V>> {
    const found = new Map<string, V>();
    const missing: string[] = [];
    const joined: (readonly [string, Promise<V | undefined>])[] = [];
    for (const key of keys) {
      const kept = fresh ? undefined : this.peek(key);
      const running = fresh || kept ? undefined : this.#running.get(key);
      if (kept) found.set(key, kept);
      else if (running) joined.push([key, running]);
      else missing.push(key);
    }
    if (missing.length > 0) for (const [key, value] of await this.#read(missing, read)) found.set(key, value);
    for (const [key, running] of joined) {
      const value = await running;
      if (value) found.set(key, value);
    }
    return found;
  }

  async #read(missing: readonly string[], read: (missing: readonly string[]) => Promise<ReadonlyMap<string, V>>): Promise<ReadonlyMap<string, V>> {
    const readAt = this.#now();
    const reading = read(missing);
    if (this.#maxAgeMs <= 0) return reading;
    for (const key of missing) {
      const one = reading.then((values) => values.get(key));
      // Whoever joins hears of a failure; without anybody it must not end the process.
      one.catch(() => undefined);
      this.#running.set(key, one);
      const forget = (): void => { if (this.#running.get(key) === one) this.#running.delete(key); };
      one.then(forget, forget);
    }
    const values = await reading;
    this.put(values, readAt);
    return values;
  }

  /** Keeps what was read by another way, from `readAt` on. */
  put(values: Iterable<readonly [string, V]>, readAt: number): void {
    if (this.#maxAgeMs <= 0) return;
    for (const [key, value] of values) {
      // A reading that began earlier but ended later knows less.
      if ((this.#kept.get(key)?.readAt ?? -Infinity) <= readAt) this.#kept.set(key, { value, readAt });
    }
  }
}
