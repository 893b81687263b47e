import { describe, expect, test } from "vitest";
import { canonicalValue } from "../canonicalValue.ts";
import { type CanonicalRow, compareRows } from "../compareRows.ts";
import { seeded } from "#platform/seeded.ts";

const compared = (key: string[], postgres: readonly CanonicalRow[], bigquery: readonly CanonicalRow[]) => compareRows(key, async (take) => postgres.forEach(take), async (take) => bigquery.forEach(take));
const row = (id: string, total: string | null) => new Map([["id", id], ["total", total]]);

describe("rows of two engines", () => {
  test("in another order are the same, by count and by hash", async () => {
    const found = await compared(["id"], [row("1", "2"), row("2", null)], [row("2", null), row("1", "2")]);
    expect(found).toMatchObject({ rows: { postgres: 2, bigquery: 2 }, differing: 0, differences: [] });
    expect(found.hash.postgres).toBe(found.hash.bigquery);
  });

  test("that differ are told with key, column and both values; null is not the text of nothing", async () => {
    const found = await compared(["id"], [row("1", "2"), row("2", null)], [row("1", "3"), row("2", "")]);
    expect(found.differences).toEqual([
      { key: '["1"]', column: "total", postgres: "2", bigquery: "3" },
      { key: '["2"]', column: "total", postgres: null, bigquery: "" },
    ]);
    expect(found.differing).toBe(2);
    expect(found.hash.postgres).not.toBe(found.hash.bigquery);
  });

  test("that one engine lacks are told for either side", async () => {
    expect((await compared(["id"], [row("1", "2")], [row("2", "2")])).differences).toEqual([
      { key: '["1"]', column: null, postgres: "there", bigquery: null },
      { key: '["2"]', column: null, postgres: null, bigquery: "there" },
    ]);
  });

  test("that stand twice in one engine and once in the other differ", async () => {
    expect(await compared(["id"], [row("1", "2")], [row("1", "2"), row("1", "2")])).toMatchObject({ differing: 1, differences: [{ key: '["1"]', column: null, postgres: null, bigquery: "there" }] });
    expect((await compared(["id"], [row("1", "2"), row("1", "2")], [row("1", "2")])).differing).toBe(1);
  });

  test("that have more differences than are shown are all counted", async () => {
    const many = Array.from({ length: 50 }, (_, n) => row(String(n), "1"));
    const found = await compared(["id"], many, []);
    expect(found.differing).toBe(50);
    expect(found.differences).toHaveLength(20);
  });

  test("are met whatever their number and order: of many thousands, those that were changed and no others", async () => {
    const random = seeded(3);
    const ours = Array.from({ length: 9_000 }, (_, n) => row(String(n), String(n % 7)));
    const changed = new Set([12, 7_000, 8_999]);
    const theirs = ours.map((one, n) => (changed.has(n) ? row(String(n), "other") : one)).map((one) => ({ one, place: random() })).sort((a, b) => a.place - b.place).map(({ one }) => one);
    const found = await compared(["id"], ours, theirs);
    expect(found).toMatchObject({ rows: { postgres: 9_000, bigquery: 9_000 }, differing: 3 });
    expect(found.differences.map(({ key }) => key).sort()).toEqual(['["12"]', '["7000"]', '["8999"]']);
    expect(found.hash.postgres).not.toBe(found.hash.bigquery);
    expect((await compared(["id"], ours, ours.toReversed())).hash).toEqual({ postgres: found.hash.postgres, bigquery: found.hash.postgres });
  });

  test("write equal values in one way", () => {
    expect(canonicalValue("2.50", "numeric")).toBe(canonicalValue("2.5", "numeric"));
    expect(canonicalValue("-0.00", "numeric")).toBe("0");
    expect(canonicalValue("2026-01-02 03:04:05.1+00", "timestamp with time zone")).toBe(canonicalValue("1767323045100000", "timestamptz"));
  });
});
