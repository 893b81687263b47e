import { cursorOf } from "#kit/page.ts";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { type ListedOrder, ORDER_COLUMNS, orderRow, toOrder } from "../orders.ts";

export interface OrderFilter {
  readonly states: readonly string[] | null;
  readonly placedFrom: Date | null;
  readonly placedTo: Date | null;
  readonly userId: string | null;
  readonly countryCode: string | null;
}

const WHERE = `($1::text[] is null or o.state = any($1)) and o.placed_at >= coalesce($2, '-infinity'::timestamptz) and o.placed_at < coalesce($3, 'infinity'::timestamptz)
      and ($4::uuid is null or o.user_id = $4) and ($5::text is null or o.country_code = $5)`;
const SORT_KEY = `to_char(o.placed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sort_key`;
const params = ["text[]?", "timestamptz?", "timestamptz?", "uuid?", "text?", "text", "uuid", "int4"] as const;
const row = { ...orderRow, sort_key: "text" } as const;

const newest = query({
  name: "orders.ordersNewestFirst",
  text: `select ${ORDER_COLUMNS}, ${SORT_KEY} from orders.orders o
    where ${WHERE} and (o.placed_at, o.id) < ($6::text::timestamptz, $7) order by o.placed_at desc, o.id desc limit $8`,
  params,
  row,
  budget: { access: "index", maxRows: 101 },
});

const oldest = query({
  name: "orders.ordersOldestFirst",
  text: `select ${ORDER_COLUMNS}, ${SORT_KEY} from orders.orders o
    where ${WHERE} and (o.placed_at, o.id) > ($6::text::timestamptz, $7) order by o.placed_at, o.id limit $8`,
  params,
  row,
  budget: { access: "index", maxRows: 101 },
});

export const ORDER_SORTS = {
  NEWEST: { statement: newest, cursor: cursorOf("orders, newest first", ["instant", "uuid"]), start: ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"] },
  OLDEST: { statement: oldest, cursor: cursorOf("orders, oldest first", ["instant", "uuid"]), start: ["-infinity", "00000000-0000-0000-0000-000000000000"] },
} as const;
export type OrderSort = keyof typeof ORDER_SORTS;

/** Up to `limit` orders of anybody that the filter lets through, after the cursor. */
export async function listOrders(db: Reader, filter: OrderFilter, sort: OrderSort, limit: number, after: readonly [string, string] | undefined): Promise<ListedOrder[]> {
  const { statement, start } = ORDER_SORTS[sort];
  const [at, id] = after ?? start;
  const rows = await db.many(statement, [filter.states, filter.placedFrom, filter.placedTo, filter.userId, filter.countryCode, at, id, limit]);
  return rows.map((found) => ({ ...toOrder(found), sortKey: found.sort_key }));
}
