import { beforeEach, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", (deps) => createCatalogSubgraph(deps));
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
const root = person(SMALL_SHOP.root, "ADMIN");
const variantId = (n: number) => encodeId("var", SMALL_SHOP.variant(n));
const HOUR = 3_600_000;

const RECORD = "id amount { amount currency exponent } compareAt { amount } validFrom validTo state isTemporary list { code } variant { sku }";
const REFUSED = "... on UserError { code message path }";
const SET = `mutation ($input: PriceSetInput!) { priceSet(input: $input) { __typename ... on PriceSetSuccess { price { ${RECORD} } } ${REFUSED} ... on VariantNotFound { variantId } } }`;
const SCHEDULE = `mutation ($input: PriceScheduleInput!) { priceSchedule(input: $input) { __typename ... on PriceScheduleSuccess { price { ${RECORD} } } ${REFUSED} ... on PriceOverlap { price { ${RECORD} } } ... on TooManyPlannedPrices { limit } } }`;
const CANCEL = `mutation ($input: PriceCancelInput!) { priceCancel(input: $input) { __typename ... on PriceCancelSuccess { price { ${RECORD} } } ${REFUSED} ... on PriceInForce { price { ${RECORD} } } } }`;
const LIST = `mutation ($input: PriceListUpsertInput!) { priceListUpsert(input: $input) { __typename ... on PriceListUpsertSuccess { priceList { id code name currency activeFrom activeTo version } } ${REFUSED} ... on VersionConflict { expected actual } ... on TooManyPriceLists { limit } } }`;

const run = async (mutation: string, field: string, input: object, viewer: Viewer = root) => {
  const { data, errors } = await slice.graph.as(viewer).run(mutation, { input });
  expect(errors).toBeUndefined();
  return data[field];
};
const set = (n: number, amount: string, more: object = {}, viewer?: Viewer) => run(SET, "priceSet", { variantId: variantId(n), currency: "GBP", amount, ...more }, viewer);
const schedule = (n: number, amount: string, from: number, to: number | null, more: object = {}, viewer?: Viewer) =>
  run(SCHEDULE, "priceSchedule", { variantId: variantId(n), currency: "GBP", amount, validFrom: inHours(from), ...(to !== null && { validTo: inHours(to) }), ...more }, viewer);
const cancel = (priceId: string, viewer?: Viewer) => run(CANCEL, "priceCancel", { priceId }, viewer);
const upsert = (input: object) => run(LIST, "priceListUpsert", input);

/** Business time of the test: hours from when its shop was last put back. */
let start = Date.now();
let shift = 0;
const inHours = (hours: number) => new Date(start + hours * HOUR).toISOString();
/** Lets time pass. */
async function toHour(hours: number) {
  shift += start + hours * HOUR - (Date.now() + shift);
  await slice.owner.raw("update platform.clock set offset_ms = $1", [Math.round(shift)]);
}
const priceOf = async (n: number, args = "") => (await slice.graph.run(`{ variant(id: "${variantId(n)}") { price${args} { amount { amount } compareAt { amount } lowest30Days { amount } validUntil list { code } } } }`)).data["variant"].price;
const amountOf = async (n: number, args = "") => (await priceOf(n, args))?.amount.amount;

beforeEach(async () => {
  // Each test has its own day, far from the others'.
  start = Math.ceil(Date.now() + shift + 1_000 * HOUR);
  await toHour(0);
});

describe("priceSet", () => {
  test("PriceSetSuccess: the price holds at once wherever it is asked for, the one before stays in the history, the product is told of", async () => {
    const answer = await set(1, "3.2500", { compareAt: "4" }, vera);
    expect(answer).toMatchObject({ __typename: "PriceSetSuccess", price: { amount: { amount: "3.25", currency: "GBP", exponent: 2 }, compareAt: { amount: "4.00" }, validTo: null, state: "IN_FORCE", isTemporary: false, list: null, variant: { sku: "85121A" } } });
    expect(await priceOf(1)).toMatchObject({ amount: { amount: "3.25" }, compareAt: { amount: "4.00" }, validUntil: null });
    const { rows } = await slice.owner.raw("select unit_amount::int, exponent from catalog.sellable_variants where variant_id = $1 and currency = 'GBP'", [SMALL_SHOP.variant(1)]);
    expect(rows).toEqual([{ unit_amount: 325, exponent: 2 }]);
    const { data } = await slice.graph.as(vera).run(`{ variant(id: "${variantId(1)}") { priceHistory(first: 2) { nodes { amount { amount } state validTo } } } }`);
    expect(data["variant"].priceHistory.nodes).toMatchObject([{ amount: { amount: "3.25" }, state: "IN_FORCE", validTo: null }, { amount: { amount: "1.50" }, state: "ENDED", validTo: answer.price.validFrom }]);
    const events = (await slice.owner.raw<{ type: string; payload: Record<string, unknown> }>("select type, payload from platform.outbox order by event_id desc limit 2")).rows;
    expect(events.map((event) => event.type).sort()).toEqual(["PriceChanged", "ProductChanged"]);
    expect(events.find((event) => event.type === "PriceChanged")?.payload).toMatchObject({ change: "SET", amount: "3.25", compareAt: "4.00", validTo: null, priceListId: null });
    const log = (await slice.owner.raw("select action, target_kind, target_id, actor_id, details->>'amount' as amount from platform.audit_log order by id desc limit 1")).rows;
    expect(log).toEqual([{ action: "priceSet", target_kind: "variant", target_id: SMALL_SHOP.variant(1), actor_id: SMALL_SHOP.vera, amount: "3.25" }]);
  });

  test("the same price again changes and tells nothing", async () => {
    const first = await set(2, "7.77");
    const before = (await slice.owner.raw("select count(*)::int as n from platform.outbox")).rows;
    expect((await set(2, "7.770")).price.id).toBe(first.price.id);
    expect((await slice.owner.raw("select count(*)::int as n from platform.outbox")).rows).toEqual(before);
  });

  test("VariantNotFound for another vendor's, for none, and for an id of another kind", async () => {
    for (const id of [variantId(2), variantId(99), encodeId("prd", SMALL_SHOP.variant(1)), "1 or 1=1", "\0", "\ud800"]) {
      expect(await set(1, "1", { variantId: id }, vera)).toMatchObject({ __typename: "VariantNotFound", path: ["input", "variantId"], variantId: id });
    }
    expect((await set(6, "9.50", {}, vera)).__typename).toBe("PriceSetSuccess");
  });

  test.each([[{ amount: "-1" }, "amount"], [{ amount: "999999999999999" }, "amount"], [{ amount: "1000000000000.000001" }, "amount"], [{ currency: "XXX" }, "currency"], [{ currency: "ZZZ" }, "currency"], [{ compareAt: "2" }, "compareAt"], [{ compareAt: "-3" }, "compareAt"]])(
    "InvalidValue: %j is refused and changes nothing", async (input, field) => {
      const before = await priceOf(3);
      expect(await set(3, "2", input)).toMatchObject({ __typename: "InvalidValue", code: "INVALID_VALUE", path: ["input", field] });
      expect(await priceOf(3)).toEqual(before);
    });
  test.each(["1e9", "NaN", "0x1", "", "1.1234567", "1' or '1'='1"])("%j is no decimal at all", async (amount) => {
    expect((await slice.graph.as(root).run(SET, { input: { variantId: variantId(3), currency: "GBP", amount } })).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });
  test.each(["gbp", "GB", "GBP'; drop table catalog.prices; --"])("%j is no currency code at all", async (currency) => {
    expect((await slice.graph.as(root).run(SET, { input: { variantId: variantId(3), currency, amount: "1" } })).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });

  test("PriceListNotFound for a list that there is not", async () => {
    for (const list of ["NOSUCH", "lower", "", "A\0", "X".repeat(5_000)]) expect(await set(2, "1", { list })).toMatchObject({ __typename: "PriceListNotFound", path: ["input", "list"] });
  });

  test("many at once: each is heard, one price holds at any moment, and it is the last one's", async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, (_, n) => set(4, `${n + 1}.00`)));
    expect(answers.every((answer) => answer.__typename === "PriceSetSuccess")).toBe(true);
    const { rows } = await slice.owner.raw("select unit_amount::int as units, valid_from, valid_to from catalog.prices where variant_id = $1 and currency = 'GBP' order by valid_from", [SMALL_SHOP.variant(4)]);
    expect(rows).toHaveLength(25);
    for (const [index, row] of rows.entries()) expect(row["valid_to"]).toEqual(rows[index + 1]?.["valid_from"] ?? null);
    expect(await amountOf(4)).toBe((Number(rows.at(-1)?.["units"]) / 100).toFixed(2));
  });
});

