import { cursorOf } from "#kit/page.ts";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Return, ReturnState } from "../../domain/afterSale/return.ts";
import { RETURN_COLUMNS, returnRow, toReturn } from "./returns.ts";

// Each state from its own stretch of the index, so what was settled long ago is not walked through.
const queue = query({
  name: "orders.returnQueue",
  text: `select ${RETURN_COLUMNS}, to_char(r.requested_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sort_key from unnest($1::text[]) as asked (state)
    cross join lateral (
      select * from orders.returns n where n.state = asked.state and (n.requested_at, n.id) > ($2::text::timestamptz, $3) order by n.requested_at, n.id limit $4
    ) r order by r.requested_at, r.id limit $4`,
  params: ["text[]", "text", "uuid", "int4"],
  row: { ...returnRow, sort_key: "text" },
  budget: { access: "index", maxRows: 101 },
});

export const queueCursor = cursorOf("returns, oldest first", ["instant", "uuid"]);
const START = ["-infinity", "00000000-0000-0000-0000-000000000000"] as const;

export type QueuedReturn = Return & { readonly sortKey: string };

/** Up to `limit` returns of all orders in these states after the cursor, those that wait longest first. */
export async function listQueue(db: Reader, states: readonly ReturnState[], limit: number, after: readonly [string, string] | undefined): Promise<QueuedReturn[]> {
  const [at, id] = after ?? START;
  return (await db.many(queue, [states, at, id, limit])).map((found) => ({ ...toReturn(found), sortKey: found.sort_key }));
}
