import type { Money } from "#schema/values/money.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { LineRefund } from "../../domain/afterSale/refund.ts";
import type { Order } from "../../domain/order.ts";

// What can still go back: what was taken and has not gone back or been promised. And the postage: what is left of the total beside its lines.
const room = query({
  name: "orders.roomForRefunds",
  text: `select coalesce((select sum(p.amount_units - p.refunded_units - p.refunding_units) from orders.payments p
        where p.order_id = o.id and p.state in ('CAPTURED', 'PARTIALLY_REFUNDED')), 0)::int8 as refundable_units,
      coalesce((select sum(p.amount_units - p.refunded_units - p.refunding_units) from orders.payments p where p.order_id = o.id), 0)::int8 as left_units,
      coalesce((select sum(b.tax_units) from orders.refunds r cross join lateral (
        select p.tax_units from orders.payment_refunds p where p.refund_id = r.id and p.state <> 'FAILED' limit 100) b where r.order_id = o.id), 0)::int8 as refunded_tax_units,
      coalesce((select sum(p.authorized_units - p.amount_units) from orders.payments p where p.order_id = o.id and p.state <> 'AUTHORIZED'), 0)::int8 as let_go_units,
      coalesce(o.tax_units + o.tax_included_units, 0)::int8 as tax_units,
      coalesce((select sum(r.shipping_units) from orders.refunds r where r.order_id = o.id), 0)::int8 as refunded_shipping_units,
      coalesce((select sum(t.tax_units) from orders.order_taxes t where t.order_id = o.id and t.line_position is null), 0)::int8 as shipping_tax_units
    from orders.orders o where o.id = $1`,
  params: ["uuid"],
  row: { refundable_units: "int8", left_units: "int8", refunded_tax_units: "int8", let_go_units: "int8", tax_units: "int8", refunded_shipping_units: "int8", shipping_tax_units: "int8" },
  budget: { access: "index", maxRows: 1 },
});

// Numbers count up under the order's lock.
const insert = query({
  name: "orders.insertPartialRefund",
  text: `with refund as (
      insert into orders.refunds (id, number, order_id, user_id, match_quality, matched_lines, currency, country_code, country_label, refunded_at, total_units, exponent, reason,
        source, cause, tax_units, shipping_units)
      select $1, 'C' || o.number || '-' || (select count(*) + 1 from orders.refunds n where n.order_id = o.id), o.id, o.user_id, 'REFERENCED', cardinality($8::text[]), o.currency,
        o.country_code, o.country_label, $3, $4, o.exponent, $5, 'API', $6, $7, $16
      from orders.orders o where o.id = $2 returning id, number
    ), written as (
      insert into orders.refund_lines (refund_id, position, kind, order_line_id, variant_id, product_id, code, name, quantity, unit_amount, exponent)
      select refund.id, l.position, l.kind, l.line_id, l.variant_id, l.product_id, l.code, l.name, l.quantity, l.unit_amount, $17
      from refund, unnest($8::text[], $9::uuid[], $10::uuid[], $11::uuid[], $12::text[], $13::text[], $14::int8[], $15::int8[])
        with ordinality as l (kind, line_id, variant_id, product_id, code, name, quantity, unit_amount, position)
    )
    select number from refund`,
  params: ["uuid", "uuid", "timestamptz", "int8", "text?", "text", "int8", "text[]", "uuid[]", "uuid[]", "uuid[]", "text[]", "text[]", "int8[]", "int8[]", "int8", "int2"],
  row: { number: "text" },
  budget: { access: "write", maxRows: 1 },
});

const noteLines = query({
  name: "orders.noteRefundedLines",
  text: `update orders.order_lines as l set refunded_quantity = l.refunded_quantity + r.quantity, refunded_units = l.refunded_units + r.units,
      refunded_tax_units = l.refunded_tax_units + r.tax
    from unnest($2::uuid[], $3::int8[], $4::int8[], $5::int8[]) as r (id, quantity, units, tax) where l.order_id = $1 and l.id = r.id`,
  params: ["uuid", "uuid[]", "int8[]", "int8[]", "int8[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export interface RefundRoom {
  readonly refundable: bigint;
  /** The same with what a dispute holds. */
  readonly left: bigint;
  /** Tax of the order, what of it went back or is promised, and how much of the total was let go, its tax with it. */
  readonly tax: bigint;
  readonly refundedTax: bigint;
  readonly letGo: bigint;
  readonly refundedShipping: bigint;
  /** Added to or contained in the postage. */
  readonly shippingTax: bigint;
}

export interface RefundEntry {
  readonly kind: "PRODUCT" | "CHARGE";
  readonly lineId: string | null;
  readonly variantId: string | null;
  readonly productId: string | null;
  readonly code: string;
  readonly name: string;
  readonly quantity: bigint;
  /** At the currency's exponent. */
  readonly unitAmount: bigint;
}

export interface NewRefund {
  readonly id: string;
  readonly order: Pick<Order, "id">;
  readonly cause: "CANCELLATION" | "RETURN" | "AGREEMENT";
  readonly reason: string | null;
  readonly total: Money;
  readonly taxUnits: bigint;
  readonly shippingUnits: bigint;
  readonly entries: readonly RefundEntry[];
  readonly at: Date;
}

export async function findRefundRoom(db: Reader, orderId: string): Promise<RefundRoom> {
  const found = await db.one(room, [orderId]);
  return {
    refundable: found.refundable_units, left: found.left_units, tax: found.tax_units, refundedTax: found.refunded_tax_units, letGo: found.let_go_units,
    refundedShipping: found.refunded_shipping_units, shippingTax: found.shipping_tax_units,
  };
}

/** Answers its number. The order is held. */
export async function insertRefundWithLines(tx: Tx, refund: NewRefund): Promise<string> {
  const { entries } = refund;
  return (await tx.one(insert, [
    refund.id, refund.order.id, refund.at, refund.total.units, refund.reason, refund.cause, refund.taxUnits, entries.map((entry) => entry.kind),
    entries.map((entry) => entry.lineId) as string[], entries.map((entry) => entry.variantId) as string[], entries.map((entry) => entry.productId) as string[],
    entries.map((entry) => entry.code), entries.map((entry) => entry.name), entries.map((entry) => entry.quantity), entries.map((entry) => entry.unitAmount),
    refund.shippingUnits, refund.total.exponent,
  ])).number;
}

export async function noteRefundedLines(tx: Tx, orderId: string, lines: readonly LineRefund[]): Promise<void> {
  if (lines.length === 0) return;
  await tx.execute(noteLines, [orderId, lines.map((line) => line.lineId), lines.map((line) => line.quantity), lines.map((line) => line.units), lines.map((line) => line.tax)]);
}
