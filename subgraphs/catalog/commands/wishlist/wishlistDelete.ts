import { ok, type Result } from "#schema/values/result.ts";
import { deleteWishlist, listWishlistsOfUsers, updateWishlist } from "../../queries/wishlists.ts";
import type { CatalogParts } from "../once.ts";
import { notFound, ownWishlist, type WishlistNotFound } from "./ownWishlist.ts";

/** Throws a wishlist away with all that is in it. Where it was the default, another one becomes it. Answers its id. */
export async function wishlistDelete(parts: CatalogParts, wishlistId: string | undefined): Promise<Result<string, WishlistNotFound>> {
  return parts.db.tx<Result<string, WishlistNotFound>>(async (tx) => {
    const wishlist = await ownWishlist(tx, parts, wishlistId);
    if (!wishlist) return notFound();
    await deleteWishlist(tx, wishlist.id);
    const [next] = wishlist.isDefault ? await listWishlistsOfUsers(tx, [wishlist.userId]) : [];
    if (next) await updateWishlist(tx, { ...next, isDefault: true }, parts.clocks.business.now());
    return ok(wishlist.id);
  }, { retries: 3 });
}
