// Generated from meta stale_after_minutes in dbt_project; "npm run gen" writes it.

/** Minutes that may pass between the shop and what a table tells of it, by mart and feature table. */
export const STALE_AFTER_MINUTES: Readonly<Record<string, number>> = {
  agg_daily_sales: 60,
  dim_customers: 60,
  dim_date: 60,
  dim_inventory: 60,
  dim_products: 60,
  dim_promotions: 60,
  fct_discounts: 60,
  fct_fulfilments: 60,
  fct_order_lines: 60,
  fct_orders: 60,
  fct_payments: 60,
  fct_refunds: 60,
  fct_returns: 60,
  fct_vendor_orders: 60,
  rpt_cohorts_monthly: 60,
  rpt_customer_rfm: 60,
  rpt_funnel_daily: 60,
  customer_churn_features: 1560,
  user_item_interactions: 1560,
};
