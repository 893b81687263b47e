import type { Tx } from "#platform/db/database.ts";
import type { Viewer } from "#kit/viewer.ts";
import { seesEveryone } from "#kit/viewer.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { type Cart, mayUseCart } from "../domain/cart.ts";
import { findCartForUpdate } from "../queries/carts.ts";
import { findOrderOfCart } from "../queries/orders.ts";

export type CartRefusal = { code: "CART_NOT_FOUND" } | { code: "CART_ALREADY_ORDERED"; orderId: string | null } | { code: "CART_BUSY" };

/** The viewer's open cart, held until the transaction ends. `cartId` is undefined where the id names no cart at all. */
export async function findUsableCart(tx: Tx, cartId: string | undefined, viewer: Viewer): Promise<Result<Cart, CartRefusal>> {
  const cart = cartId === undefined ? undefined : await findCartForUpdate(tx, cartId);
  if (!cart || !mayUseCart(cart, viewer)) return err({ code: "CART_NOT_FOUND" });
  if (cart.state === "OPEN") return ok(cart);
  const order = await findOrderOfCart(tx, cart.id);
  const isTheirs = order && (seesEveryone(viewer) || (order.userId !== null && order.userId === viewer.userId));
  return err({ code: "CART_ALREADY_ORDERED", orderId: isTheirs ? order.id : null });
}
