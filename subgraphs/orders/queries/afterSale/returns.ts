import { money } from "#schema/values/money.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Replacement, Return, ReturnLine, ReturnState } from "../../domain/afterSale/return.ts";
import type { Order } from "../../domain/order.ts";
import { ORDER_COLUMNS, orderRow, toOrder } from "../orders.ts";

/** Most returns and lines of a return that an order shows; the graph says so. */
export const MAX_RETURNS = 100;
const MAX_LINES = 100;

export const RETURN_COLUMNS = `r.id, r.order_id, r.number, r.state, r.exchange_variant_id, r.exchange_order_id, r.is_restocked, r.refund_id, r.note, r.requested_at, r.resolved_at, r.received_at`;
export const returnRow = {
  id: "uuid", order_id: "uuid", number: "text", state: "text", exchange_variant_id: "uuid?", exchange_order_id: "uuid?", is_restocked: "bool?", refund_id: "uuid?",
  note: "text?", requested_at: "timestamptz", resolved_at: "timestamptz?", received_at: "timestamptz?",
} as const;

export function toReturn(found: RowOf<typeof returnRow>): Return {
  return {
    id: found.id, orderId: found.order_id, number: found.number, state: found.state as ReturnState, exchangeVariantId: found.exchange_variant_id,
    exchangeOrderId: found.exchange_order_id, isRestocked: found.is_restocked, refundId: found.refund_id, note: found.note,
    requestedAt: found.requested_at, resolvedAt: found.resolved_at, receivedAt: found.received_at,
  };
}

// The order is held by then, so two returns do not get one number.
const insert = query({
  name: "orders.insertReturn",
  text: `with asked as (
      insert into orders.returns as r (order_id, number, state, requested_by, exchange_variant_id, requested_at)
      select $1, $2 || '-R' || (select count(*) + 1 from orders.returns n where n.order_id = $1), 'REQUESTED', $3, $4, $5 returning ${RETURN_COLUMNS}
    ), lines as (
      insert into orders.return_lines (return_id, order_line_id, quantity, reason)
      select asked.id, l.id, l.quantity, l.reason from asked, unnest($6::uuid[], $7::int8[], $8::text[]) as l (id, quantity, reason)
    )
    select * from asked`,
  params: ["uuid", "text", "text", "uuid?", "timestamptz", "uuid[]", "int8[]", "text[]"],
  row: returnRow,
  budget: { access: "write", maxRows: 1 },
});

const byId = query({
  name: "orders.returnById",
  text: `select ${RETURN_COLUMNS} from orders.returns r where r.id = $1`,
  params: ["uuid"],
  row: returnRow,
  budget: { access: "index", maxRows: 1 },
});

const settle = query({
  name: "orders.settleReturn",
  text: `update orders.returns as r set state = $2, version = r.version + 1, note = coalesce($3, r.note), is_restocked = coalesce($4, r.is_restocked),
      refund_id = coalesce($5, r.refund_id), exchange_order_id = coalesce($6, r.exchange_order_id),
      resolved_at = case when $2 in ('APPROVED', 'COMPLETED', 'REJECTED') then coalesce(r.resolved_at, $7) end,
      received_at = case when $2 in ('RECEIVED', 'COMPLETED') then coalesce(r.received_at, $7) else r.received_at end
    where r.id = $1 returning ${RETURN_COLUMNS}`,
  params: ["uuid", "text", "text?", "bool?", "uuid?", "uuid?", "timestamptz"],
  row: returnRow,
  budget: { access: "write", maxRows: 1 },
});

const ofOrders = query({
  name: "orders.returnsOfOrders",
  text: `select ${RETURN_COLUMNS} from unnest($1::uuid[]) as asked (order_id)
    cross join lateral (select * from orders.returns where order_id = asked.order_id order by requested_at, id limit ${MAX_RETURNS}) r`,
  params: ["uuid[]"],
  row: returnRow,
  budget: { access: "index", maxRows: 1_000 * MAX_RETURNS },
});

const linesOf = query({
  name: "orders.linesOfReturns",
  text: `select x.return_id, x.order_line_id, x.quantity, x.reason from unnest($1::uuid[]) as asked (return_id)
    cross join lateral (
      select rl.*, l.position from orders.return_lines rl join orders.order_lines l on l.id = rl.order_line_id
      where rl.return_id = asked.return_id order by l.position limit ${MAX_LINES}
    ) x`,
  params: ["uuid[]"],
  row: { return_id: "uuid", order_line_id: "uuid", quantity: "int8", reason: "text?" },
  budget: { access: "index", maxRows: 1_000 * MAX_LINES },
});

// When the last parcel with units of the line came, or went out where that is not known.
const arrivals = query({
  name: "orders.arrivalsOfLines",
  text: `select fl.order_line_id, max(coalesce(f.delivered_at, f.shipped_at)) as came_at, (select s.return_days from orders.after_sale_settings s where s.is_only) as return_days
    from orders.fulfilment_lines fl
    cross join lateral (select * from orders.fulfilments p where p.id = fl.fulfilment_id and p.state in ('SHIPPED', 'DELIVERED') limit 1) f
    where fl.order_line_id = any($1) group by fl.order_line_id`,
  params: ["uuid[]"],
  row: { order_line_id: "uuid", came_at: "timestamptz", return_days: "int4" },
  budget: { access: "index", maxRows: 1_000 },
});

const offered = query({
  name: "orders.replacementOnSale",
  text: `select s.variant_id, s.vendor_id, s.unit_amount, s.exponent, s.currency from catalog.sellable_variants s where s.variant_id = $1 and s.currency = $2 and s.status = 'ACTIVE'`,
  params: ["uuid", "text"],
  row: { variant_id: "uuid", vendor_id: "uuid?", unit_amount: "int8", exponent: "int2", currency: "text" },
  budget: { access: "index", maxRows: 1 },
});

