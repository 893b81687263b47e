import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

// The timeline of the order and the outbox hear of it in one statement.
const tell = query({
  name: "orders.tellOfOrder",
  text: `with noted as (
      insert into orders.order_events (order_id, type, actor, data, occurred_at) values ($1, $2, $5, $3, $4)
    )
    insert into platform.outbox (aggregate, aggregate_id, type, payload, occurred_at) values ('order', $1, $2, $3, $4)`,
  params: ["uuid", "text", "jsonb", "timestamptz", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/**
 * Tells what happened to an order, in the transaction in which it happens: a row of its timeline and an event of the outbox.
 * Amounts travel as text: JSON numbers are floats. `actor` is `user:<uuid>`, `guest`, `provider:<name>` or `system`.
 */
export async function tellOfOrder(tx: Tx, orderId: string, type: string, payload: Readonly<Record<string, unknown>>, at: Date, actor = "system"): Promise<void> {
  await tx.execute(tell, [orderId, type, payload, at, actor]);
}
