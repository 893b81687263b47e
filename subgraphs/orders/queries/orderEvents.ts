import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { columnsOf, type OutboxEvent } from "#platform/events/outbox.ts";

// The timeline of the order and the outbox hear of it in one statement.
const tell = query({
  name: "orders.tellOfOrder",
  text: `with noted as (
      insert into orders.order_events (order_id, type, actor, data, occurred_at) values ($1, $2, $5, $3, $4)
    )
    insert into platform.outbox (aggregate, aggregate_id, type, version, payload, occurred_at)
    select e.aggregate, e.aggregate_id, e.type, e.version, e.payload::jsonb, e.occurred_at
    from unnest($6::text[], $7::uuid[], $8::text[], $9::int4[], $10::text[], $11::timestamptz[]) with ordinality
      as e (aggregate, aggregate_id, type, version, payload, occurred_at, place) order by e.place`,
  params: ["uuid", "text", "jsonb", "timestamptz", "text", "text[]", "uuid[]", "text[]", "int4[]", "text[]", "timestamptz[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/**
 * Tells what happened to an order, in the transaction in which it happens: a row of its timeline and an event of the outbox.
 * Amounts travel as text: JSON numbers are floats. `actor` is `user:<uuid>`, `guest`, `provider:<name>` or `system`. `more` are events
 * of others that the same thing made happen; the outbox alone hears of them, after it.
 */
export async function tellOfOrder(tx: Tx, orderId: string, type: string, payload: Readonly<Record<string, unknown>>, at: Date, actor = "system", more: readonly OutboxEvent[] = []): Promise<void> {
  await tx.execute(tell, [orderId, type, payload, at, actor, ...columnsOf([{ aggregate: "order", aggregateId: orderId, type, payload, occurredAt: at }, ...more])]);
}
