import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { removeCartGiftCard } from "../queries/cartCodes.ts";
import type { FullCart } from "../queries/cartContents.ts";
import { updateCart } from "../queries/carts.ts";
import { type ChangeRefusal, openWorkspace } from "./findUsableCart.ts";

export type CartGiftCardRemoveRefusal = ChangeRefusal | { code: "GIFT_CARD_NOT_FOUND" };

export async function cartGiftCardRemove(
  { db, clocks, viewer }: Commanded,
  input: { cartId: string | undefined; giftCardId: string | undefined; expectedVersion?: number | null | undefined },
): Promise<Result<FullCart, CartGiftCardRemoveRefusal>> {
  return db.tx(async (tx): Promise<Result<FullCart, CartGiftCardRemoveRefusal>> => {
    const opened = await openWorkspace(tx, input, viewer);
    if (!opened.ok) return opened;
    const { cart, space } = opened.value;
    if (input.giftCardId === undefined || !(await removeCartGiftCard(tx, cart.id, input.giftCardId))) return err({ code: "GIFT_CARD_NOT_FOUND" });
    return ok({ cart: await updateCart(tx, cart.id, "OPEN", clocks.business.now()), contents: space.contents });
  }, { retries: 3 });
}
