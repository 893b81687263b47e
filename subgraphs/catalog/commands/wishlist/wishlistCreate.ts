import { err, ok, type Result } from "#schema/values/result.ts";
import { invalid, type InvalidValue } from "../../domain/priceInput.ts";
import { MAX_WISHLIST_NAME, MAX_WISHLISTS, readWishlistName, type Wishlist } from "../../domain/wishlist.ts";
import { insertWishlist, listWishlistsOfUsers, lockWishlistsOf } from "../../queries/wishlists.ts";
import type { CatalogParts } from "../once.ts";

export type WishlistCreateRefusal = InvalidValue | { code: "WISHLIST_NAME_TAKEN" } | { code: "TOO_MANY_WISHLISTS" };

export const badName = () => invalid("name", `A name is one line of 1 to ${MAX_WISHLIST_NAME} characters.`);

/** Opens a wishlist; a person's first one is the default. */
export async function wishlistCreate({ db, clocks, viewer }: CatalogParts, input: { name: string; isDefault: boolean }): Promise<Result<Wishlist, WishlistCreateRefusal>> {
  const name = readWishlistName(input.name);
  if (name === undefined) return badName();
  const userId = viewer.userId as string;
  return db.tx<Result<Wishlist, WishlistCreateRefusal>>(async (tx) => {
    await lockWishlistsOf(tx, userId);
    const others = await listWishlistsOfUsers(tx, [userId]);
    if (isTaken(name, others)) return err({ code: "WISHLIST_NAME_TAKEN" });
    if (others.length >= MAX_WISHLISTS) return err({ code: "TOO_MANY_WISHLISTS" });
    return ok(await insertWishlist(tx, userId, name, input.isDefault || others.length === 0, clocks.business.now()));
  }, { retries: 3 });
}

/** Names differ by more than capitals. */
export function isTaken(name: string, others: readonly Wishlist[]): boolean {
  return others.some((other) => other.name.toLowerCase() === name.toLowerCase());
}
