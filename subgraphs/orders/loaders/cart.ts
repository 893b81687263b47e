import type DataLoader from "dataloader";
import { byKey, manyByKey } from "#kit/batch.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { Database } from "#platform/db/database.ts";
import { maySeeCart, type SellableVariant } from "../domain/cart.ts";
import { listCartLines, listCartsByIds } from "../queries/carts.ts";
import { listSellable } from "../queries/catalogue.ts";

/** Carts the viewer may not see are not there. */
export function cartLoaders(db: Database, viewer: Viewer) {
  const sellable = new Map<string, DataLoader<string, SellableVariant | null>>();
  return {
    cartById: byKey({ load: async (ids) => (await listCartsByIds(db, ids)).filter((cart) => maySeeCart(cart, viewer)), keyOf: (cart) => cart.id }),
    linesOfCart: manyByKey({ load: (ids) => listCartLines(db, ids), keyOf: (line) => line.cartId }),
    /** What a variant costs now in a currency; null when it cannot be bought. */
    sellableIn(currency: string): DataLoader<string, SellableVariant | null> {
      const loader = sellable.get(currency) ?? byKey({ load: (ids) => listSellable(db, ids, currency), keyOf: (variant) => variant.variantId });
      sellable.set(currency, loader);
      return loader;
    },
  };
}
