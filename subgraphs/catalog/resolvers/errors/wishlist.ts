import type { Renderers } from "#kit/userError.ts";
import type { WishlistNotFound } from "../../commands/wishlist/ownWishlist.ts";
import type { WishlistAddRefusal } from "../../commands/wishlist/wishlistAdd.ts";
import type { WishlistCreateRefusal } from "../../commands/wishlist/wishlistCreate.ts";
import type { WishlistMoveRefusal } from "../../commands/wishlist/wishlistMove.ts";
import type { WishlistRenameRefusal } from "../../commands/wishlist/wishlistRename.ts";
import { MAX_ITEMS, MAX_WISHLISTS } from "../../domain/wishlist.ts";

export const wishlistErrors: Renderers<WishlistNotFound> = { WISHLIST_NOT_FOUND: ({ field }) => ({ message: "There is no such wishlist of yours.", path: ["input", field] }) };

const full: Renderers<{ code: "WISHLIST_FULL" }> = {
  WISHLIST_FULL: () => ({ message: `A wishlist holds at most ${MAX_ITEMS} products: take some out, or open another one.`, path: ["input"], fields: { limit: MAX_ITEMS } }),
};
const nameTaken: Renderers<{ code: "WISHLIST_NAME_TAKEN" }> = { WISHLIST_NAME_TAKEN: () => ({ message: "Another wishlist of yours has this name.", path: ["input", "name"] }) };

/** `variantId` as the caller named it. */
export const wishlistAddErrors = (variantId: string): Renderers<WishlistAddRefusal> => ({
  ...wishlistErrors, ...full,
  PRODUCT_NOT_FOUND: () => ({ message: "There is no such product.", path: ["input", "productId"] }),
  VARIANT_NOT_FOUND: () => ({ message: "The product has no such variant.", path: ["input", "variantId"], fields: { variantId } }),
});

export const wishlistMoveErrors: Renderers<WishlistMoveRefusal> = {
  ...wishlistErrors, ...full,
  PRODUCT_NOT_FOUND: () => ({ message: "The product is in neither of the two wishlists.", path: ["input", "productId"] }),
};

export const wishlistCreateErrors: Renderers<WishlistCreateRefusal> = {
  ...nameTaken,
  INVALID_VALUE: ({ message, path }) => ({ message, path }),
  TOO_MANY_WISHLISTS: () => ({ message: `A person has at most ${MAX_WISHLISTS} wishlists.`, path: ["input"], fields: { limit: MAX_WISHLISTS } }),
};

export const wishlistRenameErrors: Renderers<WishlistRenameRefusal> = {
  ...wishlistErrors, ...nameTaken,
  INVALID_VALUE: ({ message, path }) => ({ message, path }),
  VERSION_CONFLICT: ({ expected, actual }) => ({ message: "The wishlist was changed since it was read: read it again.", path: ["input", "expectedVersion"], fields: { expected, actual } }),
};
