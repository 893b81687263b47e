import { auditAs } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import { err, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../../context.ts";
import { isReason } from "../../domain/cancellation.ts";
import { type AskedLine, chooseUnits, isAllCancelled, type LinesRefusal, unpacked } from "../../domain/afterSale/soldLine.ts";
import type { OrderState } from "../../domain/orderState.ts";
import { findOrderOfCallerForUpdate, isPrivileged, type OrderOfCaller } from "../../queries/afterSale/orders.ts";
import { isReplacement } from "../../queries/afterSale/returns.ts";
import { listPaymentsForUpdate } from "../../queries/payments.ts";
import { restock } from "../../queries/catalogue.ts";
import type { IdempotencyRefusal } from "../idempotency.ts";
import { giveBack } from "./giveBack.ts";
import { once, refuse } from "./once.ts";
import { payRefund } from "./payRefund.ts";
import { sceneOf } from "./scene.ts";

export type LinesCancelRefusal =
  | { code: "ORDER_NOT_FOUND" }
  | { code: "ORDER_NOT_CANCELLABLE"; state: OrderState }
  | { code: "INVALID_REASON" }
  | LinesRefusal
  | IdempotencyRefusal;

export interface LinesCancelInput extends OrderOfCaller {
  readonly lines: readonly AskedLine[];
  readonly reason: string | null;
  readonly key: string;
}
export interface StoredGiveback {
  readonly orderId: string;
  readonly refundId: string | null;
}

const CANCELLABLE: readonly OrderState[] = ["PAID", "IN_FULFILMENT"];

/** Takes units out of an order that no parcel holds: back on the shelf, with exactly their part of what was paid; with the last unit the postage goes back too. */
export async function orderLinesCancel(parts: Commanded, { key, ...input }: LinesCancelInput): Promise<Result<StoredGiveback, LinesCancelRefusal>> {
  if (!isReason(input.reason)) return err({ code: "INVALID_REASON" });
  const outcome = await once<StoredGiveback, LinesCancelRefusal>(parts, { operation: "orderLinesCancel", key, content: input, secret: input.guestKey }, async (tx) => {
    const order = await findOrderOfCallerForUpdate(tx, input, parts.viewer, "orders.cancel");
    if (!order) return refuse({ code: "ORDER_NOT_FOUND" });
    const scene = await sceneOf(parts, tx, order);
    if (!CANCELLABLE.includes(order.state)) refuse({ code: "ORDER_NOT_CANCELLABLE", state: order.state });
    // What a bank has taken for a dispute is not there to be given back: the lines would go for nothing.
    if ((await listPaymentsForUpdate(tx, order.id)).some((payment) => payment.state === "DISPUTED")) refuse({ code: "ORDER_NOT_CANCELLABLE", state: order.state });
    // Its money is with the order that it stands for: its buyer would lose both.
    if (order.total.units === 0n && !can(parts.viewer, "orders.cancel") && (await isReplacement(tx, order.id))) refuse({ code: "ORDER_NOT_CANCELLABLE", state: order.state });
    const chosen = chooseUnits(scene.lines, input.lines, unpacked);
    if ("refusal" in chosen) return refuse(chosen.refusal);
    const after = await scene.move(chosen.units.map(({ lineId, quantity }) => ({ lineId, cancelled: quantity })));
    const refundId = await giveBack(scene, { units: chosen.units, shipping: isAllCancelled(after), agreed: null, cause: "CANCELLATION", reason: input.reason, isExact: false });
    const variantOf = new Map(after.map((line) => [line.id, line.variantId]));
    await restock(tx, order.id, chosen.units.map(({ lineId, quantity }) => ({ variantId: variantOf.get(lineId) as string, quantity })), "CANCELLED");
    await scene.tell("OrderLinesCancelled", {
      userId: order.userId, refundId, reason: input.reason, lines: chosen.units.map(({ lineId, quantity }) => ({ lineId, quantity: quantity.toString() })),
    });
    if (isPrivileged(order, parts.viewer, "orders.cancel")) await auditAs(tx, parts, "orderLinesCancel", "order", order.id, { refundId, lines: chosen.units.map((unit) => unit.lineId) });
    return { orderId: order.id, refundId };
  });
  if (outcome.ok) await payRefund(parts, outcome.value.refundId);
  return outcome;
}
