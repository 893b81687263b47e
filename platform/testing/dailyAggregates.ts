import type { Database } from "../db/database.ts";

type Slot = "a" | "b";

/** The daily and monthly aggregates of a slot, added up from the facts that a test or a bench has put there, as the models add them up; what was there goes. */
export async function fillDailyAggregates(owner: Database, slot: Slot): Promise<void> {
  const marts = `marts_${slot}`;
  await owner.raw(`truncate ${["daily_sales", "daily_category", "daily_shop", "daily_vendor", "daily_country", "daily_customers", "daily_country_customers", "daily_order_values", "half_hourly_country", "monthly_product"].map((name) => `${marts}.agg_${name}`).join(", ")}`);
  await owner.raw(`
    insert into ${marts}.agg_daily_sales (sale_date, country, customer_type, line_kind, product_id, currency, revenue, units_sold, lines, refunds, refund_lines)
    select day, country, customer_type, line_kind, product_id, currency, sum(revenue), sum(units), sum(lines), sum(refunds), sum(refund_lines)
    from (
      select placed_date as day, country, customer_type, line_kind, product_id, currency, amount as revenue, units_sold as units, 1 as lines, 0 as refunds, 0 as refund_lines from ${marts}.fct_order_lines
      union all select refunded_date, country, customer_type, line_kind, product_id, currency, 0, 0, 0, amount, 1 from ${marts}.fct_refunds
    ) moved group by 1, 2, 3, 4, 5, 6 order by 1`);
  await owner.raw(`
    insert into ${marts}.agg_daily_category (date_day, category_id, category, category_path, currency, revenue, units_sold, refunds, products, charges, refunded_charges, lines, refund_lines)
    select sale_date, category_id, coalesce(max(p.category), 'Uncategorised'), coalesce(max(p.category), 'Uncategorised'), s.currency,
      sum(case when s.product_id is not null then revenue else 0 end), sum(units_sold), sum(case when s.product_id is not null then refunds else 0 end), count(distinct s.product_id),
      sum(case when s.product_id is null then revenue else 0 end), sum(case when s.product_id is null then refunds else 0 end), sum(lines), sum(refund_lines)
    from ${marts}.agg_daily_sales s left join ${marts}.dim_products p on p.product_id = s.product_id group by sale_date, category_id, s.currency`);
  await owner.raw(`
    insert into ${marts}.agg_daily_shop (date_day, currency, orders, customers, new_customers, guest_orders, units_sold, gross, discounts, shipping, tax, refunds, net, refunded_orders, tax_included, charges, order_lines, refund_lines)
    select day, currency, sum(orders), sum(customers), 0, sum(guests), sum(units), sum(gross), sum(discounts), sum(shipping), sum(tax), sum(refunds), sum(gross) - sum(discounts) - sum(refunds), sum(refunded_orders),
      sum(tax_included), sum(charges), sum(lines), sum(refund_lines)
    from (
      select placed_date as day, currency, count(*) as orders, count(distinct user_id) as customers, count(*) - count(user_id) as guests, sum(units_sold) as units, sum(revenue) as gross, sum(discounts) as discounts, sum(shipping) as shipping,
        sum(tax + tax_included) as tax, 0 as refunds, 0 as refunded_orders, sum(tax_included) as tax_included, sum(charges) as charges, sum(lines) as lines, 0 as refund_lines
      from ${marts}.fct_orders group by 1, 2
      union all select refunded_date, currency, 0, 0, 0, 0, 0, 0, 0, 0, sum(amount), count(distinct order_id), 0, 0, 0, count(*) from ${marts}.fct_refunds group by 1, 2
    ) moved group by 1, 2`);
  await owner.raw(`
    insert into ${marts}.agg_daily_vendor (date_day, vendor_id, vendor, currency, revenue, units_sold, refunds, vendor_orders, commission, share, sold_orders, sold_lines, sold_revenue, sold_units)
    select day, vendor_id, 'V', currency, 0, 0, 0, sum(parts), sum(commission), sum(share), count(distinct order_id), count(order_id), sum(amount), sum(units)
    from (
      select placed_date as day, vendor_id, currency, 1 as parts, commission, share, null::uuid as order_id, 0 as amount, 0 as units from ${marts}.fct_vendor_orders
      union all select placed_date, vendor_id, currency, 0, 0, 0, order_id, amount, units_sold from ${marts}.fct_order_lines where vendor_id is not null
    ) sold group by 1, 2, 4`);
  await owner.raw(`
    insert into ${marts}.agg_daily_country (date_day, country, customer_type, currency, orders, cancelled_orders, units_sold, order_lines, gross, charges, discounts, shipping, tax_added, tax_included, refunds, refund_lines)
    select day, country, customer_type, currency, sum(orders), sum(cancelled), sum(units), sum(lines), sum(gross), sum(charges), sum(discounts), sum(shipping), sum(tax), sum(tax_included), sum(refunds), sum(refund_lines)
    from (
      select placed_date as day, country, customer_type, currency, 1 as orders, (state = 'CANCELLED')::int as cancelled, units_sold as units, lines, revenue as gross, charges, discounts, shipping, tax, tax_included,
        0 as refunds, 0 as refund_lines from ${marts}.fct_orders
      union all select refunded_date, country, customer_type, currency, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, amount, 1 from ${marts}.fct_refunds
    ) moved group by 1, 2, 3, 4`);
  await owner.raw(`
    insert into ${marts}.agg_daily_customers (date_day, currency, orders_counted, previous_day, customers)
    with placed as (
      select o.user_id, o.placed_date as day, kind, case when by_currency then o.currency end as currency
      from ${marts}.fct_orders o left join ${marts}.dim_customers c on c.user_id = o.user_id
        cross join (values (false), (true)) scope (by_currency)
        cross join lateral (values ('EVERY', true), ('FIRST', o.placed_at = c.first_order_at), ('LATER', o.placed_at > c.first_order_at)) counted (kind, counts)
      where counts and o.user_id is not null
      group by 1, 2, 3, 4
    )
    select day, currency, kind, before, count(*) from (select *, lag(day) over (partition by user_id, kind, currency order by day) as before from placed) came group by 1, 2, 3, 4
    union all select placed_date, null, 'NONE', null, 0 from ${marts}.fct_orders group by placed_date
    union all select placed_date, currency, 'NONE', null, 0 from ${marts}.fct_orders group by placed_date, currency`);
  await owner.raw(`
    insert into ${marts}.agg_half_hourly_country (date_day, half_hour, country, customer_type, currency, orders, cancelled_orders, units_sold, order_lines, gross, charges, discounts, shipping, tax_added, tax_included, refunds, refund_lines)
    select day, to_timestamp(floor(extract(epoch from at) / 1800) * 1800), country, customer_type, currency, sum(orders), sum(cancelled), sum(units), sum(lines), sum(gross), sum(charges), sum(discounts), sum(shipping), sum(tax), sum(tax_included), sum(refunds), sum(refund_lines)
    from (
      select placed_date as day, placed_at as at, country, customer_type, currency, 1 as orders, (state = 'CANCELLED')::int as cancelled, units_sold as units, lines, revenue as gross, charges, discounts, shipping, tax, tax_included,
        0 as refunds, 0 as refund_lines from ${marts}.fct_orders
      union all select refunded_date, refunded_at, country, customer_type, currency, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, amount, 1 from ${marts}.fct_refunds
    ) moved group by 1, 2, 3, 4, 5 order by 1`);
  await owner.raw(`
    insert into ${marts}.agg_daily_order_values (date_day, currency, value_step, orders, least_value, most_value)
    select placed_date, currency, trunc(revenue, case when abs(revenue) < 10 then 1 else 2 - length(trunc(abs(revenue))::text) end), count(*), min(revenue), max(revenue)
    from ${marts}.fct_orders group by 1, 2, 3 order by 1`);
  await owner.raw(`
    insert into ${marts}.agg_daily_country_customers (date_day, country, currency, previous_day, customers)
    with placed as (
      select user_id, country, placed_date as day, case when by_currency then currency end as currency
      from ${marts}.fct_orders cross join (values (false), (true)) scope (by_currency) group by 1, 2, 3, 4
    )
    select day, country, currency, before, sum(people)
    from (
      select day, country, currency, lag(day) over (partition by user_id, country, currency order by day) as before, 1 as people from placed where user_id is not null
      union all select distinct day, country, currency, null::date, 0 from placed
    ) came group by 1, 2, 3, 4 order by currency, day`);
  await owner.raw(`
    insert into ${marts}.agg_monthly_product (month_start, product_id, vendor_id, line_kind, currency, revenue, units_sold, lines, refunds, refund_lines, orders)
    select date_trunc('month', day), product_id, vendor_id, line_kind, currency, sum(revenue), sum(units), sum(lines), sum(refunds), sum(refund_lines), sum(orders)
    from (
      select placed_date as day, product_id, vendor_id, line_kind, currency, amount as revenue, units_sold as units, 1 as lines, 0 as refunds, 0 as refund_lines,
        (row_number() over (partition by order_id, product_id order by line_id) = 1)::int as orders from ${marts}.fct_order_lines
      union all select refunded_date, product_id, null, line_kind, currency, 0, 0, 0, amount, 1, 0 from ${marts}.fct_refunds
    ) moved group by 1, 2, 3, 4, 5 order by 1`);
}
