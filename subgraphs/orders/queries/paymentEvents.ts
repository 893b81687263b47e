import type { Money } from "#schema/values/money.ts";
import { money } from "#schema/values/money.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

export type PaymentEventKind = "AUTHORIZED" | "CAPTURED" | "VOIDED" | "FAILED" | "REFUNDED" | "REFUND_FAILED" | "DISPUTED" | "DISPUTE_WON" | "DISPUTE_LOST" | "UNDONE";

/** One thing that happened to money. Belongs to a payment, or to a purchase that has no payment (yet). */
export interface PaymentEvent {
  readonly paymentId: string | null;
  readonly checkoutId: string | null;
  readonly kind: PaymentEventKind;
  readonly amount: Money;
  /** Of the intent, the refund or the dispute, as its kind says. */
  readonly providerRef: string | null;
  /** In capitals, why it failed. */
  readonly detail: string | null;
  readonly occurredAt: Date;
}

const MAX_EVENTS = 100;

const insert = query({
  name: "orders.insertPaymentEvents",
  text: `insert into orders.payment_events (payment_id, checkout_id, kind, units, currency, exponent, provider_ref, detail, occurred_at)
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int8[], $5::text[], $6::int4[], $7::text[], $8::text[], $9::timestamptz[])`,
  params: ["uuid[]", "uuid[]", "text[]", "int8[]", "text[]", "int4[]", "text[]", "text[]", "timestamptz[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const ofPayments = query({
  name: "orders.eventsOfPayments",
  text: `select asked.payment_id, e.checkout_id, e.kind, e.units, e.currency, e.exponent, e.provider_ref, e.detail, e.occurred_at
    from unnest($1::uuid[]) as asked (payment_id)
    join orders.payments p on p.id = asked.payment_id
    cross join lateral (
      select * from (
        select * from orders.payment_events where payment_id = p.id
        union all
        select * from orders.payment_events where checkout_id = p.checkout_id and payment_id is null
      ) both_kinds order by id limit ${MAX_EVENTS}
    ) e order by e.id`,
  params: ["uuid[]"],
  row: { payment_id: "uuid", checkout_id: "uuid?", kind: "text", units: "int8", currency: "text", exponent: "int2", provider_ref: "text?", detail: "text?", occurred_at: "timestamptz" },
  budget: { access: "index", maxRows: 10_000 },
});

export async function insertPaymentEvents(tx: Tx, events: readonly PaymentEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.execute(insert, [
    events.map((event) => event.paymentId) as string[], events.map((event) => event.checkoutId) as string[], events.map((event) => event.kind),
    events.map((event) => event.amount.units), events.map((event) => event.amount.currency), events.map((event) => event.amount.exponent),
    events.map((event) => event.providerRef) as string[], events.map((event) => event.detail) as string[], events.map((event) => event.occurredAt),
  ]);
}

/** Of each payment what happened to it and to the purchase it came from, in the order in which we heard of it; at most 100. */
export async function listPaymentEvents(db: Reader, paymentIds: readonly string[]): Promise<(PaymentEvent & { paymentId: string })[]> {
  return (await db.many(ofPayments, [paymentIds])).map((found) => ({
    paymentId: found.payment_id, checkoutId: found.checkout_id, kind: found.kind as PaymentEventKind, amount: money(found.units, found.currency, found.exponent),
    providerRef: found.provider_ref, detail: found.detail, occurredAt: found.occurred_at,
  }));
}
