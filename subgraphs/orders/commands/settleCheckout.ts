import { toDecimal } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import type { OrdersParts } from "../context.ts";
import { type Checkout, dueOf, isLive, nextStep, REFUSED_REASON, totalOfCheckout, usesCodes } from "../domain/checkout.ts";
import type { Order } from "../domain/order.ts";
import type { FraudAnswer } from "../ports/fraud.ts";
import type { Intent } from "../ports/paymentProvider.ts";
import { releaseStock } from "../queries/catalogue.ts";
import { endCheckout, findCheckout, getCheckoutForUpdate, judgeCheckout, leaseCheckout, markToUndo, openReview, restCheckout } from "../queries/checkouts.ts";
import { releaseCodes } from "../queries/holdCodes.ts";
import { findOrderOfCart } from "../queries/orders.ts";
import { insertPaymentEvents } from "../queries/paymentEvents.ts";
import { assessFraud } from "./assessFraud.ts";
import { type IdempotentCall, keys } from "./idempotency.ts";
import { HoldLost, placeOrder } from "./placeOrder.ts";
import { syncPayment } from "./syncPayment.ts";
import { undoPayment } from "./undoPayment.ts";

export const CHECKOUT = "checkoutComplete";

/** Why a purchase is let go that did not become an order. */
export type Ending = "ABANDONED" | "CANCELLED" | "EXPIRED";

export type Settled =
  | { state: "COMPLETED"; order: Order }
  | { state: "DECLINED"; reason: string }
  /** The payer has to answer a challenge. */
  | { state: "ACTION"; checkout: Checkout; actionUrl: string | null; clientSecret: string | null }
  | { state: "REVIEW"; checkout: Checkout }
  /** Nothing was tried, or the provider does not know yet. */
  | { state: "WAITING" }
  /** It is over without an order; the key is free again. */
  | { state: "OVER"; as: Checkout["state"]; shortages: readonly { variantId: string; available: bigint }[] };

/** What is kept under the idempotency key; the order by placeOrder. */
export type StoredCheckout = { orderId: string } | { declined: string };

type Turn =
  | { kind: "SETTLED"; settled: Settled }
  | { kind: "ASSESS" | "CAPTURE" }
  /** The intent has to end before the goods are let go, so that nobody pays for what they no longer get. */
  | { kind: "CANCEL"; reason: string }
  /** A payment of a purchase that is over. */
  | { kind: "UNDO"; settled: Settled };

export interface SettleOptions {
  /** What the fraud port has just said, where it was asked before the payment. */
  readonly assessed?: FraudAnswer;
  /** How it ends when there is no payment: ABANDONED where not given. */
  readonly ending?: Ending;
  /** Runs in the transaction in which the purchase comes to rest: whoever calls notes there that it has. */
  readonly along?: (tx: Tx) => Promise<void>;
}

/** More turns than any purchase takes: asked, captured, cancelled, and settled. */
const MOST_TURNS = 6;

/**
 * Makes of a purchase what its payment says: the order, the challenge, the review, the decline, or everything let go. Whoever comes,
 * the buyer, a webhook or the sweeper, calls this; who comes second finds what the first one made of it. `intent` is the payment as
 * its provider has just told it, null where nothing is due. Every provider call stands between transactions under a stable key.
 * @throws PaymentsUnavailable when the provider does not answer; the same call may be made again.
 */
export async function settleCheckout(parts: OrdersParts, checkoutId: string, intent: Intent | null, options: SettleOptions = {}): Promise<Settled> {
  let [standing, declined] = [intent, undefined as string | undefined];
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const next = await takeTurn(parts, checkoutId, standing, { ...options, ...(declined === undefined ? {} : { declined }) });
    if (next.kind === "SETTLED") return next.settled;
    if (next.kind === "UNDO") {
      await undoPayment(parts, checkoutId);
      return next.settled;
    }
    if (next.kind === "ASSESS") await assessAnew(parts, checkoutId);
    if (standing === null) continue;
    if (next.kind === "CAPTURE") standing = await parts.payments.capture({ key: `${checkoutId}:capture`, ref: standing.ref, units: null });
    if (next.kind === "CANCEL") {
      declined = next.reason;
      standing = await parts.payments.cancel({ key: `${checkoutId}:cancel`, ref: standing.ref });
    }
  }
  throw new Error(`checkout ${checkoutId} does not come to rest`);
}

async function assessAnew(parts: OrdersParts, checkoutId: string): Promise<void> {
  const checkout = await findCheckout(parts.db, checkoutId);
  if (!checkout) throw new Error(`there is no checkout ${checkoutId}`);
  const { verdict, reasons } = await assessFraud(parts, checkout, null);
  await judgeCheckout(parts.db, checkoutId, verdict, reasons, false);
}

type TurnOptions = SettleOptions & { readonly declined?: string };

