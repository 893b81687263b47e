import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proofMode } from "#platform/config.ts";
import { Database, type Tx } from "#platform/db/database.ts";
import { pointTo } from "#platform/testing/slotTables.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { generateShop } from "#shopdata/generated/generateShop.ts";
import { addDays } from "#warehouse/quality/robust.ts";
import { daysInPostgres } from "#warehouse/quality/daySource.ts";
import { watchBuild, type WatchReport } from "#warehouse/quality/watch.ts";

// The marts of a generated shop, as far as they are watched; a fault is planted in a transaction that is taken back.
const databases = useTestDatabases({ warehouse: true });
const DAYS = 110;
/** The last complete day. */
const LAST = "2026-03-05";
const CLEAN_BUILDS = proofMode() ? 100 : 10;
let owner: Database;
let builder: Database;

const noon = (day: string) => new Date(`${day}T12:00:00Z`);
async function publishAsOf(day: string): Promise<void> {
  const buildId = randomUUID();
  await pointTo(owner, { slot: "a", buildId, asOf: noon(day).toISOString(), businessAsOf: noon(day).toISOString() });
  await owner.raw("update ops.table_metric_draft set build_id = $1", [buildId]);
}
async function build(tx: Tx | Database, day: string, marts = "marts_b", more: { ordersChangedFrom?: string } = {}): Promise<WatchReport> {
  const buildId = randomUUID();
  await owner.raw("insert into ops.build (build_id, run_id, slot, cut_pos, cut_committed_at, business_as_of, state) values ($1, $1, 'b', 1, now(), $2, 'BUILDING')", [buildId, noon(day)]);
  return watchBuild(tx, { buildId, days: daysInPostgres(tx, marts), businessAsOf: noon(day), ...more });
}

beforeAll(async () => {
  owner = Database.open(databases.warehouse.config);
  builder = Database.open(databases.warehouse.as("martgraph_builder"));
  const shop = generateShop(3, "demo", new Date(`${addDays(LAST, 1)}T00:00:00Z`));
  const since = Date.parse(addDays(LAST, -DAYS - CLEAN_BUILDS));
  const orders = shop.orders.filter(({ at }) => at >= since).map(({ at, customer, country, lines }) => ({
    placed_date: new Date(at).toISOString().slice(0, 10), revenue: lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0) / 100, currency: "GBP",
    customer_type: customer === undefined ? "GUEST" : "REGISTERED", user_id: customer === undefined ? null : `00000000-0000-7000-8000-${String(customer).padStart(12, "0")}`, country_code: country === "Unspecified" ? null : "GB",
  }));
  await builder.raw(`create schema marts_b; create table marts_b.fct_orders (order_id uuid default uuidv7(), placed_date date, revenue numeric, currency text, customer_type text, user_id uuid, country_code text);
    create table marts_b.rpt_funnel_daily (visit_date date, visits bigint)`);
  await builder.raw(`insert into marts_b.fct_orders (placed_date, revenue, currency, customer_type, user_id, country_code)
    select * from jsonb_to_recordset($1::jsonb) as o (placed_date date, revenue numeric, currency text, customer_type text, user_id uuid, country_code text)`, [JSON.stringify(orders)]);
  await builder.raw("insert into marts_b.rpt_funnel_daily select placed_date, 10 * count(*) from marts_b.fct_orders group by 1");
}, 60_000);
afterAll(async () => {
  await builder?.close();
  await owner?.close();
});

/** What is found when the fault lies in the build after the one that published all days before the last. */
async function foundWith(sql: string, businessDay = addDays(LAST, 1), more: { ordersChangedFrom?: string } = {}): Promise<WatchReport> {
  let report: WatchReport | undefined;
  const takeBack = new Error("taken back");
  await builder.tx(async (tx) => {
    await tx.raw(sql);
    report = await build(tx, businessDay, "marts_b", more);
    throw takeBack;
  }).catch((error: unknown) => { if (error !== takeBack) throw error; });
  return report as WatchReport;
}

