import type { Tx } from "#platform/db/database.ts";
import type { Viewer } from "#kit/viewer.ts";
import { can } from "#kit/viewer.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { type Cart, mayUseCart } from "../domain/cart.ts";
import { readWorkspace, type Workspace } from "../queries/cartContents.ts";
import { findCartForUpdate } from "../queries/carts.ts";
import { findOrderOfCart } from "../queries/orders.ts";

export type CartRefusal =
  | { code: "CART_NOT_FOUND" }
  | { code: "CART_ALREADY_ORDERED"; orderId: string | null }
  | { code: "CART_CLOSED"; state: "EXPIRED" | "MERGED" }
  | { code: "CART_BUSY" };
export type ChangeRefusal = CartRefusal | { code: "VERSION_CONFLICT"; expected: number; actual: number };

/** The viewer's open cart, held until the transaction ends. `cartId` is undefined where the id names no cart at all. */
export async function findUsableCart(tx: Tx, cartId: string | undefined, viewer: Viewer): Promise<Result<Cart, CartRefusal>> {
  const cart = cartId === undefined ? undefined : await findCartForUpdate(tx, cartId);
  return checkUsable(tx, cart, viewer);
}

/** The viewer's open cart as `input` expects it, and what the change has to know: held, and not being bought. */
export async function openWorkspace(
  tx: Tx, input: { readonly cartId: string | undefined; readonly expectedVersion?: number | null | undefined }, viewer: Viewer, variantIds: readonly string[] = [],
): Promise<Result<{ cart: Cart; space: Workspace }, ChangeRefusal>> {
  const found = await findUsableCart(tx, input.cartId, viewer);
  if (!found.ok) return found;
  const cart = found.value;
  // After the lock: a statement sees what was committed before it began.
  const space = await readWorkspace(tx, cart, variantIds);
  if (space.isBusy) return err({ code: "CART_BUSY" });
  const expected = input.expectedVersion ?? cart.version;
  return expected === cart.version ? ok({ cart, space }) : err({ code: "VERSION_CONFLICT", expected, actual: cart.version });
}

/** A cart that is held already, as far as the viewer may change it. */
export async function checkUsable(tx: Tx, cart: Cart | undefined, viewer: Viewer): Promise<Result<Cart, CartRefusal>> {
  if (!cart || !mayUseCart(cart, viewer)) return err({ code: "CART_NOT_FOUND" });
  if (cart.state === "OPEN") return ok(cart);
  if (cart.state !== "ORDERED") return err({ code: "CART_CLOSED", state: cart.state });
  const order = await findOrderOfCart(tx, cart.id);
  const isTheirs = order && (can(viewer, "orders.read") || (order.userId !== null && order.userId === viewer.userId));
  return err({ code: "CART_ALREADY_ORDERED", orderId: isTheirs ? order.id : null });
}
