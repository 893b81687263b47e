import { expect, test } from "vitest";
import { byKey, manyByKey, pagedByKey } from "../batch.ts";

test("byKey restores order and missing keys, and asks once for all", async () => {
  const asked: (readonly string[])[] = [];
  const loader = byKey({ load: async (keys: readonly string[]) => { asked.push(keys); return keys.filter((key) => key !== "c").toReversed().map((key) => ({ key })); }, keyOf: (value) => value.key });
  expect(await Promise.all(["b", "c", "a", "b"].map((key) => loader.load(key)))).toEqual([{ key: "b" }, null, { key: "a" }, { key: "b" }]);
  expect(asked).toEqual([["b", "c", "a"]]);
});

test("manyByKey groups, and what has nothing has an empty list", async () => {
  const loader = manyByKey({ load: async () => [{ key: "a", n: 1 }, { key: "b", n: 2 }, { key: "a", n: 3 }], keyOf: (value) => value.key });
  expect(await loader.loadMany(["a", "x", "b"])).toEqual([[{ key: "a", n: 1 }, { key: "a", n: 3 }], [], [{ key: "b", n: 2 }]]);
});

test("pagedByKey makes one statement per page that is asked for, not per key", async () => {
  const asked: unknown[] = [];
  const loader = pagedByKey({
    load: async (keys: readonly string[], limit: number, after: [string] | undefined) => { asked.push([keys, limit, after]); return keys.map((key) => ({ key, limit, after })); },
    keyOf: (value) => value.key,
  });
  const first = { limit: 5, after: undefined };
  const [a, b, again, later] = await Promise.all([{ key: "a", ...first }, { key: "b", ...first }, { key: "a", ...first }, { key: "a", limit: 5, after: ["x"] as [string] }].map((page) => loader.load(page)));
  expect(asked).toEqual([[["a", "b"], 5, undefined], [["a"], 5, ["x"]]]);
  expect([a, b, later].map((rows) => rows?.[0]?.key)).toEqual(["a", "b", "a"]);
  expect(again).toBe(a);
  expect(later?.[0]?.after).toEqual(["x"]);
});
