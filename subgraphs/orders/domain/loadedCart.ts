import type { Money } from "#schema/values/money.ts";
import { type CartCode, type CartProblem, codeProblems, deliveryProblems, lineProblems } from "./cartProblems.ts";
import type { CartDelivery } from "./delivery.ts";
import { judgeCart, type PricingInput, subtotalOf } from "./pricing/priceCart.ts";
import type { PricingRules } from "./pricing/rules.ts";
import { quoteShipping, type ShippingQuote, weightOf, zoneOf } from "./pricing/shipping.ts";
import { ratesFor } from "./pricing/tax.ts";
import type { PricedCart, PricingLine } from "./pricing/types.ts";

/** A line of a cart with what the catalogue says of it now. */
export interface ContentLine {
  readonly position: number;
  readonly variantId: string;
  readonly quantity: bigint;
  /** What one unit cost when its quantity was last set; null when nobody noted it. */
  readonly addedPrice: Money | null;
  /** Null: it cannot be bought any more. */
  readonly onSale: OnSale | null;
}

/** What the catalogue says of a variant that can be bought. */
export interface OnSale extends Omit<PricingLine, "position" | "quantity" | "variantId"> {
  readonly available: bigint;
}

/** What is in a cart and where it goes. */
export interface CartContents {
  /** Of the tables it is priced from; see pricingRulesOf. */
  readonly stamp: string;
  readonly lines: readonly ContentLine[];
  readonly delivery: CartDelivery;
  /** In the order in which they were entered. */
  readonly codes: readonly CartCode[];
  readonly hasGiftCards: boolean;
}

/** What promotions and gift cards bring to a cart. */
export interface Reductions extends Pick<PricingInput, "promotions" | "giftCards"> {
  /** Orders of the buyer that were not cancelled, as far as a promotion asks. */
  readonly orderCount: number;
}

/** What of a cart its prices depend on. */
export interface PricedOf {
  readonly id: string;
  /** Who buys; null for a guest. */
  readonly userId: string | null;
  readonly currency: string;
  readonly countryCode: string | null;
}

/** Everything about a cart: what it is priced from, what it comes to, and what is the matter with it. */
export interface LoadedCart {
  readonly pricing: PricingInput;
  readonly priced: PricedCart;
  readonly problems: readonly CartProblem[];
  /** What delivery would cost by each method that takes the cart to its destination. */
  readonly shippingOptions: readonly ShippingQuote[];
  readonly delivery: CartDelivery;
  readonly contents: CartContents;
}

/** Where a cart goes: its address says it, else its country. */
function destinationOf(cart: Pick<PricedOf, "countryCode">, { address }: CartDelivery) {
  return { countryCode: address?.countryCode ?? cart.countryCode, region: address?.region ?? null };
}

function onSaleOf(contents: CartContents): PricingLine[] {
  return contents.lines.flatMap(({ position, variantId, quantity, onSale }) => (onSale ? [{ ...onSale, position, variantId, quantity }] : []));
}

/** What each method costs that takes the cart to where it goes; none while nothing is in it. */
export function shippingOptionsOf(cart: Pick<PricedOf, "currency" | "countryCode">, contents: CartContents, rules: PricingRules): ShippingQuote[] {
  const lines = onSaleOf(contents);
  if (lines.length === 0) return [];
  const parcel = { currency: cart.currency, weightGrams: weightOf(lines, rules.settings.defaultWeightGrams), valueUnits: subtotalOf(lines, cart.currency) };
  return quoteShipping(zoneOf(rules.zones, destinationOf(cart, contents.delivery)), parcel);
}

/** From what was read of a cart to what it comes to, at an instant of business time. */
export function assembleCart(cart: PricedOf, contents: CartContents, rules: PricingRules, { promotions, giftCards, orderCount }: Reductions, at: Date): LoadedCart {
  const { delivery } = contents;
  const { countryCode } = destinationOf(cart, delivery);
  const shippingOptions = shippingOptionsOf(cart, contents, rules);
  const pricing: PricingInput = {
    currency: cart.currency,
    countryCode,
    lines: onSaleOf(contents),
    customer: { userId: cart.userId, orderCount },
    codes: contents.codes.map(({ code }) => code),
    promotions,
    shipping: shippingOptions.find((quote) => quote.methodId === delivery.methodId) ?? null,
    taxRates: ratesFor(rules.taxRates, countryCode, at),
    giftCards,
    at,
  };
  const { priced, verdicts } = judgeCart(pricing);
  const problems = contents.lines.length === 0 ? [] : [
    ...lineProblems(contents.lines.map((line) => ({ ...line, onSale: line.onSale && { price: line.onSale.unitPrice, available: line.onSale.available } }))),
    ...codeProblems(contents.codes, verdicts),
    ...deliveryProblems(delivery, shippingOptions, rules.settings.deliveryRequired),
  ];
  return { pricing, priced, problems, shippingOptions, delivery, contents };
}
