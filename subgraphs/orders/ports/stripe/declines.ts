/** Stripe's words for a decline, by ours. Source: https://docs.stripe.com/declines/codes */
interface StripeDecline {
  readonly code: string;
  readonly declineCode: string | null;
  readonly message: string;
}

const CODES: Readonly<Record<string, StripeDecline>> = {
  CARD_DECLINED: { code: "card_declined", declineCode: "generic_decline", message: "Your card was declined." },
  INSUFFICIENT_FUNDS: { code: "card_declined", declineCode: "insufficient_funds", message: "Your card has insufficient funds." },
  LOST_CARD: { code: "card_declined", declineCode: "lost_card", message: "Your card was declined." },
  STOLEN_CARD: { code: "card_declined", declineCode: "stolen_card", message: "Your card was declined." },
  FRAUDULENT: { code: "card_declined", declineCode: "fraudulent", message: "Your card was declined." },
  EXPIRED_CARD: { code: "expired_card", declineCode: "expired_card", message: "Your card has expired." },
  INCORRECT_CVC: { code: "incorrect_cvc", declineCode: "incorrect_cvc", message: "Your card's security code is incorrect." },
  PROCESSING_ERROR: { code: "processing_error", declineCode: "processing_error", message: "An error occurred while processing your card. Try again in a little bit." },
  AUTHENTICATION_FAILED: { code: "payment_intent_authentication_failure", declineCode: null, message: "The provided payment method has failed authentication." },
};

export function declineOf(reason: string): StripeDecline {
  return CODES[reason] ?? { code: "card_declined", declineCode: reason.toLowerCase(), message: "Your card was declined." };
}

/** Our word for it, in capitals. What has none keeps Stripe's own. */
export function reasonOf(code: string | null | undefined, declineCode: string | null | undefined): string {
  if (code === "payment_intent_authentication_failure") return "AUTHENTICATION_FAILED";
  const word = declineCode && declineCode !== "generic_decline" ? declineCode : (code ?? "card_declined");
  return word.toUpperCase();
}
