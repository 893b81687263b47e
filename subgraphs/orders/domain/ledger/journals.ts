import { ACCOUNTS, type Journal, type LedgerEntry } from "./ledger.ts";

// How each movement of money is booked. All units at the currency's exponent.

interface Cause {
  readonly orderId: string;
  readonly currency: string;
  /** Business time. */
  readonly at: Date;
}

export interface OrderParts {
  readonly subtotal: bigint;
  readonly discount: bigint;
  readonly shipping: bigint;
  readonly tax: bigint;
  /** Contained in the lines' prices, and in the shipping's. */
  readonly lineTaxIncluded: bigint;
  readonly shippingTaxIncluded: bigint;
  readonly total: bigint;
}

const journal = (kind: Journal["kind"], reference: string, { orderId, currency, at }: Cause, entries: readonly LedgerEntry[]): Journal =>
  ({ kind, reference, orderId, currency, entries, occurredAt: at });

/** The sale: what the buyer owes, of which income, of which tax. */
export function orderPlaced(cause: Cause, parts: OrderParts): Journal {
  return journal("ORDER_PLACED", cause.orderId, cause, [
    { account: ACCOUNTS.receivable, units: parts.total },
    { account: ACCOUNTS.discounts, units: parts.discount },
    { account: ACCOUNTS.sales, units: -(parts.subtotal - parts.lineTaxIncluded) },
    { account: ACCOUNTS.shipping, units: -(parts.shipping - parts.shippingTaxIncluded) },
    { account: ACCOUNTS.tax, units: -(parts.tax + parts.lineTaxIncluded + parts.shippingTaxIncluded) },
  ]);
}

/** Money has come to a payment provider. `paymentId` names the cause: a payment is taken once. */
export function paymentCaptured(cause: Cause, payment: { paymentId: string; provider: string; units: bigint }): Journal {
  return journal("PAYMENT_CAPTURED", payment.paymentId, cause, [
    { account: ACCOUNTS.provider(payment.provider), units: payment.units },
    { account: ACCOUNTS.receivable, units: -payment.units },
  ]);
}

/** Money that was held and will not be taken: the claim on it ends, as a sale taken back. `taxUnits` is contained in `units`. */
export function paymentVoided(cause: Cause, payment: { paymentId: string; units: bigint; taxUnits: bigint }): Journal {
  return journal("PAYMENT_VOIDED", payment.paymentId, cause, [
    { account: ACCOUNTS.refunds, units: payment.units - payment.taxUnits },
    { account: ACCOUNTS.tax, units: payment.taxUnits },
    { account: ACCOUNTS.receivable, units: -payment.units },
  ]);
}

/**
 * Money has gone back from one payment. `reference` is the id of that part of the refund; `taxUnits` is contained in `units`;
 * `account` is the provider's or the gift cards'.
 */
export function refundPaid(cause: Cause, part: { reference: string; account: string; units: bigint; taxUnits: bigint }): Journal {
  return journal("REFUND", part.reference, cause, [
    { account: ACCOUNTS.refunds, units: part.units - part.taxUnits },
    { account: ACCOUNTS.tax, units: part.taxUnits },
    { account: part.account, units: -part.units },
  ]);
}

/** Money that was taken for a purchase which became no order, and given back: it came and went. */
export function chargeUndone(checkoutId: string, provider: string, units: bigint, currency: string, at: Date): Journal {
  const account = ACCOUNTS.provider(provider);
  return { kind: "CHARGE_UNDONE", reference: checkoutId, orderId: null, currency, occurredAt: at, entries: [{ account, units }, { account, units: -units }] };
}
