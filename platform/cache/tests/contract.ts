import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cache } from "../cache.ts";

/** What every driver promises. `open` gives an empty cache. */
export function cacheContract(open: () => Promise<Cache>): void {
  let cache: Cache;
  beforeAll(async () => { cache = await open(); });
  afterAll(() => cache.close());

  test("keeps what JSON holds, as a copy", async () => {
    const values = [0, 1.5, "", "text", true, null, [], [1, [2]], { a: { b: [null, "ü\u0000\u{1F600}"] } }];
    for (const [index, value] of values.entries()) {
      await cache.set(`value ${index}`, value, { ttlMs: 10_000 });
      expect(await cache.get(`value ${index}`)).toEqual(value);
    }
    const mine = { list: [1] };
    await cache.set("copy", mine, { ttlMs: 10_000 });
    mine.list.push(2);
    const first = await cache.get<{ list: number[] }>("copy");
    first?.list.push(3);
    expect(await cache.get("copy")).toEqual({ list: [1] });
  });

  test("knows nothing that was never set, was deleted or has expired", async () => {
    expect(await cache.get("never")).toBeUndefined();
    await cache.set("deleted", 1, { ttlMs: 10_000 });
    await cache.del("deleted");
    await cache.del("deleted");
    expect(await cache.get("deleted")).toBeUndefined();
    await cache.set("short", 1, { ttlMs: 40 });
    expect(await cache.get("short")).toBe(1);
    await sleep(80);
    expect(await cache.get("short")).toBeUndefined();
  });

  test("a value set again is the new one, with its own time and tags", async () => {
    await cache.set("again", 1, { ttlMs: 40, tags: ["old"] });
    await cache.set("again", 2, { ttlMs: 10_000, tags: ["new"] });
    await sleep(80);
    expect(await cache.get("again")).toBe(2);
    await cache.dropTag("new");
    expect(await cache.get("again")).toBeUndefined();
  });

  test("gives many in the order asked for", async () => {
    await cache.set("a", 1, { ttlMs: 10_000 });
    await cache.set("c", 3, { ttlMs: 10_000 });
    expect(await cache.mget(["c", "b", "a", "c"])).toEqual([3, undefined, 1, 3]);
    expect(await cache.mget([])).toEqual([]);
  });

  test("forgets by tag, all of one and nothing of others", async () => {
    await Promise.all(Array.from({ length: 2_500 }, (_, index) => cache.set(`p${index}`, index, { ttlMs: 10_000, tags: ["products", `vendor ${index % 2}`] })));
    await cache.set("other", 1, { ttlMs: 10_000, tags: ["customers"] });
    await cache.dropTag("vendor 0");
    expect(await cache.mget(["p0", "p1", "p2", "p2498", "p2499"])).toEqual([undefined, 1, undefined, undefined, 2499]);
    await cache.dropTag("products");
    await cache.dropTag("nobody");
    expect(await cache.mget(["p1", "p2499", "other"])).toEqual([undefined, undefined, 1]);
  });

  test("a tag outlives its short-lived values", async () => {
    await cache.set("long", 1, { ttlMs: 10_000, tags: ["mixed"] });
    await cache.set("brief", 1, { ttlMs: 30, tags: ["mixed"] });
    await sleep(60);
    await cache.dropTag("mixed");
    expect(await cache.get("long")).toBeUndefined();
  });

  test("counts in windows, exactly, also when many count at once", async () => {
    const counts = await Promise.all(Array.from({ length: 100 }, () => cache.incr("logins", 5_000)));
    expect(counts.map(({ count }) => count).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(counts.every(({ endsInMs }) => endsInMs > 0 && endsInMs <= 5_000)).toBe(true);
    expect((await cache.incr("brief window", 40)).count).toBe(1);
    expect((await cache.incr("brief window", 40)).count).toBe(2);
    await sleep(80);
    expect((await cache.incr("brief window", 40)).count).toBe(1);
  });

  test("one of many gets a lock; it is free again when given back or run out, and only its holder gives it back", async () => {
    const tries = await Promise.all(Array.from({ length: 20 }, () => cache.lock("job", 5_000)));
    const held = tries.filter((lock) => lock !== undefined);
    expect(held).toHaveLength(1);
    await held[0]?.release();
    const brief = await cache.lock("job", 40);
    expect(brief).toBeDefined();
    await sleep(80);
    const next = await cache.lock("job", 5_000);
    expect(next).toBeDefined();
    await brief?.release();
    expect(await cache.lock("job", 40)).toBeUndefined();
    await next?.release();
    expect(await cache.lock("job", 40)).toBeDefined();
  });

  test("values, counts, locks and tags of one name do not meet", async () => {
    await cache.set("same", "value", { ttlMs: 10_000, tags: ["same"] });
    await cache.incr("same", 10_000);
    await cache.lock("same", 10_000);
    expect(await cache.get("same")).toBe("value");
    await cache.dropTag("same");
    expect(await cache.get("same")).toBeUndefined();
    expect((await cache.incr("same", 10_000)).count).toBe(2);
  });

  test("refuses keys, times and values that no driver takes", async () => {
    await expect(cache.get("")).rejects.toThrow(RangeError);
    await expect(cache.get("x".repeat(501))).rejects.toThrow(RangeError);
    for (const ttlMs of [0, -1, 1.5, Number.NaN, Infinity, 1e12]) await expect(cache.set("x", 1, { ttlMs })).rejects.toThrow(RangeError);
    await expect(cache.set("x", undefined, { ttlMs: 10 })).rejects.toThrow(TypeError);
    await expect(cache.incr("x", 0)).rejects.toThrow(RangeError);
  });
}
