import type { AuditCheck } from "./auditCheck.ts";

/** What comes after the sale: units of lines, parcels, returns, refunds, vendors' shares, invoices. */
export const checks: readonly AuditCheck[] = [
  {
    name: "no line has more units in parcels and cancelled than were ordered, nor more back than were shipped",
    sql: `select 'line ' || l.id as what, format('ordered %s, in parcels %s, cancelled %s, shipped %s, delivered %s, going back %s, back %s', l.quantity, l.fulfilled_quantity,
        l.cancelled_quantity, l.shipped_quantity, l.delivered_quantity, l.returning_quantity, l.returned_quantity) as detail
      from orders.order_lines l
      where l.fulfilled_quantity + l.cancelled_quantity > l.quantity or l.shipped_quantity > l.fulfilled_quantity or l.delivered_quantity > l.shipped_quantity
        or l.returning_quantity > l.shipped_quantity or l.returned_quantity > l.returning_quantity`,
  },
  {
    name: "the units of a line in parcels are those of its parcels",
    sql: `select 'line ' || l.id as what, format('line %s %s %s, parcels %s %s %s', l.fulfilled_quantity, l.shipped_quantity, l.delivered_quantity, p.packed, p.shipped, p.delivered) as detail
      from orders.order_lines l
      cross join lateral (
        select coalesce(sum(x.quantity) filter (where f.state <> 'CANCELLED'), 0) as packed, coalesce(sum(x.quantity) filter (where f.state in ('SHIPPED', 'DELIVERED')), 0) as shipped,
          coalesce(sum(x.quantity) filter (where f.state = 'DELIVERED'), 0) as delivered
        from orders.fulfilment_lines x join orders.fulfilments f on f.id = x.fulfilment_id where x.order_line_id = l.id
      ) p
      where (l.fulfilled_quantity, l.shipped_quantity, l.delivered_quantity) is distinct from (p.packed, p.shipped, p.delivered)`,
  },
  {
    name: "the units of a line that go back are those of its returns",
    sql: `select 'line ' || l.id as what, format('line %s %s, returns %s %s', l.returning_quantity, l.returned_quantity, r.asked, r.back) as detail
      from orders.order_lines l
      cross join lateral (
        select coalesce(sum(x.quantity) filter (where t.state <> 'REJECTED'), 0) as asked, coalesce(sum(x.quantity) filter (where t.state = 'COMPLETED'), 0) as back
        from orders.return_lines x join orders.returns t on t.id = x.return_id where x.order_line_id = l.id
      ) r
      where (l.returning_quantity, l.returned_quantity) is distinct from (r.asked, r.back)`,
  },
  {
    name: "a parcel or a return holds lines of its own order alone",
    sql: `select 'parcel ' || f.number as what, 'line ' || l.id as detail
      from orders.fulfilment_lines x join orders.fulfilments f on f.id = x.fulfilment_id join orders.order_lines l on l.id = x.order_line_id where l.order_id <> f.order_id
      union all
      select 'return ' || t.number, 'line ' || l.id
      from orders.return_lines x join orders.returns t on t.id = x.return_id join orders.order_lines l on l.id = x.order_line_id where l.order_id <> t.order_id`,
  },
  {
    name: "an order stands where its units are",
    sql: `select 'order ' || o.number as what, format('%s with %s ordered, %s cancelled, %s in parcels, %s shipped, %s delivered, %s back', o.state, u.ordered, u.cancelled, u.packed, u.shipped,
        u.delivered, u.back) as detail
      from orders.orders o
      cross join lateral (
        select sum(l.quantity) as ordered, sum(l.cancelled_quantity) as cancelled, sum(l.fulfilled_quantity) as packed, sum(l.shipped_quantity) as shipped,
          sum(l.delivered_quantity) as delivered, sum(l.returned_quantity) as back
        from orders.order_lines l where l.order_id = o.id
      ) u
      where o.source = 'API' and case o.state
        when 'PLACED' then u.packed > 0 or u.cancelled = u.ordered
        when 'PAID' then u.packed > 0 or u.cancelled = u.ordered
        when 'CANCELLED' then u.cancelled <> u.ordered
        when 'IN_FULFILMENT' then u.packed = 0 or u.shipped = u.ordered - u.cancelled
        when 'SHIPPED' then u.shipped <> u.ordered - u.cancelled or u.delivered = u.ordered - u.cancelled
        when 'DELIVERED' then u.delivered <> u.ordered - u.cancelled or u.back = u.ordered - u.cancelled
        when 'RETURNED' then u.back <> u.ordered - u.cancelled
        else true end`,
  },
  {
    name: "a refund is the sum of its lines",
    sql: `select 'refund ' || r.number as what, format('total %s, lines %s', r.total_units, l.units) as detail
      from orders.refunds r
      cross join lateral (select coalesce(sum(x.amount_units / (10::numeric ^ (x.exponent - r.exponent))), 0) as units from orders.refund_lines x where x.refund_id = r.id) l
      where r.source = 'API' and abs(r.total_units - l.units) > 0.5`,
  },
  {
    name: "a refund is the sum of what goes back of its payments",
    sql: `select 'refund ' || r.number as what, format('total %s, tax %s; payments %s, tax %s', r.total_units, r.tax_units, p.units, p.tax) as detail
      from orders.refunds r
      cross join lateral (select coalesce(sum(x.units), 0) as units, coalesce(sum(x.tax_units), 0) as tax from orders.payment_refunds x where x.refund_id = r.id) p
      where r.source = 'API' and r.cause is not null and (r.total_units, r.tax_units) is distinct from (p.units, p.tax)`,
  },
  {
    name: "what goes back for the lines of an order is no more than was paid for it",
    sql: `select 'order ' || o.number as what, format('paid for %s, back %s', o.total_units, l.units) as detail
      from orders.orders o cross join lateral (select sum(x.refunded_units) as units from orders.order_lines x where x.order_id = o.id) l
      where o.source = 'API' and l.units > o.total_units`,
  },
  {
    name: "what vendors are owed by their orders is what the books owe them",
    sql: `select 'vendor ' || coalesce(v.vendor_id::text, b.vendor) || ' in ' || coalesce(v.currency, b.currency) as what, format('orders %s, books %s', v.units, b.units) as detail
      from (select x.vendor_id, x.currency, sum(x.share_units - x.reversed_units) as units from orders.vendor_orders x group by 1, 2) v
      full join (
        select substr(e.account, 8) as vendor, e.currency, -sum(e.units) as units from orders.ledger_entries e join orders.ledger_journals j on j.id = e.journal_id
        where e.account like 'vendor:%' and j.kind in ('VENDOR_SHARE', 'VENDOR_SHARE_REVERSED') group by 1, 2
      ) b on b.vendor = v.vendor_id::text and b.currency = v.currency
      where coalesce(v.units, 0) <> coalesce(b.units, 0)`,
  },
  {
    name: "numbers of invoices and credit notes have no gaps within a year",
    sql: `select format('%s of %s', c.kind, c.year) as what, format('counted to %s, documents %s from %s to %s', c.last, i.documents, i.first, i.last) as detail
      from orders.invoice_counters c
      cross join lateral (select count(*) as documents, min(x.serial) as first, max(x.serial) as last from orders.invoices x where x.kind = c.kind and x.year = c.year) i
      where i.documents <> c.last or i.first <> 1 or i.last <> c.last`,
  },
  {
    name: "a vendor's lines come to what its order says",
    sql: `select 'vendor order ' || v.number as what, format('discount %s, tax contained %s; lines %s, %s', v.discount_units, v.tax_included_units, l.discount, l.tax) as detail
      from orders.vendor_orders v
      cross join lateral (select coalesce(sum(x.discount_units), 0) as discount, coalesce(sum(x.tax_included_units), 0) as tax from orders.order_lines x where x.order_id = v.order_id and x.vendor_id = v.vendor_id) l
      where (v.discount_units, v.tax_included_units) is distinct from (l.discount, l.tax)`,
  },
];