async function takeTurn(parts: OrdersParts, checkoutId: string, intent: Intent | null, options: TurnOptions): Promise<Turn> {
  try {
    return await parts.db.tx(async (tx) => {
      const turn = await settle(parts, tx, checkoutId, intent, options);
      if (turn.kind === "SETTLED") await options.along?.(tx);
      return turn;
    }, { retries: 3 });
  } catch (error) {
    if (!(error instanceof HoldLost)) throw error;
    parts.log.error({ checkoutId }, "the stock of a paid checkout was let go by somebody else; the money goes back");
    await parts.db.tx(async (tx) => {
      await letGo(tx, await getCheckoutForUpdate(tx, checkoutId), "ABANDONED", null);
      if (intent) await markToUndo(tx, checkoutId, intent.ref);
    }, { retries: 3 });
    return { kind: intent === null ? "SETTLED" : "UNDO", settled: { state: "OVER", as: "ABANDONED", shortages: error.shortages } };
  }
}

async function settle(parts: OrdersParts, tx: Tx, checkoutId: string, intent: Intent | null, options: TurnOptions): Promise<Turn> {
  const found = await getCheckoutForUpdate(tx, checkoutId);
  if (!isLive(found)) return foundOver(parts, tx, found, intent);
  assertSamePayment(found, intent, options);
  const { assessed } = options;
  const checkout: Checkout = found.verdict === null && assessed ? { ...found, verdict: assessed.verdict, reasons: assessed.reasons } : found;
  const settled = (value: Settled): Turn => ({ kind: "SETTLED", settled: value });
  if (intent?.state === "CANCELLED") {
    const reason = options.declined ?? (checkout.reviewVerdict === "REJECT" || checkout.verdict === "BLOCK" ? REFUSED_REASON : undefined);
    return settled(reason === undefined ? await over(parts, tx, checkout, options.ending ?? "ABANDONED") : await decline(parts, tx, checkout, intent, reason, true));
  }
  // It is to end, and there is no payment whose end would say so.
  if (options.ending && intent === null) return settled(await over(parts, tx, checkout, options.ending));
  // Begun and not yet bought: where nothing is due, no payment says that the buyer wants it.
  if (intent === null && checkout.operation !== CHECKOUT) {
    await restCheckout(tx, checkout.id, null);
    return settled({ state: "WAITING" });
  }
  const step = nextStep(checkout, intent);
  switch (step.do) {
    case "PLACE": {
      const order = await placeOrder(parts, tx, checkout, intent, parts.payments.name, CHECKOUT);
      return settled({ state: "COMPLETED", order });
    }
    case "CAPTURE": return { kind: "CAPTURE" };
    case "ASSESS": return { kind: "ASSESS" };
    case "REVIEW": return settled(await putInReview(parts, tx, checkout));
    case "DECLINE": {
      // Refused by us, or begun and ended by one call: nothing is left to be tried. Else another means of payment may.
      const isEnd = intent === null || intent.state === "AUTHORIZED" || checkout.isOneCall;
      if (isEnd && intent !== null) return { kind: "CANCEL", reason: step.reason };
      return settled(await decline(parts, tx, checkout, intent, step.reason, isEnd));
    }
    case "AWAIT_ACTION":
      await restCheckout(tx, checkout.id, intent?.actionUrl ?? null);
      return settled({ state: "ACTION", checkout, actionUrl: intent?.actionUrl ?? null, clientSecret: intent?.clientSecret ?? null });
    case "LET_GO": return settled(await over(parts, tx, checkout, options.ending ?? "ABANDONED"));
    case "WAIT":
      await restCheckout(tx, checkout.id, null);
      return settled({ state: "WAITING" });
  }
}

/** One purchase, one intent, of what is due. @throws otherwise: the order would not be what was paid. */
function assertSamePayment(checkout: Checkout, intent: Intent | null, { ending }: SettleOptions): void {
  const due = dueOf(checkout);
  if (intent === null) {
    const mayEndUnpaid = ending !== undefined || checkout.verdict === "BLOCK";
    if (due.units > 0n && !mayEndUnpaid) throw new Error(`checkout ${checkout.id} is to be paid, but there is no intent`);
    return;
  }
  if (checkout.intentRef !== null && checkout.intentRef !== intent.ref) throw new Error(`checkout ${checkout.id} has the intent ${checkout.intentRef}, not ${intent.ref}`);
  if (intent.amount.units !== due.units || intent.amount.currency !== due.currency) throw new Error(`the intent ${intent.ref} is not of the amount that checkout ${checkout.id} is due`);
}