describe("priceSchedule", () => {
  test("PriceScheduleSuccess: a sale begins and ends by time alone, in every reader, and the price before goes on", async () => {
    await set(5, "5.50");
    const answer = await schedule(5, "4.40", 1, 3, { compareAt: "5.50" });
    expect(answer).toMatchObject({ __typename: "PriceScheduleSuccess", price: { state: "PLANNED", isTemporary: true, validFrom: inHours(1), validTo: inHours(3) } });
    // What is planned is nobody's business: not until when the present price holds, either.
    expect(await priceOf(5)).toMatchObject({ amount: { amount: "5.50" }, validUntil: null, compareAt: null });
    const everywhere = async () => {
      const { data } = await slice.graph.run(`{ product(id: "${encodeId("prd", SMALL_SHOP.product(5))}") { price { amount { amount } } variants { nodes { price { amount { amount } } prices { amount { amount } } } } }
        cheap: products(filter: { ids: ["${encodeId("prd", SMALL_SHOP.product(5))}"], priceMax: "4.50" }, sort: PRICE_LOW) { totalCount nodes { id } facets { prices { min } } } }`);
      const sold = (await slice.owner.raw("select unit_amount::int as units from catalog.sellable_variants where variant_id = $1 and currency = 'GBP'", [SMALL_SHOP.variant(5)])).rows;
      const [variant] = data["product"].variants.nodes;
      return [data["product"].price.amount.amount, variant.price.amount.amount, variant.prices[0].amount.amount, sold[0]?.["units"], data["cheap"].nodes.length, data["cheap"].totalCount, data["cheap"].facets.prices[0].min];
    };
    expect(await everywhere()).toEqual(["5.50", "5.50", "5.50", 550, 0, 0, "5"]);
    await toHour(1);
    expect(await everywhere()).toEqual(["4.40", "4.40", "4.40", 440, 1, 1, "2"]);
    expect(await priceOf(5)).toEqual({ amount: { amount: "4.40" }, compareAt: { amount: "5.50" }, lowest30Days: { amount: "5.50" }, validUntil: inHours(3), list: null });
    await toHour(3);
    expect(await everywhere()).toEqual(["5.50", "5.50", "5.50", 550, 0, 0, "5"]);
  });

  test("PriceOverlap: two with an end cannot share a time; the one in the way is named", async () => {
    const first = await schedule(1, "1.20", 10, 20, {}, vera);
    for (const [from, to] of [[10, 20], [5, 11], [19, 25], [5, 30], [12, 13]] as const) {
      expect(await schedule(1, "1.10", from, to, {}, vera)).toMatchObject({ __typename: "PriceOverlap", code: "PRICE_OVERLAP", price: { id: first.price.id, state: "PLANNED" } });
    }
    expect((await schedule(1, "1.30", 15, null, {}, vera)).__typename).toBe("PriceOverlap");
    for (const [from, to] of [[5, 10], [20, 25]] as const) expect((await schedule(1, "1.10", from, to, {}, vera)).__typename).toBe("PriceScheduleSuccess");
    await toHour(12);
    expect(await schedule(1, "1.10", 13, 14, {}, vera)).toMatchObject({ __typename: "PriceOverlap", price: { id: first.price.id, state: "IN_FORCE" } });
  });

  test("InvalidValue for a time that is over, that ends before it begins, or is too far ahead", async () => {
    for (const [from, to, field] of [[-1, null, "validFrom"], [0, null, "validFrom"], [2, 2, "validTo"], [2, 1, "validTo"], [24 * 365 * 6, null, "validFrom"], [1, 24 * 365 * 6, "validTo"]] as const) {
      expect(await schedule(2, "1", from, to)).toMatchObject({ __typename: "InvalidValue", path: ["input", field] });
    }
  });

  test("VariantNotFound, PriceListNotFound as for a price of now", async () => {
    expect((await schedule(2, "1", 1, null, {}, vera)).__typename).toBe("VariantNotFound");
    expect((await schedule(2, "1", 1, null, { list: "NOSUCH" })).__typename).toBe("PriceListNotFound");
  });

  test("TooManyPlannedPrices: a hundred of a variant wait, and no more", async () => {
    for (let n = 0; n < 100; n += 1) expect((await schedule(8, "1", 1 + n, null)).__typename).toBe("PriceScheduleSuccess");
    expect(await schedule(8, "1", 200, null)).toMatchObject({ __typename: "TooManyPlannedPrices", limit: 100 });
  });

  test("set and planned at once, many times: no two prices ever hold together, and nobody fails", async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => (n % 3 === 0 ? set(3, `${n + 1}`) : n % 3 === 1 ? schedule(3, `${n + 1}`, n + 1, n + 3) : schedule(3, `${n + 1}`, n + 40, null))));
    expect(new Set(answers.map((answer) => answer.__typename))).toEqual(new Set(["PriceSetSuccess", "PriceScheduleSuccess"]));
    const { rows } = await slice.owner.raw(`select a.id from catalog.prices a join catalog.prices b on b.variant_id = a.variant_id and b.currency = a.currency and b.id > a.id
      and tstzrange(b.valid_from, b.valid_to) && tstzrange(a.valid_from, a.valid_to) where a.price_list_id is not distinct from b.price_list_id`);
    expect(rows).toEqual([]);
    const planned = answers.filter((answer) => answer.__typename === "PriceScheduleSuccess").map((answer) => answer.price.id);
    const outcomes = await Promise.all([...planned, ...planned].map((id: string) => cancel(id)));
    expect(outcomes.filter((outcome) => outcome.__typename === "PriceCancelSuccess")).toHaveLength(planned.length);
    expect((await slice.owner.raw("select id from catalog.prices where variant_id = $1 and ends_at = 'infinity'", [SMALL_SHOP.variant(3)])).rows).toHaveLength(1);
  });
});

