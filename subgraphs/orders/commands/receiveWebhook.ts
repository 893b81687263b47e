import { isUuid } from "#schema/values/ids.ts";
import type { Tx } from "#platform/db/database.ts";
import type { OrdersParts } from "../context.ts";
import { type Checkout, isLive } from "../domain/checkout.ts";
import { type Intent, PaymentRefused, PaymentsUnavailable, type ProviderEvent, WebhookRefused } from "../ports/paymentProvider.ts";
import { findCheckout } from "../queries/checkouts.ts";
import { findRefundPart } from "../queries/paymentRefunds.ts";
import { findPaymentOfIntent } from "../queries/providerRefunds.ts";
import { type InboxOutcome, isInInbox, noteInInbox } from "../queries/webhookInbox.ts";
import { bookDispute } from "./bookDispute.ts";
import { bookFailedRefund, bookForeignRefund } from "./bookToldRefund.ts";
import { finishRefundPart } from "./refundPayment.ts";
import { settleCheckout } from "./settleCheckout.ts";

/** ACCEPTED: durable, the provider may forget it. RETRY: could not be brought to its end now, is to be told again. */
export type WebhookOutcome = "ACCEPTED" | "REFUSED" | "UNKNOWN_PROVIDER" | "RETRY";

export interface GivenWebhook {
  /** Whose it claims to be. */
  readonly provider: string;
  readonly body: Uint8Array;
  readonly signature: string | null;
}

/** Notes the event in the transaction of its effect. */
type Note = (tx: Tx) => Promise<void>;

/**
 * Takes in one webhook. Providers tell late, twice and out of order, and others tell what never happened. So: the signature first;
 * an event that is noted is done with; what happened to a payment is asked of the provider, not believed of the event; and every
 * effect moves forward only, so that an older event that comes after a newer one changes nothing.
 */
export async function receiveWebhook(parts: OrdersParts, { provider, body, signature }: GivenWebhook): Promise<WebhookOutcome> {
  const { payments, log, db, clocks } = parts;
  if (provider !== payments.name) return "UNKNOWN_PROVIDER";
  let event: ProviderEvent;
  try {
    event = payments.readEvent(body, signature, clocks.wall.now());
  } catch (error) {
    if (!(error instanceof WebhookRefused)) throw error;
    log.info({ provider, why: error.message }, "refused a webhook");
    return "REFUSED";
  }
  if (await isInInbox(db, provider, event.id)) return "ACCEPTED";
  const entry = { provider, eventId: event.id, type: event.type, intentRef: event.intentRef, toldAt: event.createdAt };
  try {
    const outcome = await apply(parts, event, async (tx) => void (await noteInInbox(tx, entry, "APPLIED")));
    if (outcome === "LATER") return "RETRY";
    // Noted already where there was an effect; what had none is noted here.
    await noteInInbox(db, entry, outcome);
    return "ACCEPTED";
  } catch (error) {
    if (!(error instanceof PaymentsUnavailable)) throw error;
    log.warn({ provider, eventId: event.id, error }, "the payment provider does not answer; it tells the webhook again");
    return "RETRY";
  }
}

async function apply(parts: OrdersParts, event: ProviderEvent, note: Note): Promise<InboxOutcome | "LATER"> {
  const { intentRef } = event;
  // An intent that was just made says nothing that its maker does not know.
  if (event.kind === "OTHER" || intentRef === null || event.type === "payment_intent.created") return "NOTHING";
  const intent = await findIntent(parts, intentRef);
  const checkout = intent?.checkoutId && isUuid(intent.checkoutId) ? await findCheckout(parts.db, intent.checkoutId) : undefined;
  if (!intent || !checkout) return "NOT_OURS";
  if (checkout.intentRef !== null && checkout.intentRef !== intent.ref) {
    parts.log.error({ checkoutId: checkout.id, intentRef: intent.ref }, "a payment names a purchase that has another payment: look at it at the provider");
    return "NOT_OURS";
  }
  if (isSettled(intent)) await settleCheckout(parts, checkout.id, intent, event.kind === "INTENT_CHANGED" ? { along: note } : {});
  if (event.kind === "INTENT_CHANGED") return isSettled(intent) ? "APPLIED" : "NOTHING";
  return event.kind === "REFUND_CHANGED" ? applyRefund(parts, event, intent, checkout, note) : applyDispute(parts, event, intent, checkout, note);
}

async function findIntent({ payments }: OrdersParts, ref: string): Promise<Intent | undefined> {
  try {
    return await payments.find(ref);
  } catch (error) {
    if (error instanceof PaymentRefused && error.code === "UNKNOWN_INTENT") return undefined;
    throw error;
  }
}

/** Whether a payment has come to something that settles a purchase; while its payer is asked, whoever asks goes on. */
const isSettled = (intent: Intent): boolean =>
  intent.state === "AUTHORIZED" || intent.state === "CAPTURED" || intent.state === "CANCELLED" || (intent.state === "REQUIRES_METHOD" && intent.declineReason !== null);

async function applyRefund(parts: OrdersParts, { refund }: ProviderEvent, intent: Intent, checkout: Checkout, note: Note): Promise<InboxOutcome | "LATER"> {
  if (!refund || refund.state === "PENDING") return "NOTHING";
  const part = await findRefundPart(parts.db, refund.key, refund.ref);
  if (part?.state === "PENDING") {
    await finishRefundPart(parts, part, refund);
    return "APPLIED";
  }
  if (part) {
    if (refund.state !== "FAILED" || part.state === "FAILED") return "NOTHING";
    await parts.db.tx(async (tx) => {
      await bookFailedRefund(parts, tx, part);
      await note(tx);
    }, { retries: 3 });
    return "APPLIED";
  }
  // Asked for by us, but for a purchase that became no order: whoever undoes it books it.
  if (refund.key !== null) return "NOTHING";
  // Stripe also calls refunded what a smaller capture lets go; that was never taken.
  if (refund.state === "SUCCEEDED" && refund.units > intent.refundedUnits) return "NOTHING";
  const payment = await findPaymentOfIntent(parts.db, parts.payments.name, intent.ref);
  if (!payment) return isLive(checkout) ? "LATER" : "NOTHING";
  const booked = await parts.db.tx(async (tx) => {
    const made = await bookForeignRefund(parts, tx, payment, refund);
    if (made !== "NO_ROOM") await note(tx);
    return made;
  }, { retries: 3 });
  return booked === "NO_ROOM" ? "LATER" : "APPLIED";
}

async function applyDispute(parts: OrdersParts, { dispute }: ProviderEvent, intent: Intent, checkout: Checkout, note: Note): Promise<InboxOutcome | "LATER"> {
  if (!dispute) return "NOTHING";
  const payment = await findPaymentOfIntent(parts.db, parts.payments.name, intent.ref);
  if (!payment) {
    if (isLive(checkout)) return "LATER";
    parts.log.error({ checkoutId: checkout.id, dispute: dispute.ref }, "the payment of a purchase that became no order is disputed: look at it at the provider");
    return "NOTHING";
  }
  await parts.db.tx(async (tx) => {
    await bookDispute(parts, tx, payment, dispute);
    await note(tx);
  }, { retries: 3 });
  return "APPLIED";
}
