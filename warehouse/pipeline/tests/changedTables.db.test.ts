import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { changesSince } from "../changedTables.ts";

const databases = useTestDatabases({ warehouse: true });
const COLUMNS = {
  orders__orders: "id int, placed_at timestamptz", orders__order_lines: "id int, order_id int", orders__order_charges: "id int, order_id int", orders__vendor_orders: "id int, order_id int",
  orders__refunds: "id int, refunded_at timestamptz", orders__refund_lines: "id int, refund_id int", orders__payments: "id int, order_id int",
  catalog__stock_movements: "id int, occurred_at timestamptz", catalog__stock_levels: "id int, updated_at timestamptz",
};
const [TODAY, EARLIER] = ["2026-03-02 00:00:00+00", "2026-03-01 23:59:59+00"];
const BUSINESS = new Date("2026-03-02T10:00:00Z");
let admin: Database;
let builder: Database;

beforeAll(async () => {
  admin = Database.open(databases.warehouse.config);
  builder = Database.open(databases.warehouse.as("martgraph_builder"));
  for (const [table, columns] of Object.entries(COLUMNS)) await admin.raw(`create table raw.${table} (${columns}, _op text, _from_pos bigint, _to_pos bigint); grant select on raw.${table} to martgraph_builder`);
  await admin.raw("update ops.slot_state set complete_pos = 10, complete_as_of = $1 where slot = 'a'", [TODAY]);
});
beforeEach(async () => {
  for (const table of Object.keys(COLUMNS)) await admin.raw(`truncate raw.${table}`);
  // 1 is of a day that is over, 2 of the business day
  await version("orders__orders", [1, EARLIER], 5);
  await version("orders__orders", [2, TODAY], 5);
  await version("orders__refunds", [1, EARLIER], 5);
  await version("orders__refunds", [2, TODAY], 5);
});
afterAll(async () => {
  await admin?.close();
  await builder?.close();
});

const version = (table: keyof typeof COLUMNS, values: readonly [number, number | string | null], from: number, to: number | null = null, op = "c") =>
  admin.raw(`insert into raw.${table} values ($1, $2, $3, $4, $5)`, [...values, op, from, to]);
const changes = () => changesSince(builder, "a", { pos: 20n, businessAsOf: BUSINESS });

test("of the business day alone: placed, moved on, given back, and what is no sale at all", async () => {
  expect(await changes()).toEqual({ tables: [], isNewDay: false, arePastDaysSame: true });
  await version("orders__orders", [3, TODAY], 15);
  for (const table of ["orders__order_lines", "orders__order_charges", "orders__vendor_orders"] as const) await version(table, [1, 2], 15);
  await version("orders__refund_lines", [1, 2], 15);
  await version("catalog__stock_movements", [1, TODAY], 15);
  // what was there at the end of an earlier day is still what that day saw
  await version("catalog__stock_levels", [1, EARLIER], 5, 15);
  await version("catalog__stock_levels", [1, TODAY], 15);
  // a payment of an earlier order is none of its day's sales
  await version("orders__payments", [1, 1], 15);
  expect(await changes()).toMatchObject({ isNewDay: false, arePastDaysSame: true, tables: expect.arrayContaining(["orders__orders", "orders__refund_lines"]) });
  // what came before the last build, or comes after the cut, is none of this build's
  await version("orders__orders", [1, EARLIER], 10);
  await version("orders__orders", [1, EARLIER], 21);
  expect(await changes()).toMatchObject({ arePastDaysSame: true });
});

test.each([
  ["an order that comes late", () => version("orders__orders", [3, EARLIER], 15)],
  ["an order that moves to the business day: the version that ended tells where it was", async () => { await version("orders__orders", [3, EARLIER], 5, 15); await version("orders__orders", [3, TODAY], 15); }],
  ["an order that is deleted", async () => { await version("orders__orders", [3, EARLIER], 5, 15); await version("orders__orders", [3, null], 15, null, "d"); }],
  ["a line of an earlier order", () => version("orders__order_lines", [1, 1], 15)],
  ["a line of an earlier order that is deleted", () => version("orders__order_lines", [1, 1], 5, 15)],
  ["a charge of an earlier order", () => version("orders__order_charges", [1, 1], 15)],
  ["a vendor's part of an earlier order", () => version("orders__vendor_orders", [1, 1], 15)],
  ["a refund that comes late", () => version("orders__refunds", [3, EARLIER], 15)],
  ["a movement of stock that comes late", () => version("catalog__stock_movements", [1, EARLIER], 15)],
  ["a movement of an earlier day that is deleted", () => version("catalog__stock_movements", [1, EARLIER], 5, 15)],
  ["a state of stock that comes late", () => version("catalog__stock_levels", [1, EARLIER], 15)],
  ["a line of an earlier refund", () => version("orders__refund_lines", [1, 1], 15)],
])("days that are over changed: %s", async (_what, change) => {
  await change();
  expect(await changes()).toMatchObject({ arePastDaysSame: false });
});

test("raw without the column that tells the day counts as changed", async () => {
  await version("orders__refunds", [3, TODAY], 15);
  expect(await changes()).toMatchObject({ arePastDaysSame: true });
  await admin.raw("alter table raw.orders__refunds rename column refunded_at to given_at");
  expect(await changes()).toMatchObject({ arePastDaysSame: false });
  await admin.raw("alter table raw.orders__refunds rename column given_at to refunded_at");
});
