import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import { type Commanded, keyOwnerOf } from "../context.ts";
import { type Checkout, refusalOfPriced } from "../domain/checkout.ts";
import type { Order } from "../domain/order.ts";
import { cardDigestOf } from "../ports/fraud.ts";
import { PaymentRefused, PaymentsUnavailable } from "../ports/paymentProvider.ts";
import { findCheckout, findCheckoutOfCall, findLiveCheckout, leaseCheckout, takeOnCheckout } from "../queries/checkouts.ts";
import { getOrder } from "../queries/orders.ts";
import { type BeginRefusal, holdStock, openCheckout } from "./beginCheckout.ts";
import { type CartRefusal, findUsableCart } from "./findUsableCart.ts";
import { checkKey, type IdempotencyRefusal, type IdempotentCall, keys, LEASE_SECONDS, refusalOf } from "./idempotency.ts";
import { payCheckout } from "./payCheckout.ts";
import { CHECKOUT, settleCheckout, stepBack, type Settled, type StoredCheckout } from "./settleCheckout.ts";
import { endUnfinished } from "./sweepUnfinished.ts";

export type CheckoutRefusal =
  | CartRefusal
  | BeginRefusal
  | IdempotencyRefusal
  | { code: "CHECKOUT_NOT_FOUND" }
  | { code: "CHECKOUT_EXPIRED" }
  | { code: "PAYMENT_DECLINED"; reason: string }
  | { code: "PAYMENT_ACTION_REQUIRED"; checkout: Checkout; actionUrl: string | null; clientSecret: string | null }
  | { code: "FRAUD_REVIEW"; checkout: Checkout }
  | { code: "PAYMENT_UNAVAILABLE" };

export interface CheckoutInput {
  /** Null where the caller names none, undefined where the id names no cart at all. */
  readonly cartId: string | null | undefined;
  /** The purchase that checkoutStart began; null where the caller names none, undefined where the id names none at all. */
  readonly checkoutId: string | null | undefined;
  readonly key: string;
  readonly expectedTotal: string | undefined;
  readonly paymentToken: string | null;
}

type Begun =
  | { kind: "REFUSED"; refusal: CheckoutRefusal }
  | { kind: "ANSWERED"; answer: StoredCheckout }
  /** An earlier purchase of this cart is in the way; what became of its payment has to be known first. */
  | { kind: "BLOCKED"; by: Checkout }
  | { kind: "BEGUN"; checkout: Checkout };

const ROUNDS = 3;

/**
 * Buys what is in a cart, or goes on with what checkoutStart began. First transaction: take the key, fix prices, hold codes; the
 * reserver holds the goods. Then the fraud port and the provider are asked, outside of any transaction. Last transaction: the order
 * (settleCheckout). Cut off anywhere, the same key goes on where it stopped, and the sweeper does when nobody comes back.
 */
export async function checkoutComplete(parts: Commanded, input: CheckoutInput): Promise<Result<Order, CheckoutRefusal>> {
  const badKey = checkKey(input.key);
  if (badKey) return err(badKey);
  const { key, checkoutId, ...rest } = input;
  const call: IdempotentCall = { actor: keyOwnerOf(parts.viewer, input.cartId), operation: CHECKOUT, key, content: checkoutId === null ? rest : { ...rest, checkoutId } };
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = await parts.db.tx((tx) => begin(parts, tx, call, input), { retries: 3 });
    if (begun.kind === "REFUSED") return err(begun.refusal);
    if (begun.kind === "ANSWERED") return answer(parts, begun.answer);
    if (begun.kind === "BLOCKED") {
      if (!(await endUnfinished(parts, begun.by))) return err({ code: "CART_BUSY" });
      continue;
    }
    const outcome = await pay(parts, call, begun.checkout, input.paymentToken);
    if (outcome) return outcome;
    // The sweeper had given this purchase up in between and freed the key: begin anew.
  }
  return err({ code: "REQUEST_IN_PROGRESS", retryAfterSeconds: 1 });
}

async function begin(parts: Commanded, tx: Tx, call: IdempotentCall, input: CheckoutInput): Promise<Begun> {
  const claim = await keys.claim(tx, call, LEASE_SECONDS);
  const refusal = refusalOf(claim);
  if (refusal) return { kind: "REFUSED", refusal };
  if (claim.kind === "STORED") return { kind: "ANSWERED", answer: claim.response as StoredCheckout };
  const earlier = claim.kind === "RESUMED" ? await findCheckoutOfCall(tx, call) : undefined;
  if (earlier) {
    await leaseCheckout(tx, earlier.id, LEASE_SECONDS);
    return { kind: "BEGUN", checkout: earlier };
  }
  const begun = await find(parts, tx, call, input);
  // Nothing has moved, so nothing is kept: the same key may succeed once the reason is gone.
  if (begun.kind !== "BEGUN") await keys.forget(tx, call);
  return begun;
}

