import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { RefundItem } from "../domain/cancellation.ts";
import type { Order } from "../domain/order.ts";

/** A cancellation under way or over; one per order. */
export interface CancellationRecord {
  readonly orderId: string;
  readonly refundId: string;
  readonly actor: string;
  readonly key: string;
  readonly reason: string | null;
  readonly state: "RUNNING" | "DONE";
}

const COLUMNS = "x.order_id, x.refund_id, x.actor, x.idempotency_key, x.reason, x.state";
const row = { order_id: "uuid", refund_id: "uuid", actor: "text", idempotency_key: "text", reason: "text?", state: "text" } as const;

function toRecord(found: RowOf<typeof row>): CancellationRecord {
  return { orderId: found.order_id, refundId: found.refund_id, actor: found.actor, key: found.idempotency_key, reason: found.reason, state: found.state as CancellationRecord["state"] };
}

const insert = query({
  name: "orders.insertCancellation",
  text: `insert into orders.cancellations as x (order_id, refund_id, actor, idempotency_key, reason, state, lease_until)
    values ($1, uuidv7(), $2, $3, $4, 'RUNNING', now() + make_interval(secs => $5)) on conflict (order_id) do nothing returning ${COLUMNS}`,
  params: ["uuid", "text", "text", "text?", "float8"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const byOrder = query({
  name: "orders.cancellationOfOrder",
  text: `select ${COLUMNS} from orders.cancellations x where x.order_id = $1 for update`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const finish = query({
  name: "orders.finishCancellation",
  text: "update orders.cancellations set state = 'DONE' where order_id = $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const lease = query({
  name: "orders.leaseCancellation",
  text: "update orders.cancellations set lease_until = now() + make_interval(secs => $2) where order_id = $1",
  params: ["uuid", "float8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const takeOver = query({
  name: "orders.takeOverCancellations",
  text: `update orders.cancellations as x set lease_until = now() + make_interval(secs => $1)
    where x.order_id in (select order_id from orders.cancellations where state = 'RUNNING' and lease_until < now() order by lease_until limit $2 for update skip locked)
    returning ${COLUMNS}`,
  params: ["float8", "int4"],
  row,
  budget: { access: "write", maxRows: 100 },
});

const insertRefund = query({
  name: "orders.insertRefund",
  text: `insert into orders.refunds (id, number, order_id, user_id, match_quality, matched_lines, currency, country_code, country_label, refunded_at, total_units, exponent, reason, source, cause, tax_units)
    values ($1, 'C' || $2, $3, $4, 'REFERENCED', $5, $6, $7, $8, $9, $10, $11, $12, 'API', 'CANCELLATION',
      coalesce((select sum(p.tax_units) from orders.payment_refunds p where p.refund_id = $1), 0))`,
  params: ["uuid", "text", "uuid", "uuid?", "int4", "text", "text?", "text?", "timestamptz", "int8", "int2", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const insertItems = query({
  name: "orders.insertRefundLines",
  text: `insert into orders.refund_lines (refund_id, position, kind, variant_id, product_id, code, name, quantity, unit_amount, exponent)
    select $1, l.position, l.kind, l.variant_id, l.product_id, l.code, l.name, l.quantity, l.unit_amount, l.exponent
    from unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int8[], $8::int8[], $9::int4[])
      with ordinality as l (kind, variant_id, product_id, code, name, quantity, unit_amount, exponent, position)`,
  params: ["uuid", "text[]", "uuid[]", "uuid[]", "text[]", "text[]", "int8[]", "int8[]", "int4[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Undefined when the order has a cancellation already. */
export async function insertCancellation(tx: Tx, orderId: string, actor: string, key: string, reason: string | null, leaseSeconds: number): Promise<CancellationRecord | undefined> {
  const found = await tx.maybeOne(insert, [orderId, actor, key, reason, leaseSeconds]);
  return found && toRecord(found);
}

export async function findCancellationForUpdate(tx: Tx, orderId: string): Promise<CancellationRecord | undefined> {
  const found = await tx.maybeOne(byOrder, [orderId]);
  return found && toRecord(found);
}

export async function finishCancellation(tx: Tx, orderId: string): Promise<void> {
  await tx.execute(finish, [orderId]);
}

/** 0 ends the lease. */
export async function leaseCancellation(db: Reader, orderId: string, seconds: number): Promise<void> {
  await db.execute(lease, [orderId, seconds]);
}

export async function takeOverCancellations(db: Reader, leaseSeconds: number, limit: number): Promise<CancellationRecord[]> {
  return (await db.many(takeOver, [leaseSeconds, limit])).map(toRecord);
}

/** The refund of a whole order with its lines: of all that was taken, at the currency's exponent. The payments are marked by whoever books what the provider has done. */
export async function insertFullRefund(tx: Tx, refund: { id: string; order: Order; units: bigint; items: readonly RefundItem[]; reason: string | null; at: Date }): Promise<void> {
  const { id, order, units, items, reason, at } = refund;
  await tx.execute(insertRefund, [
    id, order.number, order.id, order.userId, items.length, order.total.currency, order.countryCode, order.countryLabel, at, units, order.total.exponent, reason,
  ]);
  await tx.execute(insertItems, [
    id, items.map((item) => item.kind), items.map((item) => item.variantId) as string[], items.map((item) => item.productId) as string[], items.map((item) => item.code),
    items.map((item) => item.name), items.map((item) => item.quantity), items.map((item) => item.unitAmount), items.map((item) => item.exponent),
  ]);
}
