import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { partsOfLines } from "../../domain/afterSale/lineParts.ts";
import type { Move, SoldLine } from "../../domain/afterSale/soldLine.ts";

const ofOrder = query({
  name: "orders.soldLines",
  text: `select o.currency, coalesce(o.subtotal_units, o.total_units - coalesce((
        select round(sum(c.amount_units / (10::numeric ^ (c.exponent - o.exponent)))) from orders.order_charges c where c.order_id = o.id), 0)::int8) as subtotal_units,
      l.id, l.position, l.variant_id, l.product_id, l.sku, l.name, l.vendor_id, l.quantity, l.unit_amount, l.exponent, l.amount_units,
      l.discount_units, l.tax_units, l.tax_included_units, l.cancelled_quantity, l.fulfilled_quantity, l.shipped_quantity, l.delivered_quantity,
      l.returning_quantity, l.returned_quantity, l.refunded_quantity, l.refunded_units, l.refunded_tax_units
    from orders.orders o join orders.order_lines l on l.order_id = o.id where o.id = $1 order by l.position`,
  params: ["uuid"],
  row: {
    currency: "text", subtotal_units: "int8", id: "uuid", position: "int4", variant_id: "uuid", product_id: "uuid", sku: "text", name: "text", vendor_id: "uuid?",
    quantity: "int8", unit_amount: "int8", exponent: "int2", amount_units: "int8", discount_units: "int8", tax_units: "int8", tax_included_units: "int8",
    cancelled_quantity: "int8", fulfilled_quantity: "int8", shipped_quantity: "int8", delivered_quantity: "int8", returning_quantity: "int8", returned_quantity: "int8",
    refunded_quantity: "int8", refunded_units: "int8", refunded_tax_units: "int8",
  },
  budget: { access: "index", maxRows: 100_000 },
});

const move = query({
  name: "orders.moveUnits",
  text: `update orders.order_lines as l set cancelled_quantity = l.cancelled_quantity + m.cancelled, fulfilled_quantity = l.fulfilled_quantity + m.fulfilled,
      shipped_quantity = l.shipped_quantity + m.shipped, delivered_quantity = l.delivered_quantity + m.delivered,
      returning_quantity = l.returning_quantity + m.going_back, returned_quantity = l.returned_quantity + m.returned
    from unnest($2::uuid[], $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[]) as m (id, cancelled, fulfilled, shipped, delivered, going_back, returned)
    where l.order_id = $1 and l.id = m.id`,
  params: ["uuid", "uuid[]", "int8[]", "int8[]", "int8[]", "int8[]", "int8[]", "int8[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** All lines of an order by position, with their frozen parts and how far their units came. */
export async function listSoldLines(db: Reader, orderId: string): Promise<SoldLine[]> {
  const rows = await db.many(ofOrder, [orderId]);
  const [first] = rows;
  if (!first) return [];
  const parts = partsOfLines(rows.map((row) => ({
    variantId: row.variant_id, amountUnits: row.amount_units, exponent: row.exponent, discountUnits: row.discount_units, taxUnits: row.tax_units, taxIncludedUnits: row.tax_included_units,
  })), first.subtotal_units, first.currency);
  return rows.map((row, index) => ({
    id: row.id, position: row.position, variantId: row.variant_id, productId: row.product_id, sku: row.sku, name: row.name, vendorId: row.vendor_id,
    quantity: row.quantity, unitAmount: row.unit_amount, exponent: row.exponent, parts: parts[index] as SoldLine["parts"],
    units: {
      cancelled: row.cancelled_quantity, fulfilled: row.fulfilled_quantity, shipped: row.shipped_quantity, delivered: row.delivered_quantity,
      returning: row.returning_quantity, returned: row.returned_quantity,
    },
    refundedQuantity: row.refunded_quantity, refundedUnits: row.refunded_units, refundedTaxUnits: row.refunded_tax_units,
  }));
}

/** Moves units on. @throws when a move breaks a CHECK: whoever calls holds the order and has looked before. */
export async function moveUnits(tx: Tx, orderId: string, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return;
  const of = (step: keyof Omit<Move, "lineId">) => moves.map((one) => one[step] ?? 0n);
  await tx.execute(move, [orderId, moves.map((one) => one.lineId), of("cancelled"), of("fulfilled"), of("shipped"), of("delivered"), of("returning"), of("returned")]);
}
