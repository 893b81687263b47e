import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import type { Log } from "../log.ts";
import { assertKey, assertTime, CacheUnavailable, encodeValue } from "./cache.ts";
import type { Cache } from "./cache.ts";

export interface RedisCacheOptions {
  /** `redis://...`, or the path of a unix socket. */
  url: string;
  log: Log;
  /** Stands before every key, so that several systems can share a server. */
  prefix?: string;
}

/** Milliseconds a command may take: a cache that is slower than the database is none. */
const COMMAND_MS = 250;
const CONNECT_MS = 1_000;

// A tag's set lives as long as the longest-lived value in it. All of it in one step: a value must never stand without its tag.
const SET_TAGGED = `
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
for i = 2, #KEYS do
  redis.call('sadd', KEYS[i], KEYS[1])
  if redis.call('pttl', KEYS[i]) < tonumber(ARGV[2]) then redis.call('pexpire', KEYS[i], ARGV[2]) end
end`;
const DROP_TAG = `
local keys = redis.call('smembers', KEYS[1])
for i = 1, #keys, 1000 do redis.call('unlink', unpack(keys, i, math.min(i + 999, #keys))) end
redis.call('unlink', KEYS[1])`;
const COUNT = `
local count = redis.call('incr', KEYS[1])
if count == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end
return { count, redis.call('pttl', KEYS[1]) }`;
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end`;

/** A cache on Redis or Valkey, shared by processes. A server that is away makes it forget, not fail; it comes back by itself. */
export async function redisCache({ url, log, prefix = "martgraph:" }: RedisCacheOptions): Promise<Cache> {
  const client = new Redis(url, {
    lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: COMMAND_MS, connectTimeout: CONNECT_MS,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  let away = false;
  client.on("error", (error) => {
    if (!away) log.warn({ error }, "the cache server does not answer; going on without it");
    away = true;
  });
  client.on("ready", () => { away = false; });
  await client.connect().catch(() => {});

  const value = (key: string): string => `${prefix}v:${key}`;
  const tagged = (tag: string): string => `${prefix}t:${tag}`;
  const decode = <T>(text: string | null | undefined): T | undefined => (text === null || text === undefined ? undefined : (JSON.parse(text) as T));

  /** A command whose failure only means that something is not remembered. */
  async function forgiving<T>(command: Promise<T>): Promise<T | undefined> {
    try {
      return await command;
    } catch (error) {
      log.debug({ error }, "a cache command failed");
      return undefined;
    }
  }
  async function reliable<T>(command: Promise<T>): Promise<T> {
    try {
      return await command;
    } catch (error) {
      throw new CacheUnavailable("the cache server does not answer", { cause: error });
    }
  }

  return {
    async get<T>(key: string) {
      assertKey(key);
      return decode<T>(await forgiving(client.get(value(key))));
    },
    async mget<T>(keys: readonly string[]) {
      assertKey(...keys);
      if (keys.length === 0) return [];
      const texts = await forgiving(client.mget(keys.map(value)));
      return keys.map((_key, index) => decode<T>(texts?.[index]));
    },
    async set(key, given, { ttlMs, tags = [] }) {
      assertKey(key, ...tags);
      assertTime(ttlMs);
      const text = encodeValue(given);
      if (tags.length === 0) await forgiving(client.set(value(key), text, "PX", ttlMs));
      else await forgiving(client.eval(SET_TAGGED, 1 + tags.length, value(key), ...tags.map(tagged), text, ttlMs));
    },
    async del(key) {
      assertKey(key);
      await reliable(client.unlink(value(key)));
    },
    async dropTag(tag) {
      assertKey(tag);
      await reliable(client.eval(DROP_TAG, 1, tagged(tag)));
    },
    async incr(key, windowMs) {
      assertKey(key);
      assertTime(windowMs);
      const [count, endsInMs] = (await reliable(client.eval(COUNT, 1, `${prefix}n:${key}`, windowMs))) as [number, number];
      return { count, endsInMs };
    },
    async lock(key, ttlMs) {
      assertKey(key);
      assertTime(ttlMs);
      const name = `${prefix}l:${key}`;
      const owner = randomUUID();
      if ((await reliable(client.set(name, owner, "PX", ttlMs, "NX"))) !== "OK") return undefined;
      return { release: async () => { await reliable(client.eval(RELEASE, 1, name, owner)); } };
    },
    async close() {
      await client.quit().catch(() => client.disconnect());
    },
  };
}
