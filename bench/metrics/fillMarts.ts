import type { Database } from "#platform/db/database.ts";
import { fillDailyAggregates } from "#platform/testing/dailyAggregates.ts";

const LINES_EACH = 8;
const PRODUCTS = 5_000;
const CUSTOMERS = 200_000;
const VENDORS = 50;

/** An id of a kind by number, the same in every table. */
const id = (kind: number, n: string) => `('0193${kind.toString().padStart(4, "0")}-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

/** A number from 0 that has nothing to do with the one beside it: people come back after any number of days. */
const scattered = (n: string, below: number) => `(hashint8(${n}) & 2147483647)::bigint % ${below}`;

/** Synthetic rows of two years in the shape of the marts: two currencies, ten countries, every tenth order a guest's, one refund in twenty. */
export async function fillMarts(owner: Database, lines: number): Promise<{ lines: number; orders: number; vendorIds: readonly string[] }> {
  const orders = Math.ceil(lines / LINES_EACH);
  // A point in time each: evenly over the two years, the numbers of the orders going up with it.
  const at = `timestamp '2024-01-01' + (n * 731.0 / ${orders})::float8 * interval '1 day'`;
  const common = `case when n % 10 = 0 then null else ${id(2, scattered("n", CUSTOMERS))} end as user_id, case when n % 10 = 0 then 'GUEST' else 'REGISTERED' end as customer_type,
    'XX' as country_code, 'Country ' || (n * 31) % 10 as country, case when n % 5 = 0 then 'EUR' else 'GBP' end as currency, (${at}) at time zone 'UTC' as placed_at, (${at})::date as placed_date`;
  await owner.raw(`insert into marts_a.fct_order_lines (line_id, order_id, line_kind, product_id, variant_id, code, name, user_id, customer_type, country_code, country, currency, placed_at, placed_date,
      quantity, units_sold, amount, charge_kind, vendor_id, discount, tax, tax_included)
    select ${id(1, "l")}, ${id(3, "n")}, case when l % ${LINES_EACH} = 0 then 'CHARGE' else 'PRODUCT' end, p, p, 'X', 'x', user_id, customer_type, country_code, country, currency, placed_at, placed_date,
      1 + l % 5, case when l % ${LINES_EACH} = 0 then 0 else 1 + l % 5 end, ((l * 37) % 10000 + 100) / 100.0, case when l % ${LINES_EACH} = 0 then 'SHIPPING' end, case when p is not null then ${id(5, `((l * 6151) % ${PRODUCTS}) % ${VENDORS}`)} end, 0, 0, 0
    from (select l, n, case when l % ${LINES_EACH} <> 0 then ${id(4, `(l * 6151) % ${PRODUCTS}`)} end as p, ${common}
      from generate_series(0::bigint, $1::bigint - 1) l, lateral (select l / ${LINES_EACH} as n) o) made`, [lines]);
  await owner.raw(`insert into marts_a.fct_orders (order_id, number, user_id, customer_type, state, country_code, country, currency, placed_at, placed_date, revenue, units_sold, charges, total, lines, discounts, shipping, tax, tax_included)
    select order_id, 'S', min(user_id::text)::uuid, min(customer_type), 'PAID', min(country_code), min(country), min(currency), min(placed_at), min(placed_date), sum(amount), sum(units_sold),
      sum(case when line_kind = 'CHARGE' then amount else 0 end), sum(amount), count(*), 0, sum(case when line_kind = 'CHARGE' then amount else 0 end), 0, 0
    from marts_a.fct_order_lines group by order_id`);
  await owner.raw(`insert into marts_a.fct_refunds (refund_line_id, refund_id, order_id, line_kind, product_id, code, user_id, customer_type, country_code, country, currency, refunded_at, refunded_date, quantity, amount, match_quality)
    select line_id, line_id, order_id, line_kind, product_id, code, user_id, customer_type, country_code, country, currency, placed_at + interval '5 days', placed_date + 5, 1, amount, 'REFERENCED'
    from marts_a.fct_order_lines where abs(hashtext(line_id::text)) % 20 = 0`);
  await owner.raw(`insert into marts_a.dim_products (product_id, sku, slug, name, status, category, category_path, vendor_id, category_id, unit_price, currency, pictures, review_count, wishlist_count)
    select ${id(4, "n")}, 'X' || n, 'product-' || n, 'Product ' || n, 'ACTIVE', 'Category ' || n % 40, 'Category ' || n % 40, ${id(5, `n % ${VENDORS}`)}, ${id(6, "n % 40")}, 1, 'GBP', 0, 0, 0 from generate_series(0::bigint, ${PRODUCTS - 1}) n`);
  await owner.raw(`insert into marts_a.dim_customers (user_id, is_email_verified, country, registered_at, first_order_at, last_order_at, orders, revenue, refunds, agrees_to_marketing, agrees_to_personalisation, agrees_to_analytics, sessions, wishlist_size, review_count)
    select user_id, true, min(country), min(placed_at), min(placed_at), max(placed_at), count(*), sum(revenue), 0, false, false, false, 0, 0, 0 from marts_a.fct_orders where user_id is not null group by user_id`);
  await fillDailyAggregates(owner, "a");
  await owner.raw("vacuum analyze");
  const { rows } = await owner.raw<{ vendor_id: string }>("select distinct vendor_id::text from marts_a.dim_products order by 1 limit 1");
  return { lines, orders, vendorIds: rows.map((row) => row.vendor_id) };
}
