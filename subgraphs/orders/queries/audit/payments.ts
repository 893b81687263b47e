import type { AuditCheck } from "./auditCheck.ts";

// What must hold of orders, their money and the books. Imported and generated orders have no parts, no books and payments of their own.
const PLACED_HERE = "o.source = 'API'";
/** Placed since orders have parts; earlier ones of an older version have no books. */
const BOOKED = `${PLACED_HERE} and o.subtotal_units is not null`;

export const checks: readonly AuditCheck[] = [
  {
    name: "the whole ledger sums to zero in each currency",
    sql: `select 'currency ' || e.currency as what, format('sum %s', sum(e.units / 10::numeric ^ e.exponent)) as detail
      from orders.ledger_entries e group by e.currency having sum(e.units / 10::numeric ^ e.exponent) <> 0`,
  },
  {
    name: "each journal sums to zero and has at least two entries",
    sql: `select j.kind || ' ' || j.reference as what, format('%s entries, sum %s', count(e.units), sum(e.units)) as detail
      from orders.ledger_journals j left join orders.ledger_entries e on e.journal_id = j.id group by j.id, e.currency having coalesce(sum(e.units), 0) <> 0 or count(e.units) < 2`,
  },
  {
    name: "an order's total is the sum of its parts, and its discounts, taxes and lines are its columns",
    sql: `select 'order ' || o.number as what, format('total %s of %s - %s + %s + %s; discounts %s, taxes %s + %s, lines %s', o.total_units, o.subtotal_units, o.discount_units, o.shipping_units,
        o.tax_units, d.units, t.added, t.contained, l.subtotal) as detail
      from orders.orders o
      cross join lateral (select coalesce(sum(units), 0) as units from orders.order_discounts where order_id = o.id) d
      cross join lateral (select coalesce(sum(tax_units) filter (where not is_included), 0) as added, coalesce(sum(tax_units) filter (where is_included), 0) as contained
        from orders.order_taxes where order_id = o.id) t
      cross join lateral (select coalesce(sum(amount_units / 10::numeric ^ exponent), 0) * 10 ^ o.exponent as subtotal, coalesce(sum(discount_units), 0) as discount,
        coalesce(sum(tax_units), 0) as tax from orders.order_lines where order_id = o.id) l
      where ${BOOKED} and (o.total_units <> o.subtotal_units - o.discount_units + o.shipping_units + o.tax_units or d.units <> o.discount_units or t.added <> o.tax_units
        or t.contained <> o.tax_included_units or abs(l.subtotal - o.subtotal_units) > 0.5 or l.discount > o.discount_units or l.tax > o.tax_units)`,
  },
  {
    name: "what was agreed to for an order is what it costs",
    sql: `select 'order ' || o.number as what, format('total %s, payments %s', o.total_units, coalesce(p.units, 0)) as detail
      from orders.orders o
      cross join lateral (select sum(coalesce(authorized_units, amount_units)) as units from orders.payments where order_id = o.id) p
      where ${BOOKED} and coalesce(p.units, 0) <> o.total_units`,
  },
  {
    name: "an order is paid as its state says",
    sql: `select 'order ' || o.number as what, format('%s, payments %s', o.state, p.states) as detail
      from orders.orders o cross join lateral (select array_agg(distinct state) as states from orders.payments where order_id = o.id) p
      where ${BOOKED} and ((o.state = 'PLACED' and not coalesce(p.states && '{AUTHORIZED,VOIDED}', false))
        or (o.state not in ('PLACED', 'CANCELLED') and coalesce('AUTHORIZED' = any(p.states), false)))`,
  },
  {
    name: "no payment is taken above what was agreed to, nor given back above what was taken",
    sql: `select 'payment ' || p.id as what, format('authorised %s, taken %s, back %s, on its way back %s', p.authorized_units, p.amount_units, p.refunded_units, p.refunding_units) as detail
      from orders.payments p where p.amount_units > coalesce(p.authorized_units, p.amount_units) or p.refunded_units + p.refunding_units > p.amount_units
        or (p.state in ('AUTHORIZED', 'VOIDED') and p.amount_units <> 0)`,
  },
  {
    name: "a payment's refunds are those it was split over",
    sql: `select 'payment ' || p.id as what, format('back %s, on its way %s; parts paid %s, pending %s', p.refunded_units, p.refunding_units, r.paid, r.pending) as detail
      from orders.payments p join orders.orders o on o.id = p.order_id
      cross join lateral (select coalesce(sum(units) filter (where state = 'SUCCEEDED'), 0) as paid, coalesce(sum(units) filter (where state = 'PENDING'), 0) as pending
        from orders.payment_refunds where payment_id = p.id) r
      where ${BOOKED} and (p.refunded_units <> r.paid or p.refunding_units <> r.pending)`,
  },
  {
    name: "the books say of each order what its payments say",
    sql: `select 'order ' || o.number as what, format('at providers %s, payments %s; owed %s, held %s', b.at_providers, p.at_providers, b.owed, p.held) as detail
      from orders.orders o
      cross join lateral (
        select coalesce(sum(e.units) filter (where e.account like 'provider:%' and j.kind in ('PAYMENT_CAPTURED', 'REFUND')), 0) as at_providers,
          coalesce(sum(e.units) filter (where e.account = 'receivable'), 0) as owed
        from orders.ledger_journals j join orders.ledger_entries e on e.journal_id = j.id where j.order_id = o.id) b
      cross join lateral (
        select coalesce(sum(amount_units - refunded_units) filter (where method = 'CARD'), 0) as at_providers, coalesce(sum(authorized_units) filter (where state = 'AUTHORIZED'), 0) as held
        from orders.payments where order_id = o.id) p
      where ${BOOKED} and (b.at_providers <> p.at_providers or b.owed <> p.held)`,
  },
  {
    name: "a placed order is booked once, for what it costs",
    sql: `select 'order ' || o.number as what, format('total %s, booked %s', o.total_units, b.units) as detail
      from orders.orders o
      cross join lateral (select sum(e.units) as units from orders.ledger_journals j join orders.ledger_entries e on e.journal_id = j.id and e.account = 'receivable'
        where j.kind = 'ORDER_PLACED' and j.reference = o.id::text) b
      where ${BOOKED} and coalesce(b.units, 0) <> o.total_units`,
  },
  {
    name: "one order per cart, per purchase and per payment of a provider",
    sql: `select 'cart ' || o.cart_id as what, format('%s orders', count(*)) as detail from orders.orders o where o.cart_id is not null group by o.cart_id having count(*) > 1
      union all
      select p.provider || ' ' || p.provider_ref, format('%s payments', count(*)) from orders.payments p group by p.provider, p.provider_ref having count(*) > 1
      union all
      select 'order ' || o.number, format('%s purchases', k.n) from orders.orders o
      cross join lateral (select count(*) as n from orders.checkouts c where c.cart_id = o.cart_id and c.state = 'COMPLETED') k where ${BOOKED} and o.replaces_order_id is null and k.n <> 1`,
  },
  {
    name: "what an order costs is what its purchase was quoted",
    sql: `select 'order ' || o.number as what, format('total %s, quoted %s; lines %s, quoted %s', o.total_units, k.total_units, l.units, q.units) as detail
      from orders.orders o join orders.checkouts k on k.cart_id = o.cart_id and k.state = 'COMPLETED'
      cross join lateral (select sum(quantity) as units from orders.order_lines where order_id = o.id) l
      cross join lateral (select sum((line ->> 'quantity')::bigint) as units from jsonb_array_elements(k.priced -> 'lines') as line) q
      where ${BOOKED} and (o.total_units <> k.total_units or l.units is distinct from q.units)`,
  },
  {
    name: "a purchase under way has its goods held, or somebody at work on it",
    sql: `select 'checkout ' || k.id as what, format('%s, held %s of %s units', k.state, coalesce(h.units, 0), q.units) as detail
      from orders.checkouts k
      cross join lateral (select sum((line ->> 'quantity')::bigint) as units from jsonb_array_elements(k.priced -> 'lines') as line) q
      left join lateral (select sum(u.quantity) as units from catalog.held_units u where u.reference_id = k.id) h on true
      where k.state in ('HELD', 'REVIEW') and k.lease_until < now() and k.wake_at > now() and coalesce(h.units, 0) <> q.units`,
  },
  {
    name: "the timeline tells of each order placed here once, and so does the outbox as long as it keeps the event",
    sql: `select 'order ' || o.number as what, format('%s in the timeline, %s in the outbox', t.n, e.n) as detail
      from orders.orders o
      cross join lateral (select count(*) as n from orders.order_events where order_id = o.id and type = 'OrderPlaced') t
      cross join lateral (select count(*) as n from platform.outbox where aggregate = 'order' and aggregate_id = o.id and type = 'OrderPlaced') e
      where ${BOOKED} and (t.n <> 1 or e.n > 1)`,
  },
  {
    name: "the stand-in holds what its payments say",
    sql: `select 'payment ' || p.id as what, format('taken %s, back %s; at the stand-in %s, %s, %s', p.amount_units, p.refunded_units, i.state, i.captured_units, i.refunded_units) as detail
      from orders.payments p left join payment_fake.intents i on i.ref = p.provider_ref
      where p.provider = 'fake' and p.checkout_id is not null and (i.ref is null or i.captured_units <> p.amount_units or i.refunded_units <> p.refunded_units + p.refunding_units)
        and p.refunding_units = 0 and p.busy_until is null and p.state <> 'DISPUTED'`,
  },
  {
    name: "no money of a purchase that is over stays at the stand-in",
    sql: `select 'intent ' || i.ref as what, format('%s, taken %s, back %s; checkout %s', i.state, i.captured_units, i.refunded_units, k.state) as detail
      from payment_fake.intents i join orders.checkouts k on k.id::text = i.metadata ->> 'martgraph_checkout'
      where k.state not in ('HELD', 'REVIEW', 'UNDOING', 'COMPLETED') and k.undo_since is null and k.lease_until < now()
        and (i.captured_units > i.refunded_units or i.state = 'AUTHORIZED')`,
  },
];
