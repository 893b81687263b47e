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
  /** ISO 4217 of the amounts: the currency of most of the customer's orders before the as-of day, then of most money. */
  currency: string;
  /** Gross at placing in this currency, charges included, major units. */
  monetary: string;
  /** Orders of the last 30 days. */
  orders_30d: bigint;
  /** Orders of the last 90 days. */
  orders_90d: bigint;
  /** Orders of the last 180 days. */
  orders_180d: bigint;
  /** Orders of the last 365 days. */
  orders_365d: bigint;
  /** Gross of the last 90 days in this currency, 0 where none. */
  monetary_90d: string;
  /** Gross of the last 365 days in this currency, 0 where none. */
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
  currency: "text",
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

/** What was known of a customer's spending at the start of a day, and what they spent in the 180 days after. As-of days are the build's business day and every sixtieth day back from 180 days before it. Grain: one row per customer, currency and as-of day. */
export interface CustomerLtvFeaturesRow {
  /** The customer. */
  user_id: string;
  /** ISO 4217. */
  currency: string;
  /** The day; everything but the label is known at its start, 00:00 UTC. */
  as_of_date: string;
  /** From when on the row with its label is known. */
  available_ts: Date;
  /** as_of_date is the build's business day. */
  is_current: boolean;
  /** Days since the last order day, at least 1. */
  recency_days: number;
  /** Days since the first order day. */
  tenure_days: number;
  /** Different days with an order. */
  order_days: bigint;
  /** Orders. */
  orders: bigint;
  /** Units ordered. */
  units: bigint;
  /** Gross at placing, charges included, major units. */
  revenue: string;
  /** Gross of the last 90 days. */
  revenue_90d: string;
  /** Gross of the last 365 days. */
  revenue_365d: string;
  /** revenue / orders, four digits. */
  average_order: string;
  /** (tenure - recency) / (order_days - 1), six digits, null with one order day. */
  mean_gap_days: number | null;
  /** Given back before the day, major units. */
  refunds: string;
  /** Length of the label's window, 180. */
  label_window_days: number;
  /** Orders in the 180 days from the as-of day on; null while that is not yet known. */
  future_orders: bigint | null;
  /** Gross of those orders; null while that is not yet known. */
  future_revenue: string | null;
}

/** Columns of customer_ltv_features as a statement's row names them. */
export const customerLtvFeaturesColumns = {
  user_id: "uuid",
  currency: "text",
  as_of_date: "date",
  available_ts: "timestamptz",
  is_current: "bool",
  recency_days: "int4",
  tenure_days: "int4",
  order_days: "int8",
  orders: "int8",
  units: "int8",
  revenue: "numeric",
  revenue_90d: "numeric",
  revenue_365d: "numeric",
  average_order: "numeric",
  mean_gap_days: "float8?",
  refunds: "numeric",
  label_window_days: "int4",
  future_orders: "int8?",
  future_revenue: "numeric?",
} as const;

/** What was known of an order when it was placed, and what came of it ninety days later. Grain: one row per order. */
export interface FraudOrderFeaturesRow {
  /** The order. */
  order_id: string;
  /** The customer, null for guests. */
  user_id: string | null;
  /** When it was placed. */
  placed_at: Date;
  /** The same: all but the label is known then. */
  available_ts: Date;
  /** Nobody was logged in. */
  is_guest: boolean;
  /** ISO 4217. */
  currency: string;
  /** Gross at placing, charges included, major units. */
  revenue: string;
  /** Units of products. */
  units_sold: bigint;
  /** Lines, those of charges too. */
  lines: bigint;
  /** What discounts took off of the gross, six digits; null where the gross is 0. */
  discount_share: string | null;
  /** Postage, major units. */
  shipping: string;
  /** Hour of the UTC day, 0 to 23. */
  hour_of_day: number;
  /** 1 Monday .. 7 Sunday. */
  day_of_week: number;
  /** Hours since the account was made, three digits; null for guests. */
  account_age_hours: string | null;
  /** Orders of the account up to a second before. */
  earlier_orders: bigint;
  /** The account has ordered before, but never to this country. */
  is_new_country: boolean;
  /** Orders of the account in the 24 hours before. */
  orders_24h: bigint;
  /** Orders of the account in the seven days before. */
  orders_7d: bigint;
  /** Seconds since the account's order before, null without one. */
  seconds_since_order: bigint | null;
  /** revenue to the mean of the account's earlier orders in the currency, four digits; null without one. */
  times_usual_order: string | null;
  /** Refunds that the account had been given before. */
  earlier_refunds: bigint;
  /** Ninety days later: from then on the label is known. */
  label_available_ts: Date;
  /** The buyer's bank took the money back, or tried to, within ninety days; null while that is not yet known. */
  was_disputed: boolean | null;
  /** Part of the gross that was given back within ninety days, six digits; null while that is not yet known or the gross is 0. */
  refunded_share: string | null;
}

