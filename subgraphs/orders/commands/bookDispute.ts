import { uuidV7 } from "#schema/values/ids.ts";
import { money, toDecimal } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import type { OrdersParts } from "../context.ts";
import { disputeOpened, disputeWon } from "../domain/ledger/disputes.ts";
import type { ProviderEvent } from "../ports/paymentProvider.ts";
import { closeDispute, insertDispute } from "../queries/disputes.ts";
import { postJournals } from "../queries/ledger.ts";
import { tellOfOrder } from "../queries/orderEvents.ts";
import { lockOrder } from "../queries/orders.ts";
import { insertPaymentEvents } from "../queries/paymentEvents.ts";
import type { ToldPayment } from "../queries/providerRefunds.ts";

/**
 * Books what a provider tells of a dispute: that it was opened, that it was decided. Either may come first or alone; a dispute is
 * opened once and decided once. False when nothing was new.
 */
export async function bookDispute({ clocks, payments }: Pick<OrdersParts, "clocks" | "payments">, tx: Tx, payment: ToldPayment, told: NonNullable<ProviderEvent["dispute"]>): Promise<boolean> {
  await lockOrder(tx, payment.orderId);
  const at = clocks.business.now();
  const provider = payments.name;
  const amount = money(told.units, payment.currency, payment.exponent);
  const cause = { orderId: payment.orderId, currency: payment.currency, at };
  const disputed = { provider, ref: told.ref, units: told.units };
  const happened = { paymentId: payment.paymentId, checkoutId: payment.checkoutId, amount, providerRef: told.ref, detail: null, occurredAt: at };
  const says = { paymentId: payment.paymentId, orderId: payment.orderId, provider, amount: toDecimal(amount), currency: payment.currency };
  const id = uuidV7(new Date());
  const isNew = await insertDispute(tx, { id, paymentId: payment.paymentId, provider, providerRef: told.ref, amount, openedAt: at });
  if (isNew) {
    await postJournals(tx, [disputeOpened(cause, disputed)]);
    await insertPaymentEvents(tx, [{ ...happened, kind: "DISPUTED" }]);
    await tellOfOrder(tx, payment.orderId, "DisputeOpened", { disputeId: id, ...says }, at, `provider:${provider}`);
  }
  if (told.state === "OPEN") return isNew;
  const closed = await closeDispute(tx, provider, told.ref, told.state, at);
  if (closed === undefined) return isNew;
  if (told.state === "WON") await postJournals(tx, [disputeWon(cause, disputed)]);
  await insertPaymentEvents(tx, [{ ...happened, kind: told.state === "WON" ? "DISPUTE_WON" : "DISPUTE_LOST" }]);
  await tellOfOrder(tx, payment.orderId, "DisputeClosed", { disputeId: closed, ...says, outcome: told.state }, at, `provider:${provider}`);
  return true;
}
