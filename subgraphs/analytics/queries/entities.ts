import { slotQuery } from "#warehouse/reader.ts";

/** One row per person and currency of an order or a refund; a person with neither has one without a currency. */
export const userFigures = slotQuery({
  name: "analytics.userFigures",
  text: `select c.user_id, m.currency, coalesce(m.orders, 0)::bigint as orders, trim_scale(coalesce(m.revenue, 0))::numeric as revenue,
            trim_scale(coalesce(m.refunds, 0))::numeric as refunds, trim_scale(coalesce(m.revenue, 0) - coalesce(m.refunds, 0))::numeric as ltv,
            m.first_order_at, m.last_order_at
           from {marts}.dim_customers c
           left join (
             select user_id, currency, sum(orders) as orders, sum(revenue) as revenue, sum(refunds) as refunds, min(first_at) as first_order_at, max(last_at) as last_order_at
               from (
                 select user_id, currency, count(*) as orders, sum(revenue) as revenue, 0::numeric as refunds, min(placed_at) as first_at, max(placed_at) as last_at
                   from {marts}.fct_orders where user_id = any($1) group by user_id, currency
                 union all
                 select user_id, currency, 0, 0, sum(amount), null, null
                   from {marts}.fct_refunds where user_id = any($1) group by user_id, currency
               ) moved group by user_id, currency
           ) m on m.user_id = c.user_id
          where c.user_id = any($1)
          order by c.user_id, m.currency`,
  params: ["uuid[]"],
  row: { user_id: "uuid", currency: "text?", orders: "int8", revenue: "numeric", refunds: "numeric", ltv: "numeric", first_order_at: "timestamptz?", last_order_at: "timestamptz?" },
  budget: { access: "index", maxRows: 5_000 },
});

/**
 * Goods by main category, with all that stands below; one row per category and currency, one without a currency where nothing was
 * sold. Ten steps down at most, as the dimension itself walks.
 */
export const categoryFigures = slotQuery({
  name: "analytics.categoryFigures",
  text: `with recursive below as (
             select category_id as asked, category_id, 1 as level from {marts}.dim_categories where category_id = any($1)
             union
             select b.asked, c.category_id, b.level + 1 from below b join {marts}.dim_categories c on c.parent_id = b.category_id where b.level < 10
           ), held as (
             select distinct b.asked, g.product_id from {marts}.bdg_product_categories g join below b on b.category_id = g.category_id
              where g.is_main and g.category_id = any(array(select category_id from below))
           ), sold as (
             select h.asked, l.currency, count(distinct l.order_id) as orders, sum(l.units_sold) as units_sold, sum(l.amount) as revenue
               from held h join {marts}.fct_order_lines l on l.product_id = h.product_id and l.placed_date >= $2 and l.placed_date < $3
              group by h.asked, l.currency
           )
         select c.category_id as id, s.currency, coalesce(s.orders, 0)::bigint as orders, coalesce(s.units_sold, 0)::bigint as units_sold, trim_scale(coalesce(s.revenue, 0))::numeric as revenue
           from {marts}.dim_categories c left join sold s on s.asked = c.category_id
          where c.category_id = any($1)
          order by c.category_id, s.currency`,
  params: ["uuid[]", "date", "date"],
  row: { id: "uuid", currency: "text?", orders: "int8", units_sold: "int8", revenue: "numeric" },
  budget: { access: "index", maxRows: 5_000 },
});

/** By who sold a line when the order was placed; one row per vendor and currency, one without a currency where nothing was sold. */
export const vendorFigures = slotQuery({
  name: "analytics.vendorFigures",
  text: `with parts as (
             select vendor_id, order_id, currency, net, commission, share, reversed
               from {marts}.fct_vendor_orders where vendor_id = any($1) and placed_date >= $2 and placed_date < $3
           ), money as (
             select vendor_id, currency, count(*) as orders, sum(net) as net, sum(commission) as commission, sum(share) as payout, sum(reversed) as reversed
               from parts group by vendor_id, currency
           ), goods as (
             select p.vendor_id, p.currency, sum(l.units_sold) as units_sold, sum(l.amount) as revenue
               from parts p join {marts}.fct_order_lines l on l.order_id = p.order_id and l.vendor_id = p.vendor_id
              group by p.vendor_id, p.currency
           )
         select v.vendor_id as id, m.currency, coalesce(m.orders, 0)::bigint as orders, coalesce(g.units_sold, 0)::bigint as units_sold,
            trim_scale(coalesce(g.revenue, 0))::numeric as revenue, trim_scale(coalesce(m.net, 0))::numeric as net, trim_scale(coalesce(m.commission, 0))::numeric as commission,
            trim_scale(coalesce(m.payout, 0))::numeric as payout, trim_scale(coalesce(m.reversed, 0))::numeric as reversed
           from {marts}.dim_vendors v
           left join money m on m.vendor_id = v.vendor_id
           left join goods g on g.vendor_id = m.vendor_id and g.currency = m.currency
          where v.vendor_id = any($1)
          order by v.vendor_id, m.currency`,
  params: ["uuid[]", "date", "date"],
  row: {
    id: "uuid", currency: "text?", orders: "int8", units_sold: "int8", revenue: "numeric", net: "numeric", commission: "numeric", payout: "numeric", reversed: "numeric",
  },
  budget: { access: "index", maxRows: 5_000 },
});
