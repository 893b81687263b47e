import { cursorOf } from "#kit/page.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { NOTE, type OrderEvent } from "../../domain/afterSale/timeline.ts";

const AS_TEXT = `to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sort_key`;
const row = { id: "uuid", order_id: "uuid", type: "text", actor: "text", data: "jsonb", occurred_at: "timestamptz", sort_key: "text" } as const;

function toEvent(found: RowOf<typeof row>): OrderEvent {
  return { id: found.id, orderId: found.order_id, type: found.type, actor: found.actor, data: found.data as OrderEvent["data"], occurredAt: found.occurred_at, sortKey: found.sort_key };
}

// What the shop's people note among themselves does not leave the database for anybody else.
const ofOrders = query({
  name: "orders.eventsOfOrders",
  text: `select e.id, e.order_id, e.type, e.actor, e.data, e.occurred_at, ${AS_TEXT} from unnest($1::uuid[]) as asked (order_id)
    cross join lateral (
      select * from orders.order_events where order_id = asked.order_id and (occurred_at, id) > ($3::text::timestamptz, $4) and ($2 or type <> '${NOTE}') order by occurred_at, id limit $5
    ) e`,
  params: ["uuid[]", "bool", "text", "uuid", "int4"],
  row,
  budget: { access: "index", maxRows: 101_000 },
});

const addNote = query({
  name: "orders.insertOrderNote",
  text: `insert into orders.order_events as e (order_id, type, actor, data, occurred_at) values ($1, '${NOTE}', $2, $3, $4)
    returning e.id, e.order_id, e.type, e.actor, e.data, e.occurred_at, ${AS_TEXT}`,
  params: ["uuid", "text", "jsonb", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

export const eventCursor = cursorOf("events of an order", ["instant", "uuid"]);
const START = ["-infinity", "00000000-0000-0000-0000-000000000000"] as const;

/** Of each order up to `limit` events, oldest first, after the cursor; notes only for the shop's people. */
export async function listOrderEvents(db: Reader, orderIds: readonly string[], withNotes: boolean, limit: number, after: readonly [string, string] | undefined): Promise<OrderEvent[]> {
  const [at, id] = after ?? START;
  return (await db.many(ofOrders, [orderIds, withNotes, at, id, limit])).map(toEvent);
}

export async function insertOrderNote(tx: Tx, orderId: string, actor: string, text: string, at: Date): Promise<OrderEvent> {
  return toEvent(await tx.one(addNote, [orderId, actor, { text }, at]));
}
