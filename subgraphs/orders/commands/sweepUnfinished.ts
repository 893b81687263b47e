import type { OrdersParts } from "../context.ts";
import { PaymentsUnavailable } from "../ports/payments.ts";
import { takeOverCancellations } from "../queries/cancellations.ts";
import { type Checkout, takeOverCheckouts } from "../queries/checkouts.ts";
import { finishCancel } from "./finishCancel.ts";
import { keys, LEASE_SECONDS } from "./idempotency.ts";
import { settleCheckout, undoCharge } from "./settleCheckout.ts";

/** How many of a kind one sweep takes on. */
const BATCH = 20;
/** How long a stored answer is kept. */
const KEEP_DAYS = 30;

/** Brings purchases and cancellations to their end whose process is gone and whose caller does not come back. */
export async function sweepUnfinished(parts: OrdersParts): Promise<{ checkouts: number; cancellations: number }> {
  const counts = { checkouts: 0, cancellations: 0 };
  for (const checkout of await takeOverCheckouts(parts.db, LEASE_SECONDS, BATCH)) {
    if (await attempt(parts, { checkoutId: checkout.id }, () => settleUnfinished(parts, checkout))) counts.checkouts += 1;
  }
  for (const record of await takeOverCancellations(parts.db, LEASE_SECONDS, BATCH)) {
    if (await attempt(parts, { orderId: record.orderId }, async () => Boolean(await finishCancel(parts, record)))) counts.cancellations += 1;
  }
  await keys.prune(parts.db, KEEP_DAYS);
  return counts;
}

/** One that cannot be brought to its end must not keep the others from theirs. */
async function attempt(parts: OrdersParts, what: object, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    parts.log.error({ ...what, error }, "an unfinished purchase or cancellation could not be brought to its end; it is tried again");
    return false;
  }
}

/**
 * Asks the provider what became of the charge of a purchase nobody is at work on, and settles it: money that was taken becomes
 * the order, a charge that never came is void and the stock let go. False when the provider does not answer.
 */
export async function settleUnfinished(parts: OrdersParts, checkout: Checkout): Promise<boolean> {
  try {
    const outcome = await parts.payments.settle(checkout.id);
    if (checkout.state !== "UNDOING") await settleCheckout(parts, checkout, outcome);
    else if (outcome.state === "CAPTURED") await undoCharge(parts, checkout, outcome.ref);
    return true;
  } catch (error) {
    if (!(error instanceof PaymentsUnavailable)) throw error;
    parts.log.warn({ checkoutId: checkout.id, error }, "the payment provider did not answer");
    return false;
  }
}
