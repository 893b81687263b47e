// Generated from the contracts in dbt_project/models/features; "npm run gen" writes it.

/** What was known of a customer at the start of a day, and whether they ordered in the 90 days after. Only orders before that instant count; as-of days are the build's business day and every thirtieth day back from 91 days before it. Grain: one row per customer and as-of day. */
export interface CustomerChurnFeaturesRow {
  /** The customer. */
  user_id: string;
  /** The day; everything is known at its start, 00:00 UTC. */
  as_of_date: string;
  /** From when on the row with its label is known. */
  available_ts: Date;
  /** as_of_date is the build's business day. */
  is_current: boolean;
  /** Days since the last order day, at least 1. */
  recency_days: number;
  /** Days since the first order day. */
  tenure_days: number;
  /** Orders. */
  frequency: bigint;
  /** Different days with an order. */
  order_days: bigint;
  /** Different months with an order. */
  order_months: bigint;
  /** Gross at placing, charges included, major units. */
  monetary: string;
  /** Orders of the last 30 days. */
  orders_30d: bigint;
  /** Orders of the last 90 days. */
  orders_90d: bigint;
  /** Orders of the last 180 days. */
  orders_180d: bigint;
  /** Orders of the last 365 days. */
  orders_365d: bigint;
  /** Gross of the last 90 days, 0 where none. */
  monetary_90d: string;
  /** Gross of the last 365 days, 0 where none. */
  monetary_365d: string;
  /** Orders from 365 to 275 days ago: the 90 days ahead, a year earlier. */
  same_season_orders: bigint;
  /** Share of orders placed from September to December, six digits. */
  autumn_share: number;
  /** Sum over orders of exp(-age in days / 30), six digits. */
  decayed_orders_30: number;
  /** Sum over orders of exp(-age in days / 90), six digits. */
  decayed_orders_90: number;
  /** Sum over orders of exp(-age in days / 180), six digits. */
  decayed_orders_180: number;
  /** (tenure - recency) / (order_days - 1), six digits, null with one order day. */
  mean_gap_days: number | null;
  /** Longest gap between neighbouring order days, null with one order day. */
  max_gap_days: number | null;
  /** Length of the label's window, 90. */
  label_window_days: number;
  /** No order in the 90 days from the as-of day on; null while that is not yet known. */
  churned: boolean | null;
}

/** Columns of customer_churn_features as a statement's row names them. */
export const customerChurnFeaturesColumns = {
  user_id: "uuid",
  as_of_date: "date",
  available_ts: "timestamptz",
  is_current: "bool",
  recency_days: "int4",
  tenure_days: "int4",
  frequency: "int8",
  order_days: "int8",
  order_months: "int8",
  monetary: "numeric",
  orders_30d: "int8",
  orders_90d: "int8",
  orders_180d: "int8",
  orders_365d: "int8",
  monetary_90d: "numeric",
  monetary_365d: "numeric",
  same_season_orders: "int8",
  autumn_share: "float8",
  decayed_orders_30: "float8",
  decayed_orders_90: "float8",
  decayed_orders_180: "float8",
  mean_gap_days: "float8?",
  max_gap_days: "int4?",
  label_window_days: "int4",
  churned: "bool?",
} as const;

/** Which product a known customer bought on which order. Grain: one row per order and product. */
export interface UserItemInteractionsRow {
  /** The customer. */
  user_id: string;
  /** The product. */
  product_id: string;
  /** The order. */
  order_id: string;
  /** When it was ordered, business time. */
  purchased_at: Date;
  /** From when on a model may know the row. */
  available_ts: Date;
  /** Units on the order. */
  quantity: bigint;
  /** Gross of the product on the order, major units. */
  amount: string;
}

/** Columns of user_item_interactions as a statement's row names them. */
export const userItemInteractionsColumns = {
  user_id: "uuid",
  product_id: "uuid",
  order_id: "uuid",
  purchased_at: "timestamptz",
  available_ts: "timestamptz",
  quantity: "int8",
  amount: "numeric",
} as const;