describe("priceCancel", () => {
  test("PriceCancelSuccess: it never comes, and the history does not know it", async () => {
    await set(2, "2.50");
    const { price } = await schedule(2, "1.00", 5, 6);
    expect(await cancel(price.id)).toMatchObject({ __typename: "PriceCancelSuccess", price: { id: price.id, state: "CANCELLED" } });
    const { data } = await slice.graph.as(root).run(`{ variant(id: "${variantId(2)}") { priceHistory { nodes { amount { amount } state validTo } } } }`);
    expect(data["variant"].priceHistory.nodes[0]).toEqual({ amount: { amount: "2.50" }, state: "IN_FORCE", validTo: null });
    await toHour(5.5);
    expect(await amountOf(2)).toBe("2.50");
  });

  test("PriceInForce once it has begun; PriceNotFound for none, for another vendor's, twice", async () => {
    const { price } = await schedule(2, "1.00", 5, 6);
    for (const id of [encodeId("var", SMALL_SHOP.variant(1)), encodeId("prc", SMALL_SHOP.variant(1)), "\0"]) expect((await cancel(id)).__typename).toBe("PriceNotFound");
    expect((await cancel(price.id, vera)).__typename).toBe("PriceNotFound");
    await toHour(5);
    expect(await cancel(price.id)).toMatchObject({ __typename: "PriceInForce", price: { id: price.id, state: "IN_FORCE" } });
    const later = await schedule(2, "1.00", 8, 9);
    expect([(await cancel(later.price.id)).__typename, (await cancel(later.price.id)).__typename]).toEqual(["PriceCancelSuccess", "PriceNotFound"]);
  });
});

