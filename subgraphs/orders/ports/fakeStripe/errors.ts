import type { Refused } from "../fake/bank.ts";
import { cardError, paymentIntentShape, type ShapeOptions } from "../fake/shapes.ts";
import type { Account } from "../fake/account.ts";

export interface StripeAnswer {
  readonly status: number;
  readonly body: object;
}

/** Stripe's envelope: `{"error": {"type", "code", "message", "param", ...}}`. */
export function stripeError(status: number, type: string, message: string, more: Readonly<Record<string, unknown>> = {}): StripeAnswer {
  return { status, body: { error: { ...more, message, type } } };
}

export const missing = (what: string, id: string, param: string): StripeAnswer =>
  stripeError(404, "invalid_request_error", `No such ${what}: '${id}'`, { code: "resource_missing", param, doc_url: "https://stripe.com/docs/error-codes/resource-missing" });

export const parameter = (param: string, message: string, code = "parameter_invalid_integer"): StripeAnswer => stripeError(400, "invalid_request_error", message, { code, param });

/** A decline: 402, with the intent as it has become. */
export function declined(account: Account, options: ShapeOptions): StripeAnswer {
  const { type, message, ...more } = cardError(account);
  return stripeError(402, type, message, { ...more, payment_intent: paymentIntentShape(account, options) });
}

export function refused({ code, message }: Refused, account: Account | undefined, options: ShapeOptions, ref: string): StripeAnswer {
  const intent = account ? { payment_intent: paymentIntentShape(account, options) } : {};
  switch (code) {
    case "KEY_REUSED":
      return stripeError(400, "idempotency_error", "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than the one given if you meant to execute a different request.");
    case "UNKNOWN_INTENT": return missing("payment_intent", ref, "intent");
    case "UNKNOWN_REFUND": return missing("refund", ref, "id");
    case "UNKNOWN_DISPUTE": return missing("dispute", ref, "dispute");
    case "UNEXPECTED_STATE": return stripeError(400, "invalid_request_error", `You cannot do this because the PaymentIntent is not in a state that allows it: ${message}.`, { code: "payment_intent_unexpected_state", ...intent });
    case "AMOUNT_TOO_SMALL": return parameter("amount", "This value must be greater than or equal to 1.");
    case "AMOUNT_TOO_LARGE": return parameter("amount", "Amount must be no more than 99999999.", "amount_too_large");
    case "CAPTURE_ABOVE_HELD": return parameter("amount_to_capture", "The amount to capture is greater than the amount that is capturable.", "amount_too_large");
    case "REFUND_ABOVE_CAPTURED":
      return account && account.capturedUnits === account.refundedUnits
        ? stripeError(400, "invalid_request_error", "Charge has already been refunded.", { code: "charge_already_refunded" })
        : stripeError(400, "invalid_request_error", "Refund amount is greater than unrefunded amount on charge.", { param: "amount" });
    case "CHARGE_DISPUTED": return stripeError(400, "invalid_request_error", "The charge has been charged back; cannot issue a refund.", { code: "charge_disputed" });
  }
}
