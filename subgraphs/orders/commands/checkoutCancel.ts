import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import { type Commanded, keyOwnerOf } from "../context.ts";
import { type Checkout, isLive } from "../domain/checkout.ts";
import { findCheckout, findLiveCheckout, leaseCheckout } from "../queries/checkouts.ts";
import { findOrderOfCart } from "../queries/orders.ts";
import { type CartRefusal, findUsableCart } from "./findUsableCart.ts";
import { checkKey, type IdempotencyRefusal, type IdempotentCall, keys, LEASE_SECONDS, refusalOf } from "./idempotency.ts";
import { endUnfinished } from "./sweepUnfinished.ts";

export type CheckoutCancelRefusal = CartRefusal | IdempotencyRefusal | { code: "CHECKOUT_NOT_FOUND" } | { code: "PAYMENT_UNAVAILABLE" };

export interface CheckoutCancelInput {
  readonly cartId: string | undefined;
  /** Null: whichever is under way; undefined where the id names none at all. */
  readonly checkoutId: string | null | undefined;
  readonly key: string;
}

type Begun =
  | { kind: "REFUSED"; refusal: CheckoutCancelRefusal }
  | { kind: "ANSWERED"; checkoutId: string }
  /** An earlier try of this call was cut off after it had ended the purchase. */
  | { kind: "OVER"; checkoutId: string }
  | { kind: "BEGUN"; checkout: Checkout };

/** The buyer gives up: the payment is closed, then goods, codes and gift cards are let go. A payment that came first becomes the order. */
export async function checkoutCancel(parts: Commanded, input: CheckoutCancelInput): Promise<Result<Checkout, CheckoutCancelRefusal>> {
  const badKey = checkKey(input.key);
  if (badKey) return err(badKey);
  const { key, ...content } = input;
  const call: IdempotentCall = { actor: keyOwnerOf(parts.viewer, input.cartId), operation: "checkoutCancel", key, content };
  const begun = await parts.db.tx((tx) => begin(parts, tx, call, input), { retries: 3 });
  if (begun.kind === "REFUSED") return err(begun.refusal);
  if (begun.kind === "ANSWERED") return ok(await getCheckout(parts, begun.checkoutId));
  if (begun.kind === "BEGUN" && !(await endUnfinished(parts, begun.checkout, "CANCELLED"))) {
    await keys.release(parts.db, call);
    return err({ code: "PAYMENT_UNAVAILABLE" });
  }
  const over = await getCheckout(parts, begun.kind === "OVER" ? begun.checkoutId : begun.checkout.id);
  if (over.state === "COMPLETED") {
    await parts.db.tx((tx) => keys.forget(tx, call));
    const order = await findOrderOfCart(parts.db, over.cartId);
    return err({ code: "CART_ALREADY_ORDERED", orderId: order && order.userId !== null && order.userId === parts.viewer.userId ? order.id : null });
  }
  await parts.db.tx((tx) => keys.finish(tx, call, { checkoutId: over.id }));
  return ok(over);
}

async function begin(parts: Commanded, tx: Tx, call: IdempotentCall, input: CheckoutCancelInput): Promise<Begun> {
  const claim = await keys.claim(tx, call, LEASE_SECONDS);
  const refusal = refusalOf(claim);
  if (refusal) return { kind: "REFUSED", refusal };
  if (claim.kind === "STORED") return { kind: "ANSWERED", checkoutId: (claim.response as { checkoutId: string }).checkoutId };
  const noted = claim.kind === "RESUMED" ? (claim.noted as { checkoutId: string } | null) : null;
  const earlier = noted && (await findCheckout(tx, noted.checkoutId));
  if (earlier && !isLive(earlier)) return { kind: "OVER", checkoutId: earlier.id };
  const found = await find(parts, tx, input);
  if (!found.ok) {
    await keys.forget(tx, call);
    return { kind: "REFUSED", refusal: found.error };
  }
  await keys.note(tx, call, { checkoutId: found.value.id });
  await leaseCheckout(tx, found.value.id, LEASE_SECONDS);
  return { kind: "BEGUN", checkout: found.value };
}

async function find(parts: Commanded, tx: Tx, { cartId, checkoutId }: CheckoutCancelInput): Promise<Result<Checkout, CheckoutCancelRefusal>> {
  if (checkoutId === undefined) return err({ code: "CHECKOUT_NOT_FOUND" });
  const cart = await findUsableCart(tx, cartId, parts.viewer);
  if (!cart.ok) return cart;
  const live = await findLiveCheckout(tx, cart.value.id);
  if (!live || (checkoutId !== null && live.id !== checkoutId)) return err({ code: "CHECKOUT_NOT_FOUND" });
  return live.isLeased ? err({ code: "CART_BUSY" }) : ok(live);
}

async function getCheckout(parts: Commanded, id: string): Promise<Checkout> {
  const found = await findCheckout(parts.db, id);
  if (!found) throw new Error(`there is no checkout ${id}`);
  return found;
}
