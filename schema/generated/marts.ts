// Generated from the contracts in dbt_project/models/marts; "npm run gen" writes it.

/** Sales and refunds by day, country, kind of customer and product; charges have no product. Grain: one row per sale_date, country, customer_type, line_kind and product_id. */
export interface AggDailySalesRow {
  /** UTC day of the order or of the refund. */
  sale_date: string;
  /** English name of the country, Unspecified where unknown. */
  country: string;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** PRODUCT or CHARGE. */
  line_kind: string;
  /** The product, null for charges. */
  product_id: string | null;
  /** Gross at placing of the day's orders, major units. */
  revenue: string;
  /** Units of goods of the day's orders. */
  units_sold: bigint;
  /** Given back on the day, major units. */
  refunds: string;
}

/** Columns of agg_daily_sales as a statement's row names them. */
export const aggDailySalesColumns = {
  sale_date: "date",
  country: "text",
  customer_type: "text",
  line_kind: "text",
  product_id: "uuid?",
  revenue: "numeric",
  units_sold: "int8",
  refunds: "numeric",
} as const;

/** Everybody with an account, with what they bought and gave back over all time. No names, no addresses. Grain: one row per account. */
export interface DimCustomersRow {
  /** The account. */
  user_id: string;
  /** SHA-256 of the lower-case e-mail address, hex; null for who came in by an identity provider that vouches for none. */
  email_sha256: string | null;
  /** Whether the person has shown that the address is theirs. */
  is_email_verified: boolean;
  /** ISO 3166-1 alpha-2, null where no code is known. */
  country_code: string | null;
  /** English name of the country, Unspecified where unknown. */
  country: string;
  /** When the account was made, business time. */
  registered_at: Date;
  /** First order, null before it. */
  first_order_at: Date | null;
  /** Latest order, null before the first. */
  last_order_at: Date | null;
  /** Orders placed, whatever became of them. */
  orders: bigint;
  /** Gross at placing, charges included, major units. */
  revenue: string;
  /** Given back, major units. */
  refunds: string;
  /** Whether offers may be mailed. */
  agrees_to_marketing: boolean;
  /** Whether the shop may show what it believes the person likes. */
  agrees_to_personalisation: boolean;
  /** Whether visits may be counted under the account. */
  agrees_to_analytics: boolean;
  /** Logins. */
  sessions: bigint;
  /** Products on the person's lists of wishes; one on two lists counts twice. */
  wishlist_size: bigint;
  /** Reviews the person wrote, whatever became of them. */
  review_count: bigint;
}

/** Columns of dim_customers as a statement's row names them. */
export const dimCustomersColumns = {
  user_id: "uuid",
  email_sha256: "text?",
  is_email_verified: "bool",
  country_code: "text?",
  country: "text",
  registered_at: "timestamptz",
  first_order_at: "timestamptz?",
  last_order_at: "timestamptz?",
  orders: "int8",
  revenue: "numeric",
  refunds: "numeric",
  agrees_to_marketing: "bool",
  agrees_to_personalisation: "bool",
  agrees_to_analytics: "bool",
  sessions: "int8",
  wishlist_size: "int8",
  review_count: "int8",
} as const;

/** Calendar of UTC days, from the year of the first order to the end of the year of the build. Grain: one row per day. */
export interface DimDateRow {
  /** The day. */
  date_day: string;
  /** Calendar year. */
  year: number;
  /** 1..4. */
  quarter: number;
  /** 1..12. */
  month: number;
  /** First day of its month. */
  month_start: string;
  /** Year of the ISO week. */
  iso_year: number;
  /** 1..53, ISO 8601. */
  iso_week: number;
  /** Monday of its ISO week. */
  week_start: string;
  /** 1 Monday .. 7 Sunday. */
  day_of_week: number;
  /** Saturday or Sunday. */
  is_weekend: boolean;
}

/** Columns of dim_date as a statement's row names them. */
export const dimDateColumns = {
  date_day: "date",
  year: "int4",
  quarter: "int4",
  month: "int4",
  month_start: "date",
  iso_year: "int4",
  iso_week: "int4",
  week_start: "date",
  day_of_week: "int4",
  is_weekend: "bool",
} as const;