describe("price lists", () => {
  test("PriceListUpsertSuccess: its prices stand before base prices while it is active, in its currency alone", async () => {
    expect(await upsert({ code: "TRADE", name: "Trade", currency: "GBP", activeFrom: inHours(1), activeTo: inHours(2) })).toMatchObject({ __typename: "PriceListUpsertSuccess", priceList: { code: "TRADE", version: 1 } });
    await set(2, "2.50");
    expect(await set(2, "1.75", { list: "TRADE" })).toMatchObject({ price: { list: { code: "TRADE" } } });
    expect(await set(2, "1.75", { list: "TRADE", currency: "EUR" })).toMatchObject({ __typename: "InvalidValue", path: ["input", "currency"] });
    const ask = async () => [await amountOf(2, '(list: "TRADE")'), await amountOf(2), await amountOf(1, '(list: "TRADE")') !== undefined, await amountOf(2, '(list: "no list")'),
      (await slice.graph.run(`{ product(id: "${encodeId("prd", SMALL_SHOP.product(2))}") { price(list: "TRADE") { amount { amount } list { code } } } }`)).data["product"].price];
    expect(await ask()).toEqual(["2.50", "2.50", true, "2.50", { amount: { amount: "2.50" }, list: null }]);
    await toHour(1);
    expect(await ask()).toEqual(["1.75", "2.50", true, "2.50", { amount: { amount: "1.75" }, list: { code: "TRADE" } }]);
    const { rows } = await slice.owner.raw("select unit_amount::int as units from catalog.sellable_variants where variant_id = $1 and currency = 'GBP'", [SMALL_SHOP.variant(2)]);
    expect(rows).toEqual([{ units: 250 }]);
    await toHour(2);
    expect((await ask())[0]).toBe("2.50");
  });

  test("VersionConflict, InvalidValue, and who may look", async () => {
    await upsert({ code: "SPRING", name: "Spring", currency: "EUR" });
    expect(await upsert({ code: "SPRING", name: "Late spring", expectedVersion: 7 })).toMatchObject({ __typename: "VersionConflict", expected: 7, actual: 1 });
    expect(await upsert({ code: "SPRING", name: "Late spring", expectedVersion: 1 })).toMatchObject({ priceList: { name: "Late spring", currency: "EUR", version: 2 } });
    for (const [input, field] of [[{ code: "no" }, "code"], [{ code: "A\0" }, "code"], [{ code: "NEW", currency: "EUR" }, "name"], [{ code: "NEW", name: "x" }, "currency"], [{ code: "NEW", name: "a\u202eb", currency: "EUR" }, "name"],
      [{ code: "NEW", name: "x", currency: "XTS" }, "currency"], [{ code: "SPRING", currency: "GBP" }, "currency"], [{ code: "NEW", name: "x", currency: "EUR", activeFrom: inHours(2), activeTo: inHours(2) }, "activeTo"]] as const) {
      expect(await upsert(input)).toMatchObject({ __typename: "InvalidValue", path: ["input", field] });
    }
    expect((await slice.graph.as(root).run("{ priceLists { nodes { code } } }")).data["priceLists"].nodes.length).toBeGreaterThan(1);
    for (const viewer of [vera, person(SMALL_SHOP.ada)]) expect((await slice.graph.as(viewer).run("{ priceLists { nodes { code } } }")).errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
  });

  test("TooManyPriceLists: a hundred, and no more", async () => {
    await slice.owner.raw("insert into catalog.price_lists (code, name, currency, created_at, updated_at) select 'L' || n, 'List', 'GBP', now(), now() from generate_series(1, 100 - (select count(*)::int from catalog.price_lists)) n");
    expect(await upsert({ code: "ONEMORE", name: "One more", currency: "GBP" })).toMatchObject({ __typename: "TooManyPriceLists", limit: 100 });
  });
});

test("a page of products with price, compare-at, lowest price of 30 days and list costs as many statements as one product", async () => {
  await slice.owner.raw("truncate catalog.prices");
  await slice.owner.raw("update catalog.price_lists set code = 'CHEAP' where code = 'L1'");
  await slice.owner.raw(`with p as (insert into catalog.products (slug, name, status, created_at, updated_at) select 'many-' || n, 'A many ' || n, 'ACTIVE', now(), now() from generate_series(1, 24) n returning id, slug),
    v as (insert into catalog.variants (product_id, sku, name, created_at) select id, upper(slug), slug, now() from p returning id, sku), l as (select id from catalog.price_lists where code = 'CHEAP')
    insert into catalog.prices (variant_id, currency, unit_amount, exponent, compare_at_amount, valid_from, price_list_id)
    select v.id, 'GBP', 500, 2, 600, '2011-03-01', k.list from v, (values (null::uuid), ((select id from l))) k (list)`);
  const ask = (first: number) => `{ products(first: ${first}) { nodes { price { amount { amount } compareAt { amount } lowest30Days { amount } validUntil list { code } } trade: price(list: "CHEAP") { amount { amount } lowest30Days { amount } list { code } }
    variants(first: 3) { nodes { prices { amount { amount } lowest30Days { amount } } price(list: "CHEAP") { amount { amount } list { code } } } } } } }`;
  const [few, many] = [await slice.graph.run(ask(2)), await slice.graph.run(ask(24))];
  expect(many.errors).toBeUndefined();
  expect(many.data["products"].nodes[20]).toMatchObject({ price: { compareAt: { amount: "6.00" }, lowest30Days: { amount: "5.00" } }, trade: { list: { code: "CHEAP" } } });
  expect(many.statements.length).toBeLessThanOrEqual(few.statements.length);
  expect(many.statements.length).toBeLessThanOrEqual(8);
});
