import { auditAs } from "#kit/audit.ts";
import { currencyExponent, parseDecimal, rescale } from "#schema/values/money.ts";
import { err, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../../context.ts";
import { isReason } from "../../domain/cancellation.ts";
import { type AskedLine, chooseUnits, type LinesRefusal, unrefunded } from "../../domain/afterSale/soldLine.ts";
import { findOrderOfCallerForUpdate } from "../../queries/afterSale/orders.ts";
import type { IdempotencyRefusal } from "../idempotency.ts";
import { giveBack, type GivebackRefusal } from "./giveBack.ts";
import { once, refuse } from "./once.ts";
import type { StoredGiveback } from "./orderLinesCancel.ts";
import { payRefund } from "./payRefund.ts";
import { sceneOf } from "./scene.ts";

export type RefundCreateRefusal =
  | { code: "ORDER_NOT_FOUND" }
  | { code: "INVALID_REFUND_AMOUNT"; exponent: number }
  | { code: "INVALID_REASON" }
  | { code: "NOTHING_TO_REFUND" }
  | GivebackRefusal
  | LinesRefusal
  | IdempotencyRefusal;

export interface RefundCreateInput {
  readonly orderId: string | undefined;
  /** Decimal text in the order's currency; null where lines or postage say it. */
  readonly amount: string | null;
  readonly lines: readonly AskedLine[];
  readonly shipping: boolean;
  readonly reason: string | null;
  readonly key: string;
}

/** Gives money back without goods: an amount, or what was paid for units of lines. Never more than was taken and has not gone back. */
export async function refundCreate(parts: Commanded, { key, ...input }: RefundCreateInput): Promise<Result<StoredGiveback, RefundCreateRefusal>> {
  if (!isReason(input.reason)) return err({ code: "INVALID_REASON" });
  const outcome = await once<StoredGiveback, RefundCreateRefusal>(parts, { operation: "refundCreate", key, content: input }, async (tx) => {
    const order = await findOrderOfCallerForUpdate(tx, { orderId: input.orderId, guestKey: undefined }, parts.viewer, "refunds.create");
    if (!order) return refuse({ code: "ORDER_NOT_FOUND" });
    const { currency } = order.total;
    const agreed = input.amount === null ? null : unitsOf(input.amount, currency);
    if (agreed === undefined) return refuse({ code: "INVALID_REFUND_AMOUNT", exponent: currencyExponent(currency) });
    const scene = await sceneOf(parts, tx, order);
    const chosen = chooseUnits(scene.lines, input.lines, unrefunded);
    if ("refusal" in chosen) return refuse(chosen.refusal);
    const refundId = await giveBack(scene, { units: chosen.units, shipping: input.shipping, agreed, cause: "AGREEMENT", reason: input.reason, isExact: true });
    if (refundId === null) refuse({ code: "NOTHING_TO_REFUND" });
    await auditAs(tx, parts, "refundCreate", "order", order.id, { refundId, amount: input.amount, lines: input.lines.length, shipping: input.shipping });
    return { orderId: order.id, refundId };
  });
  if (outcome.ok) await payRefund(parts, outcome.value.refundId);
  return outcome;
}

/** Undefined for what is no amount above 0 that the currency can be paid in. */
function unitsOf(text: string, currency: string): bigint | undefined {
  const amount = parseDecimal(text, currency);
  const exponent = currencyExponent(currency);
  if (!amount || amount.units <= 0n || amount.exponent > exponent) return undefined;
  return rescale(amount, exponent).units;
}