/** What stands where at the cut. Grain: one row per variant and warehouse. */
export interface DimInventoryRow {
  /** The variant. */
  variant_id: string;
  /** The warehouse. */
  warehouse_id: string;
  /** Its product. */
  product_id: string;
  /** Stock keeping unit. */
  sku: string;
  /** Code of the warehouse. */
  warehouse: string;
  /** Units on the shelf, held ones too. */
  on_hand: bigint;
  /** Of these, held for purchases under way. */
  reserved: bigint;
  /** What a buyer can still get. */
  available: bigint;
  /** Ordered and on their way. */
  incoming: bigint;
  /** When it changed, business time. */
  updated_at: Date;
}

/** Columns of dim_inventory as a statement's row names them. */
export const dimInventoryColumns = {
  variant_id: "uuid",
  warehouse_id: "uuid",
  product_id: "uuid",
  sku: "text",
  warehouse: "text",
  on_hand: "int8",
  reserved: "int8",
  available: "int8",
  incoming: "int8",
  updated_at: "timestamptz",
} as const;

/** Every product with its first variant's stock code and current price. Grain: one row per product. */
export interface DimProductsRow {
  /** The product. */
  product_id: string;
  /** Stock code of its first variant, null where it has none yet. */
  sku: string | null;
  /** Unique name for URLs. */
  slug: string;
  /** Display name. */
  name: string;
  /** DRAFT, ACTIVE or ARCHIVED. */
  status: string;
  /** Name of its category, null for none. */
  category: string | null;
  /** Names of the categories from the top of the tree down to its own, with ' > ' between; null for none. */
  category_path: string | null;
  /** Name of the brand, null where nobody says. */
  brand: string | null;
  /** What kind of thing it is, in the vendor's words; null where nobody says. */
  product_type: string | null;
  /** Who offers it, null for the shop itself. */
  vendor_id: string | null;
  /** Current price of its first variant in major units, exact, null where it has none. */
  unit_price: string | null;
  /** ISO 4217, null without a price. */
  currency: string | null;
  /** Pictures that are shown. */
  pictures: bigint;
  /** When it first went on sale, business time; null before. */
  published_at: Date | null;
  /** Mean of the stars of the reviews that are shown, to six digits; null without any. */
  rating_average: string | null;
  /** Reviews that are shown. */
  review_count: bigint;
  /** Lists of wishes that hold it. */
  wishlist_count: bigint;
}

/** Columns of dim_products as a statement's row names them. */
export const dimProductsColumns = {
  product_id: "uuid",
  sku: "text?",
  slug: "text",
  name: "text",
  status: "text",
  category: "text?",
  category_path: "text?",
  brand: "text?",
  product_type: "text?",
  vendor_id: "uuid?",
  unit_price: "numeric?",
  currency: "text?",
  pictures: "int8",
  published_at: "timestamptz?",
  rating_average: "numeric?",
  review_count: "int8",
  wishlist_count: "int8",
} as const;

/** Promotions and what they took off. Grain: one row per promotion. */
export interface DimPromotionsRow {
  /** The promotion. */
  promotion_id: string;
  /** What the people of the shop call it. */
  name: string;
  /** What buyers read. */
  label: string;
  /** PERCENTAGE_OFF, AMOUNT_OFF, BUY_X_GET_Y or FREE_SHIPPING. */
  kind: string;
  /** Whether a code has to be entered. */
  needs_code: boolean;
  /** EVERYONE, REGISTERED or FIRST_ORDER. */
  customers: string;
  /** Business time, null for always. */
  starts_at: Date | null;
  /** Business time, null for never. */
  ends_at: Date | null;
  /** Not switched off. */
  is_active: boolean;
  /** Made up for the demo shop. */
  is_demo: boolean;
  /** Orders it was used in. */
  orders: bigint;
  /** What it took off in all, major units. */
  discounts: string;
}

/** Columns of dim_promotions as a statement's row names them. */
export const dimPromotionsColumns = {
  promotion_id: "uuid",
  name: "text",
  label: "text",
  kind: "text",
  needs_code: "bool",
  customers: "text",
  starts_at: "timestamptz?",
  ends_at: "timestamptz?",
  is_active: "bool",
  is_demo: "bool",
  orders: "int8",
  discounts: "numeric",
} as const;

