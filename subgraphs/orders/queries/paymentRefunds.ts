import { isUuid } from "#schema/values/ids.ts";
import { money, type Money } from "#schema/values/money.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { PaymentMethod } from "./payments.ts";

/** What goes back of one payment for one refund. */
export interface PaymentRefund {
  /** Also the provider's idempotency key. */
  readonly id: string;
  readonly refundId: string;
  readonly paymentId: string;
  readonly orderId: string;
  readonly checkoutId: string | null;
  readonly amount: Money;
  /** Contained in the amount. */
  readonly taxUnits: bigint;
  readonly state: "PENDING" | "SUCCEEDED" | "FAILED";
  readonly method: PaymentMethod;
  readonly provider: string;
  /** Of the payment, for the provider. */
  readonly intentRef: string;
  /** Of the refund at the provider; null until it has said so. */
  readonly providerRef: string | null;
  /** Of the payment: OPEN while a bank has its money, LOST where it keeps it; null where there is none, or it was won. */
  readonly dispute: "OPEN" | "LOST" | null;
}

const COLUMNS = `r.id, r.refund_id, r.payment_id, r.order_id, p.checkout_id, r.units, r.tax_units, r.state, r.provider_ref, p.method, p.provider, p.provider_ref as intent_ref,
  p.currency, p.exponent, (select max(d.state) from orders.payment_disputes d where d.payment_id = p.id and d.state <> 'WON') as dispute`;
const row = {
  id: "uuid", refund_id: "uuid", payment_id: "uuid", order_id: "uuid", checkout_id: "uuid?", units: "int8", tax_units: "int8", state: "text", provider_ref: "text?",
  method: "text", provider: "text", intent_ref: "text", currency: "text", exponent: "int2", dispute: "text?",
} as const;

function toRefund(found: RowOf<typeof row>): PaymentRefund {
  return {
    id: found.id, refundId: found.refund_id, paymentId: found.payment_id, orderId: found.order_id, checkoutId: found.checkout_id,
    amount: money(found.units, found.currency, found.exponent), taxUnits: found.tax_units, state: found.state as PaymentRefund["state"],
    method: found.method as PaymentMethod, provider: found.provider, intentRef: found.intent_ref, providerRef: found.provider_ref,
    dispute: found.dispute as PaymentRefund["dispute"],
  };
}

