import type { Defect } from "./defects.ts";

// What a shop may really have done, or may not: the build is published, and the check says so. The SQL is over what is about to be checked;
// `$marts` and `$features` are the build's. It is empty where the defect before it shows in this check, too.

const yesterday = "(select business_as_of::date - 1 from ops.slot_state where slot = '$slot')";
/** As many more rows of a table, each like one that is there. */
const more = (table: string, rows: string, changes: string, where = "true") => `insert into $marts.${table}
  select (jsonb_populate_record(t, jsonb_build_object(${changes}))).* from (select one as t from $marts.${table} one where ${where} limit 1) pattern, ${rows}`;
const AT_ONE_MOMENT = "'placed_at', $yesterday + time '10:00', 'placed_date', $yesterday";
const LINE = "'line_id', uuidv7(), 'line_kind', 'PRODUCT', 'placed_at', day + time '10:00', 'placed_date', day, 'quantity', 1, 'units_sold', 1";

/** Found in one build together. */
export const TOLD_DEFECTS: readonly Defect[] = [
  { suite: "marts.dim_products", check: "most products keep their category", sql: "update $marts.dim_products set category_id = uuidv7()" },
  { suite: "marts.dim_products", check: "most products keep their vendor", sql: "update $marts.dim_products set vendor_id = uuidv7()" },
  { suite: "marts.dim_products", check: "most products keep their name", sql: "update $marts.dim_products set name = 'Product'" },
  { suite: "marts.dim_products", check: "not all products are called the same", sql: "" },
  { suite: "marts.dim_products", check: "most products that were sold still are", sql: "update $marts.dim_products set status = 'ARCHIVED'" },
  { suite: "marts.dim_products", check: "prices are of the size they were", sql: "update $marts.dim_products set unit_price = unit_price * 100" },
  { suite: "marts.dim_products", check: "products do not multiply", sql: more("dim_products", "generate_series(1, 200)", "'product_id', uuidv7(), 'slug', uuidv7()") },
  { suite: "marts.dim_product_variants", check: "what had a price still has one", sql: "update $marts.dim_product_variants set unit_price = null, currency = null" },
  { suite: "marts.dim_customers", check: "most customers keep their country", sql: "update $marts.dim_customers set country_code = 'ZW'" },
  { suite: "marts.dim_customers", check: "customers do not multiply", sql: more("dim_customers", "generate_series(1, 200)", "'user_id', uuidv7(), 'email_sha256', null") },
  { suite: "marts.rpt_customer_rfm", check: "not all customers are of one segment", sql: "update $marts.rpt_customer_rfm set segment = (select min(segment) from $marts.rpt_customer_rfm)" },
  {
    suite: "marts.fct_orders", check: "no customer places half of a day's orders",
    sql: more("fct_orders", "generate_series(1, 25)", `'order_id', uuidv7(), 'number', uuidv7(), 'state', 'CANCELLED', ${AT_ONE_MOMENT}`, "user_id is not null and revenue > 0"),
  },
  { suite: "marts.fct_orders", check: "half of a day's orders are not cancelled", sql: "" },
  { suite: "marts.fct_orders", check: "orders of a day are not placed at one moment", sql: "" },
  { suite: "marts.fct_orders", check: "nobody places the same order twice at one moment", sql: "" },
  {
    suite: "marts.fct_order_lines", check: "no product is half of a day's lines",
    sql: more("fct_order_lines", "generate_series(1, 60), (select $yesterday as day) d", LINE, "line_kind = 'PRODUCT'"),
  },
  {
    suite: "marts.fct_order_lines", check: "products are sold at prices of the size they were",
    sql: more("fct_order_lines", "(select product_id as p from $marts.dim_products order by 1 limit 8) p, (values ($yesterday - 20, 3), ($yesterday - 5, 300)) as d (day, price)", `${LINE}, 'product_id', p, 'amount', price`),
  },
  {
    suite: "marts.fct_refunds", check: "nobody is given the same back twice at one moment",
    sql: more("fct_refunds", "generate_series(1, 2)", "'refund_line_id', uuidv7(), 'refund_id', uuidv7(), 'refunded_at', $yesterday + time '10:00', 'refunded_date', $yesterday"),
  },
  {
    suite: "marts.fct_refunds", check: "nothing is given back before it is ordered",
    sql: "update $marts.fct_refunds r set refunded_at = o.placed_at - interval '9 days' from $marts.fct_orders o where o.order_id = r.order_id",
  },
  { suite: "marts.dim_customers", check: "nobody is registered after the cut", sql: "update $marts.dim_customers set registered_at = registered_at + interval '20 years'" },
  { suite: "marts.fct_inventory_movements", check: "no stock moves after the cut", sql: "update $marts.fct_inventory_movements set occurred_at = occurred_at + interval '20 years'" },
  {
    suite: "marts.fct_page_events", check: "events are not told twice",
    sql: more("fct_page_events", "generate_series(1, 60) n", "'event_id', uuidv7(), 'event_number', 1000 + n, 'occurred_at', $yesterday + time '10:00', 'event_date', $yesterday"),
  },
  { suite: "marts.fct_sessions", check: "visits do not vanish", sql: "delete from $marts.fct_sessions" },
  { suite: "features.customer_churn_features", check: "not everybody has the same past", sql: "update $features.customer_churn_features set recency_days = 30" },
  { suite: "features.customer_churn_features", check: "nothing of the past tells the label by itself", sql: "update $features.customer_churn_features set order_months = case when churned then 1 else 99 end" },
  { suite: "features.customer_ltv_features", check: "some customers spend again", sql: "update $features.customer_ltv_features set future_orders = 0, future_revenue = 0 where future_revenue is not null" },
  { suite: "features.product_demand_daily", check: "what was sold the day before is not what was sold", sql: "update $features.product_demand_daily set units_1d_ago = units" },
  { suite: "features.item_content_features", check: "products have several categories", sql: "update $features.item_content_features set category = 'Everything'" },
].map((defect) => ({ ...defect, sql: defect.sql.replaceAll("$yesterday", yesterday) }));

/** Of a batch `$1`, in one build; the last lets nothing of it be published. */
export const TOLD_OF_PREDICTIONS: readonly Defect[] = [
  { suite: "predictions.churn", check: "the batch is of the build's day", sql: "update predictions.batch set as_of = as_of - interval '60 days' where id = $1" },
  { suite: "predictions.churn", check: "a segment is a stretch of probabilities", sql: "update predictions.churn set probability = 0.9, segment = case when get_byte(uuid_send(user_id), 15) % 2 = 0 then 'LOW' else 'MEDIUM' end where batch_id = $1" },
  { suite: "predictions.churn", check: "the mean of all is near that of the published batch", sql: "update predictions.churn set probability = case segment when 'LOW' then 0.95 else 0.9 end where batch_id = $1" },
  {
    suite: "predictions.user_recommendations", check: "not everybody is recommended the same",
    sql: `with l as (delete from predictions.user_recommendations where batch_id = $1 returning *)
      insert into predictions.user_recommendations (batch_id, user_id, product_ids, scores) select batch_id, uuidv7(), product_ids, scores from (select * from l limit 1) one, generate_series(1, 60)`,
  },
  { suite: "predictions.popular_products", check: "every batch has one", sql: "delete from predictions.popular_products where batch_id = $1" },
];
