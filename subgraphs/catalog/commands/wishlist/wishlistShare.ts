import { randomBytes } from "node:crypto";
import { ok, type Result } from "#schema/values/result.ts";
import type { Wishlist } from "../../domain/wishlist.ts";
import { updateWishlist } from "../../queries/wishlists.ts";
import type { CatalogParts } from "../once.ts";
import { notFound, ownWishlist, type WishlistNotFound } from "./ownWishlist.ts";

/** Gives a wishlist a secret key by which others may look, or takes it back: links with the old key are dead for ever. */
export async function wishlistShare(parts: CatalogParts, input: { wishlistId: string | undefined; isShared: boolean }): Promise<Result<Wishlist, WishlistNotFound>> {
  return parts.db.tx<Result<Wishlist, WishlistNotFound>>(async (tx) => {
    const wishlist = await ownWishlist(tx, parts, input.wishlistId);
    if (!wishlist) return notFound();
    if (input.isShared === (wishlist.shareKey !== null)) return ok(wishlist);
    return ok(await updateWishlist(tx, { ...wishlist, shareKey: input.isShared ? randomBytes(32).toString("base64url") : null }, parts.clocks.business.now()));
  }, { retries: 3 });
}
