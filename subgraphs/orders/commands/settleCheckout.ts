import { toDecimal } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import type { OrdersParts } from "../context.ts";
import type { Order } from "../domain/order.ts";
import type { ChargeOutcome } from "../ports/payments.ts";
import { findCartForUpdate, updateCart } from "../queries/carts.ts";
import { releaseStock, reserveStock, sellReserved } from "../queries/catalogue.ts";
import { type Checkout, getCheckoutForUpdate, listCheckoutUnits, setCheckoutState } from "../queries/checkouts.ts";
import { findOrderOfCart, insertOrder } from "../queries/orders.ts";
import { tellOfOrder } from "../queries/orderEvents.ts";
import { copyCheckoutLines, insertOrderPayment } from "../queries/placeOrder.ts";
import { keys } from "./idempotency.ts";

export const CHECKOUT = "checkoutComplete";

export type Settled =
  | { state: "COMPLETED"; order: Order }
  | { state: "DECLINED"; reason: string }
  /** Nothing was charged, or it was given back; the key is free again. */
  | { state: "ABANDONED"; shortages: readonly { variantId: string; available: bigint }[] };

/** What is kept under the idempotency key. */
export type StoredCheckout = { orderId: string } | { declined: string };

class HoldLost extends Error {
  readonly shortages: readonly { variantId: string; available: bigint }[];
  constructor(shortages: readonly { variantId: string; available: bigint }[]) {
    super("the held stock is gone and there is not enough left");
    this.shortages = shortages;
  }
}

/**
 * The second transaction of a purchase, once the provider has said what became of the charge: the order, or the stock let go.
 * Who comes second, the buyer's repeated call or the sweeper, finds what the first one made of it.
 */
export async function settleCheckout(parts: OrdersParts, checkout: Checkout, outcome: ChargeOutcome | { state: "VOID" }): Promise<Settled> {
  try {
    return await parts.db.tx((tx) => settle(parts, tx, checkout, outcome), { retries: 3 });
  } catch (error) {
    if (!(error instanceof HoldLost) || outcome.state !== "CAPTURED") throw error;
    parts.log.error({ checkoutId: checkout.id }, "the stock of a paid checkout was let go by somebody else; the money goes back");
    await parts.db.tx((tx) => setCheckoutState(tx, checkout.id, "UNDOING"));
    await undoCharge(parts, checkout, outcome.ref);
    return { state: "ABANDONED", shortages: error.shortages };
  }
}

/** Gives the money of a checkout back that cannot become an order, and frees the key. */
export async function undoCharge(parts: OrdersParts, checkout: Checkout, chargeRef: string): Promise<void> {
  await parts.payments.refund({ key: `${checkout.id}:undo`, chargeRef, amount: checkout.total });
  await parts.db.tx(async (tx) => {
    await releaseStock(tx, checkout.id);
    await setCheckoutState(tx, checkout.id, "ABANDONED");
    await keys.forget(tx, { actor: checkout.actor, operation: CHECKOUT, key: checkout.key });
  });
}

async function settle(parts: OrdersParts, tx: Tx, asked: Checkout, outcome: ChargeOutcome | { state: "VOID" }): Promise<Settled> {
  // The cart first, as everywhere: two who settle at once wait for each other in one order.
  await findCartForUpdate(tx, asked.cartId);
  const checkout = await getCheckoutForUpdate(tx, asked.id);
  if (checkout.state !== "HELD") return foundSettled(tx, checkout, outcome);
  const call = { actor: checkout.actor, operation: CHECKOUT, key: checkout.key };
  if (outcome.state === "CAPTURED") {
    const order = await placeOrder(parts, tx, checkout, outcome.ref);
    await keys.finish(tx, call, { orderId: order.id } satisfies StoredCheckout);
    return { state: "COMPLETED", order };
  }
  await releaseStock(tx, checkout.id);
  if (outcome.state === "VOID") {
    await setCheckoutState(tx, checkout.id, "ABANDONED");
    await keys.forget(tx, call);
    return { state: "ABANDONED", shortages: [] };
  }
  await setCheckoutState(tx, checkout.id, "DECLINED");
  await keys.finish(tx, call, { declined: outcome.reason } satisfies StoredCheckout);
  return { state: "DECLINED", reason: outcome.reason };
}

async function foundSettled(tx: Tx, checkout: Checkout, outcome: ChargeOutcome | { state: "VOID" }): Promise<Settled> {
  if (checkout.state === "COMPLETED") {
    const order = await findOrderOfCart(tx, checkout.cartId);
    if (!order) throw new Error(`checkout ${checkout.id} is completed but its cart has no order`);
    return { state: "COMPLETED", order };
  }
  if (checkout.state === "DECLINED") return { state: "DECLINED", reason: outcome.state === "DECLINED" ? outcome.reason : "DECLINED" };
  return { state: "ABANDONED", shortages: [] };
}

async function placeOrder(parts: OrdersParts, tx: Tx, checkout: Checkout, chargeRef: string): Promise<Order> {
  const at = parts.clocks.business.now();
  const order = await insertOrder(tx, { userId: checkout.userId, countryCode: checkout.countryCode, placedAt: at, total: checkout.total, cartId: checkout.cartId });
  const lines = await copyCheckoutLines(tx, checkout.id, order.id);
  await sellHeld(tx, checkout, order.id, lines);
  await insertOrderPayment(tx, order, parts.payments.name, chargeRef);
  await updateCart(tx, checkout.cartId, "ORDERED", at);
  await setCheckoutState(tx, checkout.id, "COMPLETED");
  await tellOfOrder(tx, order.id, "OrderPlaced", {
    orderId: order.id, number: order.number, userId: order.userId, countryCode: order.countryCode, total: toDecimal(order.total), currency: order.total.currency,
  }, at);
  return order;
}

/** The hold is let go by nobody but this module; should somebody have done so, the units are taken anew while there are enough. */
async function sellHeld(tx: Tx, checkout: Checkout, orderId: string, lines: number): Promise<void> {
  const sold = await sellReserved(tx, checkout.id, orderId);
  if (sold === lines) return;
  if (sold > 0) throw new Error(`checkout ${checkout.id} held ${sold} of ${lines} variants`);
  const units = await listCheckoutUnits(tx, checkout.id);
  const shortages = await reserveStock(tx, checkout.id, units, new Date());
  if (shortages.length > 0) throw new HoldLost(shortages);
  await sellReserved(tx, checkout.id, orderId);
}