/** Columns of fraud_order_features as a statement's row names them. */
export const fraudOrderFeaturesColumns = {
  order_id: "uuid",
  user_id: "uuid?",
  placed_at: "timestamptz",
  available_ts: "timestamptz",
  is_guest: "bool",
  currency: "text",
  revenue: "numeric",
  units_sold: "int8",
  lines: "int8",
  discount_share: "numeric?",
  shipping: "numeric",
  hour_of_day: "int4",
  day_of_week: "int4",
  account_age_hours: "numeric?",
  earlier_orders: "int8",
  is_new_country: "bool",
  orders_24h: "int8",
  orders_7d: "int8",
  seconds_since_order: "int8?",
  times_usual_order: "numeric?",
  earlier_refunds: "int8",
  label_available_ts: "timestamptz",
  was_disputed: "bool?",
  refunded_share: "numeric?",
} as const;

/** What a product is, as known at the build: for new products nobody has bought yet. Grain: one row per product. */
export interface ItemContentFeaturesRow {
  /** The product. */
  product_id: string;
  /** Business time of the build, at which all of the row is known. */
  available_ts: Date;
  /** Name of the product. */
  product_name: string;
  /** Name of its category. */
  category: string | null;
  /** Names of its categories from the root, joined by ' > '. */
  category_path: string | null;
  /** Name of its brand. */
  brand: string | null;
  /** Its type. */
  product_type: string | null;
  /** Who sells it. */
  vendor_id: string | null;
  /** It is for sale. */
  is_active: boolean;
  /** ISO 4217 of its current price. */
  currency: string | null;
  /** Current price, major units. */
  unit_price: string | null;
  /** Its price to the mean of its category in the same currency, four digits. */
  price_in_category: string | null;
  /** Pictures that are ready. */
  pictures: bigint;
  /** Mean rating of published reviews, null without one. */
  rating_average: string | null;
  /** Published reviews. */
  review_count: bigint;
  /** Wish lists with it. */
  wishlist_count: bigint;
  /** Days since it was first published, null where it never was. */
  days_published: number | null;
}

/** Columns of item_content_features as a statement's row names them. */
export const itemContentFeaturesColumns = {
  product_id: "uuid",
  available_ts: "timestamptz",
  product_name: "text",
  category: "text?",
  category_path: "text?",
  brand: "text?",
  product_type: "text?",
  vendor_id: "uuid?",
  is_active: "bool",
  currency: "text?",
  unit_price: "numeric?",
  price_in_category: "numeric?",
  pictures: "int8",
  rating_average: "numeric?",
  review_count: "int8",
  wishlist_count: "int8",
  days_published: "int4?",
} as const;

/** Which products are bought together, of baskets of two to twenty-five products in the ninety-one days before the business day. Fifty for each product. Grain: one row per ordered pair of products bought together twice or more. */
export interface ItemCopurchaseRow {
  /** The product. */
  product_id: string;
  /** The product bought with it. */
  other_product_id: string;
  /** Begin of the business day: no order of that day counts. */
  available_ts: Date;
  /** 1 what is bought with it most .. 50. */
  place: bigint;
  /** Orders with both. */
  orders: bigint;
  /** Orders with the product. */
  product_orders: bigint;
  /** Orders with the other. */
  other_orders: bigint;
  /** Units of the other in the orders with both. */
  other_units: bigint;
  /** orders / product_orders, six digits. */
  confidence: string;
  /** How much more often than by chance, six digits: 1 is chance. */
  lift: string;
}

/** Columns of item_copurchase as a statement's row names them. */
export const itemCopurchaseColumns = {
  product_id: "uuid",
  other_product_id: "uuid",
  available_ts: "timestamptz",
  place: "int8",
  orders: "int8",
  product_orders: "int8",
  other_orders: "int8",
  other_units: "int8",
  confidence: "numeric",
  lift: "numeric",
} as const;

/** What was sold of each product at which price, by week that is over. Grain: one row per product, currency and ISO week with a sale. */
export interface PriceElasticityPanelRow {
  /** The product. */
  product_id: string;
  /** ISO 4217. */
  currency: string;
  /** Monday of the week. */
  week_start: string;
  /** From when on the row is known: the end of the week. */
  available_ts: Date;
  /** Orders with it. */
  orders: bigint;
  /** Units sold; those given away at no price are left out. */
  units: bigint;
  /** Gross at placing, major units. */
  revenue: string;
  /** revenue / units, four digits. */
  average_price: string;
  /** What discounts took off of the revenue, six digits. */
  discount_share: string;
}