/** The purchase that this call goes on with, or a new one. */
async function find(parts: Commanded, tx: Tx, call: IdempotentCall, input: CheckoutInput): Promise<Begun> {
  const refused = (refusal: CheckoutRefusal): Begun => ({ kind: "REFUSED", refusal });
  if (input.checkoutId === undefined) return refused({ code: "CHECKOUT_NOT_FOUND" });
  const cart = await findUsableCart(tx, input.cartId === null ? await cartOfCheckout(parts, tx, input.checkoutId) : input.cartId, parts.viewer);
  if (!cart.ok) return refused(cart.error);
  const live = await findLiveCheckout(tx, cart.value.id);
  if (input.checkoutId !== null && live?.id !== input.checkoutId) {
    const named = await findCheckout(tx, input.checkoutId);
    return refused(named?.cartId === cart.value.id ? { code: "CHECKOUT_EXPIRED" } : { code: "CHECKOUT_NOT_FOUND" });
  }
  if (!live) {
    const opened = await openCheckout(parts, tx, cart.value, call, { expectedTotal: input.expectedTotal, paymentToken: input.paymentToken, isOneCall: true });
    return opened.ok ? { kind: "BEGUN", checkout: opened.value } : refused(opened.error);
  }
  if (live.isLeased) return refused({ code: "CART_BUSY" });
  if (live.state === "REVIEW") return refused({ code: "FRAUD_REVIEW", checkout: live });
  if (live.isOneCall || live.isExpired) return { kind: "BLOCKED", by: live };
  const refusal = refusalOfPriced(live.priced, input.expectedTotal);
  if (refusal) return refused(refusal);
  // Whoever waited for a challenge under another key finds that key free again.
  if (live.operation === CHECKOUT) await keys.forget(tx, live);
  return { kind: "BEGUN", checkout: await takeOnCheckout(tx, live.id, call, cardDigestOf(input.paymentToken), LEASE_SECONDS) };
}

/** For who is logged in; a guest's cart is found by its own id alone, which is the secret. */
async function cartOfCheckout({ viewer }: Commanded, tx: Tx, checkoutId: string | null): Promise<string | undefined> {
  const checkout = checkoutId === null ? undefined : await findCheckout(tx, checkoutId);
  return checkout && viewer.userId !== null && checkout.userId === viewer.userId ? checkout.cartId : undefined;
}

/** Undefined when the purchase ended meanwhile without an order. */
async function pay(parts: Commanded, call: IdempotentCall, checkout: Checkout, token: string | null): Promise<Result<Order, CheckoutRefusal> | undefined> {
  try {
    if (checkout.isOneCall && checkout.state === "HELD") {
      const shortages = await holdStock(parts, checkout);
      if (shortages.length > 0) {
        const settled = await settleCheckout(parts, checkout.id, null, { ending: "ABANDONED" });
        // Short of what it has sold itself: somebody was faster.
        return settled.state === "COMPLETED" ? ok(settled.order) : err({ code: "INSUFFICIENT_STOCK", shortages });
      }
    }
    return await answerOf(parts, call, checkout, await payCheckout(parts, checkout, token));
  } catch (error) {
    if (error instanceof PaymentRefused && error.isOfAmount) return refusedAmount(parts, checkout, error);
    await stepBack(parts, call, checkout.id);
    if (!(error instanceof PaymentsUnavailable)) throw error;
    parts.log.warn({ checkoutId: checkout.id, error }, "the payment provider did not answer");
    return err({ code: "PAYMENT_UNAVAILABLE" });
  }
}

async function answerOf(parts: Commanded, call: IdempotentCall, checkout: Checkout, settled: Settled): Promise<Result<Order, CheckoutRefusal> | undefined> {
  switch (settled.state) {
    case "COMPLETED": return ok(settled.order);
    case "DECLINED": return err({ code: "PAYMENT_DECLINED", reason: settled.reason });
    case "OVER": {
      if (settled.shortages.length === 0) return undefined;
      const requested = new Map(checkout.priced.lines.map((line) => [line.variantId, line.quantity]));
      return err({ code: "INSUFFICIENT_STOCK", shortages: settled.shortages.map((one) => ({ ...one, requested: requested.get(one.variantId) ?? 0n })) });
    }
    // Not final: the same key goes on.
    case "ACTION":
      await keys.release(parts.db, call);
      return err({ code: "PAYMENT_ACTION_REQUIRED", checkout: settled.checkout, actionUrl: settled.actionUrl, clientSecret: settled.clientSecret });
    case "REVIEW":
      await keys.release(parts.db, call);
      return err({ code: "FRAUD_REVIEW", checkout: settled.checkout });
    case "WAITING":
      await keys.release(parts.db, call);
      return err({ code: "REQUEST_IN_PROGRESS", retryAfterSeconds: 5 });
  }
}

/** What the provider does not take at all: nothing is held any longer. */
async function refusedAmount(parts: Commanded, checkout: Checkout, error: PaymentRefused): Promise<Result<Order, CheckoutRefusal>> {
  await settleCheckout(parts, checkout.id, null, { ending: "ABANDONED" });
  return err(error.code === "AMOUNT_TOO_LARGE" ? { code: "ORDER_TOO_LARGE" } : { code: "PAYMENT_DECLINED", reason: error.code });
}

async function answer(parts: Commanded, stored: StoredCheckout): Promise<Result<Order, CheckoutRefusal>> {
  return "orderId" in stored ? ok(await getOrder(parts.db, stored.orderId)) : err({ code: "PAYMENT_DECLINED", reason: stored.declined });
}

