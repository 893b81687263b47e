import type { Money } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

export interface NewDispute {
  readonly id: string;
  readonly paymentId: string;
  readonly provider: string;
  readonly providerRef: string;
  readonly amount: Money;
  readonly openedAt: Date;
}

const insert = query({
  name: "orders.insertDispute",
  text: `with opened as (
      insert into orders.payment_disputes (id, payment_id, provider, provider_ref, state, units, currency, exponent, opened_at)
      values ($1, $2, $3, $4, 'OPEN', $5, $6, $7, $8) on conflict (provider, provider_ref) do nothing returning payment_id
    )
    update orders.payments p set state = 'DISPUTED' from opened where p.id = opened.payment_id and p.state in ('CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED')`,
  params: ["uuid", "uuid", "text", "text", "int8", "text", "int2", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// A payment whose disputes are all won is again what it was: the statement's own change is not yet seen by the others.
const close = query({
  name: "orders.closeDispute",
  text: `with closed as (
      update orders.payment_disputes set state = $3, closed_at = $4 where provider = $1 and provider_ref = $2 and state = 'OPEN' returning id, payment_id
    ), restored as (
      update orders.payments p set state = case when p.refunded_units = 0 then 'CAPTURED' when p.refunded_units = p.amount_units then 'REFUNDED' else 'PARTIALLY_REFUNDED' end
      from closed where p.id = closed.payment_id and $3 = 'WON' and p.state = 'DISPUTED'
        and not exists (select 1 from orders.payment_disputes d where d.payment_id = p.id and d.id <> closed.id and d.state <> 'WON')
    )
    select id from closed`,
  params: ["text", "text", "text", "timestamptz"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

/** False when it is known already. Lock the payment's order first. */
export async function insertDispute(tx: Tx, { id, paymentId, provider, providerRef, amount, openedAt }: NewDispute): Promise<boolean> {
  return (await tx.execute(insert, [id, paymentId, provider, providerRef, amount.units, amount.currency, amount.exponent, openedAt])) > 0;
}

/** The dispute's id; undefined when it is closed already. */
export async function closeDispute(tx: Tx, provider: string, providerRef: string, state: "WON" | "LOST", at: Date): Promise<string | undefined> {
  return (await tx.maybeOne(close, [provider, providerRef, state, at]))?.id;
}
