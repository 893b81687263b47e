import Stripe from "stripe";
import { type Intent, type IntentState, type PaymentProvider, PaymentRefused, type ProviderRefund } from "../paymentProvider.ts";
import { CHECKOUT_KEY, REFUND_KEY } from "../fake/account.ts";
import { fromStripeUnits, moneyOf, toStripeUnits } from "./amounts.ts";
import { reasonOf } from "./declines.ts";
import { declinedIntent, explain, isMissingMethod } from "./errors.ts";
import { readStripeEvent, refundOf } from "./readStripeEvent.ts";
import { assertWebhookSecret } from "./signature.ts";

export interface StripeSettings {
  /** `sk_test_...` or `sk_live_...`; a restricted key needs writing of payment intents and refunds, reading of charges. */
  readonly apiKey: string;
  /** `whsec_...` of the endpoint that Stripe posts its events to. */
  readonly webhookSecret: string;
  readonly host?: string;
  readonly port?: number;
  readonly protocol?: "http" | "https";
  /** Of one try; 10 s where not given. A buyer waits for it. */
  readonly timeoutMs?: number;
  /** Further tries after a connection that broke or an answer that says "later"; 2 where not given. */
  readonly retries?: number;
  /** Where the payer's browser goes after a challenge. */
  readonly returnUrl?: string;
}

/** A means of payment in Stripe's words: a payment method, or a token of a card. */
const METHOD = /^(pm|tok|card|src)_\w{1,200}$/;
const EXPANDED = { expand: ["latest_charge"] };
const STATES: Readonly<Record<string, IntentState>> = {
  requires_payment_method: "REQUIRES_METHOD", requires_confirmation: "REQUIRES_METHOD", requires_action: "REQUIRES_ACTION", processing: "PROCESSING",
  requires_capture: "AUTHORIZED", succeeded: "CAPTURED", canceled: "CANCELLED",
};

/** Stripe through its SDK. What went wrong is told without Stripe's own text: that may repeat a part of the key. */
export function createStripePayments(settings: StripeSettings): PaymentProvider {
  const { apiKey, webhookSecret, host, port, protocol, timeoutMs = 10_000, retries = 2, returnUrl } = settings;
  assertWebhookSecret(webhookSecret);
  const stripe = new Stripe(apiKey, {
    timeout: timeoutMs, maxNetworkRetries: retries, telemetry: false, ...(host ? { host } : {}), ...(port ? { port } : {}), ...(protocol ? { protocol } : {}),
  });
  const intents = stripe.paymentIntents;

  const find = (ref: string): Promise<Intent> => intents.retrieve(ref, EXPANDED).then(toIntent, explain("UNKNOWN_INTENT"));
  /** An answer kept under a key tells of the moment when it was made; what is wanted is how it stands. */
  const present = (answer: Stripe.Response<Stripe.PaymentIntent>): Promise<Intent> | Intent => (isReplayed(answer.lastResponse.headers) ? find(answer.id) : toIntent(answer));
  const orAsItStands = (ref: string, stands: (intent: Intent) => boolean) => async (error: unknown): Promise<Intent> => {
    if (!(error instanceof PaymentRefused) || error.code !== "UNEXPECTED_STATE") throw error;
    const intent = await find(ref);
    if (!stands(intent)) throw error;
    return intent;
  };

  return {
    name: "stripe",
    find,
    async open({ checkoutId, amount, capture }) {
      const params: Stripe.PaymentIntentCreateParams = {
        ...EXPANDED, amount: toStripeUnits(amount.units, amount.currency), currency: amount.currency.toLowerCase(), capture_method: capture === "MANUAL" ? "manual" : "automatic",
        allowed_payment_method_types: ["card"], metadata: { [CHECKOUT_KEY]: checkoutId },
      };
      return intents.create(params, { idempotencyKey: `martgraph:open:${checkoutId}` }).then(present, explain("AMOUNT_TOO_SMALL"));
    },
    async confirm({ key, ref, token }) {
      if (token !== null && !METHOD.test(token)) return { ...(await find(ref)), declineReason: "METHOD_UNKNOWN" };
      const params: Stripe.PaymentIntentConfirmParams = { ...EXPANDED, ...methodOf(token), ...(returnUrl ? { return_url: returnUrl } : {}) };
      try {
        return await present(await intents.confirm(ref, params, { idempotencyKey: `martgraph:confirm:${key}` }));
      } catch (error) {
        const declined = declinedIntent(error);
        if (declined) return isReplayed(declined.headers) || !declined.intent ? find(ref) : toIntent(declined.intent);
        const missing = isMissingMethod(error, token);
        if (missing) return { ...(await find(ref)), declineReason: missing };
        return explain("UNKNOWN_INTENT")(error).catch(orAsItStands(ref, () => true));
      }
    },
    async capture({ key, ref, units }) {
      const before = units === null ? undefined : await find(ref);
      const params: Stripe.PaymentIntentCaptureParams = { ...EXPANDED, ...(before && units !== null ? { amount_to_capture: toStripeUnits(units, before.amount.currency) } : {}) };
      return intents.capture(ref, params, { idempotencyKey: `martgraph:capture:${key}` })
        .then(present, explain("CAPTURE_ABOVE_HELD"))
        .catch(orAsItStands(ref, (intent) => intent.state === "CAPTURED"));
    },
    async cancel({ key, ref }) {
      return intents.cancel(ref, EXPANDED, { idempotencyKey: `martgraph:cancel:${key}` }).then(present, explain("UNKNOWN_INTENT")).catch(orAsItStands(ref, () => true));
    },
    async refund({ key, ref, units }) {
      const { amount } = await find(ref);
      const params: Stripe.RefundCreateParams = { payment_intent: ref, amount: toStripeUnits(units, amount.currency), metadata: { [REFUND_KEY]: key } };
      const made = await stripe.refunds.create(params, { idempotencyKey: `martgraph:refund:${key}` }).catch(explain("REFUND_ABOVE_CAPTURED"));
      return toRefund(isReplayed(made.lastResponse.headers) ? await stripe.refunds.retrieve(made.id).catch(explain("UNKNOWN_REFUND")) : made);
    },
    readEvent: (body, signature, now) => readStripeEvent(body, signature, webhookSecret, now),
  };
}

