import type { OrdersParts } from "../context.ts";
import type { Checkout } from "../domain/checkout.ts";
import { type Intent, PaymentRefused, PaymentsUnavailable } from "../ports/paymentProvider.ts";
import { takeOverCancellations } from "../queries/cancellations.ts";
import { leaseCheckout, takeOverCheckouts, takeOverUndone } from "../queries/checkouts.ts";
import { takeOverRefunds } from "../queries/paymentRefunds.ts";
import { takeOverPayments } from "../queries/payments.ts";
import { pruneGuesses } from "../queries/codeGuesses.ts";
import { pruneInbox } from "../queries/webhookInbox.ts";
import { finishCancel } from "./finishCancel.ts";
import { keys, LEASE_SECONDS } from "./idempotency.ts";
import { openIntent } from "./payCheckout.ts";
import { settleRefund } from "./refundPayment.ts";
import { type Ending, settleCheckout } from "./settleCheckout.ts";
import { syncPayment } from "./syncPayment.ts";
import { undoPayment } from "./undoPayment.ts";

/** How many of a kind one sweep takes on. */
const BATCH = 20;
/** How long a stored answer is kept. */
const KEEP_DAYS = 30;
/** How long it is remembered which webhooks were done with; a provider tells none again after that. */
const INBOX_DAYS = 90;

export interface Swept {
  readonly checkouts: number;
  readonly cancellations: number;
  readonly refunds: number;
  readonly payments: number;
}

/** Brings to their end what nobody comes back for: purchases, cancellations, refunds, payments that were to be taken. */
export async function sweepUnfinished(parts: OrdersParts): Promise<Swept> {
  const { db } = parts;
  const checkouts = await each(parts, await takeOverCheckouts(db, LEASE_SECONDS, BATCH), (one) => ({ checkoutId: one.id }), (one) => endUnfinished(parts, one, endingOf(one)));
  const undone = await each(parts, await takeOverUndone(db, LEASE_SECONDS, BATCH), (one) => ({ checkoutId: one.id }), async (one) => undoPayment(parts, one.id));
  const payments = await each(parts, await takeOverPayments(db, LEASE_SECONDS, BATCH), (one) => ({ paymentId: one.id }), async (one) => {
    if (one.checkoutId === null) return;
    const [intent, checkoutId] = [await parts.payments.find(one.providerRef), one.checkoutId];
    await db.tx((tx) => syncPayment(parts, tx, checkoutId, intent), { retries: 3 });
  });
  const refunds = await each(parts, await takeOverRefunds(db, LEASE_SECONDS, BATCH), (refundId) => ({ refundId }), async (refundId) => (await settleRefund(parts, refundId)) !== "PENDING");
  const cancellations = await each(parts, await takeOverCancellations(db, LEASE_SECONDS, BATCH), (one) => ({ orderId: one.orderId }), async (one) => Boolean(await finishCancel(parts, one)));
  await keys.prune(db, KEEP_DAYS);
  await pruneInbox(db, INBOX_DAYS);
  await pruneGuesses(db);
  return { checkouts: checkouts + undone, cancellations, refunds, payments };
}

/** One that cannot be brought to its end must not keep the others from theirs. Answers how many were. */
async function each<T>(parts: OrdersParts, found: readonly T[], nameOf: (one: T) => object, work: (one: T) => Promise<boolean | void>): Promise<number> {
  let done = 0;
  for (const one of found) {
    try {
      if ((await work(one)) !== false) done += 1;
    } catch (error) {
      if (error instanceof PaymentsUnavailable) parts.log.warn({ ...nameOf(one), error }, "the payment provider did not answer");
      else parts.log.error({ ...nameOf(one), error }, "something unfinished could not be brought to its end; it is tried again");
    }
  }
  return done;
}

/** What has run out is EXPIRED. What was cut off midway by a dead process is ABANDONED: its key may be used again. */
function endingOf(checkout: Checkout): Ending | null {
  if (checkout.reviewVerdict !== null) return null;
  if (checkout.isExpired) return "EXPIRED";
  // What checkoutStart began may be paid until it expires.
  return checkout.isOneCall ? "ABANDONED" : null;
}

/**
 * Asks the provider what became of the payment of a purchase nobody is at work on, and settles it: money that was taken becomes the
 * order. What is not paid is closed at the provider and let go as `ending` says; without one it may still be paid until it expires.
 * False when the provider does not answer.
 */
export async function endUnfinished(parts: OrdersParts, checkout: Checkout, ending: Ending | null = checkout.isExpired ? "EXPIRED" : "ABANDONED"): Promise<boolean> {
  const options = ending === null ? {} : { ending };
  try {
    const intent = await standingOf(parts, checkout);
    // Held money is let go when the buyer or the time says so; else what it was held for goes on.
    const isOpen = intent?.state === "REQUIRES_METHOD" || intent?.state === "REQUIRES_ACTION" || (intent?.state === "AUTHORIZED" && (ending === "EXPIRED" || ending === "CANCELLED"));
    await settleCheckout(parts, checkout.id, intent && isOpen && ending !== null ? await parts.payments.cancel({ key: `${checkout.id}:cancel`, ref: intent.ref }) : intent, options);
    return true;
  } catch (error) {
    if (!(error instanceof PaymentsUnavailable)) throw error;
    await leaseCheckout(parts.db, checkout.id, 0).catch(() => undefined);
    parts.log.warn({ checkoutId: checkout.id, error }, "the payment provider did not answer");
    return false;
  }
}

async function standingOf(parts: OrdersParts, checkout: Checkout): Promise<Intent | null> {
  if (checkout.intentRef !== null) return parts.payments.find(checkout.intentRef);
  try {
    // Whether one was opened before we could note it, only the provider knows; opening it again finds it.
    return await openIntent(parts, checkout);
  } catch (error) {
    // An amount that cannot be paid was never opened. Any other refusal may hide a payment, so the purchase stays held and is looked at again.
    if (error instanceof PaymentRefused && error.isOfAmount) return null;
    throw error;
  }
}
