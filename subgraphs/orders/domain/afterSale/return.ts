import { type Money, rescale, times } from "#schema/values/money.ts";
import type { SoldLine, UnitsOf } from "./soldLine.ts";

export const RETURN_STATES = ["REQUESTED", "APPROVED", "RECEIVED", "COMPLETED", "REJECTED"] as const;
export type ReturnState = (typeof RETURN_STATES)[number];

export type ReturnStep = "APPROVE" | "REJECT" | "RECEIVE";

/** Deciding and receiving come in either order; undefined is no step. */
export const RETURN_STEPS: Readonly<Record<ReturnState, Partial<Record<ReturnStep, ReturnState>>>> = {
  REQUESTED: { APPROVE: "APPROVED", REJECT: "REJECTED", RECEIVE: "RECEIVED" },
  APPROVED: { RECEIVE: "COMPLETED" },
  RECEIVED: { APPROVE: "COMPLETED", REJECT: "REJECTED" },
  COMPLETED: {},
  REJECTED: {},
};

export interface Return {
  readonly id: string;
  readonly orderId: string;
  readonly number: string;
  readonly state: ReturnState;
  readonly exchangeVariantId: string | null;
  readonly exchangeOrderId: string | null;
  readonly isRestocked: boolean | null;
  readonly refundId: string | null;
  readonly note: string | null;
  readonly requestedAt: Date;
  readonly resolvedAt: Date | null;
  readonly receivedAt: Date | null;
}

export interface ReturnLine extends UnitsOf {
  readonly returnId: string;
  readonly reason: string | null;
}

const DAY_MS = 86_400_000;

/** The end of the time in which units that came at `since` may go back. */
export function windowEnd(since: Date, days: number): Date {
  return new Date(since.getTime() + days * DAY_MS);
}

export type ExchangeRefusal =
  | { code: "VARIANT_NOT_FOUND"; variantId: string }
  | { code: "EXCHANGE_NOT_POSSIBLE" }
  | { code: "EXCHANGE_PRICE_DIFFERS"; difference: Money };

/** What can be bought in the place of something. */
export interface Replacement {
  readonly variantId: string;
  readonly vendorId: string | null;
  readonly price: Money;
}

/**
 * An exchange is one for one, of the same seller and at the price the goods were sold at, so that no money moves and no share
 * changes. Anything else is a return and a new purchase.
 */
export function refuseExchange(lines: readonly { line: SoldLine; quantity: bigint }[], offered: Replacement): ExchangeRefusal | undefined {
  if (lines.some(({ line }) => line.vendorId !== offered.vendorId)) return { code: "EXCHANGE_NOT_POSSIBLE" };
  const exponent = Math.max(offered.price.exponent, ...lines.map(({ line }) => line.exponent));
  const price = rescale(offered.price, exponent);
  const difference = lines.reduce((so, { line, quantity }) =>
    so + (times(price, quantity).units - rescale({ ...offered.price, units: line.unitAmount, exponent: line.exponent }, exponent).units * quantity), 0n);
  const isSame = lines.every(({ line }) => rescale({ ...offered.price, units: line.unitAmount, exponent: line.exponent }, exponent).units === price.units);
  return isSame ? undefined : { code: "EXCHANGE_PRICE_DIFFERS", difference: { ...price, units: difference } };
}
