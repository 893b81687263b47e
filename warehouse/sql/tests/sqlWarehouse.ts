import { randomUUID } from "node:crypto";
import { Database } from "#platform/db/database.ts";
import { fillTable, makeSlotTables } from "#platform/testing/slotTables.ts";
import type { TestDatabase } from "#platform/testing/testDatabase.ts";
import { publishBuild } from "../../publish/publishBuild.ts";
import type { Slot } from "../../publish/slots.ts";

export const id = (kind: number, n: number) => `0190000${kind}-0000-7000-8000-${String(n).padStart(12, "0")}`;
export const VENDOR = id(1, 1);
export const RIVAL = id(1, 2);
export const PEOPLE = [id(2, 1), id(2, 2), id(2, 3)] as const;

/** Lines of an order of each person: the vendor's, the rival's with a name and an amount that nobody else may learn, and the shop's own. */
function lines() {
  return PEOPLE.flatMap((user, person) => [
    { vendor_id: VENDOR, name: `lantern ${person}`, amount: "10.50" },
    { vendor_id: RIVAL, name: `RIVALS-SECRET-${person}`, amount: "666.00" },
    { vendor_id: null, name: `cake stand ${person}`, amount: "3.25" },
  ].map((line, index) => ({
    line_id: id(3, person * 10 + index), order_id: id(4, person), line_kind: "PRODUCT", product_id: id(5, index), variant_id: id(6, index), code: `C${index}`, user_id: user,
    customer_type: "REGISTERED", country_code: "GB", country: "United Kingdom", currency: "GBP", placed_at: "2026-02-01T10:00:00Z", placed_date: `2026-02-0${person + 1}`,
    quantity: person + 1, units_sold: person + 1, charge_kind: null, discount: "0", tax: "0", tax_included: "0", ...line,
  })));
}

/** A warehouse with a published build of all marts, a few of which have rows. */
export async function fillSqlWarehouse(owner: Database, database: TestDatabase): Promise<{ buildId: string }> {
  for (const slot of ["a", "b"] as const) {
    await makeSlotTables(owner, slot);
    await fillTable(owner, `marts_${slot}.fct_order_lines`, lines());
    await fillTable(owner, `marts_${slot}.dim_customers`, PEOPLE.map((user_id, n) => ({
      user_id, email_sha256: `${n}`.repeat(64), is_email_verified: true, country_code: "GB", country: "United Kingdom", registered_at: "2026-01-01T00:00:00Z", orders: 1, revenue: "10", refunds: "0",
      agrees_to_marketing: false, agrees_to_personalisation: false, agrees_to_analytics: false, sessions: 0, wishlist_size: 0, review_count: 0,
    })));
    await fillTable(owner, `marts_${slot}.dim_products`, [VENDOR, RIVAL, null].map((vendor_id, n) => ({
      product_id: id(5, n), sku: `C${n}`, slug: `p${n}`, name: vendor_id === RIVAL ? "RIVALS-SECRET-product" : `product ${n}`, status: "ACTIVE", vendor_id, pictures: 0, review_count: 0, wishlist_count: 0,
    })));
    await owner.raw(`analyze marts_${slot}.fct_order_lines; analyze marts_${slot}.dim_products; analyze marts_${slot}.dim_customers`);
  }
  return { buildId: await publishSlot(owner, database, "a") };
}

/** Publishes what a slot holds as a new build. */
export async function publishSlot(owner: Database, database: TestDatabase, slot: Slot): Promise<string> {
  const buildId = randomUUID();
  const run = randomUUID();
  await owner.raw("insert into ops.pipeline_run (run_id, trigger, state) values ($1, 'test', 'SUCCEEDED')", [run]);
  await owner.raw("insert into ops.build (build_id, run_id, slot, cut_pos, cut_committed_at, business_as_of, state) values ($1, $2, $3, 1, '2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z', 'BUILDING')", [buildId, run, slot]);
  await owner.raw("update ops.slot_state set build_id = $2, cut_pos = 1, complete_pos = 1 where slot = $1", [slot, buildId]);
  await using builder = Database.open({ ...database.as("martgraph_builder"), max: 2 });
  await publishBuild(builder, { buildId, predictionBatchId: null });
  return buildId;
}
