import type { Stripe } from "stripe";
import { type Account, type AccountDispute, type AccountRefund, refundable } from "./account.ts";
import type { EventDraft } from "./decide.ts";
import { declineOf } from "../stripe/declines.ts";
import { toStripeUnits } from "../stripe/amounts.ts";
import { behaviourOf } from "./tokens.ts";

/*
 * The stand-in's books in Stripe's words. The types are the SDK's, so a field that Stripe renames no longer compiles; values that
 * the shop never reads are what Stripe's own examples have.
 */

/** The version of Stripe's API whose shapes these are; the SDK's own. */
export const API_VERSION = "2026-10-28.endive";

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);
const count = (account: Account, units: bigint): number => toStripeUnits(units, account.amount.currency);
const currencyOf = (account: Account): string => account.amount.currency.toLowerCase();
const suffix = (account: Account): string => account.ref.replace(/^pi_/, "");
const chargeRef = (account: Account): string => `ch_${suffix(account)}`;
const methodRef = (account: Account): string | null => (account.token === null ? null : account.token.startsWith("pm_") ? account.token : `pm_${suffix(account)}`);
/** Whether a bank was asked at all. */
const wasCharged = (account: Account): boolean => account.capturedUnits > 0n || account.state === "AUTHORIZED" || account.declineReason !== null;

const STATUS: Readonly<Record<Account["state"], Stripe.PaymentIntent.Status>> = {
  REQUIRES_METHOD: "requires_payment_method", REQUIRES_ACTION: "requires_action", PROCESSING: "processing",
  AUTHORIZED: "requires_capture", CAPTURED: "succeeded", CANCELLED: "canceled",
};

export interface ShapeOptions {
  /** Where the payer answers a challenge. */
  readonly challengeUrl: (account: Account) => string;
  readonly returnUrl?: string | null;
  /** Whether `latest_charge` is the charge itself. */
  readonly expandCharge?: boolean;
}

export function paymentIntentShape(account: Account, options: ShapeOptions): Stripe.PaymentIntent {
  const { state } = account;
  const method = methodRef(account);
  return {
    id: account.ref,
    object: "payment_intent",
    allowed_payment_method_types: ["card"],
    amount: count(account, account.amount.units),
    amount_capturable: state === "AUTHORIZED" ? count(account, account.amount.units) : 0,
    amount_details: { tip: {} },
    amount_received: count(account, account.capturedUnits),
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: account.capture === "MANUAL" ? "manual" : "automatic",
    client_secret: account.clientSecret,
    confirmation_method: "automatic",
    created: seconds(account.createdAt),
    currency: currencyOf(account),
    customer: null,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: account.declineReason === null ? null : (cardError(account) as unknown as Stripe.PaymentIntent.LastPaymentError),
    latest_charge: !wasCharged(account) ? null : options.expandCharge ? chargeShape(account) : chargeRef(account),
    livemode: false,
    managed_payments: null,
    metadata: { ...account.metadata },
    next_action: state === "REQUIRES_ACTION" ? { type: "redirect_to_url", redirect_to_url: { url: options.challengeUrl(account), return_url: options.returnUrl ?? null } } : null,
    on_behalf_of: null,
    // A declined means of payment is taken off again.
    payment_method: state === "REQUIRES_METHOD" ? null : method,
    payment_method_configuration_details: null,
    payment_method_options: { card: { installments: null, mandate_options: null, network: null, request_three_d_secure: "automatic" } },
    payment_method_types: ["card"],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: STATUS[state],
    transfer_data: null,
    transfer_group: null,
  };
}

