import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proofMode, seedSetting } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { createDbt, type Dbt } from "../../tools/dbt.ts";
import type { Manifest } from "../../tools/manifest.ts";
import { dbtEnvironment } from "../../tools/dbtProfile.ts";
import { id, RawFixture, slotChecksums, standAt } from "../../tools/tests/rawFixture.ts";
import { type PythonWorker, startPythonWorker } from "../../tools/worker.ts";
import { wishBackfill } from "../state.ts";

const BUSINESS = "2026-09-01T08:00:00Z";
/** Positions at which increments stand; what changes between two of them is drawn by chance. */
const CUTS = proofMode() ? [100, 200, 300, 400, 500, 600] : [100];
const SEED = seedSetting() ?? 7;
const WINDOWS = [["2026-05-01", "2026-08-01"], ["2026-02-01", "2026-04-01"]] as const;
/** What lies in a window, of every incremental model. */
const DAY_OF: Readonly<Record<string, string>> = {
  fct_orders: "placed_date", fct_order_lines: "placed_date", fct_order_status_changes: "changed_date",
  agg_daily_sales: "sale_date", agg_daily_category: "date_day", agg_daily_vendor: "date_day", agg_daily_country: "date_day", agg_half_hourly_country: "date_day", agg_daily_order_values: "date_day", agg_daily_country_customers: "date_day", agg_monthly_product: "month_start",
  fct_inventory_movements: "occurred_date", fct_inventory_daily: "stock_date",
  fct_page_events: "event_date", fct_search_queries: "search_date", fct_sessions: "session_date",
  user_item_interactions: "purchased_at", customer_churn_features: "as_of_date", customer_ltv_features: "as_of_date",
  product_demand_daily: "demand_date", price_elasticity_panel: "week_start", item_copurchase: "available_ts",
};

