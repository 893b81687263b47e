import { isLine } from "./plainText.ts";

export interface Wishlist {
  /** UUID, as is the next. */
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly isDefault: boolean;
  /** Whoever knows it may look; null where it is not shared. */
  readonly shareKey: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

export interface WishlistItem {
  readonly wishlistId: string;
  readonly productId: string;
  /** Null for any form of the product. */
  readonly variantId: string | null;
  readonly addedAt: Date;
  /** When it was added with all its digits, for cursors. */
  readonly sortKey: string;
}

/** Of one person. */
export const MAX_WISHLISTS = 20;
/** In one wishlist. */
export const MAX_ITEMS = 500;
export const MAX_WISHLIST_NAME = 100;
/** What the first one is called that nobody has named. */
export const DEFAULT_NAME = "Wishlist";

/** The name as it is kept, or undefined for none. */
export function readWishlistName(name: string): string | undefined {
  const called = name.trim();
  return isLine(called, MAX_WISHLIST_NAME) ? called : undefined;
}

/** Whether the text could be the key of a shared wishlist. */
export function isShareKey(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}