const NEW = `placed_date = date '${LAST}'`;
const OLD = `placed_date = date '${addDays(LAST, -6)}'`;
const COLUMNS = "placed_date, revenue, currency, customer_type, user_id, country_code";
const again = (where: string) => `insert into marts_b.fct_orders (${COLUMNS}) select ${COLUMNS} from marts_b.fct_orders where ${where}`;

/** Each with the check that must tell of it; `stops`: it keeps the build from being published. */
const FAULTS: readonly { fault: string; kind: string; stops: boolean; sql: string }[] = [
  { fault: "a published day was loaded twice", kind: "RESTATED", stops: true, sql: again(OLD) },
  { fault: "the whole history was loaded twice", kind: "RESTATED", stops: true, sql: again(`placed_date < date '${LAST}'`) },
  { fault: "the newest day was loaded four times", kind: "VOLUME", stops: false, sql: `${again(NEW)}; ${again(NEW)}` },
  { fault: "a published day is missing", kind: "RESTATED", stops: true, sql: `delete from marts_b.fct_orders where ${OLD}` },
  { fault: "a truncated file: half of a published day", kind: "RESTATED", stops: true, sql: `delete from marts_b.fct_orders where ${OLD} and order_id in (select order_id from marts_b.fct_orders where ${OLD} order by 1 limit (select count(*) * 0.6 from marts_b.fct_orders where ${OLD}))` },
  { fault: "the newest day is missing while visits go on", kind: "VOLUME", stops: true, sql: `delete from marts_b.fct_orders where ${NEW}` },
  { fault: "a late batch for an old day", kind: "LATE", stops: true, sql: again(OLD) },
  { fault: "cents for units in the newest day", kind: "VALUE", stops: true, sql: `update marts_b.fct_orders set revenue = revenue * 100 where ${NEW}` },
  { fault: "cents for units in published days", kind: "RESTATED", stops: true, sql: `update marts_b.fct_orders set revenue = revenue * 100 where ${OLD}` },
  { fault: "drifted prices in published days", kind: "RESTATED", stops: false, sql: `update marts_b.fct_orders set revenue = revenue * 1.3 where ${OLD}` },
  { fault: "wrong sign in the newest day", kind: "VALUE", stops: true, sql: `update marts_b.fct_orders set revenue = -revenue where ${NEW}` },
  { fault: "negative totals in published days", kind: "RESTATED", stops: true, sql: `update marts_b.fct_orders set revenue = -revenue where ${OLD}` },
  { fault: "currency mix", kind: "DISTRIBUTION", stops: true, sql: `update marts_b.fct_orders set currency = 'JPY' where ${NEW} and order_id not in (select order_id from marts_b.fct_orders where ${NEW} order by 1 limit 3)` },
  { fault: "null burst: the country is gone", kind: "NULLS", stops: true, sql: `update marts_b.fct_orders set country_code = null where ${NEW}` },
  { fault: "a join that lost most of the customers", kind: "NULLS", stops: true, sql: `update marts_b.fct_orders set user_id = null where ${NEW} and order_id not in (select order_id from marts_b.fct_orders where ${NEW} order by 1 limit 2)` },
  { fault: "swapped columns: the kind of customer holds the currency", kind: "DISTRIBUTION", stops: true, sql: `update marts_b.fct_orders set customer_type = currency, currency = customer_type where ${NEW}` },
  { fault: "a time zone that moves a day's orders to the next", kind: "RESTATED", stops: true, sql: `update marts_b.fct_orders set placed_date = placed_date + 1 where ${OLD}` },
  { fault: "a stale source: no rows for five days", kind: "FRESHNESS", stops: true, sql: `delete from marts_b.fct_orders where placed_date > date '${addDays(LAST, -5)}'` },
];

