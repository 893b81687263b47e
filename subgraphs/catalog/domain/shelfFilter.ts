import type { ProductFilter } from "./productFilter.ts";
import { priceIn, type Shelf } from "./shelf.ts";

/** Whether a product, as it stands on its shelf, is on sale and within the filter's price and stock. */
export function holdsOnShelf(shelf: Shelf, { price, inStock }: ProductFilter): boolean {
  if (shelf.product.status !== "ACTIVE") return false;
  // Not all of its variants are at hand: the index has looked at them.
  if (!shelf.isWhole) return true;
  if (inStock !== undefined && shelf.available > 0n !== inStock) return false;
  if (!price) return true;
  const [min, max, below] = [Number(price.min), Number(price.max), Number(price.below)];
  return shelf.variants.some((variant) => {
    const amount = priceIn(variant, price.currency)?.amount;
    if (!amount) return false;
    const value = Number(amount.units) / 10 ** amount.exponent;
    return value >= min && value <= max && value < below;
  });
}
