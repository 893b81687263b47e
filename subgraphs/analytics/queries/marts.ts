import { slotQuery } from "#warehouse/reader.ts";

export const vendorOfProducts = slotQuery({
  name: "analytics.vendorOfProducts",
  text: "select product_id, vendor_id from {marts}.dim_products where product_id = any($1)",
  params: ["uuid[]"],
  row: { product_id: "uuid", vendor_id: "uuid?" },
  budget: { access: "index", maxRows: 1_000 },
});

/** One row per product and currency; a product without sales has a zero in its own currency. */
export const productSales = slotQuery({
  name: "analytics.productSales",
  text: `select p.product_id, coalesce(l.currency, p.currency) as currency, trim_scale(coalesce(sum(l.amount), 0))::numeric as revenue,
            coalesce(sum(l.units_sold), 0)::bigint as units_sold
           from {marts}.dim_products p
           left join {marts}.fct_order_lines l on l.product_id = p.product_id and l.placed_date >= $2 and l.placed_date < $3
          where p.product_id = any($1)
          group by p.product_id, coalesce(l.currency, p.currency)`,
  params: ["uuid[]", "date", "date"],
  row: { product_id: "uuid", currency: "text?", revenue: "numeric", units_sold: "int8" },
  budget: { access: "index", maxRows: 5_000 },
});

export const cohortActivity = slotQuery({
  name: "analytics.cohortActivity",
  text: `select cohort_month, month_index, cohort_size, customers, retention, currency, revenue
           from {marts}.rpt_cohorts_monthly
          where cohort_month >= $1 and cohort_month < $2
          order by cohort_month, month_index`,
  params: ["date", "date"],
  row: { cohort_month: "date", month_index: "int4", cohort_size: "int8", customers: "int8", retention: "numeric", currency: "text", revenue: "numeric" },
  budget: { access: "scan", maxRows: 50_000 },
});

export const rfmSegments = slotQuery({
  name: "analytics.rfmSegments",
  text: `with main as (
           select currency from {marts}.rpt_customer_rfm group by currency order by sum(frequency) desc, currency limit 1
         ), spent as (
           select segment, currency, sum(monetary)::numeric as amount from {marts}.rpt_customer_rfm group by segment, currency
         )
         select r.segment, count(*)::bigint as customers, m.currency as main_currency,
            coalesce(sum(r.monetary) filter (where r.currency = m.currency), 0)::numeric as revenue,
            (select array_agg(s.currency order by s.currency) from spent s where s.segment = r.segment) as currencies,
            (select array_agg(s.amount::text order by s.currency) from spent s where s.segment = r.segment) as amounts,
            round(avg(r.recency_days), 1)::numeric as average_recency_days, round(avg(r.frequency), 2)::numeric as average_orders
           from {marts}.rpt_customer_rfm r cross join main m
          group by r.segment, m.currency order by revenue desc, r.segment`,
  params: [],
  row: { segment: "text", customers: "int8", main_currency: "text", revenue: "numeric", currencies: "text[]", amounts: "text[]", average_recency_days: "numeric", average_orders: "numeric" },
  budget: { access: "scan", maxRows: 100 },
});
