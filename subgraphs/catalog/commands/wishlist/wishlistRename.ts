import { err, ok, type Result } from "#schema/values/result.ts";
import type { InvalidValue } from "../../domain/priceInput.ts";
import { readWishlistName, type Wishlist } from "../../domain/wishlist.ts";
import { listWishlistsOfUsers, updateWishlist } from "../../queries/wishlists.ts";
import type { CatalogParts } from "../once.ts";
import { notFound, ownWishlist, type WishlistNotFound } from "./ownWishlist.ts";
import { badName, isTaken } from "./wishlistCreate.ts";

export type WishlistRenameRefusal = InvalidValue | WishlistNotFound | { code: "WISHLIST_NAME_TAKEN" } | { code: "VERSION_CONFLICT"; expected: number; actual: number };
export interface WishlistRenameInput {
  readonly wishlistId: string | undefined;
  /** Undefined is not given; the same holds of the next. */
  readonly name: string | undefined;
  readonly isDefault: boolean | undefined;
  readonly expectedVersion: number | undefined;
}

/** Calls a wishlist by another name, or makes it the default one. */
export async function wishlistRename(parts: CatalogParts, input: WishlistRenameInput): Promise<Result<Wishlist, WishlistRenameRefusal>> {
  const { expectedVersion } = input;
  const name = input.name === undefined ? undefined : readWishlistName(input.name);
  if (input.name !== undefined && name === undefined) return badName();
  return parts.db.tx<Result<Wishlist, WishlistRenameRefusal>>(async (tx) => {
    const wishlist = await ownWishlist(tx, parts, input.wishlistId);
    if (!wishlist) return notFound();
    if (expectedVersion !== undefined && expectedVersion !== wishlist.version) return err({ code: "VERSION_CONFLICT", expected: expectedVersion, actual: wishlist.version });
    // There is always one default: it stops being it when another becomes it.
    const renamed = { ...wishlist, name: name ?? wishlist.name, isDefault: wishlist.isDefault || input.isDefault === true };
    if (renamed.name === wishlist.name && renamed.isDefault === wishlist.isDefault) return ok(wishlist);
    const others = (await listWishlistsOfUsers(tx, [wishlist.userId])).filter(({ id }) => id !== wishlist.id);
    if (isTaken(renamed.name, others)) return err({ code: "WISHLIST_NAME_TAKEN" });
    return ok(await updateWishlist(tx, renamed, parts.clocks.business.now()));
  }, { retries: 3 });
}
