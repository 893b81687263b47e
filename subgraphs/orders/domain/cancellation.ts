import { err, ok, type Result } from "#schema/values/result.ts";
import type { Charge, Order, OrderLine, Payment } from "./order.ts";
import { canBecome, type OrderState } from "./orderState.ts";

export const MAX_REASON = 500;

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
  readonly restock: readonly { variantId: string; quantity: bigint }[];
}

/** Whether an order may be called off as it stands. Where some money went back already, what is left cannot be told from its lines. */
export function assertCancellable(order: Pick<Order, "state">, payments: readonly Payment[]): Result<void, CancelRefusal> {
  const isRefunded = payments.some((payment) => payment.refunded.units > 0n);
  return canBecome(order.state, "CANCELLED") && !isRefunded ? ok(undefined) : err({ code: "ORDER_NOT_CANCELLABLE", state: order.state });
}

/** What calling off an order gives back: all money, all lines, all goods. A charge in the buyer's favour is no line of a refund. */
export function planCancellation(lines: readonly OrderLine[], charges: readonly Charge[], payments: readonly Payment[]): Cancellation {
  const item = (of: OrderLine | Charge) => ({ code: of.code, name: of.name, quantity: of.quantity, unitAmount: of.unitPrice.units, exponent: of.unitPrice.exponent });
  return {
    payments: payments.filter((payment) => payment.amount.units > 0n),
    items: [
      ...lines.map((line) => ({ kind: "PRODUCT" as const, variantId: line.variantId, productId: line.productId, ...item(line) })),
      ...charges.filter((charge) => charge.unitPrice.units >= 0n).map((charge) => ({ kind: "CHARGE" as const, variantId: null, productId: null, ...item(charge) })),
    ],
    restock: lines.map((line) => ({ variantId: line.variantId, quantity: line.quantity })),
  };
}
