import type { Tx } from "#platform/db/database.ts";
import type { RefundItem } from "../../domain/cancellation.ts";
import type { Order } from "../../domain/order.ts";
import { planLineRefund, refundOfUnits, writtenAs } from "../../domain/afterSale/refund.ts";
import { listSoldLines, moveUnits } from "../../queries/afterSale/soldLines.ts";
import { noteRefundedLines } from "../../queries/afterSale/refunds.ts";
import { reverseShares } from "../../queries/vendorOrders.ts";
import { netByVendor } from "./giveBack.ts";

export interface Closed {
  /** The lines of the refund where discounts, tax, postage or money never taken make them other than the order's own. */
  readonly items?: readonly RefundItem[];
  /** Units that were not called off before. */
  readonly restock: readonly { variantId: string; quantity: bigint }[];
}

/**
 * What calling a whole order off does to its lines: all units are cancelled, all that was taken for them (`units`, less than the
 * order's total where held money was let go) has gone back, and so have the vendors' shares.
 */
export async function closeLines(tx: Tx, order: Order, refund: { id: string; units: bigint }, at: Date): Promise<Closed> {
  const lines = await listSoldLines(tx, order.id);
  await moveUnits(tx, order.id, lines.map((line) => ({ lineId: line.id, cancelled: line.quantity - line.units.cancelled })));
  const due = lines.map((line) => refundOfUnits({ lineId: line.id, ...line }, line.quantity));
  await reverseShares(tx, { id: order.id, currency: order.total.currency }, refund.id, netByVendor(due, new Map(lines.map((line) => [line.id, line]))), at);
  const restock = lines.flatMap(({ variantId, quantity, units }) => (quantity > units.cancelled ? [{ variantId, quantity: quantity - units.cancelled }] : []));
  if (refund.units === 0n) return { restock };
  const beside = order.total.units - due.reduce((so, line) => so + line.units, 0n);
  const { lines: back, shipping: postage } = planLineRefund(due, { units: beside, tax: 0n }, refund.units);
  await noteRefundedLines(tx, order.id, back);
  if (postage === 0n && refund.units === order.total.units && lines.every((line) => line.parts.paid === line.parts.gross)) return { restock };
  const { exponent } = order.total;
  return { restock, items: [
    ...lines.flatMap((line, index) => writtenAs(line.quantity, back[index]?.units ?? 0n).map((part) => ({
      kind: "PRODUCT" as const, variantId: line.variantId, productId: line.productId, code: line.sku, name: line.name, exponent, ...part,
    }))),
    ...(postage > 0n ? [{ kind: "CHARGE" as const, variantId: null, productId: null, code: "SHIPPING", name: "Postage", exponent, quantity: 1n, unitAmount: postage }] : []),
  ] };
}
