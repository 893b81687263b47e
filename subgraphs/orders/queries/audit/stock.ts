import { ENDED_CHECKOUTS } from "../stockHolds.ts";
import type { AuditCheck } from "./auditCheck.ts";

const ended = ENDED_CHECKOUTS.map((state) => `'${state}'`).join(", ");

/** The stock: total, warehouses, holds and the ledger of movements tell the same, and what left is what orders sold. */
export const checks: readonly AuditCheck[] = [
  {
    name: "no number of units is below zero, and no more is held than is there",
    sql: `select 'variant ' || s.variant_id as what, format('on hand %s, reserved %s', s.on_hand, s.reserved) as detail
      from catalog.stock_levels s where s.on_hand < 0 or s.reserved < 0 or s.reserved > s.on_hand
      union all
      select 'variant ' || l.variant_id || ' in ' || l.warehouse_id, format('on hand %s, reserved %s, incoming %s', l.on_hand, l.reserved, l.incoming)
      from catalog.inventory_levels l where l.on_hand < 0 or l.reserved < 0 or l.reserved > l.on_hand or l.incoming < 0`,
  },
  {
    name: "the total of a variant is the sum over its warehouses",
    sql: `select 'variant ' || s.variant_id as what, format('total %s, reserved %s; warehouses %s, reserved %s', s.on_hand, s.reserved, l.on_hand, l.reserved) as detail
      from catalog.stock_levels s
      cross join lateral (select coalesce(sum(i.on_hand), 0) as on_hand, coalesce(sum(i.reserved), 0) as reserved from catalog.inventory_levels i where i.variant_id = s.variant_id) l
      where (s.on_hand, s.reserved) is distinct from (l.on_hand, l.reserved)`,
  },
  {
    name: "what is reserved in a warehouse is the sum of its holds",
    sql: `select 'variant ' || coalesce(l.variant_id, h.variant_id) || ' in ' || coalesce(l.warehouse_id, h.warehouse_id) as what, format('reserved %s, held %s', l.reserved, h.units) as detail
      from catalog.inventory_levels l
      full join (select r.variant_id, r.warehouse_id, sum(r.quantity) as units from catalog.reservations r group by r.variant_id, r.warehouse_id) h
        on h.variant_id = l.variant_id and h.warehouse_id = l.warehouse_id
      where coalesce(l.reserved, 0) <> coalesce(h.units, 0)`,
  },
  {
    name: "what is on hand in a warehouse is the sum of its booked movements",
    sql: `select 'variant ' || coalesce(l.variant_id, m.variant_id) || ' in ' || coalesce(l.warehouse_id, m.warehouse_id) as what, format('on hand %s, movements %s', l.on_hand, m.units) as detail
      from catalog.inventory_levels l
      full join (select b.variant_id, b.warehouse_id, sum(b.quantity) as units from catalog.stock_movements b where b.warehouse_id is not null group by b.variant_id, b.warehouse_id) m
        on m.variant_id = l.variant_id and m.warehouse_id = l.warehouse_id
      where coalesce(l.on_hand, 0) <> coalesce(m.units, 0)`,
  },
  {
    name: "no unit is held without a purchase under way",
    sql: `select 'reference ' || h.reference_id as what, format('%s of variant %s until %s', h.quantity, h.variant_id, h.expires_at) as detail
      from catalog.held_units h where not exists (select from orders.checkouts c where c.id = h.reference_id and c.state not in (${ended}))`,
  },
  {
    name: "what an order took from stock is what it sold",
    sql: `select 'order ' || o.number as what, format('variant %s: sold %s, taken %s', u.variant_id, u.sold, u.taken) as detail
      from orders.orders o
      cross join lateral (
        select coalesce(l.variant_id, a.variant_id) as variant_id, coalesce(l.units, 0) as sold, coalesce(a.units, 0) as taken
        from (select n.variant_id, sum(n.quantity) as units from orders.order_lines n where n.order_id = o.id group by n.variant_id) l
        full join (select t.variant_id, sum(t.sold) as units from catalog.order_allocations t where t.order_id = o.id group by t.variant_id) a on a.variant_id = l.variant_id
      ) u
      where o.source = 'API' and u.sold <> u.taken`,
  },
  {
    name: "no more units of an order came back than were taken",
    sql: `select 'order ' || coalesce(o.number, a.order_id::text) as what, format('variant %s: taken %s, put back %s', a.variant_id, sum(a.sold), sum(a.put_back)) as detail
      from catalog.order_allocations a left join orders.orders o on o.id = a.order_id
      where o.source is distinct from 'IMPORT' and o.source is distinct from 'GENERATED'
      group by o.number, a.order_id, a.variant_id having sum(a.put_back) > sum(a.sold)`,
  },
];