describe("what the days give away", () => {
  beforeAll(async () => {
    // The build before knew all days but the last.
    await builder.tx(async (tx) => {
      await tx.raw("create temporary table kept on commit drop as select * from marts_b.fct_orders where placed_date >= $1::date", [LAST]);
      await tx.raw("delete from marts_b.fct_orders where placed_date >= $1::date", [LAST]);
      const first = await build(tx, LAST);
      expect(first.report.success).toBe(true);
      await tx.raw("insert into marts_b.fct_orders select * from kept");
    });
    await publishAsOf(LAST);
  });

  test("nothing planted: nothing stops the build", async () => {
    expect((await foundWith("select 1")).anomalies.filter(({ severity }) => severity === "CRITICAL")).toEqual([]);
  });

  test("the days before those that are told one by one are read where an order of them changed, and no others", async () => {
    const kinds = async (sql: string, more: { ordersChangedFrom?: string }) => (await foundWith(sql, undefined, more)).anomalies.map(({ kind }) => kind);
    const old = again(`placed_date < date '${addDays(LAST, -80)}'`);
    expect(await kinds(old, {})).toContain("RESTATED");
    expect(await kinds(old, { ordersChangedFrom: addDays(LAST, -90) })).toContain("RESTATED");
    expect(await kinds(old, { ordersChangedFrom: OLD.slice(-11, -1) })).not.toContain("RESTATED");
    expect(await kinds(`delete from marts_b.fct_orders where ${OLD}`, { ordersChangedFrom: OLD.slice(-11, -1) })).toContain("RESTATED");
  });

  test.each(FAULTS)("$fault: $kind", async ({ kind, stops, sql }) => {
    const { anomalies, report } = await foundWith(sql);
    expect(anomalies.map((one) => `${one.relation} ${one.kind}`), anomalies.map(({ message }) => message).join("; ")).toContain(`fct_orders ${kind}`);
    expect(report.success).toBe(!stops);
    const words = report.suites.flatMap(({ checks }) => checks).filter(({ passed }) => !passed);
    expect(words.every(({ message }) => message !== null && /fct_orders|rpt_funnel_daily/.test(message))).toBe(true);
  });

  test("what a person accepted stops no build any more", async () => {
    const sql = `delete from marts_b.fct_orders where ${OLD}`;
    await owner.raw("insert into ops.anomaly_acceptance (relation, kind, day, reason) values ('fct_orders', 'RESTATED', $1, 'the day was a test')", [addDays(LAST, -6)]);
    const { report, anomalies } = await foundWith(sql);
    expect(report.success).toBe(true);
    expect(anomalies.find(({ kind }) => kind === "RESTATED")).toMatchObject({ isAccepted: true, severity: "CRITICAL" });
    await owner.raw("delete from ops.anomaly_acceptance");
  });
});

test(`no false stop in ${CLEAN_BUILDS} builds of successive generated days`, async () => {
  await owner.raw("truncate ops.table_metric, ops.table_metric_draft; delete from ops.pointer");
  await builder.raw("create schema marts_day");
  let warned = 0;
  for (let back = CLEAN_BUILDS; back > 0; back -= 1) {
    const day = addDays(LAST, 1 - back);
    // The shop as it stood at noon of this day.
    await builder.raw(`create or replace view marts_day.fct_orders as select * from marts_b.fct_orders where placed_date < date '${day}';
      create or replace view marts_day.rpt_funnel_daily as select * from marts_b.rpt_funnel_daily where visit_date < date '${day}'`);
    const { report, anomalies } = await build(builder, day, "marts_day");
    expect(report.success, `${day}: ${anomalies.map(({ message }) => message).join("; ")}`).toBe(true);
    warned += anomalies.length > 0 ? 1 : 0;
    await publishAsOf(day);
  }
  console.info(`${CLEAN_BUILDS} clean builds: none stopped, ${warned} with a warning`);
}, 120_000);
