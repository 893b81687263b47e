/**
 * A place for what is dear to make and may be forgotten at any time. Keys are texts of up to 500 characters, values anything that
 * JSON holds; a value is copied in and out, so nobody shares an object through the cache. Drivers: memory for one process, Redis
 * (or Valkey) for many; one contract suite holds for both.
 */
export interface Cache {
  /** The value, or undefined when it was never set, has expired or was forgotten. */
  get<T>(key: string): Promise<T | undefined>;
  /** The values in the order of the keys. */
  mget<T>(keys: readonly string[]): Promise<(T | undefined)[]>;
  /** Keeps a value for `ttlMs` milliseconds, under tags by which it can be forgotten with others. */
  set(key: string, value: unknown, options: { ttlMs: number; tags?: readonly string[] }): Promise<void>;
  del(key: string): Promise<void>;
  /** Forgets everything that was set under the tag. */
  dropTag(tag: string): Promise<void>;
  /** Counts one more in a window that began with the first count; tells the count and when the window ends. */
  incr(key: string, windowMs: number): Promise<{ count: number; endsInMs: number }>;
  /** Takes a lock for at most `ttlMs`; undefined when someone holds it. Good for sparing work, not for keeping money right: that is the database's. */
  lock(key: string, ttlMs: number): Promise<CacheLock | undefined>;
  close(): Promise<void>;
}

export interface CacheLock {
  /** Gives the lock back, unless it has run out and someone else holds it now. */
  release(): Promise<void>;
}

/**
 * The cache's server is away. Reading and keeping values never throws this (a cache may forget); counting, locking and
 * forgetting do, since their callers rely on the outcome.
 */
export class CacheUnavailable extends Error {
  override readonly name = "CacheUnavailable";
}

const MAX_KEY = 500;
const MAX_TTL_MS = 30 * 86_400_000;

/** Throws a RangeError for a key or a time that no driver takes, so that all drivers refuse the same. */
export function assertKey(...keys: readonly string[]): void {
  for (const key of keys) if (key.length === 0 || key.length > MAX_KEY) throw new RangeError(`a cache key has 1 to ${MAX_KEY} characters, this one has ${key.length}`);
}

export function assertTime(ms: number): void {
  if (!Number.isInteger(ms) || ms < 1 || ms > MAX_TTL_MS) throw new RangeError(`a cache time is 1 to ${MAX_TTL_MS} whole milliseconds, not ${ms}`);
}

/** JSON text of a value. Throws a TypeError for undefined and functions, which would come back as nothing. */
export function encodeValue(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError("this value cannot be kept: JSON has no word for it");
  return text;
}