async function foundOver(parts: OrdersParts, tx: Tx, checkout: Checkout, intent: Intent | null): Promise<Turn> {
  // Whoever was slow may have held the goods once more, also after they were sold.
  await releaseStock(tx, checkout.id);
  if (checkout.state === "COMPLETED") {
    const order = await findOrderOfCart(tx, checkout.cartId);
    if (!order) throw new Error(`checkout ${checkout.id} is completed but its cart has no order`);
    if (intent) await syncPayment(parts, tx, checkout.id, intent);
    return { kind: "SETTLED", settled: { state: "COMPLETED", order } };
  }
  const settled: Settled = checkout.state === "DECLINED" ? { state: "DECLINED", reason: checkout.declineReason ?? "DECLINED" } : { state: "OVER", as: checkout.state, shortages: [] };
  const mustUndo = intent !== null && (intent.state === "AUTHORIZED" || (intent.state === "CAPTURED" && intent.refundedUnits < intent.capturedUnits));
  if (!mustUndo) return { kind: "SETTLED", settled };
  await markToUndo(tx, checkout.id, intent.ref);
  return { kind: "UNDO", settled };
}

/**
 * For a call that ends without settling: key and purchase are free for whoever comes next, and nothing stays held for a purchase that is
 * over. What cannot be done now is done by the sweeper, when lease and hold have run out.
 */
export async function stepBack(parts: OrdersParts, call: IdempotentCall, checkoutId: string): Promise<void> {
  const outcomes = await Promise.allSettled([keys.release(parts.db, call), leaseCheckout(parts.db, checkoutId, 0), releaseIfOver(parts, checkoutId)]);
  for (const outcome of outcomes) if (outcome.status === "rejected") parts.log.warn({ checkoutId, error: outcome.reason as unknown }, "a purchase could not be put down; the sweeper does it later");
}

/** For a step that ends without settling: should the purchase have ended before its goods were held, nobody else would let them go. */
export async function releaseIfOver(parts: OrdersParts, checkoutId: string): Promise<void> {
  await parts.db.tx(async (tx) => {
    if (!isLive(await getCheckoutForUpdate(tx, checkoutId))) await releaseStock(tx, checkoutId);
  }, { retries: 3 });
}

/** Everything that was held is let go, and the purchase is over. */
async function letGo(tx: Tx, checkout: Checkout, state: Checkout["state"], declineReason: string | null): Promise<void> {
  if (!isLive(checkout)) return;
  await releaseStock(tx, checkout.id);
  if (usesCodes(checkout)) await releaseCodes(tx, checkout.id);
  await endCheckout(tx, checkout.id, state, declineReason);
  if (checkout.operation === CHECKOUT && declineReason === null) await keys.forget(tx, checkout);
}

async function over(parts: OrdersParts, tx: Tx, checkout: Checkout, ending: Ending): Promise<Settled> {
  await letGo(tx, checkout, ending, null);
  if (ending === "EXPIRED") {
    const total = totalOfCheckout(checkout);
    await writeEvents(tx, [{
      aggregate: "checkout", aggregateId: checkout.id, type: "CheckoutExpired", occurredAt: parts.clocks.business.now(),
      payload: { checkoutId: checkout.id, userId: checkout.userId, total: toDecimal(total), currency: total.currency },
    }]);
  }
  return { state: "OVER", as: ending, shortages: [] };
}

async function decline(parts: OrdersParts, tx: Tx, checkout: Checkout, intent: Intent | null, reason: string, isEnd: boolean): Promise<Settled> {
  const [at, due] = [parts.clocks.business.now(), dueOf(checkout)];
  if (isEnd) await letGo(tx, checkout, "DECLINED", reason);
  else await restCheckout(tx, checkout.id, null, reason);
  if (checkout.operation === CHECKOUT) await keys.finish(tx, checkout, { declined: reason } satisfies StoredCheckout);
  await insertPaymentEvents(tx, [{ paymentId: null, checkoutId: checkout.id, kind: "FAILED", amount: due, providerRef: intent?.ref ?? null, detail: reason, occurredAt: at }]);
  await writeEvents(tx, [{
    aggregate: "checkout", aggregateId: checkout.id, type: "PaymentFailed", occurredAt: at,
    payload: { checkoutId: checkout.id, reason, amount: toDecimal(due), currency: due.currency },
  }]);
  return { state: "DECLINED", reason };
}

async function putInReview(parts: OrdersParts, tx: Tx, checkout: Checkout): Promise<Settled> {
  if (checkout.state === "REVIEW") {
    await restCheckout(tx, checkout.id, null);
    return { state: "REVIEW", checkout };
  }
  const total = totalOfCheckout(checkout);
  await openReview(tx, checkout.id);
  await writeEvents(tx, [{
    aggregate: "checkout", aggregateId: checkout.id, type: "FraudReviewOpened", occurredAt: parts.clocks.business.now(),
    payload: { checkoutId: checkout.id, reasons: checkout.reasons, total: toDecimal(total), currency: total.currency },
  }]);
  return { state: "REVIEW", checkout: { ...checkout, state: "REVIEW" } };
}
