import { uuidV7 } from "#schema/values/ids.ts";
import { money, toDecimal } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import type { OrdersParts } from "../context.ts";
import { refundFailed } from "../domain/ledger/disputes.ts";
import { netOfAmount } from "../domain/afterSale/vendorShare.ts";
import { refundPaid } from "../domain/ledger/journals.ts";
import { ACCOUNTS } from "../domain/ledger/ledger.ts";
import type { ProviderRefund } from "../ports/paymentProvider.ts";
import { findRefundRoom } from "../queries/afterSale/refunds.ts";
import { listSoldLines } from "../queries/afterSale/soldLines.ts";
import { postJournals } from "../queries/ledger.ts";
import { tellOfOrder } from "../queries/orderEvents.ts";
import { lockOrder } from "../queries/orders.ts";
import { insertPaymentEvents } from "../queries/paymentEvents.ts";
import { findRefundPart, type PaymentRefund } from "../queries/paymentRefunds.ts";
import { insertProviderRefund, reverseRefund, type ToldPayment } from "../queries/providerRefunds.ts";
import { reverseShares } from "../queries/vendorOrders.ts";

type Parts = Pick<OrdersParts, "clocks" | "payments">;

/** A refund that was paid, and booked, has come back to us: its booking is taken back. False when that was done before. */
export async function bookFailedRefund({ clocks, payments }: Parts, tx: Tx, part: PaymentRefund): Promise<boolean> {
  await lockOrder(tx, part.orderId);
  if (!(await reverseRefund(tx, part.id))) return false;
  const at = clocks.business.now();
  const { currency, units } = part.amount;
  await insertPaymentEvents(tx, [{ paymentId: part.paymentId, checkoutId: part.checkoutId, kind: "REFUND_FAILED", amount: part.amount, providerRef: part.providerRef, detail: null, occurredAt: at }]);
  await postJournals(tx, [refundFailed({ orderId: part.orderId, currency, at }, { reference: part.id, provider: part.provider, units, taxUnits: part.taxUnits })]);
  await tellOfOrder(tx, part.orderId, "RefundFailed", {
    refundId: part.refundId, paymentId: part.paymentId, orderId: part.orderId, provider: part.provider, amount: toDecimal(part.amount), currency,
  }, at, `provider:${payments.name}`);
  return true;
}

export type ForeignRefund = "BOOKED" | "KNOWN" | "NO_ROOM";

/**
 * A refund that people made at the provider itself. It takes a share of the order's tax and of its vendors' shares with it. NO_ROOM: the payment is promised
 * to refunds of ours that the provider has not refused yet; to be told again.
 */
export async function bookForeignRefund({ clocks, payments }: Parts, tx: Tx, payment: ToldPayment, told: ProviderRefund): Promise<ForeignRefund> {
  if (told.state === "PENDING") return "KNOWN";
  await lockOrder(tx, payment.orderId);
  if (await findRefundPart(tx, null, told.ref)) return "KNOWN";
  const at = clocks.business.now();
  const { orderId, paymentId, currency, exponent } = payment;
  const taxUnits = payment.orderTotalUnits > 0n ? (payment.orderTaxUnits * told.units) / payment.orderTotalUnits : 0n;
  const [id, refundId] = [uuidV7(new Date()), uuidV7(new Date())];
  if (!(await insertProviderRefund(tx, { id, refundId, paymentId, orderId, units: told.units, taxUnits, providerRef: told.ref, state: told.state, at }))) return "NO_ROOM";
  const amount = money(told.units, currency, exponent);
  const isPaid = told.state === "SUCCEEDED";
  await insertPaymentEvents(tx, [{ paymentId, checkoutId: payment.checkoutId, kind: isPaid ? "REFUNDED" : "REFUND_FAILED", amount, providerRef: told.ref, detail: null, occurredAt: at }]);
  if (!isPaid) return "BOOKED";
  await postJournals(tx, [refundPaid({ orderId, currency, at }, { reference: id, account: ACCOUNTS.provider(payments.name), units: told.units, taxUnits })]);
  const { left } = await findRefundRoom(tx, orderId);
  await reverseShares(tx, { id: orderId, currency }, refundId, netOfAmount(await listSoldLines(tx, orderId), told.units, payment.orderTotalUnits, left <= 0n), at);
  await writeEvents(tx, [{ aggregate: "refund", aggregateId: refundId, type: "RefundPaid", payload: { refundId, orderId, total: toDecimal(amount), currency }, occurredAt: at }]);
  return "BOOKED";
}
