import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { type Cart, decideLines, type LinesRefusal, MAX_LINES, type WantedLine } from "../domain/cart.ts";
import { listCartLines, setCartLines, updateCart } from "../queries/carts.ts";
import { listSellable } from "../queries/catalogue.ts";
import { findLiveCheckout } from "../queries/checkouts.ts";
import { type CartRefusal, findUsableCart } from "./findUsableCart.ts";

export type CartLinesSetRefusal = CartRefusal | LinesRefusal;

/** Sets the quantities of variants in a cart, all lines or none. */
export async function cartLinesSet(
  { db, clocks, viewer }: Commanded,
  input: { cartId: string | undefined; lines: readonly WantedLine[] },
): Promise<Result<Cart, CartLinesSetRefusal>> {
  // Before anything is asked of the database: a list of any length would be asked for.
  if (input.lines.length > MAX_LINES) return err({ code: "TOO_MANY_LINES" });
  return db.tx(async (tx): Promise<Result<Cart, CartLinesSetRefusal>> => {
    const cart = await findUsableCart(tx, input.cartId, viewer);
    if (!cart.ok) return cart;
    if (await findLiveCheckout(tx, cart.value.id)) return err({ code: "CART_BUSY" });
    const wanted = input.lines.flatMap((line) => line.variantId ?? []);
    const [have, onSale] = [await listCartLines(tx, [cart.value.id]), await listSellable(tx, wanted, cart.value.currency)];
    const changes = decideLines(have, input.lines, new Set(onSale.map((variant) => variant.variantId)));
    if (!changes.ok) return changes;
    await setCartLines(tx, cart.value.id, changes.value);
    return ok(await updateCart(tx, cart.value.id, "OPEN", clocks.business.now()));
  }, { retries: 3 });
}
