import { createHash } from "node:crypto";
import type { Money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import type { Verdict } from "../domain/checkout.ts";
import { judge } from "../domain/fraud/rules.ts";
import { loadFraudFacts } from "../queries/fraudFacts.ts";

/** What a fraud rule, or later a model, is told of a purchase. */
export interface FraudRequest {
  readonly checkoutId: string;
  readonly cartId: string;
  /** Null for a guest. */
  readonly userId: string | null;
  readonly email: string | null;
  /** Where the goods go. */
  readonly countryCode: string | null;
  readonly total: Money;
  /** What the payment provider calls the means of payment; null for its default, and where a gift card pays all. */
  readonly token: string | null;
}

export interface FraudAnswer {
  readonly verdict: Verdict;
  /** In capitals, `LARGE_AMOUNT`; for the people of the shop, never for the buyer. */
  readonly reasons: readonly string[];
}

/** Judges purchases before money is taken. */
export interface FraudPort {
  /** Must answer before `deadline` is aborted: who asks does not wait longer, and takes an error or silence for REVIEW. */
  assess(request: FraudRequest, deadline: AbortSignal): Promise<FraudAnswer>;
}

/** The same for the same means of payment; tells nothing of it. */
export function cardDigestOf(token: string | null): string | null {
  return token === null ? null : createHash("sha256").update(`martgraph card ${token}`).digest("base64url");
}

/** Thresholds over what the shop's own books say (orders.checkout_settings). */
export function createFraudRules(db: Reader): FraudPort {
  return {
    async assess({ checkoutId, cartId, userId, email, countryCode, total, token }) {
      const { counted, thresholds } = await loadFraudFacts(db, { userId, email, cardDigest: cardDigestOf(token), cartId, checkoutId });
      return judge({ ...counted, totalUnits: total.units, token, goodsCountry: countryCode }, thresholds);
    },
  };
}
