import type { Tx } from "#platform/db/database.ts";
import type { ChurnModel } from "#platform/scoring/churnModel.ts";
import type { Slot } from "../publish/slots.ts";
import { columnOf } from "./churnScores.ts";

/** A customer's purchases in one row: another one means other purchases. */
const PURCHASES = `select user_id, count(*) as lines, sum(quantity) as quantity, sum(uuid_hash(product_id)::bigint) as products, max(purchased_at) as latest
                     from {features}.user_item_interactions {which} group by user_id`;

/** In the orders that changed: all others are the same in both slots, and with them what they add to a customer's row. */
const OF_CHANGED = "where order_id = any (array(select entity_id from {changes}.int_changed_orders where entity = 'ORDER'))";

/**
 * Customers for whom the features of one slot differ from those of the other: what a model would see differently.
 * Both slots must hold the same business day, for a new day changes everybody's recency. With `isListed`, the orders that changed between
 * the two are all in the set of changes that the newer slot was made of (see `listsChanges`), and no other orders are read.
 */
export async function listChangedCustomers(tx: Tx, slots: { now: Slot; before: Slot }, churn: ChurnModel | undefined, isListed: boolean): Promise<string[]> {
  const of = (text: string, slot: Slot) => text.replaceAll("{features}", `features_${slot}`).replaceAll("{changes}", `intermediate_${slots.now}`);
  const summed = (slot: Slot) => of(PURCHASES.replace("{which}", isListed ? OF_CHANGED : ""), slot);
  const purchases = `select coalesce(n.user_id, b.user_id) as user_id
                       from (${summed(slots.now)}) n full join (${summed(slots.before)}) b on b.user_id = n.user_id
                      where n is distinct from b`;
  const row = (alias: string, columns: readonly string[]) => `row(${columns.map((name) => `${alias}.${columnOf(name)}`).join(", ")})`;
  const current = (slot: Slot) => `(select * from features_${slot}.customer_churn_features where is_current)`;
  const features = churn
    ? `union select coalesce(n.user_id, b.user_id)
               from ${current(slots.now)} n full join ${current(slots.before)} b on b.user_id = n.user_id
              where n.user_id is null or b.user_id is null or ${row("n", churn.columns)} is distinct from ${row("b", churn.columns)}`
    : "";
  const { rows } = await tx.raw<{ user_id: string }>(`${purchases} ${features}`, []);
  return rows.map((one) => one.user_id);
}

/** The business days of both slots' current features agree. */
export async function isSameDay(tx: Tx, slots: { now: Slot; before: Slot }): Promise<boolean> {
  const day = (slot: Slot) => `(select max(as_of_date) from features_${slot}.customer_churn_features where is_current)`;
  const { rows } = await tx.raw<{ same: boolean | null }>(`select ${day(slots.now)} = ${day(slots.before)} as same`, []);
  return rows[0]?.same === true;
}
