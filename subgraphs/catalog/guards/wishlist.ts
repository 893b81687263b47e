import { allow, authenticated, type Guards, when } from "#kit/guard.ts";
import type { Wishlist } from "../domain/wishlist.ts";
import { themselves } from "./review.ts";

const owner = when<Wishlist>("whose it is", (viewer, wishlist) => viewer.userId !== null && viewer.userId === wishlist.userId);

/** A wishlist is there for whose it is, and for who knows its key; the latter do not learn whose it is. */
export const wishlistGuards: Guards = {
  Query: { wishlist: allow },
  Mutation: {
    wishlistCreate: authenticated, wishlistAdd: authenticated, wishlistRemove: authenticated, wishlistMove: authenticated, wishlistRename: authenticated, wishlistDelete: authenticated, wishlistShare: authenticated,
  },
  Product: { isInWishlist: allow },
  User: { wishlists: themselves },
  Wishlist: { id: allow, name: allow, isDefault: allow, isMine: allow, shareKey: owner, itemCount: allow, items: allow, createdAt: allow, updatedAt: allow, version: allow },
  WishlistItem: allow,
  WishlistItemConnection: allow,
  WishlistItemEdge: allow,
  WishlistCreateSuccess: allow,
  WishlistAddSuccess: allow,
  WishlistRemoveSuccess: allow,
  WishlistMoveSuccess: allow,
  WishlistRenameSuccess: allow,
  WishlistDeleteSuccess: allow,
  WishlistShareSuccess: allow,
  WishlistNotFound: allow,
  WishlistNameTaken: allow,
  WishlistFull: allow,
  TooManyWishlists: allow,
};
