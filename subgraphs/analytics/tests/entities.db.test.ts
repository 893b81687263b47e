import { beforeAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { fillDailyAggregates } from "#platform/testing/dailyAggregates.ts";
import { fillTable } from "#platform/testing/slotTables.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { fillSmallMarts, MARTS } from "./smallMarts.ts";

const slice = usePublishedSlice(fillSmallMarts, (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));

const uuid = (kind: string, n: number) => `0192${kind}-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
/** Home holds Kitchen; the lantern and the cakestand are of Kitchen, the bunting of Home, the teapot of Other. */
const [HOME, KITCHEN, OTHER] = [uuid("0001", 1), uuid("0001", 2), uuid("0001", 3)];
const CROWD = Array.from({ length: 20 }, (_, n) => uuid("0002", n));
const QUIET = uuid("0003", 1);
const YEAR = { from: "2011-01-01", to: "2012-01-01" };
const seller = (...vendorIds: string[]): Viewer => ({ ...person(MARTS.bob, "VENDOR"), vendorIds });
const analyst = person(MARTS.bob, "ANALYST");

beforeAll(async () => {
  const customer = (user_id: string) => ({ user_id, email_sha256: "x", is_email_verified: true, country: "Unspecified", registered_at: "2010-01-01T00:00:00Z", orders: 0, revenue: 0, refunds: 0,
    agrees_to_marketing: false, agrees_to_personalisation: false, agrees_to_analytics: false, sessions: 0, wishlist_size: 0, review_count: 0 });
  await fillTable(slice.owner, "marts_a.dim_customers", [MARTS.ada, MARTS.bob, QUIET, ...CROWD].map(customer));
  const category = (category_id: string, name: string, parent_id: string | null) => ({ category_id, slug: name, name, parent_id, path: name, level: parent_id ? 2 : 1, root_id: parent_id ?? category_id, root: "x", products: 1, is_leaf: true });
  await fillTable(slice.owner, "marts_a.dim_categories", [category(HOME, "home", null), category(KITCHEN, "kitchen", HOME), category(OTHER, "other", null), ...CROWD.map((id, n) => category(id, `c${n}`, null))]);
  const within = (product_id: string, category_id: string, is_main = true) => ({ product_id, category_id, is_main, position: is_main ? 0 : 1 });
  await fillTable(slice.owner, "marts_a.bdg_product_categories", [within(MARTS.lantern, KITCHEN), within(MARTS.cakestand, KITCHEN), within(MARTS.bunting, HOME), within(MARTS.teapot, OTHER), within(MARTS.lantern, OTHER, false)]);
  // Columns that nothing here reads get what their type begins with.
  await slice.owner.raw(`do $$ declare c record; begin for c in select attname from pg_attribute where attrelid = 'marts_a.dim_vendors'::regclass and attnum > 0 and attnotnull and attname <> 'vendor_id'
    loop execute format('alter table marts_a.dim_vendors alter column %I drop not null', c.attname); end loop; end $$`);
  await fillTable(slice.owner, "marts_a.dim_vendors", [MARTS.vendor, MARTS.otherVendor, QUIET, ...CROWD].map((vendor_id) => ({ vendor_id })));
  // The lantern's lines were sold by its vendor, the bunting's of order 7 too: who owns a product today says nothing about then.
  await slice.owner.raw("update marts_a.fct_order_lines set vendor_id = case when product_id = $1 then $2::uuid when product_id = $3 then $4::uuid when currency = 'EUR' and product_id is not null then $2::uuid end",
    [MARTS.lantern, MARTS.vendor, MARTS.cakestand, MARTS.otherVendor]);
  await slice.owner.raw(`insert into marts_a.fct_vendor_orders (vendor_order_id, order_id, vendor_id, vendor, number, order_state, customer_type, country, currency, placed_at, placed_date, gross, discount, tax_included, net, commission_rate, commission, share, refunded_net, reversed)
    select gen_random_uuid(), order_id, vendor_id, 'x', '1', 'PAID', 'GUEST', 'x', currency, min(placed_at), min(placed_date), sum(amount), 0, 0, sum(amount), 0.2, sum(amount) * 0.2, sum(amount) * 0.8, 0, 0
      from marts_a.fct_order_lines where vendor_id is not null group by order_id, vendor_id, currency`);
  await fillDailyAggregates(slice.owner, "a");
});

const QUERY = `query ($refs: [_Any!]!, $range: DateRangeInput) { _entities(representations: $refs) {
  ... on User { analytics { orders firstOrderAt lastOrderAt money { currency orders revenue { amount } refunds { amount } ltvObserved { amount } } asOf isStale } }
  ... on Category { analytics(range: $range) { orders unitsSold revenue { amount currency } asOf } }
  ... on Vendor { analytics(range: $range) { orders unitsSold money { currency revenue { amount } net { amount } commission { amount } payout { amount } reversed { amount } } asOf } } } }`;
const PREFIX = { User: "usr", Category: "cat", Vendor: "ven" } as const;
type Kind = keyof typeof PREFIX;
const ask = (viewer: Viewer, kind: Kind, ids: readonly string[], range: object | null = YEAR) =>
  slice.graph.as(viewer).run(QUERY, { refs: ids.map((id) => ({ __typename: kind, id: encodeId(PREFIX[kind], id) })), range });
type Answer = Awaited<ReturnType<typeof ask>>;
const found = ({ data }: Answer) => (data["_entities"] as { analytics: unknown }[]).map((one) => one.analytics);
const codes = ({ errors }: Answer) => errors?.map((error) => [error.path?.[1], error.extensions?.["code"]]);
const own = ({ statements }: Answer) => statements.filter((name) => !name.startsWith("warehouse."));
const amount = (value: string) => ({ amount: value });

describe("a batch of 20", () => {
  test.each([["User", MARTS.ada, "userFigures"], ["Category", KITCHEN, "categoryFigures"], ["Vendor", MARTS.vendor, "vendorFigures"]] as const)("%s: one statement, each its own answer in its place", async (kind, known, statement) => {
    const ids = [...CROWD.slice(0, 10), known, ...CROWD.slice(10, 19)];
    const answer = await ask(analyst, kind, ids);
    expect(answer.errors).toBeUndefined();
    expect(own(answer)).toEqual([`analytics.${statement}_a`]);
    expect(found(answer).map((one) => (one as { orders: number }).orders)).toEqual(ids.map((id) => (id === known ? { User: 3, Category: 4, Vendor: 4 }[kind] : 0)));
  });

  test.each([["Category", "categoryFigures"], ["Vendor", "vendorFigures"]] as const)("%s without a range: the last 365 days, read once, still one statement", async (kind, statement) => {
    const answer = await ask(analyst, kind, CROWD, null);
    expect(answer.errors).toBeUndefined();
    expect(own(answer)).toEqual([`analytics.${statement}_a`]);
  });
});

describe("a person", () => {
  test("orders, refunds and what is left, each currency apart", async () => {
    expect(found(await ask(analyst, "User", [MARTS.bob, MARTS.ada, QUIET]))).toEqual([
      {
        orders: 3, firstOrderAt: "2011-01-10T10:00:00.000Z", lastOrderAt: "2011-12-09T10:00:00.000Z", asOf: MARTS.asOf, isStale: expect.any(Boolean),
        money: [
          { currency: "EUR", orders: 1, revenue: amount("50.00"), refunds: amount("0.00"), ltvObserved: amount("50.00") },
          { currency: "GBP", orders: 2, revenue: amount("45.375"), refunds: amount("15.00"), ltvObserved: amount("30.375") },
        ],
      },
      expect.objectContaining({ orders: 3, money: [{ currency: "GBP", orders: 3, revenue: amount("51.65"), refunds: amount("2.55"), ltvObserved: amount("49.10") }] }),
      { orders: 0, firstOrderAt: null, lastOrderAt: null, money: [], asOf: MARTS.asOf, isStale: expect.any(Boolean) },
    ]);
  });

  test("oneself and who may see people, nobody else", async () => {
    expect(found(await ask(person(MARTS.ada), "User", [MARTS.ada]))).toEqual([expect.objectContaining({ orders: 3 })]);
    expect(found(await ask(person(MARTS.bob, "SUPPORT"), "User", [MARTS.ada]))).toEqual([expect.objectContaining({ orders: 3 })]);
    const mixed = await ask(person(MARTS.ada), "User", [MARTS.ada, MARTS.bob]);
    expect([found(mixed)[1], codes(mixed)]).toEqual([null, [[1, "FORBIDDEN"]]]);
    for (const viewer of [person(MARTS.ada), seller(MARTS.vendor), GUEST]) {
      const refused = await ask(viewer, "User", [QUIET]);
      expect([found(refused), codes(refused), refused.statements]).toEqual([[null], [[0, viewer === GUEST ? "UNAUTHENTICATED" : "FORBIDDEN"]], []]);
    }
  });
});

describe("a category", () => {
  test("with what stands below it, by main category alone, equal to the products' own figures", async () => {
    expect(found(await ask(analyst, "Category", [HOME, KITCHEN, OTHER]))).toMatchObject([
      { orders: 6, unitsSold: "30", revenue: [{ amount: "50.00", currency: "EUR" }, { amount: "88.225", currency: "GBP" }] },
      { orders: 4, unitsSold: "10", revenue: [{ amount: "48.225", currency: "GBP" }] },
      { orders: 0, unitsSold: "0", revenue: [] },
    ]);
  });

  test("half-open days, the two of one request apart", async () => {
    const { data } = await slice.graph.as(analyst).run(
      `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Category { one: analytics(range: { from: "2011-01-03", to: "2011-01-09" }) { orders } two: analytics(range: { from: "2011-01-03", to: "2011-01-10" }) { orders } } } }`,
      { refs: [{ __typename: "Category", id: encodeId("cat", KITCHEN) }] });
    expect(data["_entities"]).toEqual([{ one: { orders: 1 }, two: { orders: 2 } }]);
  });

  test("is for analysts: sellers, customers and guests are refused before any statement", async () => {
    for (const viewer of [seller(MARTS.vendor), person(MARTS.ada), GUEST]) {
      const refused = await ask(viewer, "Category", [HOME]);
      expect([found(refused), refused.statements]).toEqual([[null], []]);
    }
  });
});

describe("a vendor", () => {
  const figures = { orders: 4, unitsSold: "17", money: [
    { currency: "EUR", revenue: amount("50.00"), net: amount("50.00"), commission: amount("10.00"), payout: amount("40.00"), reversed: amount("0.00") },
    { currency: "GBP", revenue: amount("17.85"), net: amount("17.85"), commission: amount("3.57"), payout: amount("14.28"), reversed: amount("0.00") },
  ] };

  test("its people see it, and it alone", async () => {
    const answer = await ask(seller(MARTS.vendor), "Vendor", [MARTS.otherVendor, MARTS.vendor, QUIET]);
    expect(found(answer)).toEqual([null, { ...figures, asOf: MARTS.asOf }, null]);
    expect(codes(answer)).toEqual([[0, "FORBIDDEN"], [2, "FORBIDDEN"]]);
    expect(found(await ask(analyst, "Vendor", [MARTS.vendor, QUIET]))).toMatchObject([figures, { orders: 0, unitsSold: "0", money: [] }]);
  });

  test("is the number that metricQuery tells the same people", async () => {
    const { data } = await slice.graph.as(seller(MARTS.vendor)).run(`{ metricQuery(metrics: ["revenue", "vendorPayout"], range: { from: "2011-01-01", to: "2012-01-01" }) { nodes { currency values { value } } } }`);
    expect((data["metricQuery"] as { nodes: { currency: string; values: { value: string }[] }[] }).nodes.map((node) => [node.currency, ...node.values.map((one) => Number(one.value))])).toEqual([["EUR", 50, 40], ["GBP", 17.85, 14.28]]);
  });

  test("membership without the permission, or the permission without membership, is not enough", async () => {
    for (const viewer of [{ ...person(MARTS.ada), vendorIds: [MARTS.vendor] }, seller(), person(MARTS.ada, "SUPPORT"), GUEST]) {
      const refused = await ask(viewer, "Vendor", [MARTS.vendor]);
      expect([found(refused), refused.statements]).toEqual([[null], []]);
    }
  });
});

describe.each(["User", "Category", "Vendor"] as const)("%s that nobody knows", (kind) => {
  test("is null for analysts; so is an id of another type or of none", async () => {
    const refs = [encodeId(PREFIX[kind], uuid("0009", 9)), encodeId("prd", MARTS.lantern), "x", ""].map((id) => ({ __typename: kind, id }));
    const { data, errors } = await slice.graph.as(analyst).run(QUERY, { refs, range: YEAR });
    expect([errors, (data["_entities"] as { analytics: unknown }[]).map((one) => one.analytics)]).toEqual([undefined, [null, null, null, null]]);
  });
});
