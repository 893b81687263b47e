import { err, ok, type Result } from "#schema/values/result.ts";
import type { Charge, Order, OrderLine, Payment } from "./order.ts";
import { canBecome, type OrderState } from "./orderState.ts";
import { readLines } from "./text.ts";

export const MAX_REASON = 500;

/** Whether a reason, which is kept and told to others, is text that people can read; none need be given. */
export function isReason(reason: string | null): boolean {
  return reason === null || (reason.length <= MAX_REASON && readLines(reason) !== undefined);
}

export type CancelRefusal = { code: "ORDER_NOT_CANCELLABLE"; state: OrderState };

/** One line of a refund, as it is written. */
export interface RefundItem {
  readonly kind: "PRODUCT" | "CHARGE";
  readonly variantId: string | null;
  readonly productId: string | null;
  readonly code: string;
  readonly name: string;
  readonly quantity: bigint;
  readonly unitAmount: bigint;
  readonly exponent: number;
}

export interface Cancellation {
  /** What is given back; nothing where nothing was paid. */
  readonly payments: readonly Payment[];
  readonly items: readonly RefundItem[];
}

/** A payment as far as it stands in the way of calling its order off. */
interface StandingPayment {
  readonly state: Payment["state"];
  readonly refundedUnits: bigint;
  /** On its way back. */
  readonly refundingUnits: bigint;
}

/**
 * Whether an order may be called off as it stands. Where some money went back already, or is on its way, what is left cannot be told
 * from its lines; what a bank has taken for a dispute is not there to be given back.
 */
export function assertCancellable(order: Pick<Order, "state">, payments: readonly StandingPayment[]): Result<void, CancelRefusal> {
  const isMoved = payments.some((payment) => payment.refundedUnits + payment.refundingUnits > 0n || payment.state === "DISPUTED");
  return canBecome(order.state, "CANCELLED") && !isMoved ? ok(undefined) : err({ code: "ORDER_NOT_CANCELLABLE", state: order.state });
}

/** What calling off an order gives back: all money, all lines. A charge in the buyer's favour is no line of a refund. */
export function planCancellation(lines: readonly OrderLine[], charges: readonly Charge[], payments: readonly Payment[]): Cancellation {
  const item = (of: OrderLine | Charge) => ({ code: of.code, name: of.name, quantity: of.quantity, unitAmount: of.unitPrice.units, exponent: of.unitPrice.exponent });
  return {
    payments: payments.filter((payment) => payment.amount.units > 0n),
    items: [
      ...lines.map((line) => ({ kind: "PRODUCT" as const, variantId: line.variantId, productId: line.productId, ...item(line) })),
      ...charges.filter((charge) => charge.unitPrice.units >= 0n).map((charge) => ({ kind: "CHARGE" as const, variantId: null, productId: null, ...item(charge) })),
    ],
  };
}
