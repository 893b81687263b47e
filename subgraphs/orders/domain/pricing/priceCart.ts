import { currencyExponent, money, rescale, roundToCurrency, sum, times } from "#schema/values/money.ts";
import { prorate } from "#schema/values/prorate.ts";
import { judgePromotions } from "../promotions/applyPromotions.ts";
import type { PromotionInput, PromotionVerdict } from "../promotions/types.ts";
import type { ShippingQuote } from "./shipping.ts";
import { type TaxRate, taxesOf } from "./tax.ts";
import type { Discount, PricedCart, PricedGiftCard, PricedLine, PricedShipping, PricedTax, PricingLine } from "./types.ts";

/** Everything a cart's prices come from. What is not in here has no part in them. */
export interface PricingInput extends Pick<PromotionInput, "countryCode" | "customer" | "codes" | "promotions"> {
  readonly currency: string;
  /** What is on sale of the cart. */
  readonly lines: readonly PricingLine[];
  /** The method that was chosen, at its price; null without delivery. */
  readonly shipping: ShippingQuote | null;
  /** Those of the destination, one per class. */
  readonly taxRates: readonly TaxRate[];
  /** In the order in which they are used up. */
  readonly giftCards: readonly { readonly giftCardId: string; readonly last4: string; readonly balanceUnits: bigint }[];
  /** Business time. */
  readonly at: Date;
}

type Apart = Omit<PricedLine, "discountUnits" | "taxUnits" | "taxIncludedUnits">;

/** A priced cart, and what became of each promotion that could have applied. */
export interface JudgedCart {
  readonly priced: PricedCart;
  readonly verdicts: readonly PromotionVerdict[];
}

/** What a cart comes to; see judgeCart. */
export function priceCart(input: PricingInput): PricedCart {
  return judgeCart(input).priced;
}

/**
 * What a cart comes to: lines summed exactly and rounded once, discounts, shipping, taxes, gift cards last. Every rounded sum is
 * prorated to its parts, so the parts sum to it. The order of the lines has no part in it: they are reckoned in that of their
 * variants.
 */
export function judgeCart(input: PricingInput): JudgedCart {
  const exponent = currencyExponent(input.currency);
  const sorted = input.lines.toSorted((a, b) => (a.variantId < b.variantId ? -1 : a.variantId > b.variantId ? 1 : a.position - b.position));
  const apart = subtotals(sorted, input.currency);
  const shippingUnits = input.shipping?.units ?? 0n;
  const { discounts: wanted, verdicts } = promotionsOf(input, apart, exponent);
  const discounts = withinShares(wanted, apart, shippingUnits);
  const taken = new Map<number | null, bigint>();
  for (const { linePosition, units } of discounts) taken.set(linePosition, (taken.get(linePosition) ?? 0n) + units);

  const parts = apart.map((line) => ({ linePosition: line.position, taxClass: line.taxClass, units: line.subtotalUnits - (taken.get(line.position) ?? 0n) }));
  const carriage = input.shipping ? [{ linePosition: null, taxClass: input.shipping.taxClass, units: shippingUnits - (taken.get(null) ?? 0n) }] : [];
  const taxes = taxesOf([...parts, ...carriage], input.taxRates);
  const taxOf = (linePosition: number | null) => {
    const tax = taxes.find((one) => one.linePosition === linePosition);
    return { taxUnits: tax && !tax.isIncluded ? tax.taxUnits : 0n, taxIncludedUnits: tax?.isIncluded ? tax.taxUnits : 0n };
  };

  const lines: PricedLine[] = apart.map((line) => ({ ...line, discountUnits: taken.get(line.position) ?? 0n, ...taxOf(line.position) }));
  const shipping: PricedShipping | null = input.shipping && {
    methodId: input.shipping.methodId, name: input.shipping.name, units: shippingUnits, discountUnits: taken.get(null) ?? 0n, ...taxOf(null),
  };
  return { priced: finish(input, exponent, lines, discounts, shipping, taxes), verdicts };
}

