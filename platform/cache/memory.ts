import { LRUCache } from "lru-cache";
import { assertKey, assertTime, encodeValue } from "./cache.ts";
import type { Cache } from "./cache.ts";

interface Entry { text: string; tags: readonly string[] }

/** The cache of one process: what was used least recently is forgotten beyond `maxBytes` characters of JSON. */
export function memoryCache(options: { maxBytes?: number } = {}): Cache {
  const keysOf = new Map<string, Set<string>>();
  const untag = (key: string, tags: readonly string[]): void => {
    for (const tag of tags) {
      const keys = keysOf.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) keysOf.delete(tag);
    }
  };
  const entries = new LRUCache<string, Entry>({
    maxSize: options.maxBytes ?? 64_000_000,
    sizeCalculation: ({ text }, key) => text.length + key.length + 100,
    ttlAutopurge: false,
    dispose: ({ tags }, key) => untag(key, tags),
  });
  // Windows and locks are apart: a flood of values must not push a counter out.
  const windows = new LRUCache<string, { count: number; endsAt: number }>({ max: 100_000 });
  const locks = new Map<string, { endsAt: number; owner: symbol }>();

  const read = (key: string): unknown => {
    const entry = entries.get(key);
    return entry && (JSON.parse(entry.text) as unknown);
  };

  return {
    async get<T>(key: string) {
      assertKey(key);
      return read(key) as T | undefined;
    },
    async mget<T>(keys: readonly string[]) {
      assertKey(...keys);
      return keys.map((key) => read(key) as T | undefined);
    },
    async set(key, value, { ttlMs, tags = [] }) {
      assertKey(key, ...tags);
      assertTime(ttlMs);
      const text = encodeValue(value);
      entries.delete(key);
      entries.set(key, { text, tags }, { ttl: ttlMs });
      if (!entries.has(key)) return; // larger than the whole cache
      for (const tag of tags) {
        let keys = keysOf.get(tag);
        if (!keys) keysOf.set(tag, (keys = new Set()));
        keys.add(key);
      }
    },
    async del(key) {
      assertKey(key);
      entries.delete(key);
    },
    async dropTag(tag) {
      assertKey(tag);
      for (const key of keysOf.get(tag) ?? []) entries.delete(key);
    },
    async incr(key, windowMs) {
      assertKey(key);
      assertTime(windowMs);
      const now = performance.now();
      let window = windows.get(key);
      if (!window || window.endsAt <= now) windows.set(key, (window = { count: 0, endsAt: now + windowMs }));
      window.count += 1;
      return { count: window.count, endsInMs: Math.ceil(window.endsAt - now) };
    },
    async lock(key, ttlMs) {
      assertKey(key);
      assertTime(ttlMs);
      const now = performance.now();
      const held = locks.get(key);
      if (held && held.endsAt > now) return undefined;
      const owner = Symbol(key);
      locks.set(key, { endsAt: now + ttlMs, owner });
      return { release: async () => { if (locks.get(key)?.owner === owner) locks.delete(key); } };
    },
    async close() {
      entries.clear();
      windows.clear();
      locks.clear();
    },
  };
}
