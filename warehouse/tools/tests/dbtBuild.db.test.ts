import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { changesSince } from "../../pipeline/changedTables.ts";
import { type BuildOutcome, createDbt, type Dbt } from "../dbt.ts";
import { dbtEnvironment } from "../dbtProfile.ts";
import { type PythonWorker, startPythonWorker } from "../worker.ts";
import { id, RawFixture, slotChecksums, standAt } from "./rawFixture.ts";

const BUSINESS = "2026-09-01T08:00:00Z";
const NEXT_DAY = "2026-09-02T00:00:00Z";

describe("dbt builds a slot", { timeout: 300_000 }, () => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let builder: Database;
  let loader: Database;
  let worker: PythonWorker;
  let dbt: Dbt;
  let raw: RawFixture;
  let stateDir: string;

  beforeAll(async () => {
    const shop = Database.open(databases.shop.config);
    builder = Database.open(databases.warehouse.as("martgraph_builder"));
    loader = Database.open(databases.warehouse.as("martgraph_loader"));
    raw = await RawFixture.create(shop, loader);
    await shop.close();
    await raw.fill();
    const connection = databases.warehouse.as("martgraph_builder");
    stateDir = await mkdtemp(join(tmpdir(), "martgraph-dbt-"));
    worker = startPythonWorker({ log: silentLog, env: dbtEnvironment(connection) });
    dbt = createDbt({ worker, connection, stateDir });
  });
  afterAll(async () => {
    await worker?.close();
    await builder?.close();
    await loader?.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  const expectBuilt = (outcome: BuildOutcome) => expect(outcome.ok ? "built" : outcome.reason).toBe("built");
  const rowsOf = async (text: string) => (await builder.raw(text)).rows;

  test("from nothing: exact amounts, charges, guests, refunds, and nothing that came after the cut", async () => {
    await raw.order(30, { order: 104, user: 1, placedAt: "2026-08-01T10:00:00Z", lines: [[6, 31, 1]] });
    await raw.order(999, { order: 107, user: 1, placedAt: "2026-08-30T10:00:00Z", lines: [[10, 31, 1]] });
    await standAt(builder, "a", { cut: 40, complete: 0, businessAsOf: BUSINESS });
    const nodes: string[] = [];
    const outcome = await dbt.build({ slot: "a", fullRefresh: true, onNode: ({ node }) => nodes.push(node) });
    expectBuilt(outcome);
    expect(nodes).toContain("model.martgraph.fct_orders");
    expect(outcome.nodes.filter(({ kind }) => kind === "unit_test")).toEqual([]);
    expect(await rowsOf("select number, customer_type, country, revenue, charges, total, units_sold, lines from marts_a.fct_orders order by number")).toEqual([
      { number: "101", customer_type: "REGISTERED", country: "United Kingdom", revenue: "12.840", charges: "4.500", total: "12.84", units_sold: 4n, lines: 3n },
      { number: "102", customer_type: "GUEST", country: "United Kingdom", revenue: "2.085", charges: "0", total: "2.09", units_sold: 1n, lines: 1n },
      { number: "103", customer_type: "REGISTERED", country: "United Kingdom", revenue: "4.170", charges: "0", total: "4.17", units_sold: 2n, lines: 1n },
      { number: "104", customer_type: "REGISTERED", country: "United Kingdom", revenue: "2.085", charges: "0", total: "2.09", units_sold: 1n, lines: 1n },
    ]);
    expect(await rowsOf("select sale_date, line_kind, customer_type, revenue, refunds from marts_a.agg_daily_sales where sale_date < '2026-03-01' order by 1, 2, 3, 4")).toEqual([
      { sale_date: "2026-02-01", line_kind: "CHARGE", customer_type: "REGISTERED", revenue: "4.500", refunds: "0" },
      { sale_date: "2026-02-01", line_kind: "PRODUCT", customer_type: "GUEST", revenue: "2.085", refunds: "0" },
      { sale_date: "2026-02-01", line_kind: "PRODUCT", customer_type: "REGISTERED", revenue: "2.085", refunds: "0" },
      { sale_date: "2026-02-01", line_kind: "PRODUCT", customer_type: "REGISTERED", revenue: "6.255", refunds: "0" },
      { sale_date: "2026-02-03", line_kind: "PRODUCT", customer_type: "REGISTERED", revenue: "0", refunds: "2.085" },
    ]);
    expect(await rowsOf("select user_id, review_count, wishlist_size from marts_a.dim_customers order by 1")).toEqual([1, 2].map((n) => ({ user_id: id(n), review_count: 1n, wishlist_size: 1n })));
    expect(await rowsOf("select as_of_date, user_id, churned from features_a.customer_churn_features where as_of_date in ('2026-06-02', '2026-05-03') order by 1, 2")).toEqual([
      { as_of_date: "2026-05-03", user_id: id(1), churned: true },
      { as_of_date: "2026-06-02", user_id: id(1), churned: false },
      { as_of_date: "2026-06-02", user_id: id(2), churned: true },
    ]);
  });

  test("the serving role reads marts and features of the slot and nothing beneath them", async () => {
    const serving = Database.open(databases.warehouse.as("martgraph_serving"));
    try {
      await expect(serving.raw("select count(*) from marts_a.fct_orders")).resolves.toMatchObject({ rowCount: 1 });
      await expect(serving.raw("select count(*) from features_a.customer_churn_features")).resolves.toMatchObject({ rowCount: 1 });
      await expect(serving.raw("select count(*) from staging_a.stg_shop__users")).rejects.toThrow(/permission denied/);
    } finally {
      await serving.close();
    }
  });

  test("increments with new, changed, moved and deleted rows, run twice and on the next business day, equal a build from nothing", async () => {
    // a later order; a state; a customer and a day that move; a deleted line; a deleted order; a late refund; a renamed product; products
    // that move to another category and to a vendor
    await raw.order(110, { order: 105, user: 2, placedAt: "2026-09-01T07:00:00Z", lines: [[7, 31, 5]], charge: 8 });
    await raw.change("orders__orders", 111, id(103), { state: "CANCELLED" });
    await raw.change("orders__orders", 111, id(105), { currency: "EUR" });
    await raw.change("orders__orders", 112, id(102), { user_id: id(2), placed_at: "2026-03-01T11:00:00Z" });
    await raw.remove("orders__order_lines", 113, id(202));
    await raw.change("orders__orders", 113, id(101), { total_units: 1075 });
    await raw.order(114, { order: 106, user: 1, placedAt: "2026-04-01T10:00:00Z", lines: [[9, 32, 1]] });
    await raw.remove("orders__order_lines", 115, id(209));
    await raw.remove("orders__orders", 115, id(106));
    await raw.change("orders__refund_lines", 116, id(302), { quantity: 2 });
    await raw.change("catalog__products", 117, id(31), { name: "Renamed", vendor_id: id(71) });
    await raw.add("users__vendors", 117, [{ id: id(71), slug: "potter", name: "Potter", is_synthetic: false, created_at: "2026-08-31T00:00:00Z" }]);
    await raw.add("catalog__categories", 117, [{ id: id(22), slug: "garden", name: "Garden" }]);
    await raw.change("catalog__products", 117, id(32), { category_id: id(22) });
    await raw.remove("orders__order_lines", 118, id(206));
    await raw.remove("orders__orders", 118, id(104));
    // an event late, one that goes, one whose visit came by another way, and the purchase of an order of nobody known
    await raw.add("events__behaviour_events", 119, [
      { id: id(707), session_id: id(72), type: "ADD_TO_CART", product_id: id(31), occurred_at: "2026-02-01T10:45:00Z", is_synthetic: false },
      { id: id(708), session_id: id(73), user_id: id(2), type: "PURCHASE", order_id: id(105), channel: "AFFILIATE", occurred_at: "2026-09-01T07:00:00Z", is_synthetic: false },
    ]);
    await raw.remove("events__behaviour_events", 119, id(706));
    await raw.change("events__behaviour_events", 119, id(701), { channel: "PAID_SEARCH", source: "google" });

    await standAt(builder, "a", { cut: 120, complete: 40, businessAsOf: BUSINESS, completeAsOf: BUSINESS });
    const changes = await changesSince(builder, "a", { pos: 120n, businessAsOf: new Date(BUSINESS) });
    expect(changes).toMatchObject({ arePastDaysSame: false });
    const increment = await dbt.build({ slot: "a", changes });
    expectBuilt(increment);
    const before = await slotChecksums(builder, "a");
    // The same changes once more, and a day that began.
    await standAt(builder, "a", { cut: 120, complete: 40, businessAsOf: NEXT_DAY, completeAsOf: BUSINESS });
    expectBuilt(await dbt.build({ slot: "a", changes: await changesSince(builder, "a", { pos: 120n, businessAsOf: new Date(NEXT_DAY) }) }));
    await standAt(builder, "b", { cut: 120, complete: 0, businessAsOf: NEXT_DAY });
    expectBuilt(await dbt.build({ slot: "b", fullRefresh: true }));

    const [merged, fresh] = [await slotChecksums(builder, "a"), await slotChecksums(builder, "b")];
    expect(Object.keys(fresh).length).toBe(76);
    expect(merged).toEqual(fresh);
    expect(merged["marts.fct_order_lines"]).toBe(before["marts.fct_order_lines"]);
    expect(merged["features.customer_churn_features"]).not.toBe(before["features.customer_churn_features"]);
    // Money of two currencies is not added: it is that of most orders, and every order counts.
    expect(await rowsOf(`select currency, monetary, monetary_365d, frequency from features_a.customer_churn_features where is_current and user_id = '${id(2)}'`)).toEqual([{ currency: "GBP", monetary: "6.255", monetary_365d: "6.255", frequency: 3n }]);
    expect(await rowsOf("select category, sum(revenue) as revenue from marts_a.agg_daily_category group by 1 order by 1")).toEqual([{ category: "Garden", revenue: "4.170" }, { category: "Kitchen", revenue: "18.765" }, { category: "Uncategorised", revenue: "0" }]);
    expect(await rowsOf("select vendor, sum(revenue) as revenue from marts_a.agg_daily_vendor group by 1")).toEqual([{ vendor: "Potter", revenue: "18.765" }]);
    expect(await rowsOf("select number, state, revenue, total, lines from marts_a.fct_orders order by number")).toEqual([
      { number: "101", state: "PAID", revenue: "10.755", total: "10.75", lines: 2n },
      { number: "102", state: "PAID", revenue: "2.085", total: "2.09", lines: 1n },
      { number: "103", state: "CANCELLED", revenue: "4.170", total: "4.17", lines: 1n },
      { number: "105", state: "PAID", revenue: "14.925", total: "14.93", lines: 2n },
    ]);
    expect(increment.nodes.find(({ name }) => name === "fct_order_lines")?.rows).toBeLessThan(10);
  });

  test("an erased person is in no table of a slot after its next build, though raw tells of them no more", async () => {
    const traces = async () => {
      const { rows } = await builder.raw<{ name: string }>("select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('marts_a', 'features_a')");
      const found: string[] = [];
      for (const { name } of rows) if ((await builder.raw(`select from ${name} t where t::text like '%${id(1)}%' limit 1`)).rowCount) found.push(name);
      return found.sort();
    };
    expect(await traces()).toEqual([
      "features_a.customer_churn_features", "features_a.customer_ltv_features", "features_a.fraud_order_features", "features_a.user_item_interactions", "marts_a.agg_customer_monthly",
      "marts_a.dim_customers", "marts_a.fct_attribution", "marts_a.fct_order_lines", "marts_a.fct_orders", "marts_a.fct_page_events", "marts_a.fct_refunds", "marts_a.fct_search_queries",
      "marts_a.fct_sessions", "marts_a.fct_touches", "marts_a.rpt_customer_360", "marts_a.rpt_customer_rfm", "marts_a.snap_customers",
    ]);
    const { rows: theirs } = await loader.raw<{ id: string }>("select distinct id from raw.orders__orders where user_id = $1 and _to_pos is null and _from_pos < 125", [id(1)]);
    // In the same increment, on the same business day: an order of an earlier day, other names, a product that leaves its vendor, and a shared order.
    await raw.order(125, { order: 108, user: 2, placedAt: "2026-06-01T10:00:00Z", lines: [[12, 32, 2]] });
    await raw.change("catalog__categories", 125, id(21), { name: "Kitchenware" });
    await raw.change("users__vendors", 125, id(71), { name: "Potters" });
    await raw.add("orders__vendor_orders", 125, [{ id: id(72), order_id: id(103), vendor_id: id(71), number: "103-1", currency: "GBP", exponent: 2, commission_bps: 1000, gross_units: 209, discount_units: 0, tax_included_units: 0, commission_units: 21, refunded_net_units: 0, reversed_units: 0, placed_at: "2026-05-20T10:00:00Z" }]);
    for (const order of theirs) await raw.change("orders__orders", 125, order.id, { user_id: null });
    await raw.change("orders__refunds", 125, id(301), { user_id: null });
    for (const event of [701, 702, 703, 704]) await raw.change("events__behaviour_events", 125, id(event), { user_id: null, search_text: null, order_id: null });
    await raw.change("users__users", 125, id(1), { email: "erased@erased.invalid", display_name: null, status: "ERASED" });
    // As capture scrubs it: every version.
    await loader.raw(`update raw.orders__orders set user_id = null where user_id = '${id(1)}'; update raw.orders__refunds set user_id = null where user_id = '${id(1)}';
      delete from raw.users__addresses where user_id = '${id(1)}'; delete from raw.users__consents where user_id = '${id(1)}'; delete from raw.users__sessions where user_id = '${id(1)}';
      delete from raw.catalog__wishlists where user_id = '${id(1)}'; update raw.catalog__reviews set user_id = null where user_id = '${id(1)}';
      update raw.events__behaviour_events set user_id = null, search_text = null, order_id = null where user_id = '${id(1)}'`);
    await standAt(builder, "a", { cut: 126, complete: 120, businessAsOf: NEXT_DAY });
    expectBuilt(await dbt.build({ slot: "a" }));
    expect(await traces()).toEqual([]);
    // Their stars stay, their wishes go.
    expect(await rowsOf("select slug, rating_average, review_count, wishlist_count from marts_a.dim_products order by slug")).toEqual([
      { slug: "product-31", rating_average: "4.500000", review_count: 2n, wishlist_count: 0n }, { slug: "product-32", rating_average: null, review_count: 0n, wishlist_count: 1n },
    ]);
    await standAt(builder, "b", { cut: 126, complete: 0, businessAsOf: NEXT_DAY });
    expectBuilt(await dbt.build({ slot: "b", fullRefresh: true }));
    expect(await slotChecksums(builder, "a")).toEqual(await slotChecksums(builder, "b"));
  });

  test("an increment that looks at what changed alone equals one that looks at everything", async () => {
    await raw.order(127, { order: 109, user: 2, placedAt: NEXT_DAY, lines: [[13, 31, 2]] });
    await raw.add("catalog__stock_movements", 127, [{ id: id(889), variant_id: id(41), warehouse_id: id(80), order_id: null, kind: "ADJUSTMENT", quantity: 5, occurred_at: NEXT_DAY, is_synthetic: false }]);
    await standAt(builder, "b", { cut: 128, complete: 126, businessAsOf: NEXT_DAY, completeAsOf: NEXT_DAY });
    const changes = await changesSince(builder, "b", { pos: 128n, businessAsOf: new Date(NEXT_DAY) });
    expect(changes).toMatchObject({ tables: expect.arrayContaining(["orders__orders", "orders__order_lines", "catalog__stock_movements"]), isNewDay: false, arePastDaysSame: true });
    const small = await dbt.build({ slot: "b", changes });
    expectBuilt(small);
    const made = new Set(small.nodes.map(({ name }) => name));
    for (const name of ["fct_orders", "fct_order_lines", "agg_daily_sales", "dim_customers", "fct_order_lines_rules", "order_lines_equal_raw"]) expect([...made], name).toContain(name);
    for (const name of ["fct_reviews", "fct_page_events", "dim_categories", "snap_vendors", "fct_reviews_rules", "customer_churn_features", "customer_ltv_features", "item_copurchase", "price_elasticity_panel", "product_demand_daily", "product_demand_daily_rules"]) expect([...made], name).not.toContain(name);
    await standAt(builder, "a", { cut: 128, complete: 126, businessAsOf: NEXT_DAY });
    const whole = await dbt.build({ slot: "a" });
    expectBuilt(whole);
    expect(small.nodes.length).toBeLessThan(whole.nodes.length * 0.8);
    expect(await slotChecksums(builder, "b")).toEqual(await slotChecksums(builder, "a"));
  });

  test("TESTS: a line without its order is named by the integrity test, and what stands before it is built", async () => {
    await raw.add("orders__order_lines", 130, [{ id: id(901), order_id: id(999), position: 1, variant_id: id(41), product_id: id(31), sku: "SKU-31", name: "Lost", quantity: 2, unit_amount: 100, exponent: 2 }]);
    await standAt(builder, "a", { cut: 130, complete: 126, businessAsOf: NEXT_DAY });
    const select = ["int_changed_orders", "fct_order_lines", "order_lines_equal_raw"];
    const outcome = await dbt.build({ slot: "a", select });
    expect(outcome).toMatchObject({ ok: false, kind: "TESTS" });
    expect(outcome.ok || outcome.reason).toContain("test order_lines_equal_raw: lines (expected 9, actual 8), revenue (expected 42.275, actual 40.275)");
    expect(outcome.nodes.find(({ name }) => name === "fct_order_lines")?.status).toBe("success");
    expect(await dbt.build({ slot: "a", select, hasRestPassed: true })).toMatchObject({ reason: expect.stringContaining("test order_lines_equal_raw: lines (expected 2, actual 1)") });
    await raw.remove("orders__order_lines", 131, id(901));
    await standAt(builder, "a", { cut: 131, complete: 126, businessAsOf: NEXT_DAY });
    expectBuilt(await dbt.build({ slot: "a", select }));
  });

  test("TESTS: where the rest has passed, rules look at the orders that changed alone; what all lines add up to is asked each time", async () => {
    const buildAt = async (cut: number, hasRestPassed: boolean) => {
      await standAt(builder, "a", { cut, complete: 131, businessAsOf: NEXT_DAY });
      const outcome = await dbt.build({ slot: "a", select: ["int_changed_orders", "fct_order_lines"], hasRestPassed });
      return outcome.ok ? "built" : outcome.reason;
    };
    const plant = (values: string) => builder.raw(`update marts_a.fct_order_lines set ${values} where order_id = '${id(103)}'`);
    await raw.change("orders__order_lines", 132, id(213), { quantity: 0 });
    expect(await buildAt(132, true)).toContain("test fct_order_lines_rules: quantity_positive (broken_rows 1)");
    await raw.change("orders__order_lines", 133, id(213), { quantity: 2 });
    await plant("quantity = -1");
    expect([await buildAt(133, true), await buildAt(133, false)]).toEqual(["built", expect.stringContaining("quantity_positive (broken_rows 1)")]);
    await plant("quantity = 2, amount = amount + 1");
    expect(await buildAt(133, true)).toContain("test orders_equal_raw: revenue");
    await plant("amount = amount - 1");
  });

  test("TESTS: a null that a contract forbids stops the model, in one line", async () => {
    await raw.change("orders__orders", 140, id(105), { number: null });
    await standAt(builder, "a", { cut: 140, complete: 131, businessAsOf: NEXT_DAY });
    const select = ["int_changed_orders", "fct_orders"];
    const outcome = await dbt.build({ slot: "a", select });
    expect(outcome).toMatchObject({ ok: false, kind: "TESTS" });
    expect(outcome.ok || outcome.reason).toMatch(/^model fct_orders: null value in column "number" of relation "fct_orders" violates not-null constraint/);
    expect(outcome.ok || outcome.reason).not.toMatch(/\n|compiled code|Failing row/);
    await raw.change("orders__orders", 141, id(105), { number: "105" });
    await standAt(builder, "a", { cut: 141, complete: 131, businessAsOf: NEXT_DAY });
    expectBuilt(await dbt.build({ slot: "a", select }));
  });

  test("days without stock are marked, also where stock alone changed later: increments equal a build from nothing", async () => {
    const select = ["int_changed_orders", "int_changed_products", "int_changed_stock", "stg_shop__variants", "fct_inventory_movements", "fct_inventory_daily", "product_demand_daily", "product_demand_daily_rules"];
    const checks = ["marts.fct_inventory_daily", "features.product_demand_daily"] as const;
    const moved = (n: number, variant: number, quantity: number, at: string) => ({ id: id(800 + n), variant_id: id(variant), warehouse_id: id(80), kind: "ADJUSTMENT", quantity, occurred_at: `${at}T10:00:00Z`, is_synthetic: false });
    let complete = 141;
    let position = 150;
    /** Builds slot a on, slot b from nothing, compares, and answers the days without stock of both products. */
    const buildOn = async (businessAsOf: string) => {
      await standAt(builder, "a", { cut: position, complete, businessAsOf });
      const outcome = await dbt.build({ slot: "a", select });
      expectBuilt(outcome);
      await standAt(builder, "b", { cut: position, complete: 0, businessAsOf });
      expectBuilt(await dbt.build({ slot: "b", select, fullRefresh: true }));
      const [merged, fresh] = [await slotChecksums(builder, "a"), await slotChecksums(builder, "b")];
      for (const name of checks) expect(merged[name], name).toBe(fresh[name]);
      complete = position;
      position += 10;
      const days = await rowsOf(`select product_id, count(*) as days, count(is_stocked_out) as counted, count(*) filter (where is_stocked_out) as out, max(demand_date) filter (where is_stocked_out) as last
                                   from features_a.product_demand_daily where currency = 'GBP' group by 1 order by 1`);
      return { rows: outcome.nodes.find(({ name }) => name === "product_demand_daily")?.rows, days: days.map(({ product_id, ...rest }) => [String(product_id).slice(-2), ...Object.values(rest)]) };
    };
    await raw.add("catalog__stock_movements", position - 1, [moved(1, 41, 2, "2026-07-01"), moved(2, 41, -2, "2026-08-10"), moved(3, 42, 5, "2026-08-20")]);
    const first = await buildOn(NEXT_DAY);
    expect(first.days).toEqual([["31", 91n, 63n, 23n, "2026-09-01"], ["32", 91n, 13n, 0n, null]]);
    // What comes today changes no day that is over, and makes nothing anew.
    await raw.add("catalog__stock_movements", position - 1, [moved(4, 41, 9, "2026-09-02")]);
    expect(await buildOn(NEXT_DAY)).toEqual({ rows: 0, days: first.days });
    // What is told late of an earlier day, without any sale, does.
    await raw.add("catalog__stock_movements", position - 1, [moved(5, 41, 1, "2026-08-15")]);
    const late = await buildOn(NEXT_DAY);
    expect(late.days).toEqual([["31", 91n, 63n, 5n, "2026-08-14"], ["32", 91n, 13n, 0n, null]]);
    expect(late.rows).toBe(92); // and the one day of the order in euros
    // A day that begins brings its row and takes the oldest; then so many days that none is left.
    expect((await buildOn("2026-09-03T08:00:00Z")).days).toEqual([["31", 91n, 64n, 5n, "2026-08-14"], ["32", 91n, 14n, 0n, null]]);
    expect((await buildOn("2027-01-05T08:00:00Z")).days).toEqual([["31", 91n, 91n, 0n, null], ["32", 91n, 91n, 0n, null]]);
    await raw.add("catalog__stock_movements", position - 1, Array.from({ length: 300 }, (_, n) => moved(1_000 + n, 42, 1, "2027-01-05")));
    expect((await buildOn("2027-01-05T09:00:00Z").then(() => rowsOf("select reltuples >= 300 as told from pg_class where oid = 'marts_a.fct_inventory_movements'::regclass")))[0], "an increment that changes a table's shape tells the planner").toEqual({ told: true });
  });

  test("unit tests pass", async () => {
    const outcome = await dbt.test({ slot: "a", select: ["test_type:unit"], unitTests: true });
    expectBuilt(outcome);
    expect(outcome.tests).toBeGreaterThanOrEqual(80);
  });

  test("ERROR: a missing table names the model that needs it", async () => {
    await loader.raw("alter table raw.orders__refunds rename to orders__refunds_gone");
    const outcome = await dbt.build({ slot: "b", select: ["stg_shop__refunds"] });
    await loader.raw("alter table raw.orders__refunds_gone rename to orders__refunds");
    expect(outcome).toMatchObject({ ok: false, kind: "ERROR" });
    expect(outcome.ok || outcome.reason).toContain('relation "raw.orders__refunds" does not exist');
    expect(outcome.ok || outcome.reason).not.toMatch(/Traceback|File "/);
  });
});
