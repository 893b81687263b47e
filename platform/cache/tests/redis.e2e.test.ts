import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLog } from "#platform/log.ts";
import { findValkey, startTestValkey, VALKEY_MISSING } from "#platform/testing/testValkey.ts";
import type { TestValkey } from "#platform/testing/testValkey.ts";
import type { Cache } from "../cache.ts";
import { CacheUnavailable } from "../cache.ts";
import { redisCache } from "../redis.ts";
import { cacheContract } from "./contract.ts";

const program = findValkey();
if (!program) console.warn(`the cache's Redis half did not run: ${VALKEY_MISSING}`);

describe.skipIf(!program)("the cache on a real Valkey or Redis", () => {
  let valkey: TestValkey;
  beforeAll(async () => { valkey = await startTestValkey(program as string); });
  afterAll(() => valkey.close());

  describe("contract", () => {
    cacheContract(() => redisCache({ url: valkey.socket, log: silentLog, prefix: "contract:" }));
  });

  test("two clients share values, counts and locks; two prefixes share nothing", async () => {
    const open = (prefix: string): Promise<Cache> => redisCache({ url: valkey.socket, log: silentLog, prefix });
    const [one, two, other] = [await open("shared:"), await open("shared:"), await open("other:")];
    await one.set("key", { from: "one" }, { ttlMs: 10_000, tags: ["tag"] });
    expect(await two.get("key")).toEqual({ from: "one" });
    expect(await other.get("key")).toBeUndefined();
    expect([(await one.incr("n", 10_000)).count, (await two.incr("n", 10_000)).count, (await other.incr("n", 10_000)).count]).toEqual([1, 2, 1]);
    expect(await one.lock("l", 10_000)).toBeDefined();
    expect(await two.lock("l", 10_000)).toBeUndefined();
    await two.dropTag("tag");
    expect(await one.get("key")).toBeUndefined();
    await Promise.all([one.close(), two.close(), other.close()]);
  });

  test("a server that dies makes it forget, not fail; it comes back by itself", async () => {
    const cache = await redisCache({ url: valkey.socket, log: silentLog, prefix: "crash:" });
    await cache.set("key", 1, { ttlMs: 10_000 });
    await valkey.kill();
    const startedAt = performance.now();
    expect(await cache.get("key")).toBeUndefined();
    expect(await cache.mget(["key", "b"])).toEqual([undefined, undefined]);
    await cache.set("key", 2, { ttlMs: 10_000, tags: ["t"] });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    await expect(cache.incr("n", 1_000)).rejects.toThrow(CacheUnavailable);
    await expect(cache.lock("l", 1_000)).rejects.toThrow(CacheUnavailable);
    await expect(cache.dropTag("t")).rejects.toThrow(CacheUnavailable);
    await valkey.restart();
    await expect.poll(async () => { await cache.set("key", 3, { ttlMs: 10_000 }); return cache.get("key"); }, { timeout: 5_000 }).toBe(3);
    await cache.close();
  });

  test("a server that was never there does not keep a process from starting", async () => {
    const cache = await redisCache({ url: "/nowhere/at-all", log: silentLog });
    expect(await cache.get("key")).toBeUndefined();
    await expect(cache.incr("n", 1_000)).rejects.toThrow(CacheUnavailable);
    await cache.close();
  });
});
