import type { Verdict } from "../checkout.ts";

/** What is known of a purchase when it is judged. Units at the currency's exponent. */
export interface FraudFacts {
  readonly totalUnits: bigint;
  readonly token: string | null;
  /** Orders the person has placed; 0 for a guest. */
  readonly earlierOrders: number;
  /** Purchases begun within the last hour, this one included; 0 where there is nobody, no address, no means of payment to count by. */
  readonly personPerHour: number;
  readonly emailPerHour: number;
  readonly cardPerHour: number;
  /** Declines within the last day, of the person, the address or the cart. */
  readonly declinesPerDay: number;
  /** Null where unknown. */
  readonly goodsCountry: string | null;
  readonly homeCountry: string | null;
}

/** From which value on something is looked into, or refused; null is off. */
export interface FraudThresholds {
  readonly reviewAboveUnits: bigint | null;
  readonly blockAboveUnits: bigint | null;
  readonly reviewFirstOrderAboveUnits: bigint | null;
  readonly reviewPersonPerHour: number | null;
  readonly reviewEmailPerHour: number | null;
  readonly reviewCardPerHour: number | null;
  readonly reviewDeclinesPerDay: number | null;
  readonly blockDeclinesPerDay: number | null;
  readonly reviewCountryMismatchAboveUnits: bigint | null;
  readonly reviewTokens: readonly string[];
}

export interface Assessment {
  readonly verdict: Verdict;
  /** In capitals, in a fixed order; empty for APPROVE. */
  readonly reasons: readonly string[];
}

const over = <T extends bigint | number>(value: T, threshold: T | null) => threshold !== null && value > threshold;

/** Rules are thresholds: every one that is passed is a reason; one that blocks outweighs those that ask for a look. */
export function judge(facts: FraudFacts, limits: FraudThresholds): Assessment {
  const blocks = [
    over(facts.totalUnits, limits.blockAboveUnits) && "AMOUNT_FAR_TOO_LARGE",
    over(facts.declinesPerDay, limits.blockDeclinesPerDay) && "FAR_TOO_MANY_DECLINES",
  ].filter((reason) => reason !== false);
  if (blocks.length > 0) return { verdict: "BLOCK", reasons: blocks };
  const isAbroad = facts.goodsCountry !== null && facts.homeCountry !== null && facts.goodsCountry !== facts.homeCountry;
  const reasons = [
    over(facts.totalUnits, limits.reviewAboveUnits) && "LARGE_AMOUNT",
    facts.earlierOrders === 0 && over(facts.totalUnits, limits.reviewFirstOrderAboveUnits) && "LARGE_FIRST_ORDER",
    over(facts.personPerHour, limits.reviewPersonPerHour) && "MANY_PURCHASES_OF_PERSON",
    over(facts.emailPerHour, limits.reviewEmailPerHour) && "MANY_PURCHASES_TO_ADDRESS",
    over(facts.cardPerHour, limits.reviewCardPerHour) && "MANY_PURCHASES_WITH_CARD",
    over(facts.declinesPerDay, limits.reviewDeclinesPerDay) && "MANY_DECLINES",
    isAbroad && over(facts.totalUnits, limits.reviewCountryMismatchAboveUnits) && "COUNTRIES_DIFFER",
    facts.token !== null && limits.reviewTokens.includes(facts.token) && "MEANS_OF_PAYMENT_FLAGGED",
  ].filter((reason) => reason !== false);
  return reasons.length > 0 ? { verdict: "REVIEW", reasons } : { verdict: "APPROVE", reasons: [] };
}
