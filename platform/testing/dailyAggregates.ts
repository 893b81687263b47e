import type { Database } from "../db/database.ts";

type Slot = "a" | "b";

/** The daily aggregates of a slot, added up from the facts that a test or a bench has put there, as the models add them up; what was there goes. */
export async function fillDailyAggregates(owner: Database, slot: Slot): Promise<void> {
  const marts = `marts_${slot}`;
  await owner.raw(`truncate ${["sales", "category", "shop", "vendor"].map((name) => `${marts}.agg_daily_${name}`).join(", ")}`);
  await owner.raw(`
    insert into ${marts}.agg_daily_sales (sale_date, country, customer_type, line_kind, product_id, currency, revenue, units_sold, lines, refunds, refund_lines)
    select day, country, customer_type, line_kind, product_id, currency, sum(revenue), sum(units), sum(lines), sum(refunds), sum(refund_lines)
    from (
      select placed_date as day, country, customer_type, line_kind, product_id, currency, amount as revenue, units_sold as units, 1 as lines, 0 as refunds, 0 as refund_lines from ${marts}.fct_order_lines
      union all select refunded_date, country, customer_type, line_kind, product_id, currency, 0, 0, 0, amount, 1 from ${marts}.fct_refunds
    ) moved group by 1, 2, 3, 4, 5, 6`);
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
    insert into ${marts}.agg_daily_vendor (date_day, vendor_id, vendor, currency, revenue, units_sold, refunds, vendor_orders, commission, share)
    select placed_date, vendor_id, max(vendor), currency, 0, 0, 0, count(*), sum(commission), sum(share) from ${marts}.fct_vendor_orders group by 1, 2, 4`);
}
