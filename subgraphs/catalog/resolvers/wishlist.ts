import { badUserInput } from "#kit/errors.ts";
import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { wishlistAdd } from "../commands/wishlist/wishlistAdd.ts";
import { wishlistCreate } from "../commands/wishlist/wishlistCreate.ts";
import { wishlistDelete } from "../commands/wishlist/wishlistDelete.ts";
import { wishlistMove } from "../commands/wishlist/wishlistMove.ts";
import { wishlistRemove } from "../commands/wishlist/wishlistRemove.ts";
import { wishlistRename } from "../commands/wishlist/wishlistRename.ts";
import { wishlistShare } from "../commands/wishlist/wishlistShare.ts";
import type { CatalogContext } from "../context.ts";
import type { Product } from "../domain/product.ts";
import { isShareKey, type Wishlist, type WishlistItem } from "../domain/wishlist.ts";
import { findWishlistByShareKey, wishlistItemCursor } from "../queries/wishlists.ts";
import { wishlistAddErrors, wishlistCreateErrors, wishlistErrors, wishlistMoveErrors, wishlistRenameErrors } from "./errors/wishlist.ts";
import type { UserStub } from "./userStub.ts";

type Given<T> = T | null | undefined;
interface AddInput { wishlistId: Given<string>; productId: string; variantId: Given<string> }
interface MoveInput { fromWishlistId: string; toWishlistId: string; productId: string }
interface RenameInput { wishlistId: string; name: Given<string>; isDefault: Given<boolean>; expectedVersion: Given<number> }

const wishlistUuid = (id: string) => decodeId("wsl", id);
const productUuid = (id: string) => decodeId("prd", id);

export const wishlistResolvers = {
  Query: {
    async wishlist(_root: unknown, { id, shareKey }: { id?: Given<string>; shareKey?: Given<string> }, { db, loaders }: CatalogContext) {
      if ((id == null) === (shareKey == null)) throw badUserInput("Give exactly one of `id` and `shareKey`.", ["id"]);
      if (shareKey != null) return isShareKey(shareKey) ? ((await findWishlistByShareKey(db, shareKey)) ?? null) : null;
      const uuid = wishlistUuid(id as string);
      return uuid ? loaders.ownWishlistById.load(uuid) : null;
    },
  },
  Mutation: {
    async wishlistCreate(_root: unknown, { input }: { input: { name: string; isDefault: Given<boolean> } }, context: CatalogContext) {
      const outcome = await wishlistCreate(context, { name: input.name, isDefault: input.isDefault ?? false });
      return outcome.ok ? { __typename: "WishlistCreateSuccess", wishlist: outcome.value } : toUserError(wishlistCreateErrors, outcome.error);
    },
    async wishlistAdd(_root: unknown, { input }: { input: AddInput }, context: CatalogContext) {
      const { wishlistId, productId, variantId } = input;
      const outcome = await wishlistAdd(context, {
        wishlistId: wishlistId == null ? null : wishlistUuid(wishlistId), productId: productUuid(productId), variantId: variantId == null ? null : decodeId("var", variantId),
      });
      return outcome.ok ? { __typename: "WishlistAddSuccess", wishlist: outcome.value } : toUserError(wishlistAddErrors(variantId ?? ""), outcome.error);
    },
    async wishlistRemove(_root: unknown, { input }: { input: { wishlistId: string; productId: string } }, context: CatalogContext) {
      const outcome = await wishlistRemove(context, { wishlistId: wishlistUuid(input.wishlistId), productId: productUuid(input.productId) });
      return outcome.ok ? { __typename: "WishlistRemoveSuccess", wishlist: outcome.value } : toUserError(wishlistErrors, outcome.error);
    },
    async wishlistMove(_root: unknown, { input }: { input: MoveInput }, context: CatalogContext) {
      const outcome = await wishlistMove(context, { fromId: wishlistUuid(input.fromWishlistId), toId: wishlistUuid(input.toWishlistId), productId: productUuid(input.productId) });
      return outcome.ok ? { __typename: "WishlistMoveSuccess", ...outcome.value } : toUserError(wishlistMoveErrors, outcome.error);
    },
    async wishlistRename(_root: unknown, { input }: { input: RenameInput }, context: CatalogContext) {
      const { wishlistId, name, isDefault, expectedVersion } = input;
      const outcome = await wishlistRename(context, { wishlistId: wishlistUuid(wishlistId), name: name ?? undefined, isDefault: isDefault ?? undefined, expectedVersion: expectedVersion ?? undefined });
      return outcome.ok ? { __typename: "WishlistRenameSuccess", wishlist: outcome.value } : toUserError(wishlistRenameErrors, outcome.error);
    },
    async wishlistDelete(_root: unknown, { input }: { input: { wishlistId: string } }, context: CatalogContext) {
      const outcome = await wishlistDelete(context, wishlistUuid(input.wishlistId));
      return outcome.ok ? { __typename: "WishlistDeleteSuccess", wishlistId: encodeId("wsl", outcome.value) } : toUserError(wishlistErrors, outcome.error);
    },
    async wishlistShare(_root: unknown, { input }: { input: { wishlistId: string; isShared: boolean } }, context: CatalogContext) {
      const outcome = await wishlistShare(context, { wishlistId: wishlistUuid(input.wishlistId), isShared: input.isShared });
      return outcome.ok ? { __typename: "WishlistShareSuccess", wishlist: outcome.value } : toUserError(wishlistErrors, outcome.error);
    },
  },
  Product: {
    isInWishlist: async (product: Product, _args: unknown, { loaders, viewer }: CatalogContext) => viewer.userId !== null && (await loaders.isWished.load(product.id)) !== null,
  },
  User: { wishlists: (user: UserStub, _args: unknown, { loaders }: CatalogContext) => loaders.wishlistsOfUser.load(user.userId) },
  Wishlist: {
    id: (wishlist: Wishlist) => encodeId("wsl", wishlist.id),
    isMine: (wishlist: Wishlist, _args: unknown, { viewer }: CatalogContext) => wishlist.userId === viewer.userId,
    itemCount: async (wishlist: Wishlist, _args: unknown, { loaders }: CatalogContext) => (await loaders.itemCountOfWishlist.load(wishlist.id))?.items ?? 0,
    async items(wishlist: Wishlist, args: PageArgs, { loaders }: CatalogContext) {
      const page = readPage(args, wishlistItemCursor);
      const rows = await loaders.itemsOfWishlist.load({ key: wishlist.id, ...page });
      return toConnection(rows, page, (item: WishlistItem) => wishlistItemCursor.encode([item.sortKey, item.productId]));
    },
  },
  WishlistItem: {
    product: (item: WishlistItem, _args: unknown, { loaders }: CatalogContext) => loaders.productById.load(item.productId),
    variant: (item: WishlistItem, _args: unknown, { loaders }: CatalogContext) => item.variantId && loaders.visibleVariant(item.variantId),
  },
};