describe(`windows, increments and killed builds, seed ${SEED}`, { timeout: 1_800_000 }, () => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let builder: Database;
  let loader: Database;
  let worker: PythonWorker;
  let dbt: Dbt;
  let raw: RawFixture;
  let stateDir: string;
  let full: Record<string, string>;

  beforeAll(async () => {
    const shop = Database.open(databases.shop.config);
    builder = Database.open(databases.warehouse.as("martgraph_builder"));
    loader = Database.open(databases.warehouse.as("martgraph_loader"));
    raw = await RawFixture.create(shop, loader);
    await shop.close();
    await raw.fill();
    await raw.add("catalog__stock_movements", 10, [1, 2, 3].map((n) => ({ id: id(80 + n), variant_id: id(41), warehouse_id: id(80), kind: "INITIAL", quantity: n, occurred_at: `2026-0${n + 5}-10T10:00:00Z`, is_synthetic: false })));
    const connection = databases.warehouse.as("martgraph_builder");
    stateDir = await mkdtemp(join(tmpdir(), "martgraph-backfill-"));
    worker = startPythonWorker({ log: silentLog, env: dbtEnvironment(connection) });
    dbt = createDbt({ worker, connection, stateDir });
  }, 300_000);
  afterAll(async () => {
    await worker?.close();
    await builder?.close();
    await loader?.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  async function build(slot: "a" | "b", { killAfter, fullRefresh = false }: { killAfter?: number; fullRefresh?: boolean } = {}): Promise<string> {
    const kill = new AbortController();
    let nodes = 0;
    const onNode = () => {
      nodes += 1;
      if (nodes === killAfter) kill.abort(new Error("killed"));
    };
    try {
      const outcome = await dbt.build({ slot, fullRefresh, onNode, signal: kill.signal });
      return outcome.ok ? "built" : outcome.reason;
    } catch (error) {
      if (kill.signal.aborted) return "killed";
      throw error;
    }
  }

  test("increments over orders that come late, move between months, change, and go, each killed half-way and resumed, equal a build from nothing", async () => {
    const chance = mulberry(SEED);
    await standAt(builder, "a", { cut: 50, complete: 0, businessAsOf: BUSINESS });
    expect(await build("a", { fullRefresh: true })).toBe("built");
    let complete = 50;
    for (const cut of CUTS) {
      await drawChanges(raw, chance, complete, cut);
      await standAt(builder, "a", { cut, complete, businessAsOf: BUSINESS });
      // In the full proof at one node of each tenth; here at one that chance names.
      const kills = proofMode() ? Array.from({ length: 10 }, (_none, tenth) => tenth * 12 + 1) : [Math.floor(chance() * 60) + 1];
      for (const killAfter of cut === CUTS[0] ? kills : kills.slice(0, proofMode() ? 3 : 0)) {
        const ended = await build("a", { killAfter });
        expect(["killed", "built"], ended).toContain(ended);
      }
      expect(await build("a")).toBe("built");
      complete = cut;
    }
    await standAt(builder, "b", { cut: complete, complete: 0, businessAsOf: BUSINESS });
    expect(await build("b", { fullRefresh: true })).toBe("built");
    full = await slotChecksums(builder, "b");
    expect(await slotChecksums(builder, "a")).toEqual(full);
  });

  test("windows in any order mend what was damaged in them, rows that nothing stands behind too, and change nothing else", async () => {
    // Every table that keeps rows from one build to the next loses those of the windows; a new one has to be named here.
    const { nodes } = JSON.parse(await readFile(await dbt.parse("a"), "utf8")) as Manifest;
    const incremental = Object.values(nodes).filter(({ config }) => config.materialized === "incremental");
    expect(incremental.map(({ name }) => name).sort()).toEqual(Object.keys(DAY_OF).sort());
    for (const { name, schema } of incremental) {
      const day = DAY_OF[name] as string;
      for (const [from, to] of WINDOWS) await builder.raw(`delete from ${schema}.${name} where ${day} >= '${from}' and ${day} < '${to}'`);
    }
    expect(differing(await slotChecksums(builder, "a"), full).length).toBeGreaterThan(10);
    await builder.raw(`
      insert into marts_a.fct_inventory_movements select (jsonb_populate_record(m, jsonb_build_object('movement_id', '${id(997)}', 'occurred_date', '2026-07-31'))).* from marts_b.fct_inventory_movements m limit 1;
      insert into marts_a.fct_order_status_changes select (jsonb_populate_record(s, jsonb_build_object('order_id', '${id(998)}', 'changed_date', '2026-02-17'))).* from marts_b.fct_order_status_changes s limit 1;
      insert into marts_a.fct_page_events select (jsonb_populate_record(e, jsonb_build_object('event_id', '${id(996)}', 'visit_id', '${id(996)}', 'event_date', '2026-02-17'))).* from marts_b.fct_page_events e limit 1;
      insert into marts_a.fct_orders select (jsonb_populate_record(o, jsonb_build_object('order_id', '${id(998)}', 'number', 'ghost', 'placed_date', '2026-02-17'))).* from marts_b.fct_orders o limit 1;
      insert into marts_a.agg_daily_sales select (jsonb_populate_record(s, '{"sale_date": "2026-07-31", "country": "Nowhere"}')).* from marts_b.agg_daily_sales s limit 1`);
    expect(differing(await slotChecksums(builder, "a"), full)).not.toEqual([]);
    for (const [from, to] of proofMode() ? [...WINDOWS, ...WINDOWS.toReversed()] : WINDOWS) {
      await standAt(builder, "a", { cut: CUTS.at(-1) as number, complete: CUTS.at(-1) as number, businessAsOf: BUSINESS });
      await builder.execute(wishBackfill, [from, to]);
      // Sums over all days show what is still damaged in the other window: only the last one leaves all of it whole.
      await dbt.build({ slot: "a", exclude: ["resource_type:test"] });
      await builder.raw("update ops.slot_state set backfill_from = null, backfill_to = null");
    }
    expect(differing(await slotChecksums(builder, "a"), full)).toEqual([]);
  });

  test("wishes that wait become one window; half a window or one that ends before it begins is refused by the ledger", async () => {
    await builder.execute(wishBackfill, ["2026-05-01", "2026-06-01"]);
    await builder.execute(wishBackfill, ["2026-02-01", "2026-03-01"]);
    expect((await builder.raw("select slot, backfill_from, backfill_to from ops.slot_state where slot = 'a'")).rows).toEqual([{ slot: "a", backfill_from: "2026-02-01", backfill_to: "2026-06-01" }]);
    await expect(builder.raw("update ops.slot_state set backfill_to = null")).rejects.toThrow(/backfill_is_whole/);
    await builder.raw("update ops.slot_state set backfill_from = null, backfill_to = null");
    await expect(builder.execute(wishBackfill, ["2026-05-02", "2026-05-01"])).rejects.toThrow(/backfill_is_whole/);
  });
});

/** The tables in which two slots differ. */
const differing = (left: Record<string, string>, right: Record<string, string>) => Object.keys({ ...left, ...right }).filter((name) => left[name] !== right[name]);

/** New orders, many of months ago; orders that move to another month or person, change state, lose lines, or go; a restated refund. */
async function drawChanges(raw: RawFixture, chance: () => number, from: number, to: number): Promise<void> {
  const day = () => `2026-${String(1 + Math.floor(chance() * 8)).padStart(2, "0")}-${String(1 + Math.floor(chance() * 28)).padStart(2, "0")}T10:00:00Z`;
  const base = 10_000 + from * 100;
  const orders: { n: number; lines: number }[] = [];
  for (let count = 0; count < 12; count += 1) {
    const n = base + count;
    const lines = 1 + Math.floor(chance() * 3);
    await raw.order(from + 1 + count, {
      order: n, user: chance() < 0.3 ? null : 1 + Math.floor(chance() * 2), placedAt: day(),
      lines: Array.from({ length: lines }, (_none, index) => [n * 10 + index, chance() < 0.5 ? 31 : 32, 1 + Math.floor(chance() * 5)] as const),
    });
    orders.push({ n, lines });
  }
  let pos = from + 30;
  for (const { n, lines } of orders) {
    pos += 1;
    const luck = chance();
    if (luck < 0.25) await raw.change("orders__orders", pos, id(n), { placed_at: day() });
    else if (luck < 0.45) await raw.change("orders__orders", pos, id(n), { state: "CANCELLED", user_id: id(2) });
    else if (luck < 0.6) {
      for (let line = 0; line < lines; line += 1) await raw.remove("orders__order_lines", pos, id(200 + n * 10 + line));
      await raw.remove("orders__orders", pos, id(n));
    }
  }
  await raw.change("orders__refunds", pos + 1, id(301), { refunded_at: day() });
  if (pos + 1 >= to) throw new Error("the positions of one cut run into the next");
}

/** A small generator of numbers in [0, 1) from a seed. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