const isReplayed = (headers: Readonly<Record<string, string>>): boolean => headers["idempotent-replayed"] === "true";

function methodOf(token: string | null): Stripe.PaymentIntentConfirmParams {
  if (token === null) return {};
  // Not in the SDK's types, but what Stripe takes for tokens of cards: https://docs.stripe.com/payments/payment-intents/migration
  if (token.startsWith("tok_")) return { payment_method_data: { type: "card", card: { token } } as unknown as Stripe.PaymentIntentConfirmParams.PaymentMethodData };
  return { payment_method: token };
}

export function toIntent(intent: Stripe.PaymentIntent): Intent {
  const amount = moneyOf(intent.amount, intent.currency);
  const charge = typeof intent.latest_charge === "object" ? intent.latest_charge : null;
  const error = intent.last_payment_error;
  return {
    ref: intent.id,
    // A state that Stripe adds one day: not known yet what comes of it.
    state: STATES[intent.status] ?? "PROCESSING",
    amount,
    capturedUnits: fromStripeUnits(intent.amount_received, intent.currency),
    refundedUnits: charge ? fromStripeUnits(refundedOf(charge), intent.currency) : 0n,
    clientSecret: intent.client_secret ?? "",
    actionUrl: intent.next_action?.redirect_to_url?.url ?? null,
    declineReason: intent.status === "requires_payment_method" && error ? reasonOf(error.code, error.decline_code) : null,
    checkoutId: intent.metadata[CHECKOUT_KEY] ?? null,
  };
}

/** Stripe counts what a smaller capture lets go as refunded too; that was never taken. */
function refundedOf({ amount, amount_captured: captured, amount_refunded: refunded, captured: isCaptured }: Stripe.Charge): number {
  const letGo = isCaptured ? amount - captured : 0;
  return isCaptured ? (refunded >= letGo ? refunded - letGo : refunded) : 0;
}

const toRefund = (refund: Stripe.Refund): ProviderRefund => refundOf(refund as unknown as Readonly<Record<string, unknown>>);
