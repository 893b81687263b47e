import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { can } from "#kit/viewer.ts";
import type { Tx } from "#platform/db/database.ts";
import { type Commanded, keyOwnerOf } from "../context.ts";
import { assertCancellable, type CancelRefusal, isReason } from "../domain/cancellation.ts";
import { PaymentsUnavailable } from "../ports/paymentProvider.ts";
import { type CancellationRecord, findCancellationForUpdate, insertCancellation, leaseCancellation } from "../queries/cancellations.ts";
import { listPaymentsForUpdate } from "../queries/payments.ts";
import { findOrderOfCallerForUpdate, isPrivileged } from "../queries/afterSale/orders.ts";
import { isReplacement } from "../queries/afterSale/returns.ts";
import { CANCEL, finishCancel, type StoredCancel } from "./finishCancel.ts";
import { checkKey, type IdempotencyRefusal, type IdempotentCall, keys, LEASE_SECONDS, refusalOf } from "./idempotency.ts";

export type OrderCancelRefusal =
  | CancelRefusal
  | IdempotencyRefusal
  | { code: "ORDER_NOT_FOUND" }
  | { code: "INVALID_REASON" }
  | { code: "PAYMENT_UNAVAILABLE" };

export interface OrderCancelInput {
  /** Undefined where the id names no order at all. */
  readonly orderId: string | undefined;
  /** UUID of the cart it came from: how a guest proves that it is theirs. */
  readonly guestKey?: string | undefined;
  readonly key: string;
  readonly reason: string | null;
}

type Begun = { kind: "REFUSED"; refusal: OrderCancelRefusal } | { kind: "ANSWERED"; answer: StoredCancel } | { kind: "BEGUN"; record: CancellationRecord };

/**
 * Calls an order off. First transaction: note that it is being cancelled. Then the provider gives the money back, outside of any
 * transaction and under a key of its own. Second transaction: refund, stock and state (finishCancel). It only goes forward.
 */
export async function orderCancel(parts: Commanded, input: OrderCancelInput): Promise<Result<StoredCancel, OrderCancelRefusal>> {
  const badKey = checkKey(input.key);
  if (badKey) return err(badKey);
  if (!isReason(input.reason)) return err({ code: "INVALID_REASON" });
  const { key, ...content } = input;
  const call: IdempotentCall = { actor: keyOwnerOf(parts.viewer, input.guestKey), operation: CANCEL, key, content };
  const begun = await parts.db.tx((tx) => begin(parts, tx, call, input), { retries: 3 });
  if (begun.kind === "REFUSED") return err(begun.refusal);
  if (begun.kind === "ANSWERED") return ok(begun.answer);
  try {
    return ok(await finishCancel(parts, begun.record));
  } catch (error) {
    await Promise.allSettled([keys.release(parts.db, call), leaseCancellation(parts.db, begun.record.orderId, 0)]);
    if (!(error instanceof PaymentsUnavailable)) throw error;
    parts.log.warn({ orderId: begun.record.orderId, error }, "the payment provider did not answer");
    return err({ code: "PAYMENT_UNAVAILABLE" });
  }
}

async function begin(parts: Commanded, tx: Tx, call: IdempotentCall, input: OrderCancelInput): Promise<Begun> {
  const { viewer } = parts;
  const claim = await keys.claim(tx, call, LEASE_SECONDS);
  const refusal = refusalOf(claim);
  if (refusal) return { kind: "REFUSED", refusal };
  if (claim.kind === "STORED") return { kind: "ANSWERED", answer: claim.response as StoredCancel };
  const refuse = async (refusal: OrderCancelRefusal): Promise<Begun> => {
    await keys.forget(tx, call);
    return { kind: "REFUSED", refusal };
  };
  const order = await findOrderOfCallerForUpdate(tx, { orderId: input.orderId, guestKey: input.guestKey }, viewer, "orders.cancel");
  if (!order) return refuse({ code: "ORDER_NOT_FOUND" });
  const earlier = await findCancellationForUpdate(tx, order.id);
  if (earlier?.state === "RUNNING") {
    if (earlier.actor !== call.actor || earlier.key !== call.key) return refuse({ code: "REQUEST_IN_PROGRESS", retryAfterSeconds: LEASE_SECONDS });
    await leaseCancellation(tx, order.id, LEASE_SECONDS);
    return { kind: "BEGUN", record: earlier };
  }
  const payments = await listPaymentsForUpdate(tx, order.id);
  const cancellable = assertCancellable(order, payments);
  if (!cancellable.ok) return refuse(cancellable.error);
  // Its money is with the order that it stands for: its buyer would lose both.
  if (payments.length === 0 && !can(viewer, "orders.cancel") && (await isReplacement(tx, order.id))) return refuse({ code: "ORDER_NOT_CANCELLABLE", state: order.state });
  const record = await insertCancellation(tx, order.id, call.actor, call.key, input.reason, LEASE_SECONDS);
  if (record && isPrivileged(order, viewer, "orders.cancel")) await auditAs(tx, parts, "orderCancel", "order", order.id);
  return record ? { kind: "BEGUN", record } : refuse({ code: "ORDER_NOT_CANCELLABLE", state: order.state });
}
