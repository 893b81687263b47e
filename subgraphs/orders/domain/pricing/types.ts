import type { Money } from "#schema/values/money.ts";

/*
 * The contract between what a cart holds, the promotions, delivery and taxes that apply, and what it comes to. All `units` are at
 * the exponent of the cart's currency; only `unitPrice` and `amount` may be finer. A priced cart is frozen into a checkout as JSON
 * (bigints as text), so the buyer pays what was quoted.
 */

/** One variant in a cart with what pricing needs to know of it. */
export interface PricingLine {
  /** 1, 2, ... as it stands in the cart. */
  readonly position: number;
  readonly variantId: string;
  readonly productId: string;
  readonly vendorId: string | null;
  readonly categoryId: string | null;
  readonly sku: string;
  readonly name: string;
  readonly quantity: bigint;
  readonly unitPrice: Money;
  readonly weightGrams: number | null;
  readonly taxClass: string;
}

/** What one promotion takes off one line or off the shipping. */
export interface Discount {
  readonly promotionId: string;
  /** What the buyer reads. */
  readonly label: string;
  /** The code that was entered, in the shop's spelling; null where the promotion applies by itself. */
  readonly code: string | null;
  readonly target: "LINE" | "SHIPPING";
  /** Of the line; null for the shipping. */
  readonly linePosition: number | null;
  /** > 0. */
  readonly units: bigint;
}

export interface PricedLine extends PricingLine {
  /** Quantity times unit price, exact. */
  readonly amount: Money;
  /** The line's share of the rounded subtotal. */
  readonly subtotalUnits: bigint;
  /** Sum of its discounts; never more than its share of the subtotal. */
  readonly discountUnits: bigint;
  /** Added to the price. */
  readonly taxUnits: bigint;
  /** Contained in the price. */
  readonly taxIncludedUnits: bigint;
}

export interface PricedShipping {
  readonly methodId: string;
  readonly name: string;
  readonly units: bigint;
  readonly discountUnits: bigint;
  readonly taxUnits: bigint;
  readonly taxIncludedUnits: bigint;
}

export interface PricedTax {
  /** Null: of the shipping. */
  readonly linePosition: number | null;
  readonly name: string;
  /** Hundredths of a per cent. */
  readonly rateBps: number;
  readonly isIncluded: boolean;
  /** What is taxed, after discounts: without the tax itself also where that is contained in the price. */
  readonly baseUnits: bigint;
  readonly taxUnits: bigint;
}

/** How much of a gift card pays for the cart. */
export interface PricedGiftCard {
  readonly giftCardId: string;
  /** Its last four characters: the code itself is a secret. */
  readonly last4: string;
  /** > 0. */
  readonly units: bigint;
}

/** `total = subtotal - discount + shipping + tax`, `due = total - giftCards`; nothing is negative. */
export interface PricedTotals {
  readonly subtotal: bigint;
  readonly discount: bigint;
  readonly shipping: bigint;
  /** Added to the prices. */
  readonly tax: bigint;
  /** Contained in the prices: no part of the sum. */
  readonly taxIncluded: bigint;
  readonly total: bigint;
  readonly giftCards: bigint;
  /** What is left to be paid otherwise. */
  readonly due: bigint;
}

export interface PricedCart {
  readonly currency: string;
  /** The currency's own. */
  readonly exponent: number;
  readonly lines: readonly PricedLine[];
  readonly discounts: readonly Discount[];
  readonly shipping: PricedShipping | null;
  readonly taxes: readonly PricedTax[];
  readonly giftCards: readonly PricedGiftCard[];
  readonly totals: PricedTotals;
}
