import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { demoAccounts } from "../demoAccounts.ts";
import { fillGenerated, type GenerateReport } from "../generated/fillGenerated.ts";
import { assertSameData, describeShopData } from "../shopData.ts";

const databases = useTestDatabases({ shop: true });
let db: Database;
let report: GenerateReport;

beforeAll(async () => {
  db = Database.open(databases.shop.config);
  report = await fillGenerated({ db, seed: 5, size: "tiny", until: new Date() });
});
afterAll(() => db?.close());

const rows = async (sql: string) => (await db.raw(sql)).rows;

test("fills every part of the shop and says that it is synthetic", async () => {
  const [counts] = await rows(`select (select count(*) from orders.orders)::int as orders,
    (select count(*) from orders.order_lines)::int + (select count(*) from orders.order_charges)::int as lines,
    (select count(*) from events.behaviour_events where is_synthetic)::int as events, (select count(*) from orders.refunds)::int as refunds,
    (select count(*) from orders.orders where user_id is null)::int as guests`);
  expect(counts).toMatchObject({ orders: report.orders, lines: report.lines });
  for (const value of Object.values(counts!)) expect(value).toBeGreaterThan(0);
  expect(await describeShopData(db)).toMatchObject({ source: "GENERATED", isSynthetic: true, summary: report.summary });
});

test("gives the shop its country's taxes, included in the prices, and ways of delivery that say that their prices are made up", async () => {
  expect(await rows("select country_code, tax_class, rate_bps, is_included from orders.tax_rates where valid_to is null order by rate_bps desc")).toEqual([
    { country_code: "GB", tax_class: "standard", rate_bps: 2_000, is_included: true }, { country_code: "GB", tax_class: "reduced", rate_bps: 500, is_included: true },
    { country_code: "GB", tax_class: "zero", rate_bps: 0, is_included: true },
  ]);
  expect(await rows(`select z.name, (select count(*)::int from orders.shipping_zone_places p where p.zone_id = z.id) as places, string_agg(m.name, ', ' order by m.position) as methods
    from orders.shipping_zones z join orders.shipping_methods m on m.zone_id = z.id and m.description like '%synthetic%' group by z.id order by z.name`)).toEqual([
    { name: "Europe", places: 44, methods: "Standard, Express" }, { name: "United Kingdom", places: 4, methods: "Standard, Express" }, { name: "World", places: 1, methods: "Standard, Express" },
  ]);
  expect(await rows("select delivery_required from orders.pricing_rules")).toEqual([{ delivery_required: false }]);
});

test("the shop's clock is wall time, and nothing lies ahead of it", async () => {
  const [now] = await rows("select offset_ms::int, (select max(placed_at) < platform.business_now() from orders.orders) as past, (select max(occurred_at) < platform.business_now() from events.behaviour_events) as seen from platform.clock");
  expect(now).toEqual({ offset_ms: 0, past: true, seen: true });
});

test("totals are the sums of lines and charges, refunds stay within payments", async () => {
  expect(await rows(`select count(*)::int as wrong from orders.orders o where o.total_units <>
    (select coalesce(sum(amount_units), 0) from orders.order_lines l where l.order_id = o.id) + (select coalesce(sum(amount_units), 0) from orders.order_charges c where c.order_id = o.id)`)).toEqual([{ wrong: 0 }]);
  expect(await rows(`select count(*)::int as wrong from orders.payments p where p.refunded_units <> (select coalesce(sum(total_units), 0) from orders.refunds r where r.order_id = p.order_id)`)).toEqual([{ wrong: 0 }]);
});

test("every product has a variant, a price, a vendor, a category and a stock level", async () => {
  expect(await rows(`select count(*)::int as bare from catalog.products p where p.vendor_id is null or p.category_id is null or not exists
    (select from catalog.variants v join catalog.prices pr on pr.variant_id = v.id join catalog.stock_levels s on s.variant_id = v.id where v.product_id = p.id)`)).toEqual([{ bare: 0 }]);
});

test("a second filling is refused; generated data is what it holds", async () => {
  await expect(fillGenerated({ db, seed: 5, size: "tiny", until: new Date() })).rejects.toThrow(/--reset/);
  await assertSameData(db, { source: "GENERATED" });
  await expect(assertSameData(db, { path: "package.json" })).rejects.toThrow();
});

test("offers one account per role", async () => {
  expect(new Set(Object.values(await demoAccounts(db))).size).toBe(6);
});