// No row where the variant went off sale a moment ago. Costs nothing: its one discount is its subtotal. Goes where the order went that it takes the place of.
const insertReplacement = query({
  name: "orders.insertReplacement",
  text: `with offer as (
      select s.* from catalog.sellable_variants s join orders.orders r on r.currency = s.currency where r.id = $1 and s.variant_id = $4 and s.status = 'ACTIVE'
    ), sold as (
      insert into orders.orders as o (number, user_id, state, currency, country_code, country_label, placed_at, subtotal_units, discount_units, shipping_units, tax_units,
        tax_included_units, total_units, exponent, source, replaces_order_id)
      select nextval('orders.order_number')::text, r.user_id, 'PAID', r.currency, r.country_code, r.country_label, $2, $3, $3, 0, 0, 0, 0, r.exponent, 'API', r.id
      from orders.orders r, offer where r.id = $1 returning ${ORDER_COLUMNS}
    ), line as (
      insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent, vendor_id, discount_units)
      select sold.id, 1, s.variant_id, s.product_id, s.sku, s.variant_name, $5, s.unit_amount, s.exponent, s.vendor_id, $3 from sold, offer s
    ), discount as (
      insert into orders.order_discounts (order_id, position, label, target, line_position, units, exponent)
      select sold.id, 1, 'Exchange', 'LINE', 1, $3, sold.exponent from sold where $3 > 0
    ), contact as (
      insert into orders.order_contacts (order_id, email, name, line1, line2, city, region, postal_code, country_code, phone)
      select sold.id, c.email, c.name, c.line1, c.line2, c.city, c.region, c.postal_code, c.country_code, c.phone from sold, orders.order_contacts c where c.order_id = $1
    )
    select * from sold`,
  params: ["uuid", "timestamptz", "int8", "uuid", "int8"],
  row: orderRow,
  budget: { access: "write", maxRows: 1 },
});

const replaces = query({
  name: "orders.replacedBy",
  text: "select o.replaces_order_id from orders.orders o where o.id = $1",
  params: ["uuid"],
  row: { replaces_order_id: "uuid?" },
  budget: { access: "index", maxRows: 1 },
});

const ordersByIds = query({
  name: "orders.ordersByIds",
  text: `select ${ORDER_COLUMNS} from orders.orders o where o.id = any($1)`,
  params: ["uuid[]"],
  row: orderRow,
  budget: { access: "index", maxRows: 1_000 },
});

export async function insertReturn(
  tx: Tx, order: { id: string; number: string }, asked: { actor: string; exchangeVariantId: string | null; lines: readonly Omit<ReturnLine, "returnId">[]; at: Date },
): Promise<Return> {
  const { actor, exchangeVariantId, lines, at } = asked;
  return toReturn(await tx.one(insert, [
    order.id, order.number, actor, exchangeVariantId, at, lines.map((line) => line.lineId), lines.map((line) => line.quantity), lines.map((line) => line.reason) as string[],
  ]));
}

export async function findReturn(db: Reader, id: string): Promise<Return | undefined> {
  const found = await db.maybeOne(byId, [id]);
  return found && toReturn(found);
}

/** What is null stays as it was. The order is held. */
export async function settleReturn(
  tx: Tx, id: string, state: ReturnState, at: Date, told: { note?: string | null; isRestocked?: boolean; refundId?: string | null; exchangeOrderId?: string | null } = {},
): Promise<Return> {
  return toReturn(await tx.one(settle, [id, state, told.note ?? null, told.isRestocked ?? null, told.refundId ?? null, told.exchangeOrderId ?? null, at]));
}

export async function listReturns(db: Reader, orderIds: readonly string[]): Promise<Return[]> {
  return (await db.many(ofOrders, [orderIds])).map(toReturn);
}

export async function listReturnLines(db: Reader, returnIds: readonly string[]): Promise<ReturnLine[]> {
  return (await db.many(linesOf, [returnIds])).map((found) => ({ returnId: found.return_id, lineId: found.order_line_id, quantity: found.quantity, reason: found.reason }));
}

/** Of each line that came with a parcel: when, and in how many days from then it may go back. */
export async function listArrivals(db: Reader, lineIds: readonly string[]): Promise<{ lineId: string; cameAt: Date; returnDays: number }[]> {
  return (await db.many(arrivals, [lineIds])).map((found) => ({ lineId: found.order_line_id, cameAt: found.came_at, returnDays: found.return_days }));
}

export async function findReplacement(db: Reader, variantId: string, currency: string): Promise<Replacement | undefined> {
  const found = await db.maybeOne(offered, [variantId, currency]);
  return found && { variantId: found.variant_id, vendorId: found.vendor_id, price: money(found.unit_amount, found.currency, found.exponent) };
}

/** An order of one variant that costs nothing; undefined where it is not on sale. `subtotal` is at the currency's exponent. */
export async function insertReplacementOrder(tx: Tx, of: { orderId: string; variantId: string; quantity: bigint; subtotal: bigint; at: Date }): Promise<Order | undefined> {
  const made = await tx.maybeOne(insertReplacement, [of.orderId, of.at, of.subtotal, of.variantId, of.quantity]);
  return made && toOrder(made);
}

export async function isReplacement(db: Reader, orderId: string): Promise<boolean> {
  return (await db.maybeOne(replaces, [orderId]))?.replaces_order_id != null;
}

/** Orders by id, for whoever holds something that names them. */
export async function listOrdersByIds(db: Reader, ids: readonly string[]): Promise<Order[]> {
  return (await db.many(ordersByIds, [ids])).map(toOrder);
}
