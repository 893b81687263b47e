import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Order } from "../domain/order.ts";

// What belongs to an order that is placed; the lines come from the checkout, with the prices they were quoted at.
const copyLines = query({
  name: "orders.insertOrderLines",
  text: `insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent)
    select $2, l.position, l.variant_id, l.product_id, l.sku, l.name, l.quantity, l.unit_amount, l.exponent
    from orders.checkout_lines l where l.checkout_id = $1 order by l.position`,
  params: ["uuid", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const insertPayment = query({
  name: "orders.insertPayment",
  text: `insert into orders.payments (order_id, provider, provider_ref, state, currency, amount_units, exponent, paid_at)
    values ($1, $2, $3, 'CAPTURED', $4, $5, $6, $7)`,
  params: ["uuid", "text", "text", "text", "int8", "int2", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export async function copyCheckoutLines(tx: Tx, checkoutId: string, orderId: string): Promise<number> {
  return tx.execute(copyLines, [checkoutId, orderId]);
}

/** All of the order's total, taken by the provider under `ref`. */
export async function insertOrderPayment(tx: Tx, order: Order, provider: string, ref: string): Promise<void> {
  await tx.execute(insertPayment, [order.id, provider, ref, order.total.currency, order.total.units, order.total.exponent, order.placedAt]);
}
