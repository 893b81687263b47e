import { money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { LineUnits } from "../../domain/afterSale/soldLine.ts";
import type { OrderLine } from "../../domain/order.ts";

const unitsRow = { cancelled: "int8", fulfilled: "int8", shipped: "int8", delivered: "int8", returning: "int8", returned: "int8" } as const;
const toUnits = (row: RowOf<typeof unitsRow>): LineUnits => ({
  cancelled: row.cancelled, fulfilled: row.fulfilled, shipped: row.shipped, delivered: row.delivered, returning: row.returning, returned: row.returned,
});

const ofLines = query({
  name: "orders.unitsOfLines",
  text: `select l.id, l.cancelled_quantity as cancelled, l.fulfilled_quantity as fulfilled, l.shipped_quantity as shipped, l.delivered_quantity as delivered,
      l.returning_quantity as "returning", l.returned_quantity as returned
    from orders.order_lines l where l.id = any($1)`,
  params: ["uuid[]"],
  row: { id: "uuid", ...unitsRow },
  budget: { access: "index", maxRows: 1_000 },
});

const ofOrders = query({
  name: "orders.unitsOfOrders",
  text: `select l.order_id, sum(l.quantity)::int8 as quantity, sum(l.cancelled_quantity)::int8 as cancelled, sum(l.fulfilled_quantity)::int8 as fulfilled,
      sum(l.shipped_quantity)::int8 as shipped, sum(l.delivered_quantity)::int8 as delivered, sum(l.returning_quantity)::int8 as "returning", sum(l.returned_quantity)::int8 as returned
    from orders.order_lines l where l.order_id = any($1) group by l.order_id`,
  params: ["uuid[]"],
  row: { order_id: "uuid", quantity: "int8", ...unitsRow },
  budget: { access: "index", maxRows: 1_000 },
});

const byIds = query({
  name: "orders.orderLinesByIds",
  text: `select l.id, l.order_id, o.currency, l.position, l.sku as code, l.name, l.quantity, l.unit_amount, l.exponent, l.variant_id, l.product_id, l.vendor_id,
      l.discount_units, l.tax_units, l.tax_included_units, o.exponent as currency_exponent
    from orders.order_lines l join orders.orders o on o.id = l.order_id where l.id = any($1)`,
  params: ["uuid[]"],
  row: {
    id: "uuid", order_id: "uuid", currency: "text", position: "int4", code: "text", name: "text", quantity: "int8", unit_amount: "int8", exponent: "int2",
    variant_id: "uuid", product_id: "uuid", vendor_id: "uuid?", discount_units: "int8", tax_units: "int8", tax_included_units: "int8", currency_exponent: "int2",
  },
  budget: { access: "index", maxRows: 1_000 },
});

/** A line with the vendor whose product it was. */
export type VendorLine = OrderLine & { readonly vendorId: string | null };

export async function listUnitsOfLines(db: Reader, lineIds: readonly string[]): Promise<{ lineId: string; units: LineUnits }[]> {
  return (await db.many(ofLines, [lineIds])).map((row) => ({ lineId: row.id, units: toUnits(row) }));
}

/** Summed over each order's lines. */
export async function listUnitsOfOrders(db: Reader, orderIds: readonly string[]): Promise<{ orderId: string; quantity: bigint; units: LineUnits }[]> {
  return (await db.many(ofOrders, [orderIds])).map((row) => ({ orderId: row.order_id, quantity: row.quantity, units: toUnits(row) }));
}

export async function listLinesByIds(db: Reader, ids: readonly string[]): Promise<VendorLine[]> {
  return (await db.many(byIds, [ids])).map((row) => ({
    id: row.id, orderId: row.order_id, position: row.position, code: row.code, name: row.name, quantity: row.quantity,
    unitPrice: money(row.unit_amount, row.currency, row.exponent), variantId: row.variant_id, productId: row.product_id, vendorId: row.vendor_id,
    discount: money(row.discount_units, row.currency, row.currency_exponent), tax: money(row.tax_units, row.currency, row.currency_exponent),
    taxIncluded: money(row.tax_included_units, row.currency, row.currency_exponent),
  }));
}
