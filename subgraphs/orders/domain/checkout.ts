import { err, ok, type Result } from "#schema/values/result.ts";
import { money, type Money, parseDecimal } from "#schema/values/money.ts";
import { type CartLine, type SellableVariant, totalOf } from "./cart.ts";

/** Ten million pounds: far above the largest order ever placed, far below what a 64-bit integer holds. */
const MAX_TOTAL_UNITS = 1_000_000_000n;

/** What is bought, at the price it is bought for. */
export interface CheckoutLine {
  readonly position: number;
  readonly variantId: string;
  readonly productId: string;
  readonly sku: string;
  readonly name: string;
  readonly quantity: bigint;
  readonly price: Money;
}

export interface Quote {
  readonly lines: readonly CheckoutLine[];
  readonly total: Money;
}

export type QuoteRefusal =
  | { code: "EMPTY_CART" }
  | { code: "VARIANT_UNAVAILABLE"; variantId: string }
  | { code: "ORDER_TOO_LARGE" }
  | { code: "PRICE_CHANGED"; expected: Money; actual: Money };

/** Lines and total of a purchase, fixed at these prices. `expectedTotal` is decimal text in the cart's currency. */
export function quote(lines: readonly CartLine[], onSale: ReadonlyMap<string, SellableVariant>, currency: string, expectedTotal: string | undefined): Result<Quote, QuoteRefusal> {
  if (lines.length === 0) return err({ code: "EMPTY_CART" });
  const quoted: CheckoutLine[] = [];
  for (const [index, { variantId, quantity }] of lines.entries()) {
    const variant = onSale.get(variantId);
    if (!variant) return err({ code: "VARIANT_UNAVAILABLE", variantId });
    quoted.push({ position: index + 1, variantId, productId: variant.productId, sku: variant.sku, name: variant.name, quantity, price: variant.price });
  }
  const total = totalOf(quoted, currency);
  if (total.units > MAX_TOTAL_UNITS) return err({ code: "ORDER_TOO_LARGE" });
  const expected = expectedTotal === undefined ? undefined : parseDecimal(expectedTotal, currency);
  if (expected && !isSame(expected, total)) return err({ code: "PRICE_CHANGED", expected, actual: total });
  return ok({ lines: quoted, total });
}

function isSame(a: Money, b: Money): boolean {
  return a.units * 10n ** BigInt(b.exponent) === b.units * 10n ** BigInt(a.exponent);
}

/** The total of a checkout as it was stored. */
export function storedTotal(row: { total_units: bigint; currency: string; exponent: number }): Money {
  return money(row.total_units, row.currency, row.exponent);
}