/** What promotions took off, with what the order knows. Grain: one row per promotion and line or shipping of an order. */
export interface FctDiscountsRow {
  /** The discount. */
  discount_id: string;
  /** Its order. */
  order_id: string;
  /** The promotion, null where none is recorded. */
  promotion_id: string | null;
  /** What the buyer read. */
  label: string;
  /** LINE or SHIPPING. */
  target: string;
  /** Position of the line, null for the shipping. */
  line_position: number | null;
  /** Who ordered, null for a guest. */
  user_id: string | null;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** ISO 3166-1 alpha-2, null where no code is known. */
  country_code: string | null;
  /** English name of the country, Unspecified where unknown. */
  country: string;
  /** ISO 4217. */
  currency: string;
  /** Business time. */
  placed_at: Date;
  /** UTC day of placed_at. */
  placed_date: string;
  /** Taken off, major units. */
  amount: string;
}

/** Columns of fct_discounts as a statement's row names them. */
export const fctDiscountsColumns = {
  discount_id: "uuid",
  order_id: "uuid",
  promotion_id: "uuid?",
  label: "text",
  target: "text",
  line_position: "int4?",
  user_id: "uuid?",
  customer_type: "text",
  country_code: "text?",
  country: "text",
  currency: "text",
  placed_at: "timestamptz",
  placed_date: "date",
  amount: "numeric",
} as const;

/** Parcels and how long they took. Grain: one row per parcel. */
export interface FctFulfilmentsRow {
  /** The parcel. */
  fulfilment_id: string;
  /** The order. */
  order_id: string;
  /** Who packs it, null for the shop. */
  vendor_id: string | null;
  /** CREATED, SHIPPED, DELIVERED or CANCELLED. */
  state: string;
  /** Who carries it, null until known. */
  carrier: string | null;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** English name of the country, Unspecified where unknown. */
  country: string;
  /** When the order was placed, business time. */
  placed_at: Date;
  /** When the parcel was packed, business time. */
  created_at: Date;
  /** UTC day of created_at. */
  created_date: string;
  /** Business time, null until then. */
  shipped_at: Date | null;
  /** Business time, null until then. */
  delivered_at: Date | null;
  /** Order lines in it. */
  lines: bigint;
  /** Units in it. */
  units: bigint;
  /** From the order to the shipment, hours to three decimals; null until shipped. */
  hours_to_ship: string | null;
  /** From shipment to delivery, hours to three decimals; null until delivered. */
  hours_under_way: string | null;
}

/** Columns of fct_fulfilments as a statement's row names them. */
export const fctFulfilmentsColumns = {
  fulfilment_id: "uuid",
  order_id: "uuid",
  vendor_id: "uuid?",
  state: "text",
  carrier: "text?",
  customer_type: "text",
  country: "text",
  placed_at: "timestamptz",
  created_at: "timestamptz",
  created_date: "date",
  shipped_at: "timestamptz?",
  delivered_at: "timestamptz?",
  lines: "int8",
  units: "int8",
  hours_to_ship: "numeric?",
  hours_under_way: "numeric?",
} as const;

/** Everything sold, products and charges, with what its order knows. Grain: one row per order line or charge. */
export interface FctOrderLinesRow {
  /** The line or charge. */
  line_id: string;
  /** Its order. */
  order_id: string;
  /** PRODUCT or CHARGE. */
  line_kind: string;
  /** What was sold, null for a charge. */
  product_id: string | null;
  /** Which variant of it, null for a charge. */
  variant_id: string | null;
  /** Stock code or code of the charge. */
  code: string;
  /** Text at placing. */
  name: string;
  /** Who ordered, null for a guest. */
  user_id: string | null;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** ISO 3166-1 alpha-2, null where no code is known. */
  country_code: string | null;
  /** English name of the country, Unspecified where unknown. */
  country: string;
  /** ISO 4217. */
  currency: string;
  /** Business time of the order. */
  placed_at: Date;
  /** UTC day of placed_at. */
  placed_date: string;
  /** Quantity on the line, positive. */
  quantity: bigint;
  /** Units of goods: the quantity, 0 for a charge. */
  units_sold: bigint;
  /** Quantity times unit price, exact, major units. */
  amount: string;
  /** SHIPPING, FEE, ADJUSTMENT, GIFT_VOUCHER or OTHER; null for a product. */
  charge_kind: string | null;
  /** Whose product it was when it was sold, null for the shop's own and for charges. */
  vendor_id: string | null;
  /** The line's share of the order's discounts, major units. */
  discount: string;
  /** Tax added to the line, major units. */
  tax: string;
  /** Tax contained in the line, major units. */
  tax_included: string;
}

