import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import { type Commanded, keyOwnerOf } from "../context.ts";
import { type Checkout, dueOf } from "../domain/checkout.ts";
import { PaymentRefused, PaymentsUnavailable } from "../ports/paymentProvider.ts";
import { attachIntent, findCheckout, findCheckoutOfCall, findLiveCheckout, getCheckoutForUpdate, leaseCheckout, restCheckout } from "../queries/checkouts.ts";
import { type BeginRefusal, holdStock, openCheckout } from "./beginCheckout.ts";
import { type CartRefusal, findUsableCart } from "./findUsableCart.ts";
import { checkKey, type IdempotencyRefusal, type IdempotentCall, keys, LEASE_SECONDS, refusalOf } from "./idempotency.ts";
import { openIntent } from "./payCheckout.ts";
import { settleCheckout, stepBack } from "./settleCheckout.ts";
import { endUnfinished } from "./sweepUnfinished.ts";

export const START = "checkoutStart";

export type StartRefusal = CartRefusal | BeginRefusal | IdempotencyRefusal | { code: "FRAUD_REVIEW"; checkout: Checkout } | { code: "PAYMENT_DECLINED"; reason: string } | { code: "PAYMENT_UNAVAILABLE" };

export interface StartInput {
  readonly cartId: string | undefined;
  readonly key: string;
  readonly expectedTotal: string | undefined;
}

type Begun =
  | { kind: "REFUSED"; refusal: StartRefusal }
  | { kind: "ANSWERED"; checkoutId: string }
  | { kind: "BLOCKED"; by: Checkout }
  | { kind: "BEGUN"; checkout: Checkout };

const ROUNDS = 3;

/**
 * Begins a purchase that the buyer pays in a while: prices are fixed, goods, codes and gift cards held until it expires, and the
 * payment is open. Begun again with another key, the earlier purchase is let go first. Nothing is taken before checkoutComplete.
 */
export async function checkoutStart(parts: Commanded, input: StartInput): Promise<Result<Checkout, StartRefusal>> {
  const badKey = checkKey(input.key);
  if (badKey) return err(badKey);
  const { key, ...content } = input;
  const call: IdempotentCall = { actor: keyOwnerOf(parts.viewer, input.cartId), operation: START, key, content };
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = await parts.db.tx((tx) => begin(parts, tx, call, input), { retries: 3 });
    if (begun.kind === "REFUSED") return err(begun.refusal);
    if (begun.kind === "ANSWERED") return ok(await getCheckout(parts, begun.checkoutId));
    if (begun.kind === "BLOCKED") {
      if (!(await endUnfinished(parts, begun.by, "CANCELLED"))) return err({ code: "CART_BUSY" });
      continue;
    }
    const held = await hold(parts, call, begun.checkout);
    if (held) return held;
  }
  return err({ code: "REQUEST_IN_PROGRESS", retryAfterSeconds: 1 });
}

async function begin(parts: Commanded, tx: Tx, call: IdempotentCall, input: StartInput): Promise<Begun> {
  const claim = await keys.claim(tx, call, LEASE_SECONDS);
  const refusal = refusalOf(claim);
  if (refusal) return { kind: "REFUSED", refusal };
  if (claim.kind === "STORED") return { kind: "ANSWERED", checkoutId: (claim.response as { checkoutId: string }).checkoutId };
  const earlier = claim.kind === "RESUMED" ? await findCheckoutOfCall(tx, call) : undefined;
  if (earlier) {
    await leaseCheckout(tx, earlier.id, LEASE_SECONDS);
    return { kind: "BEGUN", checkout: earlier };
  }
  const begun = await open(parts, tx, call, input);
  if (begun.kind !== "BEGUN") await keys.forget(tx, call);
  return begun;
}

async function open(parts: Commanded, tx: Tx, call: IdempotentCall, input: StartInput): Promise<Begun> {
  const refused = (refusal: StartRefusal): Begun => ({ kind: "REFUSED", refusal });
  const cart = await findUsableCart(tx, input.cartId, parts.viewer);
  if (!cart.ok) return refused(cart.error);
  const live = await findLiveCheckout(tx, cart.value.id);
  if (live?.isLeased) return refused({ code: "CART_BUSY" });
  if (live?.state === "REVIEW") return refused({ code: "FRAUD_REVIEW", checkout: live });
  if (live) return { kind: "BLOCKED", by: live };
  const opened = await openCheckout(parts, tx, cart.value, call, { expectedTotal: input.expectedTotal, paymentToken: null, isOneCall: false });
  return opened.ok ? { kind: "BEGUN", checkout: opened.value } : refused(opened.error);
}

/** Holds the goods and opens the payment. Undefined when somebody ended the purchase meanwhile. */
async function hold(parts: Commanded, call: IdempotentCall, checkout: Checkout): Promise<Result<Checkout, StartRefusal> | undefined> {
  try {
    const shortages = await holdStock(parts, checkout);
    if (shortages.length > 0) return await giveUp(parts, call, checkout, { code: "INSUFFICIENT_STOCK", shortages });
    const intent = await openIntent(parts, checkout);
    if (intent) await attachIntent(parts.db, checkout.id, parts.payments.name, intent.ref, intent.clientSecret);
    return await parts.db.tx(async (tx) => {
      const now = await getCheckoutForUpdate(tx, checkout.id);
      if (now.state !== "HELD") return undefined;
      await restCheckout(tx, checkout.id, null);
      await keys.finish(tx, call, { checkoutId: checkout.id });
      return ok(now);
    }, { retries: 3 }) ?? await overMeanwhile(parts, call, checkout);
  } catch (error) {
    if (error instanceof PaymentRefused && error.isOfAmount) {
      return giveUp(parts, call, checkout, error.code === "AMOUNT_TOO_LARGE" ? { code: "ORDER_TOO_LARGE" } : { code: "PAYMENT_DECLINED", reason: error.code });
    }
    await stepBack(parts, call, checkout.id);
    if (!(error instanceof PaymentsUnavailable)) throw error;
    parts.log.warn({ checkoutId: checkout.id, error }, "the payment provider did not answer");
    return err({ code: "PAYMENT_UNAVAILABLE" });
  }
}

/** Undefined when it has become an order meanwhile. */
async function giveUp(parts: Commanded, call: IdempotentCall, checkout: Checkout, refusal: StartRefusal): Promise<Result<Checkout, StartRefusal> | undefined> {
  const { state } = await settleCheckout(parts, checkout.id, null, { ending: "ABANDONED" });
  await parts.db.tx((tx) => keys.forget(tx, call));
  return state === "COMPLETED" ? undefined : err(refusal);
}

/** The sweeper was faster than we were: what we have held and opened since goes too. */
async function overMeanwhile(parts: Commanded, call: IdempotentCall, checkout: Checkout): Promise<undefined> {
  const intent = dueOf(checkout).units > 0n ? await parts.payments.open({ checkoutId: checkout.id, amount: dueOf(checkout), capture: "MANUAL" }) : null;
  await settleCheckout(parts, checkout.id, intent && intent.state !== "CANCELLED" ? await parts.payments.cancel({ key: `${checkout.id}:cancel`, ref: intent.ref }) : intent, { ending: "ABANDONED" });
  await parts.db.tx((tx) => keys.forget(tx, call));
  return undefined;
}

async function getCheckout(parts: Commanded, id: string): Promise<Checkout> {
  const found = await findCheckout(parts.db, id);
  if (!found) throw new Error(`there is no checkout ${id}`);
  return found;
}
