import { money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Charge, OrderLine, Payment, Refund } from "../domain/order.ts";

/** Most charges, payments and refunds an order shows; the graph says so. */
const MAX_PARTS = 100;

const itemRow = { id: "uuid", order_id: "uuid", currency: "text", position: "int4", code: "text", name: "text", quantity: "int8", unit_amount: "int8", exponent: "int2" } as const;

function toItem(row: RowOf<typeof itemRow>) {
  return {
    id: row.id, orderId: row.order_id, position: row.position, code: row.code, name: row.name, quantity: row.quantity,
    unitPrice: money(row.unit_amount, row.currency, row.exponent),
  };
}

const lines = query({
  name: "orders.linesOfOrders",
  text: `select l.id, l.order_id, o.currency, l.position, l.sku as code, l.name, l.quantity, l.unit_amount, l.exponent, l.variant_id, l.product_id,
      l.discount_units, l.tax_units, l.tax_included_units, o.exponent as currency_exponent
    from orders.orders o
    cross join lateral (select * from orders.order_lines where order_id = o.id and position > $2 order by position limit $3) l
    where o.id = any($1)`,
  params: ["uuid[]", "int4", "int4"],
  row: { ...itemRow, variant_id: "uuid", product_id: "uuid", discount_units: "int8", tax_units: "int8", tax_included_units: "int8", currency_exponent: "int2" },
  budget: { access: "index", maxRows: 101_000 },
});

const charges = query({
  name: "orders.chargesOfOrders",
  text: `select c.id, c.order_id, o.currency, c.position, c.code, c.name, c.quantity, c.unit_amount, c.exponent, c.kind
    from orders.orders o
    cross join lateral (select * from orders.order_charges where order_id = o.id order by position limit ${MAX_PARTS}) c
    where o.id = any($1)`,
  params: ["uuid[]"],
  row: { ...itemRow, kind: "text" },
  budget: { access: "index", maxRows: 1_000 * MAX_PARTS },
});

const payments = query({
  name: "orders.paymentsOfOrders",
  text: `select p.id, p.order_id, p.provider, p.provider_ref, p.method, p.state, p.currency, p.authorized_units, p.amount_units, p.refunded_units, p.exponent, p.paid_at
    from unnest($1::uuid[]) as asked (order_id)
    cross join lateral (select * from orders.payments where order_id = asked.order_id order by paid_at, id limit ${MAX_PARTS}) p`,
  params: ["uuid[]"],
  row: { id: "uuid", order_id: "uuid", provider: "text", provider_ref: "text", method: "text", state: "text", currency: "text", authorized_units: "int8?", amount_units: "int8", refunded_units: "int8", exponent: "int2", paid_at: "timestamptz" },
  budget: { access: "index", maxRows: 1_000 * MAX_PARTS },
});

const refundRow = { id: "uuid", order_id: "uuid", number: "text", currency: "text", total_units: "int8", exponent: "int2", refunded_at: "timestamptz", reason: "text?", match_quality: "text" } as const;
const refunds = query({
  name: "orders.refundsOfOrders",
  text: `select r.id, r.order_id, r.number, r.currency, r.total_units, r.exponent, r.refunded_at, r.reason, r.match_quality
    from unnest($1::uuid[]) as asked (order_id)
    cross join lateral (select * from orders.refunds where order_id = asked.order_id order by refunded_at desc, id desc limit ${MAX_PARTS}) r`,
  params: ["uuid[]"],
  row: refundRow,
  budget: { access: "index", maxRows: 1_000 * MAX_PARTS },
});

/** Of each order up to `limit` lines by position, after the position given. */
export async function listOrderLines(db: Reader, orderIds: readonly string[], limit: number, afterPosition: number): Promise<OrderLine[]> {
  return (await db.many(lines, [orderIds, afterPosition, limit])).map((row) => ({ ...toItem(row), variantId: row.variant_id, productId: row.product_id,
    discount: money(row.discount_units, row.currency, row.currency_exponent), tax: money(row.tax_units, row.currency, row.currency_exponent),
    taxIncluded: money(row.tax_included_units, row.currency, row.currency_exponent),
  }));
}

export async function listCharges(db: Reader, orderIds: readonly string[]): Promise<Charge[]> {
  return (await db.many(charges, [orderIds])).map((row) => ({ ...toItem(row), kind: row.kind }));
}

export async function listPayments(db: Reader, orderIds: readonly string[]): Promise<Payment[]> {
  return (await db.many(payments, [orderIds])).map((row) => ({
    id: row.id, orderId: row.order_id, provider: row.provider, providerRef: row.provider_ref, method: row.method as Payment["method"], state: row.state as Payment["state"],
    authorized: row.authorized_units === null ? null : money(row.authorized_units, row.currency, row.exponent),
    amount: money(row.amount_units, row.currency, row.exponent), refunded: money(row.refunded_units, row.currency, row.exponent), paidAt: row.paid_at,
  }));
}

export async function listRefunds(db: Reader, orderIds: readonly string[]): Promise<Refund[]> {
  return (await db.many(refunds, [orderIds])).map((row) => ({
    id: row.id, orderId: row.order_id, number: row.number, total: money(row.total_units, row.currency, row.exponent),
    refundedAt: row.refunded_at, reason: row.reason, matchQuality: row.match_quality,
  }));
}
