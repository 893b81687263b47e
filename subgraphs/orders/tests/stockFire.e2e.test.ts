import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import { proofMode } from "#platform/config.ts";
import { sweepHolds } from "../commands/sweepHolds.ts";
import { findBreaches } from "../queries/audit/auditCheck.ts";
import { checks } from "../queries/audit/stock.ts";
import { createOrdersSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const VARIANTS = [1, 2, 3, 4].map(SMALL_SHOP.variant);
const ROUNDS = proofMode() ? 200 : 25;
const KILLED = proofMode() ? 10 : 2;

interface Told { what: "sold" | "back"; units: [variant: string, units: number][] }

/** A process that works on the stock; killed when it has told `killAfter` things. */
async function work(killAfter = Infinity): Promise<Told[]> {
  const settings = JSON.stringify({ config: slice.databases.shop.as("martgraph_orders"), variants: VARIANTS, callers: 8, rounds: ROUNDS });
  const child = spawn(process.execPath, [join(import.meta.dirname, "stockWorker.ts"), settings], { stdio: ["ignore", "pipe", "inherit"] });
  const told: Told[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    told.push(JSON.parse(line) as Told);
    if (told.length === killAfter) child.kill("SIGKILL");
  });
  await once(child, "close");
  return told;
}

const levels = async () => (await slice.owner.raw<{ id: string; on_hand: number; reserved: number }>(
  "select variant_id as id, on_hand::int, reserved::int from catalog.stock_levels where variant_id = any($1) order by variant_id", [VARIANTS])).rows;

test("processes hold, sell, let go and put back over three warehouses, some killed midway: the books are right and nothing stays held", async () => {
  await slice.owner.raw("insert into catalog.warehouses (code, name, priority) values ('EAST', 'East', 50), ('WEST', 'West', 150)");
  await slice.owner.raw("select catalog.move_stock(v, w.id, 150, 'RECEIVED', 'system', null, null) from unnest($1::uuid[]) v, catalog.warehouses w where not w.is_default", [VARIANTS]);
  await slice.owner.raw("update catalog.stock_levels set on_hand = 400 where variant_id = any($1)", [VARIANTS]);

  const ends = await Promise.all([work(), work(), ...Array.from({ length: KILLED }, (_, index) => work(3 + index * 4))]);

  const left = (await slice.owner.raw<{ left: number }>("select count(distinct reference_id)::int as left from catalog.reservations")).rows[0]?.left ?? 0;
  // Some were given up on purpose, so that there is something to sweep even where the kills left nothing.
  expect(left).toBeGreaterThan(0);
  const afterFire = await findBreaches(slice.owner, checks);
  expect(new Set(afterFire.map((breach) => breach.check))).toEqual(new Set(["no unit is held without a purchase under way"]));
  let swept = 0;
  for (let again = await sweepHolds({ db: slice.db, clocks: testClocks }); again > 0; again = await sweepHolds({ db: slice.db, clocks: testClocks })) swept += again;
  expect(swept).toBe(left);
  expect(await findBreaches(slice.owner, checks)).toEqual([]);

  // What was told stands: of what is gone at least the told, and nothing is gone that no movement tells of.
  const toldGone = new Map<string, number>();
  for (const { what, units } of ends.flat()) for (const [variant, count] of units) toldGone.set(variant, (toldGone.get(variant) ?? 0) + (what === "sold" ? count : -count));
  const { rows: movements } = await slice.owner.raw<{ id: string; gone: number }>(
    "select variant_id as id, -sum(quantity)::int as gone from catalog.stock_movements where kind in ('SALE', 'CANCELLED') and variant_id = any($1) group by 1 order by 1", [VARIANTS]);
  for (const { id, on_hand: onHand, reserved } of await levels()) {
    expect({ reserved, onHand }).toEqual({ reserved: 0, onHand: 400 - (movements.find((one) => one.id === id)?.gone ?? 0) });
    // A killed process may have done a little more than it came to tell, in either direction: at most what its eight callers had in hand.
    expect(Math.abs((movements.find((one) => one.id === id)?.gone ?? 0) - (toldGone.get(id) ?? 0))).toBeLessThanOrEqual(KILLED * 8 * 3);
  }
});