/** Columns of fct_order_lines as a statement's row names them. */
export const fctOrderLinesColumns = {
  line_id: "uuid",
  order_id: "uuid",
  line_kind: "text",
  product_id: "uuid?",
  variant_id: "uuid?",
  code: "text",
  name: "text",
  user_id: "uuid?",
  customer_type: "text",
  country_code: "text?",
  country: "text",
  currency: "text",
  placed_at: "timestamptz",
  placed_date: "date",
  quantity: "int8",
  units_sold: "int8",
  amount: "numeric",
  charge_kind: "text?",
  vendor_id: "uuid?",
  discount: "numeric",
  tax: "numeric",
  tax_included: "numeric",
} as const;

/** Orders as they were placed, in every state: a cancelled one stays and is answered by its refund. Grain: one row per order. */
export interface FctOrdersRow {
  /** The order. */
  order_id: string;
  /** The number the customer sees. */
  number: string;
  /** Who ordered, null for a guest. */
  user_id: string | null;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** PLACED, PAID, IN_FULFILMENT, SHIPPED, DELIVERED, RETURNED or CANCELLED. */
  state: string;
  /** ISO 3166-1 alpha-2, null where no code is known. */
  country_code: string | null;
  /** English name of the country, Unspecified where unknown. */
  country: string;
  /** ISO 4217. */
  currency: string;
  /** Business time. */
  placed_at: Date;
  /** UTC day of placed_at. */
  placed_date: string;
  /** Sum of all lines, charges included, gross at placing, exact, major units. */
  revenue: string;
  /** Units of goods; charges count none. */
  units_sold: bigint;
  /** The part of the revenue that is charges, major units. */
  charges: string;
  /** What was asked for: the revenue rounded once to the currency, less discounts, plus added tax. */
  total: string;
  /** Lines and charges. */
  lines: bigint;
  /** Taken off lines and shipping, major units; 0 where none is known. */
  discounts: string;
  /** The part of the revenue that is postage and packing, before discounts, major units. */
  shipping: string;
  /** Added to the prices, major units; no part of the revenue. */
  tax: string;
  /** Contained in the prices, major units; 0 where it is not known. */
  tax_included: string;
}

/** Columns of fct_orders as a statement's row names them. */
export const fctOrdersColumns = {
  order_id: "uuid",
  number: "text",
  user_id: "uuid?",
  customer_type: "text",
  state: "text",
  country_code: "text?",
  country: "text",
  currency: "text",
  placed_at: "timestamptz",
  placed_date: "date",
  revenue: "numeric",
  units_sold: "int8",
  charges: "numeric",
  total: "numeric",
  lines: "int8",
  discounts: "numeric",
  shipping: "numeric",
  tax: "numeric",
  tax_included: "numeric",
} as const;

/** Money agreed to, taken and given back, one means of payment of an order a row. Grain: one row per payment. */
export interface FctPaymentsRow {
  /** The payment. */
  payment_id: string;
  /** Its order. */
  order_id: string;
  /** Who took the money. */
  provider: string;
  /** CARD or GIFT_CARD. */
  method: string;
  /** AUTHORIZED, CAPTURED, PARTIALLY_REFUNDED, REFUNDED, VOIDED or DISPUTED. */
  state: string;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** English name of the order's country, Unspecified where unknown. */
  country: string;
  /** ISO 4217. */
  currency: string;
  /** Business time. */
  paid_at: Date;
  /** UTC day of paid_at. */
  paid_date: string;
  /** What the buyer agreed to, major units; what was taken where that was not recorded. */
  authorized: string;
  /** Taken, major units. */
  captured: string;
  /** Given back, major units. */
  refunded: string;
  /** Made up by an importer or generator. */
  is_synthetic: boolean;
}

