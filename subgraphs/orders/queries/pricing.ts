import type { Reader } from "#platform/db/database.ts";
import { assembleCart, type LoadedCart, type PricedOf } from "../domain/loadedCart.ts";
import { listFullCarts } from "./cartContents.ts";
import { pricingRulesOf } from "./pricingRules.ts";

export type { LoadedCart } from "../domain/loadedCart.ts";

/**
 * All that a cart's prices come from and what it comes to, at `at` in business time: one statement, and one more when the shop's
 * tables have changed since this process read them. Pass a transaction that holds the cart to have it as it is bought.
 */
export async function loadPricing(db: Reader, cart: PricedOf, at: Date): Promise<LoadedCart> {
  const [found] = await listFullCarts(db, [cart.id]);
  if (!found) throw new Error(`there is no cart ${cart.id}`);
  return assembleCart(cart, found.contents, await pricingRulesOf(db, found.contents.stamp), at);
}