/** What a decline says; also stands in the intent as its last error. */
export function cardError(account: Account): { code: string; decline_code?: string; message: string; type: "card_error"; charge?: string; doc_url: string } {
  const { code, declineCode, message } = declineOf(account.declineReason ?? "CARD_DECLINED");
  return { type: "card_error", code, ...(declineCode === null ? {} : { decline_code: declineCode, charge: chargeRef(account) }), message, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}` };
}

export function chargeShape(account: Account): Stripe.Charge {
  const declined = account.capturedUnits === 0n && account.declineReason !== null;
  const error = declined ? declineOf(account.declineReason) : undefined;
  return {
    id: chargeRef(account),
    object: "charge",
    amount: count(account, account.amount.units),
    amount_captured: count(account, account.capturedUnits),
    // What a smaller capture lets go counts as given back too.
    amount_refunded: count(account, account.refundedUnits + (account.capturedUnits > 0n ? account.amount.units - account.capturedUnits : 0n)),
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: account.capturedUnits > 0n ? `txn_${suffix(account)}` : null,
    billing_details: { address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null }, email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: null,
    captured: account.capturedUnits > 0n,
    created: seconds(account.createdAt),
    currency: currencyOf(account),
    customer: null,
    description: null,
    disputed: account.disputes.length > 0,
    failure_balance_transaction: null,
    failure_code: error?.code ?? null,
    failure_message: error?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...account.metadata },
    on_behalf_of: null,
    outcome: {
      advice_code: null, network_advice_code: null, network_decline_code: null, network_status: declined ? "declined_by_network" : "approved_by_network", reason: error?.declineCode ?? null,
      risk_level: behaviourOf(account.token).risk ?? "normal", seller_message: declined ? "The bank did not return any further details with this decline." : "Payment complete.", type: declined ? "issuer_declined" : "authorized",
    },
    paid: !declined,
    payment_intent: account.ref,
    payment_method: methodRef(account),
    payment_method_details: null,
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: account.capturedUnits > 0n && refundable(account) === 0n,
    refunds: { object: "list", data: account.refunds.map((refund) => refundShape(account, refund)).toReversed(), has_more: false, url: `/v1/charges/${chargeRef(account)}/refunds` },
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: declined ? "failed" : "succeeded",
    transfer_data: null,
    transfer_group: null,
  };
}

export function refundShape(account: Account, refund: AccountRefund): Stripe.Refund {
  return {
    id: refund.ref,
    object: "refund",
    amount: count(account, refund.units),
    balance_transaction: null,
    charge: chargeRef(account),
    created: seconds(refund.createdAt),
    currency: currencyOf(account),
    customer: null,
    customer_account: null,
    destination_details: { type: "card", card: { type: "refund", reference_status: "pending", reference_type: "acquirer_reference_number" } },
    ...(refund.state === "FAILED" ? { failure_reason: "expired_or_canceled_card" } : {}),
    metadata: { ...refund.metadata },
    payment_intent: account.ref,
    payment_method: methodRef(account),
    reason: null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: refund.state.toLowerCase(),
    transfer_reversal: null,
  };
}

const DISPUTE_STATUS = { OPEN: "needs_response", WON: "won", LOST: "lost" } as const;

export function disputeShape(account: Account, dispute: AccountDispute): Omit<Stripe.Dispute, "evidence" | "evidence_details"> & { evidence: object; evidence_details: object } {
  return {
    id: dispute.ref,
    object: "dispute",
    amount: count(account, dispute.units),
    balance_transactions: [],
    charge: chargeRef(account),
    created: seconds(dispute.createdAt),
    currency: currencyOf(account),
    enhanced_eligibility_types: [],
    evidence: {},
    evidence_details: { due_by: seconds(dispute.createdAt) + 7 * 86_400, enhanced_eligibility: {}, has_evidence: false, past_due: false, submission_count: 0 },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: account.ref,
    payment_method_details: { type: "card", card: { brand: "visa", case_type: "chargeback", network: "visa", network_reason_code: "10.4" } },
    reason: "fraudulent",
    status: DISPUTE_STATUS[dispute.state],
  };
}

/** An event as it is told by webhook: what it is about as it stood when it happened. */
export function eventShape(account: Account, draft: EventDraft, id: string, at: Date, options: ShapeOptions) {
  return {
    id, object: "event" as const, api_version: API_VERSION, created: seconds(at), data: { object: objectOf(account, draft, options) },
    livemode: false, pending_webhooks: 1, request: { id: null, idempotency_key: null }, type: draft.type,
  };
}

function objectOf(account: Account, draft: EventDraft, options: ShapeOptions): object {
  if (draft.type.startsWith("payment_intent.")) return paymentIntentShape(account, options);
  const refund = account.refunds.find((one) => one.ref === draft.about);
  if (refund) return refundShape(account, refund);
  const dispute = account.disputes.find((one) => one.ref === draft.about);
  return dispute ? disputeShape(account, dispute) : chargeShape(account);
}
