import type { Tx } from "#platform/db/database.ts";
import type { Wishlist } from "../../domain/wishlist.ts";
import { listWishlistsByIds, lockWishlistsOf } from "../../queries/wishlists.ts";
import type { CatalogParts } from "../once.ts";

export type WishlistNotFound = { code: "WISHLIST_NOT_FOUND"; field: string };

export const notFound = (field = "wishlistId"): { ok: false; error: WishlistNotFound } => ({ ok: false, error: { code: "WISHLIST_NOT_FOUND", field } });

/** The person's own wishlist, locked with all others of the person; another person's is not there. */
export async function ownWishlist(tx: Tx, { viewer }: CatalogParts, id: string | undefined): Promise<Wishlist | undefined> {
  if (viewer.userId === null || id === undefined) return undefined;
  await lockWishlistsOf(tx, viewer.userId);
  const [wishlist] = await listWishlistsByIds(tx, [id]);
  return wishlist?.userId === viewer.userId ? wishlist : undefined;
}
