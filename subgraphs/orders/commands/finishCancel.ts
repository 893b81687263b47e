import { toDecimal } from "#schema/values/money.ts";
import { prorate } from "#schema/values/prorate.ts";
import type { Tx } from "#platform/db/database.ts";
import type { OrdersParts } from "../context.ts";
import { planCancellation } from "../domain/cancellation.ts";
import { canBecome, ORDER_STATES } from "../domain/orderState.ts";
import { type CancellationRecord, findCancellationForUpdate, finishCancellation, insertFullRefund } from "../queries/cancellations.ts";
import { restock } from "../queries/catalogue.ts";
import { listCharges, listOrderLines, listPayments } from "../queries/orderParts.ts";
import { listRefundParts } from "../queries/paymentRefunds.ts";
import { listPaymentsForUpdate } from "../queries/payments.ts";
import { getOrder, lockOrder, markCancelled, taxOfOrder } from "../queries/orders.ts";
import { tellOfOrder } from "../queries/orderEvents.ts";
import { closeLines } from "./afterSale/closeLines.ts";
import { keys } from "./idempotency.ts";
import { canGoBack, recordRefund, settleRefund } from "./refundPayment.ts";
import { voidPayments } from "./voidPayments.ts";

export const CANCEL = "orderCancel";

/** What is kept under the idempotency key. `refundId` is null where nothing had been paid, or all had gone back. */
export interface StoredCancel {
  readonly orderId: string;
  readonly refundId: string | null;
}

const CANCELLABLE = ORDER_STATES.filter((state) => canBecome(state, "CANCELLED"));
/** More lines than any order has. */
const ALL_LINES = 100_000;

/** Money back, then refund, goods and state in one transaction. May be repeated: the provider gives back once per key. */
export async function finishCancel(parts: OrdersParts, record: CancellationRecord): Promise<StoredCancel> {
  const { db, clocks } = parts;
  const { orderId, refundId, reason } = record;
  const ids = [orderId];
  await voidPayments(parts, orderId);
  const plan = planCancellation(await listOrderLines(db, ids, ALL_LINES, 0), await listCharges(db, ids), await listPayments(db, ids));
  const units = await db.tx((tx) => promiseBack(tx, refundId, orderId), { retries: 3 });
  if (units > 0n) await settleRefund(parts, refundId);
  const answer: StoredCancel = { orderId, refundId: units > 0n ? refundId : null };
  await db.tx(async (tx) => {
    await lockOrder(tx, orderId);
    if ((await findCancellationForUpdate(tx, orderId))?.state === "DONE") return;
    const at = clocks.business.now();
    const order = await markCancelled(tx, orderId, CANCELLABLE);
    if (!order) throw new Error(`order ${orderId} left the states it can be cancelled from while it was being cancelled`);
    const closed = await closeLines(tx, order, { id: refundId, units }, at);
    if (answer.refundId !== null) await insertFullRefund(tx, { id: refundId, order, units, items: closed.items ?? plan.items, reason, at });
    if (closed.restock.length > 0) await restock(tx, orderId, closed.restock, "CANCELLED");
    await finishCancellation(tx, orderId);
    await tellOfOrder(tx, orderId, "OrderCancelled", { ...answer, number: order.number, userId: order.userId, total: toDecimal(order.total), currency: order.total.currency, reason }, at);
    await keys.finish(tx, { actor: record.actor, operation: CANCEL, key: record.key }, answer);
  }, { retries: 3 });
  return answer;
}

/**
 * Promises all that was taken and has not gone back, once. What a bank has taken for a dispute since the order was found to be
 * cancellable is promised too: it goes back when the dispute is won; when it is lost, the refund has failed and nothing goes back twice.
 */
async function promiseBack(tx: Tx, refundId: string, orderId: string): Promise<bigint> {
  await lockOrder(tx, orderId);
  const promised = await listRefundParts(tx, refundId);
  if (promised.length > 0) return promised.reduce((so, part) => so + part.amount.units, 0n);
  const left = (await listPaymentsForUpdate(tx, orderId)).filter((payment) => canGoBack(payment, true));
  const units = left.reduce((so, payment) => so + payment.taken.units - payment.refundedUnits - payment.refundingUnits, 0n);
  if (units === 0n) return 0n;
  const recorded = await recordRefund(tx, { refundId, orderId, units, taxUnits: await taxToGiveBack(tx, orderId, units), withDisputed: true });
  if (!recorded.ok) throw new Error(`order ${orderId} is to be cancelled, but ${recorded.error.refundableUnits} are left of ${units}`);
  return units;
}

/** The order's tax without the share of it that went with money let go (syncPayment splits it the same way): both parts are all of it. */
async function taxToGiveBack(tx: Tx, orderId: string, units: bigint): Promise<bigint> {
  const [tax, { total }] = [await taxOfOrder(tx, orderId), await getOrder(tx, orderId)];
  return tax - (prorate(tax, [total.units - units, units])[0] ?? 0n);
}
