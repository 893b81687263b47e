import type { Money } from "#schema/values/money.ts";
import type { OrderState } from "./orderState.ts";

export type CustomerType = "REGISTERED" | "GUEST";

export interface Order {
  /** UUID. */
  readonly id: string;
  readonly number: string;
  readonly userId: string | null;
  readonly customerType: CustomerType;
  readonly state: OrderState;
  readonly countryCode: string | null;
  readonly countryLabel: string | null;
  readonly placedAt: Date;
  readonly total: Money;
}

/** A line of an order: a product, or a charge with a `kind`. */
export interface Item {
  readonly id: string;
  readonly orderId: string;
  readonly position: number;
  readonly code: string;
  readonly name: string;
  readonly quantity: bigint;
  readonly unitPrice: Money;
}
export interface OrderLine extends Item {
  readonly variantId: string;
  readonly productId: string;
  /** At the currency's exponent: its share of all discounts, of the tax added and of the tax contained. */
  readonly discount: Money;
  readonly tax: Money;
  readonly taxIncluded: Money;
}
export interface Charge extends Item {
  readonly kind: string;
}

export interface Payment {
  readonly id: string;
  readonly orderId: string;
  readonly provider: string;
  readonly providerRef: string;
  readonly method: "CARD" | "GIFT_CARD";
  readonly state: "AUTHORIZED" | "CAPTURED" | "REFUNDED" | "PARTIALLY_REFUNDED" | "VOIDED" | "DISPUTED";
  /** What the buyer agreed to; null where that was not recorded. */
  readonly authorized: Money | null;
  /** What was taken. */
  readonly amount: Money;
  readonly refunded: Money;
  readonly paidAt: Date;
}

export interface Refund {
  readonly id: string;
  readonly orderId: string;
  readonly number: string;
  readonly total: Money;
  readonly refundedAt: Date;
  readonly reason: string | null;
  readonly matchQuality: string;
}