/** Columns of fct_payments as a statement's row names them. */
export const fctPaymentsColumns = {
  payment_id: "uuid",
  order_id: "uuid",
  provider: "text",
  method: "text",
  state: "text",
  customer_type: "text",
  country: "text",
  currency: "text",
  paid_at: "timestamptz",
  paid_date: "date",
  authorized: "numeric",
  captured: "numeric",
  refunded: "numeric",
  is_synthetic: "bool",
} as const;

/** What came back, line by line, on the day it came back. Grain: one row per refund line. */
export interface FctRefundsRow {
  /** The refund line. */
  refund_line_id: string;
  /** Its refund. */
  refund_id: string;
  /** The order behind it, null where none was found. */
  order_id: string | null;
  /** PRODUCT or CHARGE. */
  line_kind: string;
  /** What came back, null for a charge. */
  product_id: string | null;
  /** Stock code or code of the charge. */
  code: string;
  /** Who got the money, null for a guest. */
  user_id: string | null;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** ISO 3166-1 alpha-2, null where no code is known. */
  country_code: string | null;
  /** English name of the country, Unspecified where unknown. */
  country: string;
  /** ISO 4217. */
  currency: string;
  /** Business time. */
  refunded_at: Date;
  /** UTC day of refunded_at. */
  refunded_date: string;
  /** Units, positive. */
  quantity: bigint;
  /** Given back, positive, exact, major units. */
  amount: string;
  /** How the order was found: REFERENCED, EXACT, LATEST_OF_SEVERAL, PARTIAL or NONE. */
  match_quality: string;
}

/** Columns of fct_refunds as a statement's row names them. */
export const fctRefundsColumns = {
  refund_line_id: "uuid",
  refund_id: "uuid",
  order_id: "uuid?",
  line_kind: "text",
  product_id: "uuid?",
  code: "text",
  user_id: "uuid?",
  customer_type: "text",
  country_code: "text?",
  country: "text",
  currency: "text",
  refunded_at: "timestamptz",
  refunded_date: "date",
  quantity: "int8",
  amount: "numeric",
  match_quality: "text",
} as const;

/** What buyers sent back or asked to, line by line. Grain: one row per return and order line. */
export interface FctReturnsRow {
  /** The return. */
  return_id: string;
  /** The order line. */
  order_line_id: string;
  /** The order. */
  order_id: string;
  /** What comes back. */
  product_id: string;
  /** Whose product it was, null for the shop's own. */
  vendor_id: string | null;
  /** REQUESTED, APPROVED, RECEIVED, COMPLETED or REJECTED. */
  state: string;
  /** Something else is wanted in its place. */
  is_exchange: boolean;
  /** Whether the goods went back on the shelf, null until decided. */
  is_restocked: boolean | null;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** English name of the country, Unspecified where unknown. */
  country: string;
  /** Business time. */
  requested_at: Date;
  /** UTC day of requested_at. */
  requested_date: string;
  /** Business time, null until then. */
  received_at: Date | null;
  /** Units. */
  quantity: bigint;
}

/** Columns of fct_returns as a statement's row names them. */
export const fctReturnsColumns = {
  return_id: "uuid",
  order_line_id: "uuid",
  order_id: "uuid",
  product_id: "uuid",
  vendor_id: "uuid?",
  state: "text",
  is_exchange: "bool",
  is_restocked: "bool?",
  customer_type: "text",
  country: "text",
  requested_at: "timestamptz",
  requested_date: "date",
  received_at: "timestamptz?",
  quantity: "int8",
} as const;

/** What vendors sold, what the shop keeps of it and what is theirs. Grain: one row per order and vendor. */
export interface FctVendorOrdersRow {
  /** The vendor's part of the order. */
  vendor_order_id: string;
  /** The order. */
  order_id: string;
  /** The vendor. */
  vendor_id: string;
  /** The vendor's name. */
  vendor: string;
  /** The number the vendor sees. */
  number: string;
  /** Where the order stands. */
  order_state: string;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** English name of the country, Unspecified where unknown. */
  country: string;
  /** ISO 4217. */
  currency: string;
  /** Business time. */
  placed_at: Date;
  /** UTC day of placed_at. */
  placed_date: string;
  /** The lines at their prices, major units. */
  gross: string;
  /** Taken off, major units. */
  discount: string;
  /** Contained in the prices and owed to the state, major units. */
  tax_included: string;
  /** What the commission is taken of, major units. */
  net: string;
  /** The share the shop keeps, 0 to 1. */
  commission_rate: string;
  /** The shop's, major units. */
  commission: string;
  /** The vendor's at placing, major units. */
  share: string;
  /** Of net: given back to buyers, major units. */
  refunded_net: string;
  /** Of share: given back by the vendor, major units. */
  reversed: string;
}

