import type { Money } from "#schema/values/money.ts";

/**
 * A payment as its provider sees it: one intent per checkout, from opening to capture or cancellation.
 * REQUIRES_METHOD: nothing was tried yet, or the last try was declined. REQUIRES_ACTION: the payer has to answer a challenge
 * (3-D Secure). PROCESSING: the provider does not know yet. AUTHORIZED: the money is held and can be captured. CAPTURED: it is taken.
 */
export type IntentState = "REQUIRES_METHOD" | "REQUIRES_ACTION" | "PROCESSING" | "AUTHORIZED" | "CAPTURED" | "CANCELLED";

export interface Intent {
  /** The provider's id, `pi_...`. */
  readonly ref: string;
  readonly state: IntentState;
  /** At the currency's exponent. */
  readonly amount: Money;
  readonly capturedUnits: bigint;
  readonly refundedUnits: bigint;
  /** What the payer's browser needs to go on with the provider; for the payer alone. */
  readonly clientSecret: string;
  /** Where the payer answers the challenge; null unless REQUIRES_ACTION. */
  readonly actionUrl: string | null;
  /** In capitals, `CARD_DECLINED`; null unless the last try was declined. */
  readonly declineReason: string | null;
  /** What we gave at opening: finds our checkout from an event. */
  readonly checkoutId: string | null;
}

export interface OpenIntent {
  /** UUID of our checkout; also the provider's idempotency key. */
  readonly checkoutId: string;
  readonly amount: Money;
  /** Taken at confirmation, or held until `capture`. */
  readonly capture: "AUTOMATIC" | "MANUAL";
}

/** What the provider tells by webhook. Every event of a kind may come late, twice, or out of order. */
export interface ProviderEvent {
  /** The provider's id, `evt_...`. */
  readonly id: string;
  readonly kind: "INTENT_CHANGED" | "REFUND_CHANGED" | "DISPUTE_CHANGED" | "OTHER";
  /** The provider's own name of it, `payment_intent.succeeded`. */
  readonly type: string;
  /** The intent it is about; null for OTHER. */
  readonly intentRef: string | null;
  readonly refund: ProviderRefund | null;
  readonly dispute: { readonly ref: string; readonly state: "OPEN" | "WON" | "LOST"; readonly units: bigint } | null;
  readonly createdAt: Date;
}

export interface ProviderRefund {
  readonly ref: string;
  /** The key it was asked for with. */
  readonly key: string | null;
  readonly state: "PENDING" | "SUCCEEDED" | "FAILED";
  readonly units: bigint;
}

/**
 * Who moves the money. Never called while a transaction of ours is open. Every call may be repeated: the same key has one effect.
 * All but `readEvent` throw PaymentsUnavailable when the outcome is not known, and PaymentRefused when the provider will not.
 * Every answer is the present state, also to a key that was used before.
 */
export interface PaymentProvider {
  /** Written into payments.provider, `stripe`, `fake`. */
  readonly name: string;
  /** Opens the intent of a checkout, or finds the one it has. */
  open(request: OpenIntent): Promise<Intent>;
  /**
   * Tries a means of payment (`pm_...`, `tok_...`; the provider's default where null). A decline is an answer, no error; so is an
   * intent that needs no trying any more, or was cancelled.
   */
  confirm(request: { key: string; ref: string; token: string | null }): Promise<Intent>;
  /** @throws PaymentRefused with UNKNOWN_INTENT */
  find(ref: string): Promise<Intent>;
  /** Takes `units` of what is held, all of it where null; what is left is let go. One that was captured before comes back as it is. */
  capture(request: { key: string; ref: string; units: bigint | null }): Promise<Intent>;
  /** Ends an intent that is not captured. One that was captured meanwhile comes back as CAPTURED. */
  cancel(request: { key: string; ref: string }): Promise<Intent>;
  /** Gives back what was captured, at most what is left of it. */
  refund(request: { key: string; ref: string; units: bigint }): Promise<ProviderRefund>;
  /**
   * Checks the signature over the raw bytes and the age, then reads the event. @throws WebhookRefused for anything that the provider
   * did not sign within the tolerance.
   */
  readEvent(body: Uint8Array, signature: string | null, now: Date): ProviderEvent;
}

/** The provider does not answer, or not in time. What was asked may have happened or not; the same key may be asked again. */
export class PaymentsUnavailable extends Error {
  override readonly name = "PaymentsUnavailable";
}

/**
 * The provider refuses for good: it knows no such intent, less is held or taken than was asked for, or a key comes back with another
 * content. A defect of ours, or our books and the provider's differ; asking again changes nothing.
 */
export class PaymentRefused extends Error {
  override readonly name = "PaymentRefused";
  /** In capitals, `REFUND_ABOVE_CAPTURED`. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  /** Whether the amount itself cannot be paid: then nothing was opened, while any other refusal may hide a payment. */
  get isOfAmount(): boolean {
    return this.code === "AMOUNT_TOO_SMALL" || this.code === "AMOUNT_TOO_LARGE";
  }
}

/** The signature of a webhook is missing, wrong, too old or from the future, or its body is no event. Tells the sender nothing more. */
export class WebhookRefused extends Error {
  override readonly name = "WebhookRefused";
}
