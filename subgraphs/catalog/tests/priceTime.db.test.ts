import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", (deps) => createCatalogSubgraph({ ...deps, keep: true }));
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
const root = person(SMALL_SHOP.root, "ADMIN");
const variantId = (n: number) => encodeId("var", SMALL_SHOP.variant(n));
const DAY = 86_400_000;

/** Writes a history over whatever there was: [days ago from, days ago to or null, pence]. */
async function history(n: number, periods: readonly (readonly [number, number | null, number])[], currency = "GBP") {
  const now = Date.now();
  const ago = (days: number | null) => (days === null ? null : new Date(now - days * DAY));
  await slice.owner.raw("truncate catalog.prices");
  for (const [from, to, units] of periods) {
    await slice.owner.raw("insert into catalog.prices (variant_id, currency, unit_amount, exponent, valid_from, valid_to) values ($1, $2, $3, 2, $4, $5)", [SMALL_SHOP.variant(n), currency, units, ago(from), ago(to)]);
  }
}
/** By another currency each time: what is kept of the last history is not asked for. */
const lowest = async (n: number, currency = "GBP") =>
  (await slice.graph.run(`{ variant(id: "${variantId(n)}") { prices { amount { amount currency } lowest30Days { amount } } } }`)).data["variant"].prices.find((one: { amount: { currency: string } }) => one.amount.currency === currency)?.lowest30Days.amount;

describe("the lowest price of 30 days", () => {
  test.each<[string, (readonly [number, number | null, number])[], string]>([
    ["of one price is that price", [[100, null, 500]], "5.00"],
    ["before a reduction is the lowest of the 30 days before it, not of those before now", [[100, 40, 700], [40, 20, 800], [20, null, 600]], "7.00"],
    ["a raise just before a reduction does not help: the price from before the raise counts", [[100, 12, 700], [12, 10, 1000], [10, null, 800]], "7.00"],
    ["a price that ended 31 days before the reduction does not count", [[100, 41, 300], [41, 10, 800], [10, null, 600]], "8.00"],
    ["a price that ended 29 days before the reduction counts", [[100, 39, 300], [39, 10, 800], [10, null, 600]], "3.00"],
    ["a price that was reduced again: of the 30 days before the last reduction", [[100, 20, 1000], [20, 10, 900], [10, null, 800]], "9.00"],
    ["a run of the same amount is one reduction, however it was written", [[100, 20, 1000], [20, 10, 800], [10, null, 800]], "10.00"],
    ["a price that went up is no reduction: the last 30 days, it included", [[100, 10, 500], [10, null, 800]], "5.00"],
    ["a price that went up long ago: itself", [[100, 31, 500], [31, null, 800]], "8.00"],
    ["the first price after a long time without any: itself", [[100, 60, 900], [10, null, 800]], "8.00"],
    ["behind a sale the price before goes on, and the sale counts", [[100, 10, 800], [10, 5, 600], [5, null, 800]], "6.00"],
    ["what is planned does not count", [[100, -1, 800], [-1, -2, 100], [-2, null, 800]], "8.00"],
  ])("%s", async (_name, periods, expected) => {
    await history(1, periods);
    expect(await lowest(1)).toBe(expected);
  });

  test("counts base prices alone, of the currency alone", async () => {
    await history(1, [[100, null, 800]]);
    const { rows: [list] } = await slice.owner.raw<{ id: string }>("insert into catalog.price_lists (code, name, currency, created_at, updated_at) values ('CHEAP', 'Cheap', 'GBP', now(), now()) returning id");
    await slice.owner.raw("insert into catalog.prices (variant_id, currency, unit_amount, exponent, valid_from, price_list_id) values ($1, 'GBP', 100, 2, now() - interval '10 days', $2), ($1, 'EUR', 100, 2, now() - interval '10 days', null), ($3, 'GBP', 100, 2, now() - interval '10 days', null)",
      [SMALL_SHOP.variant(1), list?.id, SMALL_SHOP.variant(2)]);
    expect(await lowest(1)).toBe("8.00");
    expect((await slice.graph.run(`{ variant(id: "${variantId(1)}") { price(list: "CHEAP") { amount { amount } lowest30Days { amount } } } }`)).data["variant"].price).toEqual({ amount: { amount: "1.00" }, lowest30Days: { amount: "1.00" } });
  });

  test("is what a reading of the definition day by day gives, for any history", async () => {
    const lengths = fc.tuple(fc.integer({ min: 5, max: 94 }), fc.array(fc.tuple(fc.nat(24), fc.integer({ min: 1, max: 4 })), { minLength: 95, maxLength: 95 }));
    for (const [first, steps] of fc.sample(lengths, { numRuns: 40, seed: 7 })) {
      const periods: [number, number | null, number][] = [];
      let day = first;
      while (day > 0) {
        const [length, price] = steps[periods.length] as [number, number];
        const next = Math.max(0, day - 1 - length);
        periods.push([day - 0.5, next === 0 ? null : next - 0.5, 100 * price]);
        day = next;
      }
      await history(1, periods);
      const on = (daysAgo: number) => periods.find(([from, to]) => from >= daysAgo && (to === null || to < daysAgo))?.[2];
      const present = on(0) as number;
      let since = 0;
      while (on(since + 1) === present) since += 1;
      const isReduced = (on(since + 1) ?? 0) > present;
      const days = Array.from({ length: 30 }, (_, n) => on(isReduced ? since + 1 + n : n)).filter((price) => price !== undefined);
      expect([periods, await lowest(1)]).toEqual([periods, (Math.min(...days, ...(isReduced ? [] : [present])) / 100).toFixed(2)]);
    }
  });
});

