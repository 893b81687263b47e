import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

/** A payment as the provider's own id finds it, and what its order's tax is for refunds that the shop did not plan. */
export interface ToldPayment {
  readonly paymentId: string;
  readonly orderId: string;
  readonly checkoutId: string | null;
  readonly currency: string;
  readonly exponent: number;
  readonly orderTotalUnits: bigint;
  /** Added to and contained in the order's total. */
  readonly orderTaxUnits: bigint;
}

const byIntent = query({
  name: "orders.paymentOfIntent",
  text: `select p.id, p.order_id, p.checkout_id, p.currency, p.exponent, o.total_units, coalesce(o.tax_units + o.tax_included_units, 0) as tax_units
    from orders.payments p join orders.orders o on o.id = p.order_id where p.provider = $1 and p.provider_ref = $2 and p.method = 'CARD'`,
  params: ["text", "text"],
  row: { id: "uuid", order_id: "uuid", checkout_id: "uuid?", currency: "text", exponent: "int2", total_units: "int8", tax_units: "int8" },
  budget: { access: "index", maxRows: 1 },
});

// A refund that was made at the provider itself has no lines of the order: it stands as one charge, so that refunds and their lines agree.
const insert = query({
  name: "orders.insertProviderRefund",
  text: `with taken as (
      update orders.payments p set refunded_units = p.refunded_units + $4,
        state = case when p.state = 'DISPUTED' then p.state when p.refunded_units + $4 = p.amount_units then 'REFUNDED' else 'PARTIALLY_REFUNDED' end
      where p.id = $2 and $7 = 'SUCCEEDED' and p.refunded_units + p.refunding_units + $4 <= p.amount_units returning p.order_id, p.currency, p.exponent
    ), refund as (
      insert into orders.refunds (id, number, order_id, user_id, match_quality, matched_lines, currency, country_code, country_label, refunded_at, total_units, exponent, reason, source, cause, tax_units)
      select $9, 'P' || o.number || '-' || (1 + (select count(*) from orders.refunds r where r.order_id = o.id)), o.id, o.user_id, 'REFERENCED', 0, taken.currency, o.country_code, o.country_label, $8,
        $4, taken.exponent, 'Refunded at the payment provider', 'API', 'AGREEMENT', $5
      from taken join orders.orders o on o.id = taken.order_id
      returning id, exponent
    ), line as (
      insert into orders.refund_lines (refund_id, position, kind, code, name, quantity, unit_amount, exponent)
      select refund.id, 1, 'CHARGE', 'PROVIDER', 'Refunded at the payment provider', 1, $4, refund.exponent from refund
    )
    insert into orders.payment_refunds (id, refund_id, payment_id, order_id, units, tax_units, state, provider_ref, lease_until)
    select $1, $9, $2, $3, $4, $5, $7, $6, now() where $7 = 'FAILED' or exists (select 1 from taken)`,
  params: ["uuid", "uuid", "uuid", "int8", "int8", "text", "text", "timestamptz", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const reverse = query({
  name: "orders.reverseRefund",
  text: `with undone as (
      update orders.payment_refunds set state = 'FAILED' where id = $1 and state = 'SUCCEEDED' returning payment_id, units
    )
    update orders.payments p set refunded_units = p.refunded_units - undone.units,
      state = case when p.state = 'DISPUTED' then p.state when p.refunded_units = undone.units then 'CAPTURED' else 'PARTIALLY_REFUNDED' end
    from undone where p.id = undone.payment_id`,
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** The card payment of an order that the provider knows by this id. */
export async function findPaymentOfIntent(db: Reader, provider: string, intentRef: string): Promise<ToldPayment | undefined> {
  const found = await db.maybeOne(byIntent, [provider, intentRef]);
  return found && {
    paymentId: found.id, orderId: found.order_id, checkoutId: found.checkout_id, currency: found.currency, exponent: found.exponent, orderTotalUnits: found.total_units, orderTaxUnits: found.tax_units,
  };
}

export interface NewProviderRefund {
  readonly id: string;
  readonly refundId: string;
  readonly paymentId: string;
  readonly orderId: string;
  readonly units: bigint;
  readonly taxUnits: bigint;
  readonly providerRef: string;
  readonly state: "SUCCEEDED" | "FAILED";
  readonly at: Date;
}

/**
 * A refund that was not asked for by us, with the row of orders.refunds that stands for it. False when the payment has no room for it
 * beside what we have promised ourselves. Lock the order first.
 */
export async function insertProviderRefund(tx: Tx, { id, refundId, paymentId, orderId, units, taxUnits, providerRef, state, at }: NewProviderRefund): Promise<boolean> {
  return (await tx.execute(insert, [id, paymentId, orderId, units, taxUnits, providerRef, state, at, refundId])) === 1;
}

/** A refund that had succeeded came back to us. False when it had not, or is reversed already. Lock the order first. */
export async function reverseRefund(tx: Tx, partId: string): Promise<boolean> {
  return (await tx.execute(reverse, [partId])) === 1;
}