// The promise is made only where there is room; the CHECK on the payment stands behind it.
const promise = query({
  name: "orders.promiseRefund",
  text: `with asked as (
      select * from unnest($3::uuid[], $4::uuid[], $5::int8[], $6::int8[]) as a (id, payment_id, units, tax_units)
    ), promised as (
      update orders.payments as p set refunding_units = p.refunding_units + asked.units
      from asked where p.id = asked.payment_id and p.order_id = $2 and p.refunded_units + p.refunding_units + asked.units <= p.amount_units
      returning p.id
    )
    insert into orders.payment_refunds (id, refund_id, payment_id, order_id, units, tax_units, state, lease_until)
    select asked.id, $1, asked.payment_id, $2, asked.units, asked.tax_units, 'PENDING', now() + make_interval(secs => $7)
    from asked join promised on promised.id = asked.payment_id`,
  params: ["uuid", "uuid", "uuid[]", "uuid[]", "int8[]", "int8[]", "float8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const ofRefund = query({
  name: "orders.partsOfRefund",
  text: `select ${COLUMNS} from orders.payment_refunds r join orders.payments p on p.id = r.payment_id where r.refund_id = $1 order by r.id`,
  params: ["uuid"],
  row,
  budget: { access: "index", maxRows: 100 },
});

const byRef = query({
  name: "orders.refundPartByRef",
  text: `select ${COLUMNS} from orders.payment_refunds r join orders.payments p on p.id = r.payment_id where r.id = $1 or r.provider_ref = $2`,
  params: ["uuid?", "text"],
  row,
  budget: { access: "index", maxRows: 2 },
});

const succeed = query({
  name: "orders.succeedRefund",
  text: `with done as (
      update orders.payment_refunds set state = 'SUCCEEDED', provider_ref = coalesce($2, provider_ref) where id = $1 and state = 'PENDING' returning payment_id, units
    )
    update orders.payments as p set refunding_units = p.refunding_units - done.units, refunded_units = p.refunded_units + done.units,
      state = case when p.state = 'DISPUTED' then p.state when p.refunded_units + done.units = p.amount_units then 'REFUNDED' else 'PARTIALLY_REFUNDED' end
    from done where p.id = done.payment_id`,
  params: ["uuid", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const fail = query({
  name: "orders.failRefund",
  text: `with done as (
      update orders.payment_refunds set state = 'FAILED', provider_ref = coalesce($2, provider_ref) where id = $1 and state = 'PENDING' returning payment_id, units
    )
    update orders.payments as p set refunding_units = p.refunding_units - done.units from done where p.id = done.payment_id`,
  params: ["uuid", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const lease = query({
  name: "orders.leaseRefund",
  text: "update orders.payment_refunds set lease_until = now() + make_interval(secs => $2) where refund_id = $1 and state = 'PENDING'",
  params: ["uuid", "float8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const takeOver = query({
  name: "orders.takeOverRefunds",
  text: `update orders.payment_refunds as r set lease_until = now() + make_interval(secs => $1)
    where r.id in (select id from orders.payment_refunds where state = 'PENDING' and lease_until < now() order by lease_until limit $2 for update skip locked)
    returning r.refund_id`,
  params: ["float8", "int4"],
  row: { refund_id: "uuid" },
  budget: { access: "write", maxRows: 100 },
});

export interface NewRefundPart {
  readonly id: string;
  readonly paymentId: string;
  readonly units: bigint;
  readonly taxUnits: bigint;
}

/** Promises what goes back of each payment. @throws when one has no room for it: lock the payments and plan first. */
export async function promiseRefund(tx: Tx, refundId: string, orderId: string, parts: readonly NewRefundPart[], leaseSeconds: number): Promise<void> {
  if (parts.length === 0) return;
  const promised = await tx.execute(promise, [
    refundId, orderId, parts.map((part) => part.id), parts.map((part) => part.paymentId), parts.map((part) => part.units), parts.map((part) => part.taxUnits), leaseSeconds,
  ]);
  if (promised !== parts.length) throw new Error(`refund ${refundId} asks more of a payment of order ${orderId} than is left of it`);
}

export async function listRefundParts(db: Reader, refundId: string): Promise<PaymentRefund[]> {
  return (await db.many(ofRefund, [refundId])).map(toRefund);
}

/** The part that a provider tells about: by the key it was asked for with, else by the provider's own id. */
export async function findRefundPart(db: Reader, key: string | null, providerRef: string): Promise<PaymentRefund | undefined> {
  const found = (await db.many(byRef, [key !== null && isUuid(key) ? key : null, providerRef])).map(toRefund);
  return found.find((part) => part.id === key) ?? found[0];
}

/** False when it was over already. */
export async function markRefundPaid(tx: Tx, partId: string, providerRef: string | null): Promise<boolean> {
  return (await tx.execute(succeed, [partId, providerRef])) === 1;
}

export async function markRefundFailed(tx: Tx, partId: string, providerRef: string | null): Promise<boolean> {
  return (await tx.execute(fail, [partId, providerRef])) === 1;
}

/** 0 ends the lease: the sweeper goes on at once. */
export async function leaseRefund(db: Reader, refundId: string, seconds: number): Promise<void> {
  await db.execute(lease, [refundId, seconds]);
}

/** Ids of refunds that nobody is at work on. */
export async function takeOverRefunds(db: Reader, leaseSeconds: number, limit: number): Promise<string[]> {
  return [...new Set((await db.many(takeOver, [leaseSeconds, limit])).map((found) => found.refund_id))];
}
