const CHANGES = "It asks raw which versions changed, which staging, that shows rows as of the cut, has left out.";
const VERSIONS = "It is made of raw's versions, which staging, that shows rows as of the cut, has left out (docs/decisions/0027).";
const BOTH = "Its versions are read beside the rows as of the cut: for changes and history, not to clean them elsewhere.";

/** What may break a rule, and why: by rule, by offender. One that is no longer needed is a violation too. */
export const EXCEPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  direct_join_to_source: { int_changed_orders: CHANGES, int_changed_products: CHANGES, int_changed_stock: CHANGES, int_changed_visits: CHANGES, fct_inventory_daily: VERSIONS, fct_order_status_changes: VERSIONS },
  marts_or_intermediate_on_source: {
    int_changed_orders: CHANGES, int_changed_products: CHANGES, int_changed_stock: CHANGES, int_changed_visits: CHANGES, fct_inventory_daily: VERSIONS,
    fct_order_status_changes: VERSIONS, snap_customers: VERSIONS, snap_inventory_policy: VERSIONS, snap_products: VERSIONS, snap_vendors: VERSIONS,
  },
  multiple_sources_joined: {
    int_changed_orders: CHANGES, int_changed_stock: CHANGES,
  },
  source_fan_out: {
    catalog__products: BOTH, catalog__stock_levels: BOTH, catalog__stock_movements: BOTH, events__behaviour_events: BOTH, orders__order_charges: BOTH,
    orders__order_lines: BOTH, orders__orders: BOTH, orders__refund_lines: BOTH, orders__refunds: BOTH, orders__vendor_orders: BOTH, users__users: BOTH, users__vendors: BOTH,
  },
  intermediate_on_marts: {
    int_changed_products: "The lines of a changed order are found by the mart's index; staging would read a million rows for them.",
    int_conversion_paths: "Touches and orders are facts that people read, and paths of both are read by two marts more.",
  },
  model_fan_out: {
    int_changed_orders: "Every model that merges asks it what to make anew; a model between would say the same again.",
    int_orders_located: "Whatever happens to an order is told with its country and day; a model between would say the same again.",
  },
  too_many_joins: {
    dim_customers: "Each count of a person comes from another table, one row per person each.",
    dim_products: "Each count of a product comes from another table, one row per product each.",
    rpt_reconciliation_daily: "Three voices are compared, and each is written in two or three tables.",
  },
};
