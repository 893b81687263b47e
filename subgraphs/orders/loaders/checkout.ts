import { byKey } from "#kit/batch.ts";
import { can, type Viewer } from "#kit/viewer.ts";
import type { Database } from "#platform/db/database.ts";
import { listCheckoutsByIds } from "../queries/checkouts.ts";
import { listVisibleOrdersOfCarts } from "../queries/orders.ts";

/** A person's purchases are seen by that person and whoever may read all; a guest's by who shows the cart's id, which the caller checks. */
export function checkoutLoaders(db: Database, viewer: Viewer) {
  const isAnyones = can(viewer, "orders.read") || can(viewer, "purchases.review");
  return {
    seesEveryone: isAnyones,
    checkoutById: byKey({
      load: async (ids) => (await listCheckoutsByIds(db, ids)).filter((checkout) => isAnyones || checkout.userId === null || checkout.userId === viewer.userId),
      keyOf: (checkout) => checkout.id,
    }),
    orderOfCart: byKey({ load: (ids) => listVisibleOrdersOfCarts(db, ids, viewer), keyOf: (order) => order.cartId }),
  };
}
