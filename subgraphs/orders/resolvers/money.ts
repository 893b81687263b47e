import { graphMoney } from "#kit/graphMoney.ts";
import { encodeId } from "#schema/values/ids.ts";
import { money } from "#schema/values/money.ts";
import type { ShippingQuote } from "../domain/pricing/shipping.ts";
import type { Discount, PricedCart, PricedTotals } from "../domain/pricing/types.ts";

/** The graph's `Money` of units at the currency's own exponent. */
export const amountOf = (units: bigint, currency: string) => graphMoney(money(units, currency));

/** The graph's `Totals`. */
export function toGraphTotals(totals: PricedTotals, currency: string) {
  return Object.fromEntries(Object.entries(totals).map(([part, units]) => [part, amountOf(units as bigint, currency)]));
}

/** The graph's `DiscountApplication`s: added up by promotion and by what they are taken off, in the order of the discounts. */
export function toGraphDiscounts(discounts: readonly Discount[], currency: string) {
  const groups = Map.groupBy(discounts, ({ promotionId, code, target }) => `${promotionId} ${code ?? ""} ${target}`);
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const units = others.reduce((sum, one) => sum + one.units, first.units);
    return [{ label: first.label, code: first.code, target: first.target, amount: amountOf(units, currency) }];
  });
}

/** The graph's `CartGiftCard`s. */
export function toGraphGiftCards({ giftCards, currency }: Pick<PricedCart, "giftCards" | "currency">) {
  return giftCards.map(({ giftCardId, last4, units }) => ({ id: encodeId("gft", giftCardId), last4, amount: amountOf(units, currency) }));
}

/** The graph's `ShippingQuote`. */
export function toGraphQuote(quote: ShippingQuote, currency: string, isChosen: boolean) {
  const { methodId, name, description, units, minDays, maxDays } = quote;
  return { methodId: encodeId("smt", methodId), name, description, amount: amountOf(units, currency), minDays, maxDays, isChosen };
}
