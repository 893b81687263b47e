import { money, type Money } from "#schema/values/money.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";

export type PaymentMethod = "CARD" | "GIFT_CARD";

/** A payment of an order as its row stands, locked where it was read for a change. */
export interface PaymentRecord {
  readonly id: string;
  readonly orderId: string;
  readonly checkoutId: string | null;
  readonly provider: string;
  readonly providerRef: string;
  readonly method: PaymentMethod;
  readonly state: "AUTHORIZED" | "CAPTURED" | "PARTIALLY_REFUNDED" | "REFUNDED" | "VOIDED" | "DISPUTED";
  /** Null where it was not recorded (imported orders). */
  readonly authorizedUnits: bigint | null;
  /** What was taken. */
  readonly taken: Money;
  readonly refundedUnits: bigint;
  /** On its way back. */
  readonly refundingUnits: bigint;
}

const COLUMNS = `p.id, p.order_id, p.checkout_id, p.provider, p.provider_ref, p.method, p.state, p.authorized_units, p.currency, p.amount_units, p.exponent,
  p.refunded_units, p.refunding_units`;
const row = {
  id: "uuid", order_id: "uuid", checkout_id: "uuid?", provider: "text", provider_ref: "text", method: "text", state: "text", authorized_units: "int8?",
  currency: "text", amount_units: "int8", exponent: "int2", refunded_units: "int8", refunding_units: "int8",
} as const;

function toRecord(found: RowOf<typeof row>): PaymentRecord {
  return {
    id: found.id, orderId: found.order_id, checkoutId: found.checkout_id, provider: found.provider, providerRef: found.provider_ref,
    method: found.method as PaymentMethod, state: found.state as PaymentRecord["state"], authorizedUnits: found.authorized_units,
    taken: money(found.amount_units, found.currency, found.exponent), refundedUnits: found.refunded_units, refundingUnits: found.refunding_units,
  };
}

const ofOrder = query({
  name: "orders.paymentsOfOrderForUpdate",
  text: `select ${COLUMNS} from orders.payments p where p.order_id = $1 order by p.paid_at, p.id for update`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 100 },
});

const byId = query({
  name: "orders.paymentForUpdate",
  text: `select ${COLUMNS} from orders.payments p where p.id = $1 for update`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const orderOf = query({
  name: "orders.orderOfPayment",
  text: "select p.order_id from orders.payments p where p.id = $1",
  params: ["uuid"],
  row: { order_id: "uuid" },
  budget: { access: "index", maxRows: 1 },
});

const lockOrderOf = query({
  name: "orders.lockOrderOfCheckout",
  text: "select o.id from orders.orders o where o.id = (select p.order_id from orders.payments p where p.checkout_id = $1) for update",
  params: ["uuid"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const byCheckout = query({
  name: "orders.paymentOfCheckout",
  text: `select ${COLUMNS} from orders.payments p where p.checkout_id = $1 for update`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const take = query({
  name: "orders.takePayment",
  text: `update orders.payments as p set state = 'CAPTURED', amount_units = $2, paid_at = $3, busy_until = null
    where p.id = $1 and p.state = 'AUTHORIZED' and p.authorized_units >= $2 returning ${COLUMNS}`,
  params: ["uuid", "int8", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const letGo = query({
  name: "orders.voidPayment",
  text: `update orders.payments as p set state = 'VOIDED', busy_until = null where p.id = $1 and p.state = 'AUTHORIZED' returning ${COLUMNS}`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const busy = query({
  name: "orders.leasePayment",
  text: "update orders.payments set busy_until = now() + make_interval(secs => $2::float8) where id = $1 and state = 'AUTHORIZED' and (busy_until is null or busy_until < now() or $2::float8 = 0)",
  params: ["uuid", "float8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const takeOver = query({
  name: "orders.takeOverPayments",
  text: `update orders.payments as p set busy_until = now() + make_interval(secs => $1)
    where p.id in (select id from orders.payments where busy_until < now() order by busy_until limit $2 for update skip locked) returning ${COLUMNS}`,
  params: ["float8", "int4"],
  row,
  budget: { access: "write", maxRows: 100 },
});

/** The payments of an order, held until the transaction ends. Lock the order first. */
export async function listPaymentsForUpdate(tx: Tx, orderId: string): Promise<PaymentRecord[]> {
  return (await tx.many(ofOrder, [orderId])).map(toRecord);
}

export async function findPaymentForUpdate(tx: Tx, id: string): Promise<PaymentRecord | undefined> {
  const found = await tx.maybeOne(byId, [id]);
  return found && toRecord(found);
}

export async function findOrderOfPayment(db: Reader, id: string): Promise<string | undefined> {
  return (await db.maybeOne(orderOf, [id]))?.order_id;
}

/** Holds the order first, as everybody does: nobody waits in a circle. Undefined where the checkout has become none. */
export async function findPaymentOfCheckout(tx: Tx, checkoutId: string): Promise<PaymentRecord | undefined> {
  if (!(await tx.maybeOne(lockOrderOf, [checkoutId]))) return undefined;
  const found = await tx.maybeOne(byCheckout, [checkoutId]);
  return found && toRecord(found);
}

/** Undefined when it is not AUTHORIZED any more, or for less. */
export async function markCaptured(tx: Tx, id: string, units: bigint, at: Date): Promise<PaymentRecord | undefined> {
  const found = await tx.maybeOne(take, [id, units, at]);
  return found && toRecord(found);
}

export async function markVoided(tx: Tx, id: string): Promise<PaymentRecord | undefined> {
  const found = await tx.maybeOne(letGo, [id]);
  return found && toRecord(found);
}

/** Says that somebody asks the provider to take or let go the money; the sweeper asks what became of it after `seconds`. False when somebody does already. */
export async function leasePayment(db: Reader, id: string, seconds: number): Promise<boolean> {
  return (await db.execute(busy, [id, seconds])) === 1;
}

export async function takeOverPayments(db: Reader, leaseSeconds: number, limit: number): Promise<PaymentRecord[]> {
  return (await db.many(takeOver, [leaseSeconds, limit])).map(toRecord);
}
