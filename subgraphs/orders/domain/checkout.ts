import { money, type Money, parseDecimal } from "#schema/values/money.ts";
import type { Address } from "./delivery.ts";
import type { PricedCart } from "./pricing/types.ts";

/** Ten million pounds: far above the largest order ever placed, far below what a 64-bit integer holds. */
const MAX_TOTAL_UNITS = 1_000_000_000n;

/** HELD and REVIEW are under way, UNDOING too; the others are over. */
export type CheckoutState = "HELD" | "REVIEW" | "UNDOING" | "COMPLETED" | "DECLINED" | "ABANDONED" | "CANCELLED" | "EXPIRED";
export type Verdict = "APPROVE" | "REVIEW" | "BLOCK";

/** Who to write to and where the goods go, as it was when it was bought. Personal. */
export interface Contact {
  readonly email: string | null;
  readonly address: Address | null;
}

/** A purchase under way or over. Its id is also the reference of the held stock, of codes and gift cards, and of the payment. */
export interface Checkout {
  readonly id: string;
  readonly cartId: string;
  readonly userId: string | null;
  /** Who pays it at the moment, by which call. */
  readonly actor: string;
  readonly operation: string;
  readonly key: string;
  /** How many calls have tried to pay it. */
  readonly attempt: number;
  readonly state: CheckoutState;
  readonly countryCode: string | null;
  readonly priced: PricedCart;
  readonly contact: Contact;
  /** Begun by checkoutComplete: a decline ends it. */
  readonly isOneCall: boolean;
  readonly provider: string | null;
  readonly intentRef: string | null;
  readonly clientSecret: string | null;
  readonly actionUrl: string | null;
  /** The shop's policy: taken when the order is placed, or by a step of its own. */
  readonly capture: "AUTOMATIC" | "MANUAL";
  /** The intent holds the money first, whatever the policy. */
  readonly isHeldFirst: boolean;
  readonly verdict: Verdict | null;
  readonly reasons: readonly string[];
  readonly reviewVerdict: "APPROVE" | "REJECT" | null;
  readonly declineReason: string | null;
  /** Wall time. */
  readonly expiresAt: Date;
  readonly reviewOpenedAt: Date | null;
  readonly isExpired: boolean;
  /** Whether somebody is at work on it. */
  readonly isLeased: boolean;
}

const LIVE: ReadonlySet<CheckoutState> = new Set(["HELD", "REVIEW", "UNDOING"]);
export const isLive = (checkout: Pick<Checkout, "state">): boolean => LIVE.has(checkout.state);

export const totalOfCheckout = ({ priced }: Pick<Checkout, "priced">): Money => money(priced.totals.total, priced.currency, priced.exponent);
/** What is left to pay at the provider. */
export const dueOf = ({ priced }: Pick<Checkout, "priced">): Money => money(priced.totals.due, priced.currency, priced.exponent);
export const unitsOf = ({ priced }: Pick<Checkout, "priced">) => priced.lines.map(({ variantId, quantity }) => ({ variantId, quantity }));

/** Whether promotions or gift cards are in the price: what was held of them has to be spent or let go. */
export const usesCodes = ({ priced }: Pick<Checkout, "priced">): boolean => priced.discounts.length > 0 || priced.giftCards.length > 0;

export type PricedRefusal =
  | { code: "EMPTY_CART" }
  | { code: "ORDER_TOO_LARGE" }
  | { code: "PRICE_CHANGED"; expected: Money; actual: Money };

/** Why a priced cart cannot be bought, or undefined. `expectedTotal` is decimal text in the cart's currency. */
export function refusalOfPriced(priced: PricedCart, expectedTotal: string | undefined): PricedRefusal | undefined {
  if (priced.lines.length === 0) return { code: "EMPTY_CART" };
  if (priced.totals.total > MAX_TOTAL_UNITS) return { code: "ORDER_TOO_LARGE" };
  const actual = totalOfCheckout({ priced });
  const expected = expectedTotal === undefined ? undefined : parseDecimal(expectedTotal, priced.currency);
  return expected && !isSame(expected, actual) ? { code: "PRICE_CHANGED", expected, actual } : undefined;
}

function isSame(a: Money, b: Money): boolean {
  return a.units * 10n ** BigInt(b.exponent) === b.units * 10n ** BigInt(a.exponent);
}

/** A payment as its provider sees it; the states are told in ports/paymentProvider.ts. */
export interface PaymentStanding {
  readonly state: "REQUIRES_METHOD" | "REQUIRES_ACTION" | "PROCESSING" | "AUTHORIZED" | "CAPTURED" | "CANCELLED";
  /** Null unless the last try was declined. */
  readonly declineReason: string | null;
}

/** What is to be done about a purchase under way, as its payment stands. */
export type Step =
  /** The order; `money` says what of the payment there is. */
  | { do: "PLACE"; money: "NONE" | "AUTHORIZED" | "CAPTURED" }
  /** The held money is taken first. */
  | { do: "CAPTURE" }
  /** Nobody has asked the fraud port yet. */
  | { do: "ASSESS" }
  /** A person decides. */
  | { do: "REVIEW" }
  | { do: "DECLINE"; reason: string }
  /** The payer answers a challenge. */
  | { do: "AWAIT_ACTION" }
  /** Nothing was tried, or the provider does not know yet. */
  | { do: "WAIT" }
  /** There is no payment any more. */
  | { do: "LET_GO" };

/** Told to whom the fraud rules refuse: it does not say why. */
export const REFUSED_REASON = "NOT_ACCEPTED";

/** `intent` is null where nothing is due. Money that was taken is never kept without an order, whatever the verdict of rules. */
export function nextStep(checkout: Pick<Checkout, "verdict" | "reviewVerdict" | "capture" | "isHeldFirst">, intent: PaymentStanding | null): Step {
  const isSettled = intent === null || intent.state === "AUTHORIZED";
  if (isSettled && checkout.reviewVerdict === "REJECT") return { do: "DECLINE", reason: REFUSED_REASON };
  if (isSettled && checkout.verdict === null) return { do: "ASSESS" };
  if (isSettled && checkout.verdict === "BLOCK") return { do: "DECLINE", reason: REFUSED_REASON };
  if (isSettled && checkout.verdict === "REVIEW" && checkout.reviewVerdict === null) return { do: "REVIEW" };
  if (intent === null) return { do: "PLACE", money: "NONE" };
  switch (intent.state) {
    case "CAPTURED": return { do: "PLACE", money: "CAPTURED" };
    case "AUTHORIZED": return checkout.isHeldFirst && checkout.capture === "AUTOMATIC" ? { do: "CAPTURE" } : { do: "PLACE", money: "AUTHORIZED" };
    case "CANCELLED": return { do: "LET_GO" };
    case "REQUIRES_ACTION": return { do: "AWAIT_ACTION" };
    case "PROCESSING": return { do: "WAIT" };
    case "REQUIRES_METHOD": return intent.declineReason === null ? { do: "WAIT" } : { do: "DECLINE", reason: intent.declineReason };
  }
}