test("the sweep leaves what a purchase under way holds, and lets go what ended purchases left behind", async () => {
  const [live, dead] = ["01900009-0000-7000-8000-000000000001", "01900009-0000-7000-8000-000000000002"];
  const { rows: [cart] } = await slice.owner.raw<{ id: string }>("insert into orders.carts (currency, created_at, updated_at) values ('GBP', now(), now()) returning id");
  for (const [id, state] of [[live, "HELD"], [dead, "DECLINED"]] as const) {
    await slice.owner.raw("insert into orders.checkouts (id, cart_id, actor, idempotency_key, state, currency, total_units, exponent, lease_until) values ($1::uuid, $2, 'guest', $3, $3, 'GBP', 100, 2, now())", [id, cart?.id, state]);
    await slice.owner.raw("select catalog.reserve_stock($1, array[$2::uuid], array[1::bigint], '2020-01-01')", [id, VARIANTS[0]]);
  }
  await slice.owner.raw("select catalog.reserve_stock($1, array[$2::uuid], array[1::bigint], '2100-01-01')", ["01900009-0000-7000-8000-000000000003", VARIANTS[0]]);
  expect(await sweepHolds({ db: slice.db, clocks: testClocks })).toBe(1);
  expect((await slice.owner.raw<{ id: string }>("select reference_id as id from catalog.reservations order by 1")).rows.map((row) => row.id)).toEqual([live, "01900009-0000-7000-8000-000000000003"]);
});

test("each check finds what it is there for", async () => {
  const plant = async (sql: string) => {
    const found: string[] = [];
    await slice.owner.tx(async (tx) => {
      // Past every trigger and constraint: as a defect would leave it.
      await tx.raw("set local session_replication_role = replica");
      await tx.raw(sql);
      found.push(...(await findBreaches(tx, checks)).map((breach) => breach.check));
      throw new Error("undo");
    }).catch((error: Error) => { if (error.message !== "undo") throw error; });
    return found;
  };
  const variant = `'${VARIANTS[3]}'`;
  await slice.owner.raw("select catalog.release_stock(reference_id) from (select distinct reference_id from catalog.reservations) r");
  expect(await plant("select 1")).toEqual([]);
  expect(await plant(`update catalog.stock_levels set on_hand = on_hand - 1 where variant_id = ${variant}`)).toEqual(["the total of a variant is the sum over its warehouses"]);
  expect(await plant(`update catalog.inventory_levels set reserved = reserved + 1 where variant_id = ${variant}; update catalog.stock_levels set reserved = reserved + 3 where variant_id = ${variant}`))
    .toEqual(["what is reserved in a warehouse is the sum of its holds", "what is reserved in a warehouse is the sum of its holds", "what is reserved in a warehouse is the sum of its holds"]);
  expect(await plant(`alter table catalog.inventory_levels drop constraint level_not_oversold; update catalog.inventory_levels set on_hand = -1 where variant_id = ${variant}`))
    .toContain("no number of units is below zero, and no more is held than is there");
  expect(await plant(`alter table catalog.stock_movements disable trigger user; delete from catalog.stock_movements where variant_id = ${variant} and kind = 'RECEIVED'`))
    .toContain("what is on hand in a warehouse is the sum of its booked movements");
  expect(await plant(`insert into catalog.reservations values ('01900009-0000-7000-8000-00000000000a', ${variant}, 1, now(), (select id from catalog.warehouses where is_default))`))
    .toContain("no unit is held without a purchase under way");
  expect(await plant(`insert into orders.orders (id, number, state, currency, placed_at, total_units, exponent, source) values ('01900009-0000-7000-8000-00000000000b', 'X1', 'PAID', 'GBP', now(), 1, 2, 'API');
    insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent) values ('01900009-0000-7000-8000-00000000000b', 1, ${variant}, ${variant}, 'X', 'X', 2, 1, 2)`))
    .toEqual(["what an order took from stock is what it sold"]);
  expect(await plant(`select catalog.restock('01900009-0000-7000-8000-00000000000c', array[${variant}::uuid], array[2::bigint])`)).toEqual(["no more units of an order came back than were taken"]);
});
