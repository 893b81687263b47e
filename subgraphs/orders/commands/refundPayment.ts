import { uuidV7 } from "#schema/values/ids.ts";
import { money, toDecimal } from "#schema/values/money.ts";
import { ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import type { OrdersParts } from "../context.ts";
import { ACCOUNTS } from "../domain/ledger/ledger.ts";
import { refundPaid } from "../domain/ledger/journals.ts";
import { planRefund, type RefundPart, type RefundTooLarge } from "../domain/payments/planRefund.ts";
import { type PaymentProvider, PaymentRefused, type ProviderRefund } from "../ports/paymentProvider.ts";
import { giftCardOfPayment, refundGiftCards } from "../queries/giftCardHolds.ts";
import { postJournals } from "../queries/ledger.ts";
import { lockOrder } from "../queries/orders.ts";
import { insertPaymentEvents } from "../queries/paymentEvents.ts";
import { leaseRefund, listRefundParts, markRefundFailed, markRefundPaid, type PaymentRefund, promiseRefund } from "../queries/paymentRefunds.ts";
import { listPaymentsForUpdate, type PaymentRecord } from "../queries/payments.ts";
import { LEASE_SECONDS } from "./idempotency.ts";

/*
 * Money back, in two halves. `recordRefund` runs in the transaction in which it is decided (a return, a cancellation): it promises
 * what goes back of which payment, so nobody can promise it twice. After the commit `settleRefund` asks the providers, outside of any
 * transaction and under the id of each part, and books what they did. Cut off anywhere, the sweeper calls `settleRefund` again.
 */

/** What giving money back needs of the slice. */
export type RefundParts = Pick<OrdersParts, "db" | "clocks"> & { readonly payments: PaymentProvider };

export interface RefundRequest {
  /** UUID of orders.refunds; the same again changes nothing. */
  readonly refundId: string;
  readonly orderId: string;
  /** At the currency's exponent. */
  readonly units: bigint;
  /** Tax (added or contained) that is taken back with it; contained in `units`. */
  readonly taxUnits: bigint;
  /** Also of what a bank has for a dispute: it waits for the end of that, and goes back only when it is won. */
  readonly withDisputed?: boolean;
}

/** Promises the money. Locks the order, then its payments. Answers how it is split; over cards first, then gift cards. */
export async function recordRefund(tx: Tx, { refundId, orderId, units, taxUnits, withDisputed = false }: RefundRequest): Promise<Result<readonly RefundPart[], RefundTooLarge>> {
  await lockOrder(tx, orderId);
  const earlier = await listRefundParts(tx, refundId);
  if (earlier.length > 0) return ok(earlier.map((part) => ({ paymentId: part.paymentId, method: part.method, units: part.amount.units, taxUnits: part.taxUnits })));
  const payments = (await listPaymentsForUpdate(tx, orderId)).filter((payment) => canGoBack(payment, withDisputed));
  const planned = planRefund(
    payments.map((payment) => ({ id: payment.id, method: payment.method, takenUnits: payment.taken.units, refundedUnits: payment.refundedUnits + payment.refundingUnits })),
    units, taxUnits,
  );
  if (!planned.ok) return planned;
  await promiseRefund(tx, refundId, orderId, planned.value.map((part) => ({ id: uuidV7(new Date()), ...part })), LEASE_SECONDS);
  return planned;
}

/** Whether money of it can go back. */
export function canGoBack({ state }: Pick<PaymentRecord, "state">, withDisputed = false): boolean {
  return state === "CAPTURED" || state === "PARTIALLY_REFUNDED" || (withDisputed && state === "DISPUTED");
}

/** PAID: all of it went back. PENDING: a provider takes its time, or a dispute is not decided; it is told by webhook, or the sweeper asks again. FAILED: a part did not go back. */
export type RefundOutcome = "PAID" | "PENDING" | "FAILED";

/**
 * Brings a recorded refund to its end. May be repeated: a provider gives back once per part, and each part is booked once.
 * @throws PaymentsUnavailable when a provider does not answer; the sweeper goes on later.
 */
export async function settleRefund(parts: RefundParts, refundId: string): Promise<RefundOutcome> {
  try {
    for (const part of await listRefundParts(parts.db, refundId)) {
      if (part.state !== "PENDING") continue;
      if (part.method === "GIFT_CARD") await finishRefundPart(parts, part, { state: "SUCCEEDED", ref: null });
      // Not asked while the bank has it: a provider may remember its no under the key.
      else if (part.dispute !== "OPEN") await finishRefundPart(parts, part, await askFor(parts, part));
    }
  } catch (error) {
    await leaseRefund(parts.db, refundId, 0).catch(() => undefined);
    throw error;
  }
  const states = (await listRefundParts(parts.db, refundId)).map((part) => part.state);
  return states.includes("FAILED") ? "FAILED" : states.includes("PENDING") ? "PENDING" : "PAID";
}

/** What a bank took back for a dispute cannot go back once more: lost, the part has failed, which also the shop's people see; else it waits. */
async function askFor({ payments }: RefundParts, part: PaymentRefund): Promise<Pick<ProviderRefund, "state"> & { ref: string | null }> {
  try {
    return await payments.refund({ key: part.id, ref: part.intentRef, units: part.amount.units });
  } catch (error) {
    if (!(error instanceof PaymentRefused) || error.code !== "CHARGE_DISPUTED") throw error;
    return { state: part.dispute === "LOST" ? "FAILED" : "PENDING", ref: null };
  }
}

/** Books what a provider has done about one part; also called by whoever hears of it by webhook. What is booked already stays. */
export async function finishRefundPart(parts: RefundParts, part: PaymentRefund, told: Pick<ProviderRefund, "state"> & { ref: string | null }): Promise<void> {
  if (told.state === "PENDING") return;
  const at = parts.clocks.business.now();
  await parts.db.tx(async (tx) => {
    await lockOrder(tx, part.orderId);
    const event = { paymentId: part.paymentId, checkoutId: part.checkoutId, amount: part.amount, providerRef: told.ref, occurredAt: at };
    if (told.state === "FAILED") {
      if (await markRefundFailed(tx, part.id, told.ref)) await insertPaymentEvents(tx, [{ ...event, kind: "REFUND_FAILED", detail: null }]);
      return;
    }
    if (!(await markRefundPaid(tx, part.id, told.ref))) return;
    if (part.method === "GIFT_CARD") await refundGiftCards(tx, part.id, part.orderId, part.amount.units, at, giftCardOfPayment(part.intentRef));
    await insertPaymentEvents(tx, [{ ...event, kind: "REFUNDED", detail: null }]);
    const account = part.method === "GIFT_CARD" ? ACCOUNTS.giftCards : ACCOUNTS.provider(part.provider);
    await postJournals(tx, [refundPaid({ orderId: part.orderId, currency: part.amount.currency, at }, { reference: part.id, account, units: part.amount.units, taxUnits: part.taxUnits })]);
    await tellIfComplete(tx, part, at);
  }, { retries: 3 });
}

/** RefundPaid once its last part has gone back. */
async function tellIfComplete(tx: Tx, { refundId, orderId, amount: { currency, exponent } }: PaymentRefund, at: Date): Promise<void> {
  const all = await listRefundParts(tx, refundId);
  if (all.some((part) => part.state !== "SUCCEEDED")) return;
  const total = toDecimal(money(all.reduce((so, part) => so + part.amount.units, 0n), currency, exponent));
  await writeEvents(tx, [{ aggregate: "refund", aggregateId: refundId, type: "RefundPaid", payload: { refundId, orderId, total, currency }, occurredAt: at }]);
}
