import Stripe from "stripe";
import { PaymentRefused, PaymentsUnavailable } from "../paymentProvider.ts";

/** Stripe's codes for a refusal in our words. Source: https://docs.stripe.com/error-codes */
const CODES: Readonly<Record<string, string>> = {
  payment_intent_unexpected_state: "UNEXPECTED_STATE",
  charge_already_captured: "UNEXPECTED_STATE",
  charge_not_captured: "UNEXPECTED_STATE",
  charge_already_refunded: "REFUND_ABOVE_CAPTURED",
  charge_disputed: "CHARGE_DISPUTED",
  amount_too_small: "AMOUNT_TOO_SMALL",
};

/**
 * Turns what the SDK throws into the port's words. What Stripe did not say yes or no to is not known: connections, 5xx, 429, 409;
 * so is a key that Stripe refuses, for the shop's people correct that and the buyer tries again. `otherwise` stands for a refusal
 * of the amount, or of an id, whichever this call can meet. Neither the SDK's text nor the error itself is passed on.
 */
export function explain(otherwise: string): (error: unknown) => Promise<never> {
  return async (error) => {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    const { statusCode, code, param } = error;
    const where = `${error.type}${statusCode === undefined ? "" : ` ${statusCode}`}${code ? ` ${code}` : ""}${error.requestId ? `, request ${error.requestId}` : ""}`;
    if (error instanceof Stripe.errors.StripeAuthenticationError || error instanceof Stripe.errors.StripePermissionError) {
      throw new PaymentsUnavailable(`Stripe refuses the API key; check MARTGRAPH_STRIPE_API_KEY (${where})`);
    }
    if (error instanceof Stripe.errors.StripeIdempotencyError && statusCode !== 409) throw new PaymentRefused("KEY_REUSED", `the key was used before for another request (${where})`);
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw new PaymentsUnavailable(`Stripe does not answer (${where})`);
    if (code === "resource_missing") throw new PaymentRefused(param === "id" || param === "refund" ? otherwise.replace(/^(?!UNKNOWN).*/, "UNKNOWN_INTENT") : "UNKNOWN_INTENT", `Stripe knows nothing of that id (${where})`);
    if (code === "amount_too_large") throw new PaymentRefused(otherwise === "AMOUNT_TOO_SMALL" ? "AMOUNT_TOO_LARGE" : otherwise, `the amount is more than there is (${where})`);
    const known = code ? CODES[code] : undefined;
    throw new PaymentRefused(known ?? (param?.startsWith("amount") ? otherwise : "REFUSED"), `Stripe refuses the request (${where}${param ? `, ${param}` : ""})`);
  };
}

/** The intent as a decline tells it; undefined for any other error. */
export function declinedIntent(error: unknown): { intent: Stripe.PaymentIntent | undefined; headers: Readonly<Record<string, string>> } | undefined {
  if (!(error instanceof Stripe.errors.StripeCardError)) return undefined;
  const intent = error.payment_intent as Stripe.PaymentIntent | undefined;
  return { intent: typeof intent === "object" ? intent : undefined, headers: (error.headers ?? {}) as Readonly<Record<string, string>> };
}

/** Why there is nothing to pay with: none was given and the intent has none, or Stripe does not know the one given. */
export function isMissingMethod(error: unknown, token: string | null): "METHOD_REQUIRED" | "METHOD_UNKNOWN" | undefined {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return undefined;
  if (token !== null) return error.code === "resource_missing" && error.param?.startsWith("payment_method") ? "METHOD_UNKNOWN" : undefined;
  const intent = error.payment_intent as Stripe.PaymentIntent | undefined;
  return error.param === "payment_method" || (error.code === "payment_intent_unexpected_state" && typeof intent === "object" && intent.status === "requires_payment_method") ? "METHOD_REQUIRED" : undefined;
}
