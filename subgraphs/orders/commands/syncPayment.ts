import { money, toDecimal } from "#schema/values/money.ts";
import { prorate } from "#schema/values/prorate.ts";
import type { Tx } from "#platform/db/database.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import type { OrdersParts } from "../context.ts";
import { paymentCaptured, paymentVoided } from "../domain/ledger/journals.ts";
import type { Intent } from "../ports/paymentProvider.ts";
import { postJournals } from "../queries/ledger.ts";
import { tellOfOrder } from "../queries/orderEvents.ts";
import { getOrder, markPaid, taxOfOrder } from "../queries/orders.ts";
import { insertPaymentEvents } from "../queries/paymentEvents.ts";
import { findPaymentOfCheckout, markCaptured, markVoided, type PaymentRecord } from "../queries/payments.ts";

/**
 * Brings the payment of a placed order to where its provider says it is: held money that was taken, or let go. Changes nothing
 * where our books say so already. Answers the payment as it is now.
 */
export async function syncPayment({ clocks }: Pick<OrdersParts, "clocks">, tx: Tx, checkoutId: string, intent: Intent): Promise<PaymentRecord | undefined> {
  if (intent.state !== "CAPTURED" && intent.state !== "CANCELLED") return undefined;
  const known = await findPaymentOfCheckout(tx, checkoutId);
  if (known?.state !== "AUTHORIZED") return known;
  const at = clocks.business.now();
  const { currency, exponent } = known.taken;
  const cause = { orderId: known.orderId, currency, at };
  const units = intent.state === "CAPTURED" ? intent.capturedUnits : (known.authorizedUnits ?? 0n);
  const amount = money(units, currency, exponent);
  const event = { paymentId: known.id, checkoutId, amount, providerRef: intent.ref, detail: null, occurredAt: at };
  const told = { paymentId: known.id, orderId: known.orderId, provider: known.provider, amount: toDecimal(amount), currency };
  if (intent.state === "CANCELLED") {
    const voided = await markVoided(tx, known.id);
    if (!voided) return known;
    await insertPaymentEvents(tx, [{ ...event, kind: "VOIDED" }]);
    await postJournals(tx, [paymentVoided(cause, { paymentId: known.id, units, taxUnits: await taxIn(tx, known.orderId, units) })]);
    await writeEvents(tx, [{ aggregate: "payment", aggregateId: known.id, type: "PaymentVoided", payload: told, occurredAt: at }]);
    return voided;
  }
  const taken = await markCaptured(tx, known.id, units, at);
  if (!taken) return known;
  await insertPaymentEvents(tx, [{ ...event, kind: "CAPTURED" }]);
  // What was agreed to and not taken is not owed any more.
  const rest = (known.authorizedUnits ?? units) - units;
  await postJournals(tx, [
    paymentCaptured(cause, { paymentId: known.id, provider: known.provider, units }),
    paymentVoided(cause, { paymentId: known.id, units: rest, taxUnits: await taxIn(tx, known.orderId, rest) }),
  ]);
  await writeEvents(tx, [{ aggregate: "payment", aggregateId: known.id, type: "PaymentCaptured", payload: told, occurredAt: at }]);
  const order = await markPaid(tx, known.orderId);
  if (order) await tellOfOrder(tx, order.id, "OrderPaid", { orderId: order.id, number: order.number, paid: toDecimal(amount), currency }, at, `provider:${known.provider}`);
  return taken;
}

/** The share of an order's taxes in a part of its total. */
async function taxIn(tx: Tx, orderId: string, units: bigint): Promise<bigint> {
  if (units === 0n) return 0n;
  const [tax, { total }] = [await taxOfOrder(tx, orderId), await getOrder(tx, orderId)];
  return prorate(tax, [units, total.units - units])[0] ?? 0n;
}