test("what is kept begins and ends on time: no reading in between, and never a moment with two prices or none", async () => {
  await history(2, [[10, null, 250]]);
  const { rows: [clock] } = await slice.owner.raw<{ at: Date }>("select date_trunc('milliseconds', clock_timestamp()) + interval '2500 milliseconds' as at");
  const begins = clock?.at as Date;
  const { data } = await slice.graph.as(root).run("mutation ($input: PriceScheduleInput!) { priceSchedule(input: $input) { __typename } }", { input: { variantId: variantId(2), currency: "GBP", amount: "1.10", validFrom: begins.toISOString(), validTo: new Date(begins.getTime() + 400).toISOString() } });
  expect(data["priceSchedule"].__typename).toBe("PriceScheduleSuccess");
  const ASK = '{ product(slug: "regency-cakestand") { price { amount { amount } } variants { nodes { price { amount { amount } } } } } }';
  const seen: string[] = [];
  // Read anew shortly before, then only looked at.
  while (Date.now() < begins.getTime() - 300) await sleep(20);
  await sleep(50);
  const first = await slice.graph.run(ASK);
  let statements = first.statements.length;
  while (Date.now() < begins.getTime() + 700) {
    const { data: answer, statements: asked } = await slice.graph.run(ASK);
    statements += asked.length;
    const [price, variant] = [answer["product"].price?.amount.amount, answer["product"].variants.nodes[0].price?.amount.amount];
    expect(variant).toBe(price);
    if (seen.at(-1) !== price) seen.push(price);
    await sleep(15);
  }
  expect(seen).toEqual(["2.50", "1.10", "2.50"]);
  // It was kept all the while: at most two readings in more than a second of looking.
  expect(statements).toBeLessThanOrEqual(2);
});

describe("the history", () => {
  test("cannot be changed: no amount, no past end, no deletion; only what has not begun goes", async () => {
    await history(1, [[100, 10, 700], [10, null, 800]]);
    for (const sql of ["update catalog.prices set unit_amount = 1", "update catalog.prices set valid_from = now()", "update catalog.prices set currency = 'EUR'", "truncate catalog.prices"]) await expect(slice.db.raw(sql)).rejects.toThrow("permission denied");
    for (const sql of ["delete from catalog.prices", "update catalog.prices set valid_to = now() - interval '1 day' where valid_to is null", "update catalog.prices set valid_to = null where unit_amount = 700",
      "update catalog.prices set valid_to = now() + interval '1 day' where unit_amount = 700"]) {
      await expect(slice.db.raw(sql)).rejects.toThrow(/in force/);
      await expect(slice.owner.raw(sql)).rejects.toThrow(/in force/);
    }
    await expect(slice.db.raw("insert into catalog.prices (variant_id, currency, unit_amount, exponent, valid_from) values ($1, 'GBP', 1, 2, now())", [SMALL_SHOP.variant(1)])).rejects.toThrow("prices_one_at_a_time");
  });

  test("is paged newest first without gap or repeat, and seen by the people of the vendor and of the shop alone", async () => {
    await history(1, Array.from({ length: 23 }, (_, n) => [50 - n, n === 22 ? null : 49 - n, 100 + n] as const));
    const read = async (viewer: Viewer | undefined, after: string | null = null, args = "") =>
      (viewer ? slice.graph.as(viewer) : slice.graph).run(`query ($after: String) { variant(id: "${variantId(1)}") { sku priceHistory(first: 10, after: $after${args}) { nodes { amount { minorUnits } } pageInfo { hasNextPage endCursor } } } }`, { after });
    const units: number[] = [];
    for (let after: string | null = null; ;) {
      const page: { nodes: { amount: { minorUnits: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = (await read(vera, after)).data["variant"].priceHistory;
      units.push(...page.nodes.map((one) => Number(one.amount.minorUnits)));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(units).toEqual(Array.from({ length: 23 }, (_, n) => 122 - n));
    for (const viewer of [root, person(SMALL_SHOP.sam, "SUPPORT")]) expect((await read(viewer)).data["variant"].priceHistory.nodes).toHaveLength(10);
    for (const viewer of [undefined, person(SMALL_SHOP.ada), { ...vera, vendorIds: [SMALL_SHOP.category] }]) expect((await read(viewer)).data["variant"]).toEqual({ sku: "85121A", priceHistory: null });
    for (const args of [', list: "CHEAP"', ', list: "no; such"', ", currency: \"EUR\""]) expect((await read(root, null, args)).data["variant"].priceHistory.nodes).toEqual([]);
  });
});
