import { currencyExponent } from "#schema/values/money.ts";

/**
 * Accounts of the shop's books. Assets and expenses grow by debits (positive entries), liabilities and income by credits
 * (negative entries).
 */
export const ACCOUNTS = {
  /** Asset: money of placed orders that has not been taken yet (authorised, to be captured). */
  receivable: "receivable",
  /** Asset: money at a payment provider. */
  provider: (name: string) => `provider:${name}`,
  /** Income: what was sold, without the tax contained in it, before discounts. */
  sales: "sales",
  /** Contra income: what was taken off. */
  discounts: "discounts",
  /** Income: postage and packing, before discounts. */
  shipping: "shipping",
  /** Liability: tax taken for the state, added to or contained in prices. */
  tax: "tax",
  /** Liability: what holders of gift cards may still spend. */
  giftCards: "gift_cards",
  /** Expense: gift cards given away, and corrections of balances. */
  giftCardsGranted: "gift_cards_granted",
  /** Contra income: money given back for sales and shipping. */
  refunds: "refunds",
  /** Liability: what the shop owes a vendor. */
  vendor: (vendorId: string) => `vendor:${vendorId}`,
  /** Expense: the vendors' shares of sales. What is left of the sale is the shop's commission. */
  vendorShares: "vendor_shares",
  /** Expense: money a bank took back, and its fees. */
  disputes: "disputes",
} as const;

export interface LedgerEntry {
  readonly account: string;
  /** At the currency's exponent; positive debit, negative credit; 0 is left out. */
  readonly units: bigint;
}

/** Entries with one cause. `kind` and `reference` name the cause: the same one is booked once, however often it is posted. */
export interface Journal {
  readonly kind: "ORDER_PLACED" | "PAYMENT_CAPTURED" | "PAYMENT_VOIDED" | "GIFT_CARD_ISSUED" | "GIFT_CARD_ADJUSTED" | "GIFT_CARD_SPENT" | "REFUND" | "REFUND_FAILED" | "VENDOR_SHARE" | "VENDOR_SHARE_REVERSED" | "DISPUTE_OPENED" | "DISPUTE_WON" | "CHARGE_UNDONE";
  readonly reference: string;
  readonly orderId: string | null;
  readonly currency: string;
  readonly entries: readonly LedgerEntry[];
  readonly occurredAt: Date;
}

/** The journal without empty entries. @throws when it does not sum to zero: a mistake in the code, never in the input. */
export function balanced(journal: Journal): Journal & { exponent: number } {
  const entries = journal.entries.filter((entry) => entry.units !== 0n);
  const sum = entries.reduce((so, entry) => so + entry.units, 0n);
  if (sum !== 0n) throw new RangeError(`journal ${journal.kind} ${journal.reference} sums to ${sum}`);
  return { ...journal, entries, exponent: currencyExponent(journal.currency) };
}
