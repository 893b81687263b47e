import { currencyExponent, parseDecimal, rescale } from "#schema/values/money.ts";
import { hasHidden } from "#schema/values/text.ts";

/** What is wrong with an input, for the caller. */
export interface Refused {
  readonly message: string;
  readonly path: readonly string[];
}

/** The text without space around it; undefined when nothing is left, it is longer than `longest`, or holds what nobody sees. */
export function plainText(text: string, longest: number): string | undefined {
  if (text.length > longest * 4) return undefined;
  const plain = text.trim();
  return plain.length > 0 && [...plain].length <= longest && !hasHidden(plain) ? plain : undefined;
}

/** Decimal text as units of the currency; undefined where it is no decimal or has more decimals than the currency. */
export function unitsOf(text: string, currency: string): bigint | undefined {
  const amount = parseDecimal(text, currency);
  const exponent = currencyExponent(currency);
  return amount && amount.exponent <= exponent ? rescale(amount, exponent).units : undefined;
}