function finish(
  input: PricingInput, exponent: number, lines: readonly PricedLine[], discounts: readonly Discount[], shipping: PricedShipping | null, taxes: readonly PricedTax[],
): PricedCart {
  const subtotal = total(lines.map((line) => line.subtotalUnits));
  const discount = total(discounts.map((one) => one.units));
  const tax = total(taxes.map((one) => (one.isIncluded ? 0n : one.taxUnits)));
  const taxIncluded = total(taxes.map((one) => (one.isIncluded ? one.taxUnits : 0n)));
  const toPay = subtotal - discount + (shipping?.units ?? 0n) + tax;
  const giftCards = useUp(input.giftCards, toPay);
  const paid = total(giftCards.map((card) => card.units));
  return {
    currency: input.currency,
    exponent,
    lines: lines.toSorted((a, b) => a.position - b.position),
    discounts: discounts.toSorted(byPlace),
    shipping,
    taxes: taxes.toSorted(byPlace),
    giftCards,
    totals: { subtotal, discount, shipping: shipping?.units ?? 0n, tax, taxIncluded, total: toPay, giftCards: paid, due: toPay - paid },
  };
}

/** The lines' sum, rounded once, half to even. */
export function subtotalOf(lines: readonly PricingLine[], currency: string): bigint {
  return roundToCurrency(sum(lines.map((line) => times(line.unitPrice, line.quantity)), currency)).units;
}

function subtotals(lines: readonly PricingLine[], currency: string): Apart[] {
  const amounts = lines.map((line) => times(line.unitPrice, line.quantity));
  const exact = sum(amounts, currency);
  const shares = prorate(roundToCurrency(exact).units, amounts.map((amount) => rescale(amount, exact.exponent).units));
  return lines.map((line, index) => ({ ...line, amount: amounts[index] ?? money(0n, currency), subtotalUnits: shares[index] ?? 0n }));
}

/** The promotions see the lines numbered in the order of their variants, so that where they stand in the cart decides nothing. */
function promotionsOf({ currency, countryCode, customer, codes, promotions, at, shipping }: PricingInput, apart: readonly Apart[], exponent: number) {
  if (promotions.length === 0) return { discounts: [], verdicts: [] };
  const lines = apart.map((line, index) => ({ ...line, position: index + 1 }));
  const judged = judgePromotions({ currency, exponent, lines, shippingUnits: shipping?.units ?? 0n, countryCode, customer, codes, promotions, at });
  const discounts = judged.discounts.map((discount) => ({ ...discount, linePosition: discount.linePosition === null ? null : (apart[discount.linePosition - 1]?.position ?? null) }));
  return { discounts, verdicts: judged.verdicts };
}

/** Cuts discounts down to what is left of the line or the shipping they are taken off; one of nothing is none. */
function withinShares(discounts: readonly Discount[], lines: readonly Apart[], shippingUnits: bigint): Discount[] {
  const left = new Map<number | null, bigint>([[null, shippingUnits], ...lines.map((line) => [line.position, line.subtotalUnits] as const)]);
  return discounts.flatMap((discount) => {
    const room = left.get(discount.linePosition) ?? 0n;
    const units = discount.units < room ? discount.units : room;
    if (units <= 0n) return [];
    left.set(discount.linePosition, room - units);
    return [{ ...discount, units }];
  });
}

function useUp(cards: PricingInput["giftCards"], due: bigint): PricedGiftCard[] {
  let left = due;
  return cards.flatMap(({ giftCardId, last4, balanceUnits }) => {
    const units = balanceUnits < left ? balanceUnits : left;
    if (units <= 0n) return [];
    left -= units;
    return [{ giftCardId, last4, units }];
  });
}

/** Lines first, in their order; the shipping last. */
function byPlace(a: { linePosition: number | null }, b: { linePosition: number | null }): number {
  return (a.linePosition ?? Number.MAX_SAFE_INTEGER) - (b.linePosition ?? Number.MAX_SAFE_INTEGER);
}

function total(units: readonly bigint[]): bigint {
  return units.reduce((so, one) => so + one, 0n);
}
