import type { AuditCheck } from "./auditCheck.ts";

/** A purchase that nobody has to do anything about any more. */
const AT_REST = "k.state not in ('HELD', 'REVIEW', 'UNDOING') and k.undo_since is null";

/**
 * Our books and the providers': the stand-in's are in the same database, so every payment is compared; of disputes and of refunds
 * that were only told, that each is booked once. What is under way, and thus known to one side alone, is left out.
 */
export const checks: readonly AuditCheck[] = [
  {
    name: "a payment is what the stand-in says of its intent",
    sql: `select 'payment ' || p.id as what, format('%s, taken %s, refunded %s; the intent %s is %s, taken %s, refunded %s', p.state, p.amount_units, p.refunded_units, i.ref, i.state, i.captured_units, i.refunded_units) as detail
      from orders.payments p join payment_fake.intents i on i.ref = p.provider_ref
      where p.method = 'CARD' and p.refunding_units = 0 and p.busy_until is null and (case i.state
        when 'CAPTURED' then (p.amount_units, p.refunded_units, p.currency, p.exponent) = (i.captured_units, i.refunded_units, i.currency, i.exponent) and p.state not in ('AUTHORIZED', 'VOIDED')
        when 'AUTHORIZED' then p.state = 'AUTHORIZED' and p.authorized_units = i.amount_units
        when 'CANCELLED' then p.state = 'VOIDED'
        else false end) is not true`,
  },
  {
    name: "money that the stand-in has taken or holds for a purchase belongs to an order",
    sql: `select 'intent ' || i.ref as what, format('%s, taken %s, refunded %s, for the purchase %s, which is %s', i.state, i.captured_units, i.refunded_units, k.id, k.state) as detail
      from payment_fake.intents i join orders.checkouts k on k.id::text = i.metadata ->> 'martgraph_checkout'
      where (i.state = 'AUTHORIZED' or i.captured_units > i.refunded_units) and ${AT_REST}
        and not exists (select from orders.payments p where p.provider_ref = i.ref)`,
  },
  {
    name: "a purchase has one intent that money moved on",
    sql: `select 'purchase ' || (i.metadata ->> 'martgraph_checkout') as what, string_agg(i.ref, ', ') as detail
      from payment_fake.intents i join orders.checkouts k on k.id::text = i.metadata ->> 'martgraph_checkout'
      where i.captured_units > 0 group by i.metadata ->> 'martgraph_checkout' having count(*) > 1`,
  },
  {
    name: "a dispute is booked when it opens, and taken back when it is won",
    sql: `select 'dispute ' || d.provider_ref as what, format('%s, booked %s', d.state, coalesce(j.kinds, 'nothing')) as detail
      from orders.payment_disputes d
      left join lateral (select string_agg(l.kind, ', ' order by l.kind) as kinds from orders.ledger_journals l
        where l.reference = d.provider || ':' || d.provider_ref and l.kind in ('DISPUTE_OPENED', 'DISPUTE_WON')) j on true
      where j.kinds is distinct from case d.state when 'WON' then 'DISPUTE_OPENED, DISPUTE_WON' else 'DISPUTE_OPENED' end`,
  },
  {
    name: "a payment is disputed while a dispute of it is open or lost",
    sql: `select 'payment ' || p.id as what, format('%s, with disputes %s', p.state, coalesce(d.states, 'none')) as detail
      from orders.payments p
      left join lateral (select string_agg(x.state, ', ' order by x.id) as states, bool_or(x.state <> 'WON') as stands from orders.payment_disputes x where x.payment_id = p.id) d on true
      where (p.state = 'DISPUTED') <> coalesce(d.stands, false)`,
  },
  {
    name: "a refund that is paid is booked, one that failed is not, or is taken back",
    sql: `select 'refund part ' || r.id as what, format('%s, booked %s', r.state, coalesce(j.kinds, 'nothing')) as detail
      from orders.payment_refunds r
      left join lateral (select string_agg(l.kind, ', ' order by l.kind) as kinds from orders.ledger_journals l where l.reference = r.id::text and l.kind in ('REFUND', 'REFUND_FAILED')) j on true
      where (case r.state when 'SUCCEEDED' then j.kinds = 'REFUND' when 'FAILED' then j.kinds is null or j.kinds = 'REFUND, REFUND_FAILED' else j.kinds is null end) is not true`,
  },
];
