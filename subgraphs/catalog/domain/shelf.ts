import type { Money } from "#schema/values/money.ts";
import type { CurrentPrice } from "./price.ts";
import type { Product, Variant } from "./product.ts";

/** Variants of one product that a shelf holds; a product with more is read page by page. */
export const MAX_ON_SHELF = 100;
/** How far ahead of its reading a shelf knows the prices, in seconds: longer than it is kept. */
export const PRICES_AHEAD_SECONDS = 10;

/** Business time in Unix milliseconds, going on from when a shelf was read. */
export type ShelfClock = () => number;

/** A variant with what is left of it and its prices of now and of the next seconds. */
export interface ShelvedVariant extends Variant {
  readonly available: bigint;
  readonly prices: readonly CurrentPrice[];
  readonly clock: ShelfClock;
}

/** A product with all that is sold of it as it was read at one moment: its variants by code, their prices and stock. */
export class Shelf {
  readonly product: Product;
  readonly variants: readonly ShelvedVariant[];
  /** False where the product has more variants than these. */
  readonly isWhole: boolean;
  readonly #clock: ShelfClock;
  /** By currency, and until when that is known. */
  readonly #lowest = new Map<string, { price: CurrentPrice | null; until: number }>();

  constructor(product: Product, variants: readonly ShelvedVariant[], clock: ShelfClock) {
    this.product = product;
    this.variants = variants;
    this.isWhole = variants.length <= MAX_ON_SHELF;
    this.#clock = clock;
  }

  /** The lowest price in the currency at this moment; of equal ones that of the first code. Null without any. */
  lowestPrice(currency: string): CurrentPrice | null {
    const known = this.#lowest.get(currency);
    const now = this.#clock();
    if (known && now < known.until) return known.price;
    let price: CurrentPrice | null = null;
    let until = Infinity;
    for (const { prices } of this.variants) {
      for (const one of prices) {
        if (one.amount.currency !== currency) continue;
        until = Math.min(until, nextChange(one, now));
        if (holdsAt(one, now) && (price === null || isLess(one.amount, price.amount))) price = one;
      }
    }
    this.#lowest.set(currency, { price, until });
    return price;
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

/** The variant's price in the currency at this moment. */
export function priceIn({ prices, clock }: Pick<ShelvedVariant, "prices" | "clock">, currency: string): CurrentPrice | null {
  if (prices.length === 0) return null;
  const now = clock();
  return prices.find((price) => price.amount.currency === currency && holdsAt(price, now)) ?? null;
}

function holdsAt({ validFrom, validTo }: CurrentPrice, now: number): boolean {
  return validFrom.getTime() <= now && (validTo === null || now < validTo.getTime());
}

/** When the price begins or ends next. */
function nextChange({ validFrom, validTo }: CurrentPrice, now: number): number {
  if (now < validFrom.getTime()) return validFrom.getTime();
  return validTo !== null && now < validTo.getTime() ? validTo.getTime() : Infinity;
}

function isLess(a: Money, b: Money): boolean {
  return a.units * 10n ** BigInt(b.exponent) < b.units * 10n ** BigInt(a.exponent);
}
