import { byKey } from "#kit/batch.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { Database } from "#platform/db/database.ts";
import { type Cart, maySeeCart } from "../domain/cart.ts";
import type { CartContents, LoadedCart } from "../domain/loadedCart.ts";
import type { PricingRules } from "../domain/pricing/rules.ts";
import { type FullCart, listFullCarts } from "../queries/cartContents.ts";
import { listCartsByIds, listLatestOpenCarts } from "../queries/carts.ts";
import { priceContents } from "../queries/pricing.ts";
import { pricingRulesOf } from "../queries/pricingRules.ts";

/** Carts the viewer may not see are not there. */
export function cartLoaders(db: Database, viewer: Viewer) {
  const fullCartById = byKey({ load: async (ids) => (await listFullCarts(db, ids)).filter(({ cart }) => maySeeCart(cart, viewer)), keyOf: ({ cart }: FullCart) => cart.id });
  const priced = new Map<string, Promise<LoadedCart>>();
  const contentsOf = async (cart: Cart): Promise<CartContents> => {
    const full = await fullCartById.load(cart.id);
    if (!full) throw new Error(`cart ${cart.id} is gone`);
    return full.contents;
  };
  const rulesOf = async (cart: Cart): Promise<PricingRules> => pricingRulesOf(db, (await contentsOf(cart)).stamp);
  return {
    cartById: byKey({ load: async (ids) => (await listCartsByIds(db, ids)).filter((cart) => maySeeCart(cart, viewer)), keyOf: (cart) => cart.id }),
    latestCartOf: byKey({ load: (userIds) => listLatestOpenCarts(db, userIds), keyOf: (cart: Cart) => cart.userId ?? "" }),
    fullCartById,
    contentsOf,
    rulesOf,
    /** What a cart comes to: reckoned once per request, and again when the request has changed it. */
    pricedCart(cart: Cart, at: Date): Promise<LoadedCart> {
      const key = `${cart.id} ${cart.version}`;
      const known = priced.get(key) ?? contentsOf(cart).then((contents) => priceContents(db, { ...cart, userId: cart.userId ?? viewer.userId }, contents, at));
      priced.set(key, known);
      return known;
    },
    /** Takes a cart as a command has left it, so that its fields read nothing again. */
    keepCart(full: FullCart): Cart {
      fullCartById.clear(full.cart.id).prime(full.cart.id, full);
      return full.cart;
    },
  };
}
