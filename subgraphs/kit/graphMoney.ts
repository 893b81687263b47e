import { type Money, toDecimal } from "#schema/values/money.ts";

/** The graph's `Money` of an exact amount. */
export function graphMoney(amount: Money): { amount: string; minorUnits: bigint; currency: string; exponent: number } {
  return { amount: toDecimal(amount), minorUnits: amount.units, currency: amount.currency, exponent: amount.exponent };
}
