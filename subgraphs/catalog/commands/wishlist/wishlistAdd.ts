import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import { maySee } from "../../domain/product.ts";
import { DEFAULT_NAME, MAX_ITEMS, type Wishlist } from "../../domain/wishlist.ts";
import { listProductsByIds } from "../../queries/products.ts";
import { listVariantsByIds } from "../../queries/variants.ts";
import { addWishlistItem, countWishlistItems, hasWishlistItem, insertWishlist, listWishlistsOfUsers, lockWishlistsOf } from "../../queries/wishlists.ts";
import type { CatalogParts } from "../once.ts";
import { notFound, ownWishlist, type WishlistNotFound } from "./ownWishlist.ts";

export type WishlistAddRefusal = WishlistNotFound | { code: "PRODUCT_NOT_FOUND" } | { code: "VARIANT_NOT_FOUND" } | { code: "WISHLIST_FULL" };

export interface WishlistAddInput {
  /** Null for the default one. Undefined where the id names no wishlist at all; the same holds of the other two. */
  readonly wishlistId: string | null | undefined;
  readonly productId: string | undefined;
  /** Null for any form. */
  readonly variantId: string | null | undefined;
}

/** Puts a product into a wishlist. One that is in it stays where it is. */
export async function wishlistAdd(parts: CatalogParts, { wishlistId, productId, variantId }: WishlistAddInput): Promise<Result<Wishlist, WishlistAddRefusal>> {
  const { db, clocks, viewer } = parts;
  return db.tx<Result<Wishlist, WishlistAddRefusal>>(async (tx) => {
    const [product] = productId === undefined ? [] : await listProductsByIds(tx, [productId]);
    if (!product || !maySee(product, viewer)) return err({ code: "PRODUCT_NOT_FOUND" });
    const [variant] = variantId == null ? [] : await listVariantsByIds(tx, [variantId]);
    if (variantId !== null && variant?.productId !== product.id) return err({ code: "VARIANT_NOT_FOUND" });
    const wishlist = wishlistId === null ? await defaultWishlist(tx, parts) : await ownWishlist(tx, parts, wishlistId);
    if (!wishlist) return notFound();
    if (await isFull(tx, wishlist, product.id)) return err({ code: "WISHLIST_FULL" });
    await addWishlistItem(tx, wishlist.id, product.id, variant?.id ?? null, clocks.business.now());
    return ok(wishlist);
  }, { retries: 3 });
}

/** The person's default wishlist; the first product opens it. */
async function defaultWishlist(tx: Tx, { clocks, viewer }: CatalogParts): Promise<Wishlist> {
  const userId = viewer.userId as string;
  await lockWishlistsOf(tx, userId);
  const [first] = await listWishlistsOfUsers(tx, [userId]);
  return first ?? insertWishlist(tx, userId, DEFAULT_NAME, true, clocks.business.now());
}

/** Whether there is no room for the product; one that is in it needs none. */
export async function isFull(tx: Tx, wishlist: Wishlist, productId: string): Promise<boolean> {
  const [count] = await countWishlistItems(tx, [wishlist.id]);
  return (count?.items ?? 0) >= MAX_ITEMS && !(await hasWishlistItem(tx, wishlist.id, productId));
}
