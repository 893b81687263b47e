import { cursorOf } from "#kit/page.ts";
import { can, type Viewer } from "#kit/viewer.ts";
import { money } from "#schema/values/money.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { CustomerType, Order } from "../domain/order.ts";
import type { OrderState } from "../domain/orderState.ts";

/** An order with its place in a person's list, as text. */
export interface ListedOrder extends Order {
  readonly sortKey: string;
}

export const ORDER_COLUMNS = "o.id, o.number, o.user_id, o.customer_type, o.state, o.currency, o.country_code, o.country_label, o.placed_at, o.total_units, o.exponent";
export const orderRow = {
  id: "uuid", number: "text", user_id: "uuid?", customer_type: "text", state: "text", currency: "text", country_code: "text?", country_label: "text?",
  placed_at: "timestamptz", total_units: "int8", exponent: "int2",
} as const;

export function toOrder(found: RowOf<typeof orderRow>): Order {
  return {
    id: found.id, number: found.number, userId: found.user_id, customerType: found.customer_type as CustomerType, state: found.state as OrderState,
    countryCode: found.country_code, countryLabel: found.country_label, placedAt: found.placed_at,
    total: money(found.total_units, found.currency, found.exponent),
  };
}

// Whose order it is stands in the statement: what a viewer may not see does not leave the database.
const visibleByIds = query({
  name: "orders.visibleOrdersByIds",
  text: `select ${ORDER_COLUMNS} from orders.orders o where o.id = any($1) and ($2 or o.user_id = $3)`,
  params: ["uuid[]", "bool", "uuid?"],
  row: orderRow,
  budget: { access: "index", maxRows: 1_000 },
});

const byId = query({
  name: "orders.orderById",
  text: `select ${ORDER_COLUMNS} from orders.orders o where o.id = $1`,
  params: ["uuid"],
  row: orderRow,
  budget: { access: "index", maxRows: 1 },
});

const byCart = query({
  name: "orders.orderOfCart",
  text: `select ${ORDER_COLUMNS} from orders.orders o where o.cart_id = $1`,
  params: ["uuid"],
  row: orderRow,
  budget: { access: "index", maxRows: 1 },
});

const lock = query({
  name: "orders.lockOrder",
  text: "select o.id from orders.orders o where o.id = $1 for update",
  params: ["uuid"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const ofUsers = query({
  name: "orders.ordersOfUsers",
  text: `select ${ORDER_COLUMNS}, to_char(o.placed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sort_key
    from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (
      select * from orders.orders
      where user_id = asked.user_id and (placed_at, id) < ($2::text::timestamptz, $3)
      order by placed_at desc, id desc limit $4
    ) o`,
  params: ["uuid[]", "text", "uuid", "int4"],
  row: { ...orderRow, sort_key: "text" },
  budget: { access: "index", maxRows: 101_000 },
});

const cancel = query({
  name: "orders.cancelOrder",
  text: `update orders.orders as o set state = 'CANCELLED', version = o.version + 1 where o.id = $1 and o.state = any($2) returning ${ORDER_COLUMNS}`,
  params: ["uuid", "text[]"],
  row: orderRow,
  budget: { access: "write", maxRows: 1 },
});

const pay = query({
  name: "orders.payOrder",
  text: `update orders.orders as o set state = 'PAID', version = o.version + 1 where o.id = $1 and o.state = 'PLACED'
      and not exists (select from orders.payments p where p.order_id = o.id and p.state = 'AUTHORIZED') returning ${ORDER_COLUMNS}`,
  params: ["uuid"],
  row: orderRow,
  budget: { access: "write", maxRows: 1 },
});

const visibleOfCarts = query({
  name: "orders.visibleOrdersOfCarts",
  text: `select ${ORDER_COLUMNS}, o.cart_id from orders.orders o where o.cart_id = any($1) and ($2 or o.user_id = $3)`,
  params: ["uuid[]", "bool", "uuid?"],
  row: { ...orderRow, cart_id: "uuid" },
  budget: { access: "index", maxRows: 1_000 },
});

const taxOf = query({
  name: "orders.taxOfOrder",
  text: "select coalesce(o.tax_units + o.tax_included_units, 0)::int8 as units from orders.orders o where o.id = $1",
  params: ["uuid"],
  row: { units: "int8" },
  budget: { access: "index", maxRows: 1 },
});

export const orderCursor = cursorOf("orders of a person", ["instant", "uuid"]);
const START = ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"] as const;

/** Orders the viewer may see: their own, or any with the permission. */
export async function listVisibleOrders(db: Reader, ids: readonly string[], viewer: Viewer): Promise<Order[]> {
  return (await db.many(visibleByIds, [ids, can(viewer, "orders.read"), viewer.userId])).map(toOrder);
}

/** An order that the caller has a right to by other means: it has just been placed by them, or is about to be. */
export async function getOrder(db: Reader, id: string): Promise<Order> {
  return toOrder(await db.one(byId, [id]));
}

export async function findOrderOfCart(db: Reader, cartId: string): Promise<Order | undefined> {
  const found = await db.maybeOne(byCart, [cartId]);
  return found && toOrder(found);
}

/** Holds the order until the transaction ends. Taken before anything that belongs to the order, so that nobody waits in a circle. */
export async function lockOrder(tx: Tx, id: string): Promise<void> {
  await tx.one(lock, [id]);
}

/** Of each person up to `limit` orders, newest first, after the cursor. */
export async function listOrdersOfUsers(db: Reader, userIds: readonly string[], limit: number, after: readonly [string, string] | undefined): Promise<ListedOrder[]> {
  const [placedAt, id] = after ?? START;
  return (await db.many(ofUsers, [userIds, placedAt, id, limit])).map((found) => ({ ...toOrder(found), sortKey: found.sort_key }));
}

/** Undefined when the order has left the states it may be cancelled from. */
export async function markCancelled(tx: Tx, id: string, from: readonly OrderState[]): Promise<Order | undefined> {
  const found = await tx.maybeOne(cancel, [id, from]);
  return found && toOrder(found);
}

/** PLACED becomes PAID once no money of it waits to be taken; undefined when it does not. */
export async function markPaid(tx: Tx, id: string): Promise<Order | undefined> {
  const found = await tx.maybeOne(pay, [id]);
  return found && toOrder(found);
}

/** Tax of the order as it was placed, added and contained; 0 where that was not recorded. */
export async function taxOfOrder(db: Reader, id: string): Promise<bigint> {
  return (await db.one(taxOf, [id])).units;
}

/** The orders that carts became, as far as the viewer may see them. */
export async function listVisibleOrdersOfCarts(db: Reader, cartIds: readonly string[], viewer: Viewer): Promise<(Order & { readonly cartId: string })[]> {
  return (await db.many(visibleOfCarts, [cartIds, can(viewer, "orders.read"), viewer.userId])).map((found) => ({ ...toOrder(found), cartId: found.cart_id }));
}
