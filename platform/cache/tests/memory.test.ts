import { describe, expect, test } from "vitest";
import { memoryCache } from "../memory.ts";
import { cacheContract } from "./contract.ts";

describe("the cache in memory", () => {
  cacheContract(async () => memoryCache());

  test("forgets what was used least recently when it is full, and what is larger than itself at once", async () => {
    const cache = memoryCache({ maxBytes: 1_000 });
    await cache.set("a", "x".repeat(300), { ttlMs: 10_000, tags: ["t"] });
    await cache.set("b", "x".repeat(300), { ttlMs: 10_000, tags: ["t"] });
    await cache.get("a");
    await cache.set("c", "x".repeat(300), { ttlMs: 10_000 });
    expect((await cache.mget(["a", "b", "c"])).map((value) => value !== undefined)).toEqual([true, false, true]);
    await cache.set("huge", "x".repeat(2_000), { ttlMs: 10_000, tags: ["t"] });
    expect(await cache.get("huge")).toBeUndefined();
    await cache.dropTag("t");
    expect(await cache.get("a")).toBeUndefined();
    await cache.close();
  });
});