/** Columns of fct_vendor_orders as a statement's row names them. */
export const fctVendorOrdersColumns = {
  vendor_order_id: "uuid",
  order_id: "uuid",
  vendor_id: "uuid",
  vendor: "text",
  number: "text",
  order_state: "text",
  customer_type: "text",
  country: "text",
  currency: "text",
  placed_at: "timestamptz",
  placed_date: "date",
  gross: "numeric",
  discount: "numeric",
  tax_included: "numeric",
  net: "numeric",
  commission_rate: "numeric",
  commission: "numeric",
  share: "numeric",
  refunded_net: "numeric",
  reversed: "numeric",
} as const;

/** Of the customers whose first order fell in a month, how many ordered again in each month after. Grain: one row per cohort and month. */
export interface RptCohortsMonthlyRow {
  /** First day of the month of the first order. */
  cohort_month: string;
  /** Months since then, 0 for the month itself. */
  month_index: number;
  /** Customers in the cohort. */
  cohort_size: bigint;
  /** Those of them who ordered in the month. */
  customers: bigint;
  /** customers / cohort_size, six digits. */
  retention: string;
  /** What they ordered in the month, gross at placing, major units. */
  revenue: string;
}

/** Columns of rpt_cohorts_monthly as a statement's row names them. */
export const rptCohortsMonthlyColumns = {
  cohort_month: "date",
  month_index: "int4",
  cohort_size: "int8",
  customers: "int8",
  retention: "numeric",
  revenue: "numeric",
} as const;

/** Recency, frequency and monetary value of every customer who ordered, in fifths, as of the build's business day. Grain: one row per customer with an order. */
export interface RptCustomerRfmRow {
  /** The customer. */
  user_id: string;
  /** Whole days from the latest order to the business day. */
  recency_days: number;
  /** Orders. */
  frequency: bigint;
  /** Gross at placing, charges included, major units. */
  monetary: string;
  /** 1 longest ago .. 5 latest. */
  r_score: number;
  /** 1 fewest .. 5 most orders. */
  f_score: number;
  /** 1 least .. 5 most money. */
  m_score: number;
  /** CHAMPION, LOYAL, AT_RISK, NEW, PROMISING, FADING or LOST. */
  segment: string;
}

/** Columns of rpt_customer_rfm as a statement's row names them. */
export const rptCustomerRfmColumns = {
  user_id: "uuid",
  recency_days: "int4",
  frequency: "int8",
  monetary: "numeric",
  r_score: "int4",
  f_score: "int4",
  m_score: "int4",
  segment: "text",
} as const;

/** How far visits came, by the day they began. A visit counts for a step when it did it or a later one. Grain: one row per UTC day with visits. */
export interface RptFunnelDailyRow {
  /** UTC day on which the visits began. */
  visit_date: string;
  /** Visits. */
  visits: bigint;
  /** Visits that searched. */
  searched: bigint;
  /** Visits that looked at a product, or did more. */
  viewed: bigint;
  /** Visits that put something into the cart, or did more. */
  added_to_cart: bigint;
  /** Visits that opened a checkout, or did more. */
  checkout_started: bigint;
  /** Visits that chose address and delivery, or did more. */
  delivery_chosen: bigint;
  /** Visits that chose a means of payment, or bought. */
  payment_chosen: bigint;
  /** Visits that bought. */
  purchased: bigint;
  /** Visits made up by a generator. */
  synthetic_visits: bigint;
}

/** Columns of rpt_funnel_daily as a statement's row names them. */
export const rptFunnelDailyColumns = {
  visit_date: "date",
  visits: "int8",
  searched: "int8",
  viewed: "int8",
  added_to_cart: "int8",
  checkout_started: "int8",
  delivery_chosen: "int8",
  payment_chosen: "int8",
  purchased: "int8",
  synthetic_visits: "int8",
} as const;
