import type { Money } from "#schema/values/money.ts";
import type { Product, Variant } from "./product.ts";

/** Variants of one product that a shelf holds; a product with more is read page by page. */
export const MAX_ON_SHELF = 100;

export interface ShelvedPrice {
  readonly amount: Money;
  readonly validFrom: Date;
}

/** A variant with what is left of it and its current prices, one per currency. */
export interface ShelvedVariant extends Variant {
  readonly available: bigint;
  readonly prices: readonly ShelvedPrice[];
}

/** A product with all that is sold of it at one moment: its variants by code, their prices and stock. */
export class Shelf {
  readonly product: Product;
  readonly variants: readonly ShelvedVariant[];
  /** False where the product has more variants than these. */
  readonly isWhole: boolean;
  readonly #lowest = new Map<string, ShelvedPrice | null>();

  constructor(product: Product, variants: readonly ShelvedVariant[]) {
    this.product = product;
    this.variants = variants;
    this.isWhole = variants.length <= MAX_ON_SHELF;
  }

  /** The lowest price in the currency; of equal ones that of the first code. Null without any. */
  lowestPrice(currency: string): ShelvedPrice | null {
    let lowest = this.#lowest.get(currency);
    if (lowest === undefined) {
      lowest = null;
      for (const { prices } of this.variants) {
        const price = priceIn(prices, currency);
        if (price && (lowest === null || isLess(price.amount, lowest.amount))) lowest = price;
      }
      this.#lowest.set(currency, lowest);
    }
    return lowest;
  }

  /** What is left of all variants together. */
  get available(): bigint {
    return this.variants.reduce((sum, variant) => sum + variant.available, 0n);
  }

  /** Up to `limit` variants behind a code; undefined where this cannot tell. */
  variantsAfter(sku: string | undefined, limit: number): readonly ShelvedVariant[] | undefined {
    if (!this.isWhole) return undefined;
    if (sku === undefined) return this.variants.slice(0, limit);
    const at = this.variants.findIndex((variant) => variant.sku === sku);
    // The order of codes is the database's.
    return at === -1 ? undefined : this.variants.slice(at + 1, at + 1 + limit);
  }
}

export function priceIn(prices: readonly ShelvedPrice[], currency: string): ShelvedPrice | null {
  return prices.find(({ amount }) => amount.currency === currency) ?? null;
}

function isLess(a: Money, b: Money): boolean {
  return a.units * 10n ** BigInt(b.exponent) < b.units * 10n ** BigInt(a.exponent);
}
