import { err, ok, type Result } from "#schema/values/result.ts";
import type { Wishlist } from "../../domain/wishlist.ts";
import { addWishlistItem, hasWishlistItem, takeWishlistItem } from "../../queries/wishlists.ts";
import type { CatalogParts } from "../once.ts";
import { notFound, ownWishlist, type WishlistNotFound } from "./ownWishlist.ts";
import { isFull } from "./wishlistAdd.ts";

export type WishlistMoveRefusal = WishlistNotFound | { code: "PRODUCT_NOT_FOUND" } | { code: "WISHLIST_FULL" };
export interface WishlistMoveInput {
  readonly fromId: string | undefined;
  readonly toId: string | undefined;
  readonly productId: string | undefined;
}

/** Takes a product from one wishlist to another of the same person. Once it is there, the same call again is content. */
export async function wishlistMove(parts: CatalogParts, { fromId, toId, productId }: WishlistMoveInput): Promise<Result<{ from: Wishlist; to: Wishlist }, WishlistMoveRefusal>> {
  return parts.db.tx<Result<{ from: Wishlist; to: Wishlist }, WishlistMoveRefusal>>(async (tx) => {
    const from = await ownWishlist(tx, parts, fromId);
    if (!from) return notFound("fromWishlistId");
    const to = await ownWishlist(tx, parts, toId);
    if (!to) return notFound("toWishlistId");
    const isThere = productId !== undefined && (await hasWishlistItem(tx, to.id, productId));
    if (productId === undefined || !(isThere || (await hasWishlistItem(tx, from.id, productId)))) return err({ code: "PRODUCT_NOT_FOUND" });
    if (from.id === to.id) return ok({ from, to });
    if (await isFull(tx, to, productId)) return err({ code: "WISHLIST_FULL" });
    const item = await takeWishlistItem(tx, from.id, productId);
    if (item) await addWishlistItem(tx, to.id, productId, item.variantId, parts.clocks.business.now());
    return ok({ from, to });
  }, { retries: 3 });
}
