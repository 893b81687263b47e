import { uuidV7 } from "#schema/values/ids.ts";
import { money, toDecimal } from "#schema/values/money.ts";
import { prorate } from "#schema/values/prorate.ts";
import { type LineRefund, planLineRefund, refundOfUnits, type RefundPlan, writtenAs } from "../../domain/afterSale/refund.ts";
import { netOfAmount } from "../../domain/afterSale/vendorShare.ts";
import type { SoldLine, UnitsOf } from "../../domain/afterSale/soldLine.ts";
import { findRefundRoom, insertRefundWithLines, noteRefundedLines, type NewRefund, type RefundEntry, type RefundRoom } from "../../queries/afterSale/refunds.ts";
import { reverseShares } from "../../queries/vendorOrders.ts";
import { recordRefund } from "../refundPayment.ts";
import { refuse } from "./once.ts";
import type { Scene } from "./scene.ts";

/** What goes back: units of lines with what was paid for them, the postage, or an amount that was agreed on. */
export interface Giveback {
  readonly units: readonly UnitsOf[];
  readonly shipping: boolean;
  /** At the currency's exponent; null unless agreed on. */
  readonly agreed: bigint | null;
  readonly cause: NewRefund["cause"];
  readonly reason: string | null;
  /** Refuse when not all of it can go back; else what can goes. */
  readonly isExact: boolean;
}

export type GivebackRefusal = { code: "REFUND_TOO_LARGE"; requested: bigint; refundable: bigint; currency: string };

/**
 * Writes a refund and promises its money, in the transaction of what it is for: lines, payments, vendors' shares, timeline. The money
 * itself goes after the commit (`settleRefund`). Answers the refund's id, or null where nothing goes back.
 */
export async function giveBack(scene: Scene, wanted: Giveback): Promise<string | null> {
  const { tx, order, lines, at } = scene;
  const { currency, exponent } = order.total;
  const room = await findRefundRoom(tx, order.id);
  const sold = new Map(lines.map((line) => [line.id, line]));
  const due = wanted.units.map(({ lineId, quantity }) => {
    const line = sold.get(lineId) as SoldLine;
    return refundOfUnits({ lineId, quantity: line.quantity, refundedQuantity: line.refundedQuantity, refundedUnits: line.refundedUnits, refundedTaxUnits: line.refundedTaxUnits, parts: line.parts }, quantity);
  });
  const postage = wanted.shipping ? postageLeft(order.total.units, lines, room) : { units: 0n, tax: 0n };
  const agreed = wanted.agreed ?? 0n;
  const asked = due.reduce((so, line) => so + line.units, postage.units + agreed);
  if (wanted.isExact && asked > room.refundable) refuse<GivebackRefusal>({ code: "REFUND_TOO_LARGE", requested: asked, refundable: room.refundable, currency });
  const plan = planLineRefund(due, postage, room.refundable);
  await noteRefundedLines(tx, order.id, plan.lines);
  const units = plan.units + agreed;
  if (units === 0n) return null;
  const taxUnits = taxToGiveBack({ units, planned: plan.tax, agreed, total: order.total.units }, room);

  const id = uuidV7(new Date());
  const recorded = await recordRefund(tx, { refundId: id, orderId: order.id, units, taxUnits });
  if (!recorded.ok) return refuse<GivebackRefusal>({ code: "REFUND_TOO_LARGE", requested: units, refundable: recorded.error.refundableUnits, currency });
  const total = money(units, currency, exponent);
  const number = await insertRefundWithLines(tx, {
    id, order, cause: wanted.cause, reason: wanted.reason, total, taxUnits, shippingUnits: plan.shipping, entries: entriesOf(plan, agreed, sold), at,
  });
  const shares = addUp(netByVendor(plan.lines, sold), agreed === 0n ? new Map() : netOfAmount(lines, agreed, order.total.units, units >= room.left));
  await reverseShares(tx, { id: order.id, currency }, id, shares, at);
  await scene.tell("RefundCreated", { userId: order.userId, refundId: id, refundNumber: number, cause: wanted.cause, total: toDecimal(total), currency, reason: wanted.reason });
  return id;
}

/** The tax that goes back with it: of lines and postage theirs, of an amount its share. Never more than is left, and all of that with the last penny. */
export function taxToGiveBack({ units, planned, agreed, total }: { units: bigint; planned: bigint; agreed: bigint; total: bigint }, room: Pick<RefundRoom, "left" | "tax" | "refundedTax" | "letGo">): bigint {
  // Split as syncPayment splits it where held money is let go.
  const taxLetGo = room.letGo > 0n && room.letGo <= total ? (prorate(room.tax, [room.letGo, total - room.letGo])[0] ?? 0n) : 0n;
  const rest = room.tax - taxLetGo - room.refundedTax;
  const taxLeft = rest > 0n ? rest : 0n;
  const wanted = units >= room.left ? taxLeft : planned + (total > 0n ? (room.tax * agreed) / total : 0n);
  return [wanted, taxLeft, units].reduce((least, one) => (one < least ? one : least));
}

/** What was paid beside the lines and has not gone back, with the tax in it. */
function postageLeft(total: bigint, lines: readonly SoldLine[], room: { refundedShipping: bigint; shippingTax: bigint }): { units: bigint; tax: bigint } {
  const paid = total - lines.reduce((so, line) => so + line.parts.paid, 0n);
  const units = paid - room.refundedShipping;
  if (units <= 0n) return { units: 0n, tax: 0n };
  const tax = (room.shippingTax * units) / paid;
  return { units, tax: tax > units ? units : tax };
}

function entriesOf(plan: RefundPlan, agreed: bigint, sold: ReadonlyMap<string, SoldLine>): RefundEntry[] {
  const charge = (code: string, name: string, unitAmount: bigint): RefundEntry[] =>
    unitAmount === 0n ? [] : [{ kind: "CHARGE", lineId: null, variantId: null, productId: null, code, name, quantity: 1n, unitAmount }];
  return [
    ...plan.lines.filter((line) => line.quantity > 0n).flatMap(({ lineId, quantity, units }) => {
      const { variantId, productId, sku, name } = sold.get(lineId) as SoldLine;
      return writtenAs(quantity, units).map((part): RefundEntry => ({ kind: "PRODUCT", lineId, variantId, productId, code: sku, name, ...part }));
    }),
    ...charge("SHIPPING", "Postage", plan.shipping),
    ...charge("AGREED", "Refund by agreement", agreed),
  ];
}

/** What goes back for the lines of each vendor, without tax. */
export function netByVendor(lines: readonly LineRefund[], sold: ReadonlyMap<string, SoldLine>): Map<string, bigint> {
  const net = new Map<string, bigint>();
  for (const line of lines) {
    const vendorId = sold.get(line.lineId)?.vendorId;
    if (vendorId) net.set(vendorId, (net.get(vendorId) ?? 0n) + line.units - line.tax);
  }
  return net;
}

function addUp(one: ReadonlyMap<string, bigint>, other: ReadonlyMap<string, bigint>): Map<string, bigint> {
  const sum = new Map(one);
  for (const [key, units] of other) sum.set(key, (sum.get(key) ?? 0n) + units);
  return sum;
}
