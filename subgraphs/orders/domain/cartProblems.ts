import type { Money } from "#schema/values/money.ts";
import type { CartDelivery } from "./delivery.ts";
import type { PromotionRefusal, PromotionVerdict } from "./promotions/types.ts";
import type { ShippingQuote } from "./pricing/shipping.ts";

/** Something about a cart that its buyer should know before paying. Those marked `blocks` stop a checkout. */
export type CartProblem =
  | { code: "NO_LONGER_SOLD"; blocks: true; variantId: string }
  | { code: "OUT_OF_STOCK"; blocks: true; variantId: string; requested: bigint }
  | { code: "NOT_ENOUGH_STOCK"; blocks: true; variantId: string; requested: bigint; available: bigint }
  | { code: "PRICE_CHANGED_SINCE_ADDED"; blocks: false; variantId: string; before: Money; now: Money }
  | { code: "CODE_NO_LONGER_APPLIES"; blocks: true; promotionCode: string; reason: string }
  | { code: "DELIVERY_NOT_POSSIBLE"; blocks: true; reason: "NOT_TO_THIS_COUNTRY" | "METHOD_NOT_OFFERED" }
  | { code: "DELIVERY_INCOMPLETE"; blocks: true; missing: readonly ("EMAIL" | "ADDRESS" | "METHOD")[] };

/** A code that was entered, in the shop's spelling. */
export interface CartCode {
  readonly code: string;
  readonly promotionId: string;
}

/** A line of a cart beside what the catalogue says of its variant now. */
export interface CheckedLine {
  readonly variantId: string;
  readonly quantity: bigint;
  /** What one unit cost when its quantity was last set; null when nobody noted it. */
  readonly addedPrice: Money | null;
  /** Null: it cannot be bought any more. */
  readonly onSale: { readonly price: Money; readonly available: bigint } | null;
}

export function lineProblems(lines: readonly CheckedLine[]): CartProblem[] {
  return lines.flatMap(({ variantId, quantity: requested, addedPrice, onSale }): CartProblem[] => {
    if (!onSale) return [{ code: "NO_LONGER_SOLD", blocks: true, variantId }];
    const problems: CartProblem[] = [];
    if (onSale.available <= 0n) problems.push({ code: "OUT_OF_STOCK", blocks: true, variantId, requested });
    else if (onSale.available < requested) problems.push({ code: "NOT_ENOUGH_STOCK", blocks: true, variantId, requested, available: onSale.available });
    if (addedPrice && !isSame(addedPrice, onSale.price)) problems.push({ code: "PRICE_CHANGED_SINCE_ADDED", blocks: false, variantId, before: addedPrice, now: onSale.price });
    return problems;
  });
}

/** Of a cart with something in it. `offered` are the methods its destination and content allow. */
export function deliveryProblems(delivery: CartDelivery, offered: readonly ShippingQuote[], isRequired: boolean): CartProblem[] {
  const problems: CartProblem[] = [];
  if (delivery.methodId !== null && !offered.some((quote) => quote.methodId === delivery.methodId)) {
    problems.push({ code: "DELIVERY_NOT_POSSIBLE", blocks: true, reason: offered.length === 0 ? "NOT_TO_THIS_COUNTRY" : "METHOD_NOT_OFFERED" });
  } else if (isRequired && delivery.address && offered.length === 0) {
    problems.push({ code: "DELIVERY_NOT_POSSIBLE", blocks: true, reason: "NOT_TO_THIS_COUNTRY" });
  }
  // A method without an address would send the goods nowhere.
  const needsAddress = isRequired || delivery.methodId !== null;
  const missing = [
    ...(isRequired && delivery.email === null ? (["EMAIL"] as const) : []),
    ...(needsAddress && !delivery.address ? (["ADDRESS"] as const) : []),
    ...(isRequired && delivery.methodId === null ? (["METHOD"] as const) : []),
  ];
  if (missing.length > 0) problems.push({ code: "DELIVERY_INCOMPLETE", blocks: true, missing });
  return problems;
}

/** A promotion that has nothing to take off yet, the shipping where none is chosen, is no problem. */
const HARMLESS: ReadonlySet<PromotionRefusal> = new Set(["NOTHING_TO_TAKE_OFF"]);

/** Of the codes that were entered: those that lead to no promotion any more, and those whose promotion does not apply. */
export function codeProblems(codes: readonly CartCode[], verdicts: readonly PromotionVerdict[]): CartProblem[] {
  return codes.flatMap(({ code, promotionId }): CartProblem[] => {
    const verdict = verdicts.find((one) => one.promotionId === promotionId && one.code !== null);
    const reason = verdict ? verdict.refusal : "NOT_VALID";
    return reason === null || HARMLESS.has(reason as PromotionRefusal) ? [] : [{ code: "CODE_NO_LONGER_APPLIES", blocks: true, promotionCode: code, reason }];
  });
}

function isSame(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.units * 10n ** BigInt(b.exponent) === b.units * 10n ** BigInt(a.exponent);
}
