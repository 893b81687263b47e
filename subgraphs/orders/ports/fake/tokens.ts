/** What a means of payment of the stand-in does. Every token that is not named here simply pays. */
export interface TokenBehaviour {
  readonly does: "PAYS" | "DECLINES" | "CHALLENGES" | "PROCESSES" | "HANGS";
  /** Why it declines, in capitals; for CHALLENGES: why it does although the challenge was passed. */
  readonly reason?: string;
  /** Held until it is captured, although the intent was opened to be taken at once. */
  readonly holds?: true;
  /** The payment goes through, but its answer is lost each time. */
  readonly losesAnswer?: true;
  /** The payer's bank takes the money back as soon as it was taken. */
  readonly disputes?: true;
  /** What becomes of refunds: at once, later, or given back to us later. */
  readonly refunds?: "PENDING" | "FAILED";
  readonly risk?: "elevated" | "highest";
}

/** The shop's own words for them. */
export const FAKE_TOKENS = {
  declined: "tok_declined",
  insufficientFunds: "tok_insufficient_funds",
  /** Never answers and never charges. */
  unavailable: "tok_unavailable",
  /** Charges, but the answer is lost, each time. */
  lostAnswer: "tok_lost_answer",
  /** The payer has to answer a challenge first. */
  challenge: "tok_3ds",
  /** The challenge may be approved, the payment fails all the same. */
  challengeFails: "tok_3ds_fails",
  /** Held, to be captured. */
  manual: "tok_manual",
  /** Pays; the shop's own rules flag it for review. */
  review: "tok_review",
  /** Neither paid nor declined for a while. */
  processing: "tok_processing",
} as const;

const TOKENS: Readonly<Record<string, TokenBehaviour>> = {
  [FAKE_TOKENS.declined]: { does: "DECLINES", reason: "CARD_DECLINED" },
  [FAKE_TOKENS.insufficientFunds]: { does: "DECLINES", reason: "INSUFFICIENT_FUNDS" },
  [FAKE_TOKENS.unavailable]: { does: "HANGS" },
  [FAKE_TOKENS.lostAnswer]: { does: "PAYS", losesAnswer: true },
  [FAKE_TOKENS.challenge]: { does: "CHALLENGES" },
  [FAKE_TOKENS.challengeFails]: { does: "CHALLENGES", reason: "AUTHENTICATION_FAILED" },
  [FAKE_TOKENS.manual]: { does: "PAYS", holds: true },
  [FAKE_TOKENS.review]: { does: "PAYS", risk: "elevated" },
  [FAKE_TOKENS.processing]: { does: "PROCESSES" },
  // Stripe's own test methods. Source: https://docs.stripe.com/testing
  pm_card_chargeDeclined: { does: "DECLINES", reason: "CARD_DECLINED" },
  pm_card_visa_chargeDeclined: { does: "DECLINES", reason: "CARD_DECLINED" },
  pm_card_chargeDeclinedInsufficientFunds: { does: "DECLINES", reason: "INSUFFICIENT_FUNDS" },
  pm_card_visa_chargeDeclinedInsufficientFunds: { does: "DECLINES", reason: "INSUFFICIENT_FUNDS" },
  pm_card_visa_chargeDeclinedLostCard: { does: "DECLINES", reason: "LOST_CARD" },
  pm_card_visa_chargeDeclinedStolenCard: { does: "DECLINES", reason: "STOLEN_CARD" },
  pm_card_chargeDeclinedExpiredCard: { does: "DECLINES", reason: "EXPIRED_CARD" },
  pm_card_chargeDeclinedIncorrectCvc: { does: "DECLINES", reason: "INCORRECT_CVC" },
  pm_card_chargeDeclinedProcessingError: { does: "DECLINES", reason: "PROCESSING_ERROR" },
  pm_card_radarBlock: { does: "DECLINES", reason: "FRAUDULENT", risk: "highest" },
  pm_card_authenticationRequired: { does: "CHALLENGES" },
  pm_card_threeDSecure2Required: { does: "CHALLENGES" },
  pm_card_threeDSecureRequired: { does: "CHALLENGES" },
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: { does: "CHALLENGES", reason: "INSUFFICIENT_FUNDS" },
  pm_card_threeDSecureRequiredChargeDeclined: { does: "CHALLENGES", reason: "CARD_DECLINED" },
  pm_card_createDispute: { does: "PAYS", disputes: true },
  pm_card_pendingRefund: { does: "PAYS", refunds: "PENDING" },
  pm_card_refundFail: { does: "PAYS", refunds: "FAILED" },
  pm_card_riskLevelElevated: { does: "PAYS", risk: "elevated" },
};

const PAYS: TokenBehaviour = { does: "PAYS" };

/** What a token does; the default means of payment pays. */
export function behaviourOf(token: string | null): TokenBehaviour {
  return (token !== null && Object.hasOwn(TOKENS, token) ? TOKENS[token] : undefined) ?? PAYS;
}
