import { byKey, manyByKey, pagedByKey } from "#kit/batch.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { Database } from "#platform/db/database.ts";
import { countWishlistItems, listWishedProducts, listWishlistItems, listWishlistsByIds, listWishlistsOfUsers } from "../queries/wishlists.ts";

/** Wishlists; whose they are is asked where they are read. */
export function wishlistLoaders(db: Database, { userId }: Viewer) {
  return {
    ownWishlistById: byKey({ load: async (ids) => (await listWishlistsByIds(db, ids)).filter((wishlist) => wishlist.userId === userId), keyOf: (wishlist) => wishlist.id }),
    wishlistsOfUser: manyByKey({ load: (ids) => listWishlistsOfUsers(db, ids), keyOf: (wishlist) => wishlist.userId }),
    itemsOfWishlist: pagedByKey({ load: (ids, limit, after: [string, string] | undefined) => listWishlistItems(db, ids, limit + 1, after), keyOf: (item) => item.wishlistId }),
    itemCountOfWishlist: byKey({ load: (ids) => countWishlistItems(db, ids), keyOf: (count) => count.id }),
    isWished: byKey({ load: async (ids) => (userId === null ? [] : (await listWishedProducts(db, ids, userId)).map((id) => ({ id }))), keyOf: (one) => one.id }),
  };
}
