import { describe, expect, test } from "vitest";
import { Fresh } from "../fresh.ts";

interface Thing { n: number }

function kept(maxAgeMs = 100) {
  let now = 0;
  let reads = 0;
  const things = new Fresh<Thing>({ maxAgeMs, maxEntries: 3, now: () => now });
  return {
    things, pass: (ms: number) => { now += ms; }, reads: () => reads,
    read: async () => ({ n: (reads += 1) }),
  };
}

describe("Fresh", () => {
  test("reads once within the age and anew after it", async () => {
    const { things, pass, read } = kept();
    expect([await things.get("a", read), await things.get("a", read)]).toEqual([{ n: 1 }, { n: 1 }]);
    pass(99);
    expect(await things.get("a", read)).toEqual({ n: 1 });
    pass(1);
    expect(await things.get("a", read)).toEqual({ n: 2 });
  });

  test("counts the age from when reading began", async () => {
    const { things, pass, read } = kept();
    await things.get("a", async () => { pass(60); return { n: 7 }; });
    pass(40);
    expect(await things.get("a", read)).toEqual({ n: 1 });
  });

  test("shares a reading in progress, but not with who must see the latest", async () => {
    const { things, reads } = kept();
    const waiting: (() => void)[] = [];
    const slow = async () => { await new Promise<void>((done) => waiting.push(done)); return { n: waiting.length }; };
    const answers = [things.get("a", slow), things.get("a", slow), things.get("a", slow, { fresh: true })];
    await Promise.resolve();
    expect(waiting).toHaveLength(2);
    for (const done of waiting) done();
    expect(await Promise.all(answers)).toHaveLength(3);
    expect(reads()).toBe(0);
  });

  test("`fresh` reads in spite of what is kept, and others have it from then on", async () => {
    const { things, read } = kept();
    await things.get("a", read);
    expect(await things.get("a", read, { fresh: true })).toEqual({ n: 2 });
    expect(await things.get("a", read)).toEqual({ n: 2 });
  });

  test("a reading that began earlier and ends later does not hide the newer one", async () => {
    const { things, pass, read } = kept();
    let end = (): void => {};
    const early = things.get("a", async () => { await new Promise<void>((done) => { end = done; }); return { n: -1 }; });
    pass(10);
    await things.get("a", read, { fresh: true });
    end();
    await early;
    expect(things.peek("a")).toEqual({ n: 1 });
  });

  test("asks for what is missing only, once, and keeps no failure and nothing that is not there", async () => {
    const { things } = kept();
    const asked: string[][] = [];
    const read = async (missing: readonly string[]) => { asked.push([...missing]); return new Map(missing.filter((key) => key !== "none").map((key) => [key, { n: key.length }] as const)); };
    await things.getMany(["a", "none"], read);
    expect([...(await things.getMany(["a", "bb", "none"], read)).keys()].sort()).toEqual(["a", "bb"]);
    expect(asked).toEqual([["a", "none"], ["bb", "none"]]);
    await expect(things.get("x", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
    expect(await things.get("x", async () => ({ n: 5 }))).toEqual({ n: 5 });
  });

  test("holds no more than it may, and nothing with an age of 0", async () => {
    const { things, read } = kept();
    for (const key of ["a", "b", "c", "d"]) await things.get(key, read);
    expect(["a", "b", "c", "d"].map((key) => things.peek(key) !== undefined)).toEqual([false, true, true, true]);
    const never = kept(0);
    await never.things.get("a", never.read);
    await Promise.all([never.things.get("a", never.read), never.things.get("a", never.read)]);
    expect(never.reads()).toBe(3);
  });
});
