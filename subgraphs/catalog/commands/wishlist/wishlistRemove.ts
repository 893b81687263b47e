import { ok, type Result } from "#schema/values/result.ts";
import type { Wishlist } from "../../domain/wishlist.ts";
import { takeWishlistItem } from "../../queries/wishlists.ts";
import type { CatalogParts } from "../once.ts";
import { notFound, ownWishlist, type WishlistNotFound } from "./ownWishlist.ts";

/** Takes a product out of a wishlist. What is not in it is out of it. */
export async function wishlistRemove(parts: CatalogParts, input: { wishlistId: string | undefined; productId: string | undefined }): Promise<Result<Wishlist, WishlistNotFound>> {
  return parts.db.tx<Result<Wishlist, WishlistNotFound>>(async (tx) => {
    const wishlist = await ownWishlist(tx, parts, input.wishlistId);
    if (!wishlist) return notFound();
    if (input.productId !== undefined) await takeWishlistItem(tx, wishlist.id, input.productId);
    return ok(wishlist);
  }, { retries: 3 });
}