/** Columns of price_elasticity_panel as a statement's row names them. */
export const priceElasticityPanelColumns = {
  product_id: "uuid",
  currency: "text",
  week_start: "date",
  available_ts: "timestamptz",
  orders: "int8",
  units: "int8",
  revenue: "numeric",
  average_price: "numeric",
  discount_share: "numeric",
} as const;

/** What was sold of each product on each of the ninety-one days before the business day, days without a sale too, with what was known of its sales when the day began and whether there was any to sell: no sale of a day without stock is no lack of demand. Grain: one row per product, currency and day. */
export interface ProductDemandDailyRow {
  /** The product. */
  product_id: string;
  /** ISO 4217; sales of several currencies are demand of their own. */
  currency: string;
  /** UTC day. */
  demand_date: string;
  /** From when on the row is known: the end of the day. All but units, price and stock is known when the day begins. */
  available_ts: Date;
  /** 1 Monday .. 7 Sunday. */
  day_of_week: number;
  /** 1 to 12. */
  month: number;
  /** The last day of its month. */
  is_month_end: boolean;
  /** A bank holiday of England and Wales; known from 2009 to 2030. */
  is_uk_bank_holiday: boolean;
  /** Days since the first sale ever in the currency. */
  days_since_first_sale: number;
  /** Units of the day before; null before the first sale. */
  units_1d_ago: bigint | null;
  /** Units seven days before; null before the first sale. */
  units_7d_ago: bigint | null;
  /** Units fourteen days before; null before the first sale. */
  units_14d_ago: bigint | null;
  /** Units twenty-eight days before; null before the first sale. */
  units_28d_ago: bigint | null;
  /** Units of the seven days before. */
  units_7d: bigint;
  /** Units of the twenty-eight days before. */
  units_28d: bigint;
  /** Mean price of a unit in those twenty-eight days, four digits; null where none was sold. */
  price_28d: string | null;
  /** Units of the day: what a forecast is to tell. */
  units: bigint;
  /** Mean price of a unit on the day, four digits; null where none was sold. */
  price: string | null;
  /** Of the product's variants with counted stock, the part that could not be had at the end of the day, four digits; null for products and days without counted stock. */
  stocked_out_share: string | null;
  /** Whether none of them could be had: demand was at least the units, and a model leaves the day out. Null where stock was not counted, which is neither. */
  is_stocked_out: boolean | null;
}

/** Columns of product_demand_daily as a statement's row names them. */
export const productDemandDailyColumns = {
  product_id: "uuid",
  currency: "text",
  demand_date: "date",
  available_ts: "timestamptz",
  day_of_week: "int4",
  month: "int4",
  is_month_end: "bool",
  is_uk_bank_holiday: "bool",
  days_since_first_sale: "int4",
  units_1d_ago: "int8?",
  units_7d_ago: "int8?",
  units_14d_ago: "int8?",
  units_28d_ago: "int8?",
  units_7d: "int8",
  units_28d: "int8",
  price_28d: "numeric?",
  units: "int8",
  price: "numeric?",
  stocked_out_share: "numeric?",
  is_stocked_out: "bool?",
} as const;

/** Products that were looked at after a search of the ninety-one days before the business day, with what was known of them when its day began, and how far it went. Grain: one row per search and product looked at after it. */
export interface SearchRankingFeaturesRow {
  /** The search. */
  event_id: string;
  /** Business time of the search. */
  searched_at: Date;
  /** The product. */
  product_id: string;
  /** SHA-256 of what was searched for, in small letters. */
  query_hash: string;
  /** Begin of the day of the search: all but results, position and grade was known then. */
  features_available_ts: Date;
  /** From when on the row with its grade is known: the end of that day. */
  available_ts: Date;
  /** How many products were found, null where not said. */
  results: bigint | null;
  /** The place in the list from which it was opened, from 1; null where not known. */
  position: bigint | null;
  /** Looks at it after the same search, on days before; from the ninety-one days. */
  earlier_query_clicks: bigint;
  /** Looks at it by anybody, on days before. */
  earlier_views: bigint;
  /** Times that it was put into a cart by anybody, on days before. */
  earlier_carts: bigint;
  /** earlier_carts / earlier_views, six digits; null where nobody had looked at it. */
  earlier_cart_share: string | null;
  /** 1 looked at, 2 put into the cart, 3 put into the cart by a session that went on to buy, on the same day. */
  grade: number;
}

/** Columns of search_ranking_features as a statement's row names them. */
export const searchRankingFeaturesColumns = {
  event_id: "uuid",
  searched_at: "timestamptz",
  product_id: "uuid",
  query_hash: "text",
  features_available_ts: "timestamptz",
  available_ts: "timestamptz",
  results: "int8?",
  position: "int8?",
  earlier_query_clicks: "int8",
  earlier_views: "int8",
  earlier_carts: "int8",
  earlier_cart_share: "numeric?",
  grade: "int4",
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
