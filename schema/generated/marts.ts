// Generated from the contracts in dbt_project/models/marts; "npm run gen" writes it.

/** What every registered customer ordered and got back, month by month. Grain: one row per customer, UTC month with an order or a refund, and currency. */
export interface AggCustomerMonthlyRow {
  /** The customer. */
  user_id: string;
  /** First day of the month. */
  month_start: string;
  /** ISO 4217. */
  currency: string;
  /** Orders placed in the month. */
  orders: bigint;
  /** Different days with an order. */
  order_days: bigint;
  /** Units of products ordered. */
  units_sold: bigint;
  /** Gross at placing, charges included, major units. */
  revenue: string;
  /** What discounts had taken off, major units. */
  discounts: string;
  /** What was given back in the month, whenever it had been ordered, major units. */
  refunds: string;
  /** revenue - refunds. */
  net_revenue: string;
}

/** Columns of agg_customer_monthly as a statement's row names them. */
export const aggCustomerMonthlyColumns = {
  user_id: "uuid",
  month_start: "date",
  currency: "text",
  orders: "int8",
  order_days: "int8",
  units_sold: "int8",
  revenue: "numeric",
  discounts: "numeric",
  refunds: "numeric",
  net_revenue: "numeric",
} as const;

/** Sales and refunds by day, main category of the goods and currency; charges stand beside the goods without a category. Grain: one row per date_day, category_id and currency. */
export interface AggDailyCategoryRow {
  /** UTC day of the order or of the refund. */
  date_day: string;
  /** Main category of the product at the cut, null where it has none. */
  category_id: string | null;
  /** Its name, Uncategorised where the product has none. */
  category: string;
  /** Names from the top down, Uncategorised where the product has none. */
  category_path: string;
  /** ISO 4217. */
  currency: string;
  /** Gross at placing of the day's orders, goods only, major units. */
  revenue: string;
  /** Units of goods. */
  units_sold: bigint;
  /** Given back on the day for goods, major units. */
  refunds: string;
  /** Different products that were sold or came back; 0 where there were charges alone. */
  products: bigint;
  /** Postage and other charges of the day's orders, major units; in the row without a category. */
  charges: string;
  /** Given back on the day for charges, major units. */
  refunded_charges: string;
  /** Lines of the day's orders, charges among them. */
  lines: bigint;
  /** Lines of the day's refunds. */
  refund_lines: bigint;
}

/** Columns of agg_daily_category as a statement's row names them. */
export const aggDailyCategoryColumns = {
  date_day: "date",
  category_id: "uuid?",
  category: "text",
  category_path: "text",
  currency: "text",
  revenue: "numeric",
  units_sold: "int8",
  refunds: "numeric",
  products: "int8",
  charges: "numeric",
  refunded_charges: "numeric",
  lines: "int8",
  refund_lines: "int8",
} as const;

/** Orders and refunds by day, country, kind of customer and currency. Grain: one row per date_day, country, customer_type and currency. */
export interface AggDailyCountryRow {
  /** UTC day of the order or of the refund. */
  date_day: string;
  /** English name of the country, Unspecified where unknown. */
  country: string;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** ISO 4217. */
  currency: string;
  /** Orders placed. */
  orders: bigint;
  /** Of these, those that are cancelled today. */
  cancelled_orders: bigint;
  /** Units of goods. */
  units_sold: bigint;
  /** Lines and charges of the day's orders. */
  order_lines: bigint;
  /** Revenue of the day's orders before discounts, charges included, major units. */
  gross: string;
  /** The part of gross that is no goods, postage among it, major units. */
  charges: string;
  /** Taken off lines and shipping, major units. */
  discounts: string;
  /** The part of gross that is postage and packing, major units. */
  shipping: string;
  /** Tax added to the prices, major units. */
  tax_added: string;
  /** Tax contained in the prices, major units. */
  tax_included: string;
  /** Given back on the day, major units. */
  refunds: string;
  /** Lines of the day's refunds; 0 where nothing came back. */
  refund_lines: bigint;
}

/** Columns of agg_daily_country as a statement's row names them. */
export const aggDailyCountryColumns = {
  date_day: "date",
  country: "text",
  customer_type: "text",
  currency: "text",
  orders: "int8",
  cancelled_orders: "int8",
  units_sold: "int8",
  order_lines: "int8",
  gross: "numeric",
  charges: "numeric",
  discounts: "numeric",
  shipping: "numeric",
  tax_added: "numeric",
  tax_included: "numeric",
  refunds: "numeric",
  refund_lines: "int8",
} as const;

/** Registered customers who ordered on a day in a country, by the day on which they had ordered there before, so that customers of any period can be added up: those whose day before lies outside of it. Grain: one row per date_day, country, currency and previous_day. */
export interface AggDailyCountryCustomersRow {
  /** UTC day of the orders. */
  date_day: string;
  /** English name of the country of the orders, Unspecified where unknown. */
  country: string;
  /** ISO 4217; null in the rows that count a person once over all currencies. */
  currency: string | null;
  /** The last day before on which the same people had ordered in this country, in this currency where the row has one; null for never. */
  previous_day: string | null;
  /** Different people; 0 in the row that says that a day had orders, where nobody came for the first time. */
  customers: bigint;
}

/** Columns of agg_daily_country_customers as a statement's row names them. */
export const aggDailyCountryCustomersColumns = {
  date_day: "date",
  country: "text",
  currency: "text?",
  previous_day: "date?",
  customers: "int8",
} as const;

/** Registered customers who ordered on a day, by the day on which they had ordered before, so that customers of any period can be added up: those whose day before lies outside of it. Grain: one row per date_day, currency, orders_counted and previous_day. */
export interface AggDailyCustomersRow {
  /** UTC day of the orders. */
  date_day: string;
  /** ISO 4217; null in the rows that count a person once over all currencies. */
  currency: string | null;
  /** EVERY order, the FIRST one of a customer, LATER ones; NONE in the rows that say that the day had orders. */
  orders_counted: string;
  /** The last day before on which the same people had such an order, in this currency where the row has one; null for never. */
  previous_day: string | null;
  /** Different people. */
  customers: bigint;
}

/** Columns of agg_daily_customers as a statement's row names them. */
export const aggDailyCustomersColumns = {
  date_day: "date",
  currency: "text?",
  orders_counted: "text",
  previous_day: "date?",
  customers: "int8",
} as const;

/** Orders by day, currency and step of their value, so that medians and percentiles are found without putting all orders in their order. Grain: one row per date_day, currency and value_step. */
export interface AggDailyOrderValuesRow {
  /** UTC day of the orders. */
  date_day: string;
  /** ISO 4217. */
  currency: string;
  /** Revenue of the order cut to its first two digits, below ten to a tenth, major units: larger values never have a smaller step. */
  value_step: string;
  /** Orders placed. */
  orders: bigint;
  /** The smallest revenue among them, major units. */
  least_value: string;
  /** The largest revenue among them, major units. */
  most_value: string;
}

/** Columns of agg_daily_order_values as a statement's row names them. */
export const aggDailyOrderValuesColumns = {
  date_day: "date",
  currency: "text",
  value_step: "numeric",
  orders: "int8",
  least_value: "numeric",
  most_value: "numeric",
} as const;

/** Sales and refunds by day, country, kind of customer, product and currency; charges have no product. Grain: one row per sale_date, country, customer_type, line_kind, product_id and currency. */
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
  /** ISO 4217. */
  currency: string;
  /** Gross at placing of the day's orders, major units. */
  revenue: string;
  /** Units of goods of the day's orders. */
  units_sold: bigint;
  /** Lines of the day's orders; 0 where something came back alone. */
  lines: bigint;
  /** Given back on the day, major units. */
  refunds: string;
  /** Lines of the day's refunds; 0 where nothing came back. */
  refund_lines: bigint;
}

/** Columns of agg_daily_sales as a statement's row names them. */
export const aggDailySalesColumns = {
  sale_date: "date",
  country: "text",
  customer_type: "text",
  line_kind: "text",
  product_id: "uuid?",
  currency: "text",
  revenue: "numeric",
  units_sold: "int8",
  lines: "int8",
  refunds: "numeric",
  refund_lines: "int8",
} as const;

/** What the shop did on a day, in each currency. Grain: one row per date_day and currency. */
export interface AggDailyShopRow {
  /** UTC day. */
  date_day: string;
  /** ISO 4217. */
  currency: string;
  /** Orders placed. */
  orders: bigint;
  /** Different registered people among them. */
  customers: bigint;
  /** Of these, those who had never ordered before. */
  new_customers: bigint;
  /** Orders of guests. */
  guest_orders: bigint;
  /** Units of goods. */
  units_sold: bigint;
  /** Revenue of the day's orders before discounts, charges included, major units. */
  gross: string;
  /** Taken off lines and shipping, major units. */
  discounts: string;
  /** The part of gross that is postage and packing, major units. */
  shipping: string;
  /** Added to or contained in the prices, major units. */
  tax: string;
  /** Given back on the day, major units. */
  refunds: string;
  /** Gross less discounts less refunds, major units. */
  net: string;
  /** Orders of which something was given back on the day; refunds whose order is not known count 0. */
  refunded_orders: bigint;
  /** Gross less discounts per order, major units; null on a day without orders. */
  average_order_value: string | null;
  /** The part of tax that is contained in the prices, major units. */
  tax_included: string;
  /** The part of gross that is no goods, postage among it, major units. */
  charges: string;
  /** Lines and charges of the day's orders. */
  order_lines: bigint;
  /** Lines of the day's refunds; 0 where nothing came back. */
  refund_lines: bigint;
}

/** Columns of agg_daily_shop as a statement's row names them. */
export const aggDailyShopColumns = {
  date_day: "date",
  currency: "text",
  orders: "int8",
  customers: "int8",
  new_customers: "int8",
  guest_orders: "int8",
  units_sold: "int8",
  gross: "numeric",
  discounts: "numeric",
  shipping: "numeric",
  tax: "numeric",
  refunds: "numeric",
  net: "numeric",
  refunded_orders: "int8",
  average_order_value: "numeric?",
  tax_included: "numeric",
  charges: "numeric",
  order_lines: "int8",
  refund_lines: "int8",
} as const;

/** Sales of vendors by day and currency: what their goods brought, what the shop kept and what is theirs. Grain: one row per date_day, vendor_id and currency. */
export interface AggDailyVendorRow {
  /** UTC day of the order or of the refund. */
  date_day: string;
  /** The vendor. */
  vendor_id: string;
  /** Its name. */
  vendor: string;
  /** ISO 4217. */
  currency: string;
  /** Gross at placing of its products in the day's orders, major units. */
  revenue: string;
  /** Units of its products. */
  units_sold: bigint;
  /** Given back on the day for its products, major units. */
  refunds: string;
  /** Its parts of the day's orders, where the shop shared orders out. */
  vendor_orders: bigint;
  /** What the shop kept of these, major units. */
  commission: string;
  /** What is the vendor's of these, major units. */
  share: string;
  /** Orders of the day in which it sold something. */
  sold_orders: bigint;
  /** Lines that it sold, whoever has the product today. */
  sold_lines: bigint;
  /** Gross at placing of these lines, major units. */
  sold_revenue: string;
  /** Units of these lines. */
  sold_units: bigint;
}

/** Columns of agg_daily_vendor as a statement's row names them. */
export const aggDailyVendorColumns = {
  date_day: "date",
  vendor_id: "uuid",
  vendor: "text",
  currency: "text",
  revenue: "numeric",
  units_sold: "int8",
  refunds: "numeric",
  vendor_orders: "int8",
  commission: "numeric",
  share: "numeric",
  sold_orders: "int8",
  sold_lines: "int8",
  sold_revenue: "numeric",
  sold_units: "int8",
} as const;

/** Orders and refunds by half hour, country, kind of customer and currency: what the days of other time zones are made of. Grain: one row per date_day, half_hour, country, customer_type and currency. */
export interface AggHalfHourlyCountryRow {
  /** UTC day of the order or of the refund. */
  date_day: string;
  /** When the half hour of the order or of the refund begins. */
  half_hour: Date;
  /** English name of the country, Unspecified where unknown. */
  country: string;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** ISO 4217. */
  currency: string;
  /** Orders placed. */
  orders: bigint;
  /** Of these, those that are cancelled today. */
  cancelled_orders: bigint;
  /** Units of goods. */
  units_sold: bigint;
  /** Lines and charges of the half hour's orders. */
  order_lines: bigint;
  /** Revenue of the half hour's orders before discounts, charges included, major units. */
  gross: string;
  /** The part of gross that is no goods, postage among it, major units. */
  charges: string;
  /** Taken off lines and shipping, major units. */
  discounts: string;
  /** The part of gross that is postage and packing, major units. */
  shipping: string;
  /** Tax added to the prices, major units. */
  tax_added: string;
  /** Tax contained in the prices, major units. */
  tax_included: string;
  /** Given back in it, major units. */
  refunds: string;
  /** Lines of the refunds; 0 where nothing came back. */
  refund_lines: bigint;
}

/** Columns of agg_half_hourly_country as a statement's row names them. */
export const aggHalfHourlyCountryColumns = {
  date_day: "date",
  half_hour: "timestamptz",
  country: "text",
  customer_type: "text",
  currency: "text",
  orders: "int8",
  cancelled_orders: "int8",
  units_sold: "int8",
  order_lines: "int8",
  gross: "numeric",
  charges: "numeric",
  discounts: "numeric",
  shipping: "numeric",
  tax_added: "numeric",
  tax_included: "numeric",
  refunds: "numeric",
  refund_lines: "int8",
} as const;

/** Sales and refunds by month, product, who sold it, and currency; charges have no product. Grain: one row per month_start, product_id, vendor_id, line_kind and currency. */
export interface AggMonthlyProductRow {
  /** First day of the UTC month of the order or of the refund. */
  month_start: string;
  /** The product, null for charges. */
  product_id: string | null;
  /** Who sold it when the order was placed, null for the shop itself and for refunds, which do not say. */
  vendor_id: string | null;
  /** PRODUCT or CHARGE. */
  line_kind: string;
  /** ISO 4217. */
  currency: string;
  /** Gross at placing of the month's orders, major units. */
  revenue: string;
  /** Units of products. */
  units_sold: bigint;
  /** Order lines. */
  lines: bigint;
  /** Given back in the month, major units. */
  refunds: string;
  /** Refund lines. */
  refund_lines: bigint;
  /** Orders that hold the product, each with the seller of its first line of it; they add up over months and sellers, not over products. */
  orders: bigint;
}

/** Columns of agg_monthly_product as a statement's row names them. */
export const aggMonthlyProductColumns = {
  month_start: "date",
  product_id: "uuid?",
  vendor_id: "uuid?",
  line_kind: "text",
  currency: "text",
  revenue: "numeric",
  units_sold: "int8",
  lines: "int8",
  refunds: "numeric",
  refund_lines: "int8",
  orders: "int8",
} as const;

/** Which promotion took how much off which order. Grain: one row per order and promotion. */
export interface BdgOrderPromotionsRow {
  /** The order. */
  order_id: string;
  /** The promotion. */
  promotion_id: string;
  /** ISO 4217. */
  currency: string;
  /** UTC day of the order. */
  placed_date: string;
  /** Lines and shipping it took something off. */
  parts: bigint;
  /** What it took off in all, major units. */
  amount: string;
}

/** Columns of bdg_order_promotions as a statement's row names them. */
export const bdgOrderPromotionsColumns = {
  order_id: "uuid",
  promotion_id: "uuid",
  currency: "text",
  placed_date: "date",
  parts: "int8",
  amount: "numeric",
} as const;

/** In which categories products stand: the main one and further ones. Grain: one row per product and category. */
export interface BdgProductCategoriesRow {
  /** The product. */
  product_id: string;
  /** The category. */
  category_id: string;
  /** Whether it is the product's main category, of which it has one at most. */
  is_main: boolean;
  /** Place among the further categories, 0 for the main one. */
  position: number;
}

/** Columns of bdg_product_categories as a statement's row names them. */
export const bdgProductCategoriesColumns = {
  product_id: "uuid",
  category_id: "uuid",
  is_main: "bool",
  position: "int4",
} as const;

/** The tree of categories, each with its way from the top. Grain: one row per category. */
export interface DimCategoriesRow {
  /** The category. */
  category_id: string;
  /** Unique name for URLs. */
  slug: string;
  /** Display name. */
  name: string;
  /** The category above, null at the top. */
  parent_id: string | null;
  /** Names from the top down to this one, joined by >. */
  path: string;
  /** 1 at the top, one more per step down. */
  level: number;
  /** The category at the top of its branch. */
  root_id: string;
  /** Name of the category at the top of its branch. */
  root: string;
  /** Products whose main category it is. */
  products: bigint;
  /** Whether no other category hangs below it. */
  is_leaf: boolean;
}

/** Columns of dim_categories as a statement's row names them. */
export const dimCategoriesColumns = {
  category_id: "uuid",
  slug: "text",
  name: "text",
  parent_id: "uuid?",
  path: "text",
  level: "int4",
  root_id: "uuid",
  root: "text",
  products: "int8",
  is_leaf: "bool",
} as const;

/** Currencies in which the shop has asked for money or has prices. Grain: one row per currency. */
export interface DimCurrenciesRow {
  /** ISO 4217. */
  currency: string;
  /** Digits after the decimal point, null where nothing was ever ordered in it. */
  exponent: number | null;
  /** Orders in it. */
  orders: bigint;
  /** UTC day of the first. */
  first_order_date: string | null;
  /** UTC day of the latest. */
  last_order_date: string | null;
}

/** Columns of dim_currencies as a statement's row names them. */
export const dimCurrenciesColumns = {
  currency: "text",
  exponent: "int4?",
  orders: "int8",
  first_order_date: "date?",
  last_order_date: "date?",
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
  /** ISO 4217 of the money beside it: the currency of most of their orders, then of most money; null without orders and refunds. What was paid in others is in agg_customer_monthly. */
  currency: string | null;
  /** Gross at placing in this currency, charges included, major units. */
  revenue: string;
  /** Given back in this currency, major units. */
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
  currency: "text?",
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
  /** The last day of its month. */
  is_month_end: boolean;
  /** A bank holiday of England and Wales; known from 2009 to 2030. */
  is_uk_bank_holiday: boolean;
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
  is_month_end: "bool",
  is_uk_bank_holiday: "bool",
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

/** Warehouses: where stock stands. Grain: one row per warehouse. */
export interface DimLocationsRow {
  /** The warehouse. */
  warehouse_id: string;
  /** Unique code. */
  code: string;
  /** Display name. */
  name: string;
  /** ISO 3166-1 alpha-2, null where it is not told. */
  country_code: string | null;
  /** English name of the country, Unspecified where unknown. */
  country: string;
  /** Whether it serves where no other is named. */
  is_default: boolean;
  /** Variants that are counted there. */
  variants: bigint;
  /** Units on its shelves. */
  on_hand: bigint;
}

/** Columns of dim_locations as a statement's row names them. */
export const dimLocationsColumns = {
  warehouse_id: "uuid",
  code: "text",
  name: "text",
  country_code: "text?",
  country: "text",
  is_default: "bool",
  variants: "int8",
  on_hand: "int8",
} as const;

/** What can be put into a cart, with its price and what is there of it. Grain: one row per variant. */
export interface DimProductVariantsRow {
  /** The variant. */
  variant_id: string;
  /** Its product. */
  product_id: string;
  /** Upper-case stock code, unique. */
  sku: string;
  /** Name of the variant, null where the product has one only. */
  variant: string | null;
  /** Name of the product. */
  product: string;
  /** Status of the product. */
  status: string;
  /** Business time. */
  created_at: Date;
  /** Base price of one unit at the business time, major units, null where it has none. */
  unit_price: string | null;
  /** The price shown crossed out beside it, major units. */
  compare_at_price: string | null;
  /** ISO 4217 of the price. */
  currency: string | null;
  /** By how many attributes it differs from the other variants of its product. */
  options: bigint;
  /** Units on the shelves of all warehouses, null where nothing is counted. */
  on_hand: bigint | null;
  /** Of these, held for purchases under way. */
  reserved: bigint | null;
  /** What a buyer can still get. */
  available: bigint | null;
  /** Available units below which the shop warns, null where nobody has set any. */
  low_stock_threshold: bigint | null;
  /** Whether less is available than the shop wants. */
  is_low_stock: boolean;
}

/** Columns of dim_product_variants as a statement's row names them. */
export const dimProductVariantsColumns = {
  variant_id: "uuid",
  product_id: "uuid",
  sku: "text",
  variant: "text?",
  product: "text",
  status: "text",
  created_at: "timestamptz",
  unit_price: "numeric?",
  compare_at_price: "numeric?",
  currency: "text?",
  options: "int8",
  on_hand: "int8?",
  reserved: "int8?",
  available: "int8?",
  low_stock_threshold: "int8?",
  is_low_stock: "bool",
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
  /** Main category, null where it has none. */
  category_id: string | null;
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
  category_id: "uuid?",
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
  /** Purchases that held it and came to nothing. */
  released_redemptions: bigint;
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
  released_redemptions: "int8",
} as const;

/** Who sells in the shop. Grain: one row per vendor. */
export interface DimVendorsRow {
  /** The vendor. */
  vendor_id: string;
  /** Unique name for URLs. */
  slug: string;
  /** Display name. */
  name: string;
  /** Part of a sale that the shop keeps, 0 to 1; null where none is agreed. */
  commission_rate: string | null;
  /** Products it has, whatever their status. */
  products: bigint;
  /** People who may act for it. */
  members: bigint;
  /** Made up by an importer or generator. */
  is_synthetic: boolean;
  /** Business time. */
  created_at: Date;
}

/** Columns of dim_vendors as a statement's row names them. */
export const dimVendorsColumns = {
  vendor_id: "uuid",
  slug: "text",
  name: "text",
  commission_rate: "numeric?",
  products: "int8",
  members: "int8",
  is_synthetic: "bool",
  created_at: "timestamptz",
} as const;

/** Baskets with something in them that nobody came back to: expired, or open and untouched for a day of business time. Grain: one row per abandoned cart. */
export interface FctAbandonedCartsRow {
  /** The cart. */
  cart_id: string;
  /** Whose it is, null for a guest or somebody erased. */
  user_id: string | null;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** ISO 4217. */
  currency: string;
  /** How far it came: CART or CHECKOUT. */
  stage: string;
  /** When it was last touched, business time. */
  abandoned_at: Date;
  /** UTC day of abandoned_at. */
  abandoned_date: string;
  /** Units in it. */
  units: bigint;
  /** What lies in it at the prices at which it was put in, major units. */
  amount: string;
  /** Whether the same person ordered within the seven days after; never for guests. */
  is_recovered: boolean;
}

/** Columns of fct_abandoned_carts as a statement's row names them. */
export const fctAbandonedCartsColumns = {
  cart_id: "uuid",
  user_id: "uuid?",
  customer_type: "text",
  currency: "text",
  stage: "text",
  abandoned_at: "timestamptz",
  abandoned_date: "date",
  units: "int8",
  amount: "numeric",
  is_recovered: "bool",
} as const;

/** Which touch has which part in which order, by six models. Grain: one row per order, model and touch with a part. */
export interface FctAttributionRow {
  /** The order. */
  order_id: string;
  /** How credit is given: first, last, linear, position (two fifths to each end), time_decay (half with every seven days before the order) or markov (by the removal effect of the channel). */
  model: string;
  /** The touch on the order's path, from 1. */
  touch_number: bigint;
  /** Touches on the order's path. */
  touches: bigint;
  /** The visit of the touch. */
  visit_id: string;
  /** The session of the touch within the visit. */
  session_number: bigint;
  /** The order's person, null for guests. */
  user_id: string | null;
  /** Business time of the touch. */
  touched_at: Date;
  /** The way into the shop. */
  channel: string;
  /** Calendar days from the touch to the order, 0 to 30. */
  days_before: number;
  /** When the order was placed. */
  placed_at: Date;
  /** UTC day of it. */
  placed_date: string;
  /** ISO 4217. */
  currency: string;
  /** The touch's part of the order, nine digits; the parts of an order are 1 together. */
  share: string;
  /** The touch's part of the order's gross at placing, four digits but in the last part, major units; the parts are the order's together. */
  attributed_revenue: string;
}

/** Columns of fct_attribution as a statement's row names them. */
export const fctAttributionColumns = {
  order_id: "uuid",
  model: "text",
  touch_number: "int8",
  touches: "int8",
  visit_id: "uuid",
  session_number: "int8",
  user_id: "uuid?",
  touched_at: "timestamptz",
  channel: "text",
  days_before: "int4",
  placed_at: "timestamptz",
  placed_date: "date",
  currency: "text",
  share: "numeric",
  attributed_revenue: "numeric",
} as const;

/** Baskets, whatever became of them. Grain: one row per cart. */
export interface FctCartsRow {
  /** The cart. */
  cart_id: string;
  /** Whose it is, null for a guest or somebody erased. */
  user_id: string | null;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** OPEN, ORDERED, EXPIRED or MERGED. */
  state: string;
  /** ISO 4217. */
  currency: string;
  /** Where the goods shall go, ISO 3166-1 alpha-2; null while nobody has said it. */
  country_code: string | null;
  /** Business time. */
  created_at: Date;
  /** UTC day of created_at. */
  created_date: string;
  /** When anything of it last changed, business time. */
  updated_at: Date;
  /** Different variants in it. */
  lines: bigint;
  /** Units in it. */
  units: bigint;
  /** What lies in it at the prices at which it was put in, major units; lines without a noted price count 0. */
  amount: string;
  /** Purchases of it that were begun. */
  checkouts: bigint;
  /** Of these, those whose payment was declined. */
  declined_checkouts: bigint;
  /** Whether a purchase of it was ever begun. */
  reached_checkout: boolean;
}

/** Columns of fct_carts as a statement's row names them. */
export const fctCartsColumns = {
  cart_id: "uuid",
  user_id: "uuid?",
  customer_type: "text",
  state: "text",
  currency: "text",
  country_code: "text?",
  created_at: "timestamptz",
  created_date: "date",
  updated_at: "timestamptz",
  lines: "int8",
  units: "int8",
  amount: "numeric",
  checkouts: "int8",
  declined_checkouts: "int8",
  reached_checkout: "bool",
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

/** Payments that a bank took back or tries to. Grain: one row per dispute. */
export interface FctDisputesRow {
  /** The dispute. */
  dispute_id: string;
  /** The payment. */
  payment_id: string;
  /** Its order. */
  order_id: string;
  /** Who told of it. */
  provider: string;
  /** OPEN, WON or LOST. */
  state: string;
  /** REGISTERED or GUEST. */
  customer_type: string;
  /** English name of the order's country, Unspecified where unknown. */
  country: string;
  /** ISO 4217. */
  currency: string;
  /** What is disputed, major units. */
  amount: string;
  /** Business time. */
  opened_at: Date;
  /** UTC day of opened_at. */
  opened_date: string;
  /** Business time, null while it is open. */
  closed_at: Date | null;
  /** From opening to closing, null while it is open. */
  hours_open: string | null;
}

/** Columns of fct_disputes as a statement's row names them. */
export const fctDisputesColumns = {
  dispute_id: "uuid",
  payment_id: "uuid",
  order_id: "uuid",
  provider: "text",
  state: "text",
  customer_type: "text",
  country: "text",
  currency: "text",
  amount: "numeric",
  opened_at: "timestamptz",
  opened_date: "date",
  closed_at: "timestamptz?",
  hours_open: "numeric?",
} as const;

/** What the checks of earlier builds said. Grain: one row per build and check. */
export interface FctDqResultsRow {
  /** The build that was checked. */
  build_id: string;
  /** The suite, layer and table. */
  suite: string;
  /** raw, marts, features or predictions. */
  layer: string;
  /** The check. */
  check_name: string;
  /** CRITICAL, WARNING or INFO. */
  severity: string;
  /** Whether it found nothing wrong. */
  is_passed: boolean;
  /** What it found, without content of rows; null where it found nothing wrong. */
  message: string | null;
  /** What became of the build. */
  build_state: string;
  /** When the build began, wall time. */
  checked_at: Date;
  /** UTC day of checked_at. */
  checked_date: string;
}

/** Columns of fct_dq_results as a statement's row names them. */
export const fctDqResultsColumns = {
  build_id: "uuid",
  suite: "text",
  layer: "text",
  check_name: "text",
  severity: "text",
  is_passed: "bool",
  message: "text?",
  build_state: "text",
  checked_at: "timestamptz",
  checked_date: "date",
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

/** Why balances of gift cards changed. Grain: one row per movement. */
export interface FctGiftCardMovementsRow {
  /** The movement. */
  movement_id: string;
  /** The card. */
  gift_card_id: string;
  /** The order it was spent on or given back from, null for the others. */
  order_id: string | null;
  /** ISSUED, SPENT, REFUNDED or ADJUSTED. */
  kind: string;
  /** ISO 4217. */
  currency: string;
  /** Major units, negative for what was spent. */
  amount: string;
  /** What was left then, major units. */
  balance_after: string;
  /** Business time. */
  occurred_at: Date;
  /** UTC day of occurred_at. */
  occurred_date: string;
}

/** Columns of fct_gift_card_movements as a statement's row names them. */
export const fctGiftCardMovementsColumns = {
  movement_id: "uuid",
  gift_card_id: "uuid",
  order_id: "uuid?",
  kind: "text",
  currency: "text",
  amount: "numeric",
  balance_after: "numeric",
  occurred_at: "timestamptz",
  occurred_date: "date",
} as const;

/** What was there of a variant at the end of each of the last 92 days, all warehouses together, and how long it would last. Days from before the variant was counted are not there; dim_inventory tells in which warehouse it stands now. Grain: one row per variant and day of the last 92. */
export interface FctInventoryDailyRow {
  /** The variant. */
  variant_id: string;
  /** Its product. */
  product_id: string;
  /** UTC day; of the business day, what is so far. */
  stock_date: string;
  /** Units on the shelves at the end of the day, held ones too. */
  on_hand: bigint;
  /** Of these, held for purchases under way; null for days from before the warehouse followed the shop. */
  reserved: bigint | null;
  /** Counted units that came on the day. */
  units_in: bigint;
  /** Counted units that left on the day. */
  units_out: bigint;
  /** Units ordered on the day. */
  units_sold: bigint;
  /** Units ordered a day, mean of the days of the last 28 on which it could be had. */
  daily_demand: string;
  /** How many days the stock lasts at that demand; null without demand. */
  days_of_cover: string | null;
  /** Whether nothing could be had at the end of the day. */
  is_stocked_out: boolean;
  /** Estimate of units that would have been ordered too: the demand less what was ordered, on days that end without stock; 0 on others. */
  lost_units: string;
}

/** Columns of fct_inventory_daily as a statement's row names them. */
export const fctInventoryDailyColumns = {
  variant_id: "uuid",
  product_id: "uuid",
  stock_date: "date",
  on_hand: "int8",
  reserved: "int8?",
  units_in: "int8",
  units_out: "int8",
  units_sold: "int8",
  daily_demand: "numeric",
  days_of_cover: "numeric?",
  is_stocked_out: "bool",
  lost_units: "numeric",
} as const;

/** Why the stock of variants changed, one booking a row, transfers between warehouses as two. Grain: one row per movement. */
export interface FctInventoryMovementsRow {
  /** The movement. */
  movement_id: string;
  /** The variant. */
  variant_id: string;
  /** Its product. */
  product_id: string;
  /** Where; null for history from before the stock was counted. */
  warehouse_id: string | null;
  /** The order behind it, if any. */
  order_id: string | null;
  /** INITIAL, SALE, RETURN, CANCELLED, WRITE_OFF, FOUND, GIVEN_FREE, ADJUSTMENT, RECEIVED or TRANSFER. */
  kind: string;
  /** Units, negative for units that left. */
  quantity: bigint;
  /** Whether it changed the counted stock; false for history from before it was counted. */
  is_counted: boolean;
  /** Business time. */
  occurred_at: Date;
  /** UTC day of occurred_at. */
  occurred_date: string;
  /** Made up by an importer or generator. */
  is_synthetic: boolean;
}

/** Columns of fct_inventory_movements as a statement's row names them. */
export const fctInventoryMovementsColumns = {
  movement_id: "uuid",
  variant_id: "uuid",
  product_id: "uuid",
  warehouse_id: "uuid?",
  order_id: "uuid?",
  kind: "text",
  quantity: "int8",
  is_counted: "bool",
  occurred_at: "timestamptz",
  occurred_date: "date",
  is_synthetic: "bool",
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

/** Which state orders went through, as far as the warehouse saw them; an imported order begins in the state it came in. Grain: one row per order and change. */
export interface FctOrderStatusChangesRow {
  /** The order. */
  order_id: string;
  /** 1 for the state it began in. */
  change_number: number;
  /** The state before, null for the first. */
  from_state: string | null;
  /** PLACED, PAID, IN_FULFILMENT, SHIPPED, DELIVERED, RETURNED or CANCELLED. */
  to_state: string;
  /** Business time: of the first the order's own, else when the shop committed the change. */
  changed_at: Date;
  /** UTC day of changed_at. */
  changed_date: string;
  /** Since the change before, hours. */
  hours_in_state_before: string | null;
  /** Whether the order still is in this state. */
  is_current: boolean;
}

/** Columns of fct_order_status_changes as a statement's row names them. */
export const fctOrderStatusChangesColumns = {
  order_id: "uuid",
  change_number: "int4",
  from_state: "text?",
  to_state: "text",
  changed_at: "timestamptz",
  changed_date: "date",
  hours_in_state_before: "numeric?",
  is_current: "bool",
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

/** What visitors did, event by event, in their sessions. Grain: one row per event. */
export interface FctPageEventsRow {
  /** The event; unique together with occurred_at, because whoever sends an event makes its id. */
  event_id: string;
  /** Business time. */
  occurred_at: Date;
  /** UTC day of it. */
  event_date: string;
  /** The visit, as the frontend named it. */
  visit_id: string;
  /** The session within the visit, from 1: thirty minutes without an event end one. */
  session_number: bigint;
  /** The event within the session, from 1. */
  event_number: bigint;
  /** Who was logged in then and had agreed to be known; null for all others. */
  user_id: string | null;
  /** VIEW, SEARCH, ADD_TO_CART, CHECKOUT or PURCHASE. */
  type: string;
  /** Of a CHECKOUT: STARTED, DELIVERY or PAYMENT. */
  step: string | null;
  /** The product it was about, if any. */
  product_id: string | null;
  /** Of a VIEW: the place in the list it was opened from, from 1; null where from none. */
  position: bigint | null;
  /** Of a SEARCH: SHA-256 of what was searched for, in small letters; null where that was forgotten with a person. */
  query_hash: string | null;
  /** Of a SEARCH: how many products were found; null where not said. */
  results: bigint | null;
  /** Of a PURCHASE: the order, where it is known. */
  order_id: string | null;
  /** The way into the shop, null where nothing was said with this event. */
  channel: string | null;
  /** Who sent the visitor: the link's own word, or the host they came from. */
  source: string | null;
  /** By which means, in the link's own word. */
  medium: string | null;
  /** For which campaign, in the link's own word. */
  campaign: string | null;
  /** The kind of page on which the visit began. */
  landing: string | null;
  /** DESKTOP, MOBILE, TABLET or OTHER; null where not said. */
  device_class: string | null;
  /** Whole seconds to the next event of the session, null for its last. */
  seconds_to_next: bigint | null;
  /** Made up by a generator. */
  is_synthetic: boolean;
}

/** Columns of fct_page_events as a statement's row names them. */
export const fctPageEventsColumns = {
  event_id: "uuid",
  occurred_at: "timestamptz",
  event_date: "date",
  visit_id: "uuid",
  session_number: "int8",
  event_number: "int8",
  user_id: "uuid?",
  type: "text",
  step: "text?",
  product_id: "uuid?",
  position: "int8?",
  query_hash: "text?",
  results: "int8?",
  order_id: "uuid?",
  channel: "text?",
  source: "text?",
  medium: "text?",
  campaign: "text?",
  landing: "text?",
  device_class: "text?",
  seconds_to_next: "int8?",
  is_synthetic: "bool",
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

/** What the pipeline did: each step of each run that has ended before this build began. Grain: one row per run and step. */
export interface FctPipelineRunsRow {
  /** The run. */
  run_id: string;
  /** The step. */
  asset: string;
  /** The build that the run made, null where it came to none. */
  build_id: string | null;
  /** What started the run: a schedule, a change, a person. */
  trigger_kind: string;
  /** SUCCEEDED, FAILED, REJECTED or NOTHING_TO_DO. */
  run_state: string;
  /** DONE, FAILED or SKIPPED; RUNNING where the run ended in the middle of it. */
  asset_state: string;
  /** Rows it moved, null where it moves none. */
  processed_rows: bigint | null;
  /** How long it took, to the millisecond; null where that is not known. */
  seconds: string | null;
  /** Wall time. */
  run_started_at: Date;
  /** UTC day of run_started_at. */
  run_started_date: string;
  /** Wall time, null where nobody noted it. */
  run_finished_at: Date | null;
  /** When the step began, wall time. */
  started_at: Date;
}

/** Columns of fct_pipeline_runs as a statement's row names them. */
export const fctPipelineRunsColumns = {
  run_id: "uuid",
  asset: "text",
  build_id: "uuid?",
  trigger_kind: "text",
  run_state: "text",
  asset_state: "text",
  processed_rows: "int8?",
  seconds: "numeric?",
  run_started_at: "timestamptz",
  run_started_date: "date",
  run_finished_at: "timestamptz?",
  started_at: "timestamptz",
} as const;

/** What the models said of customers and what came of it: the first published batch of each business month and pair of models' versions, and the one that was read when the build began. A build scores after its marts are made, so its own batch is in the next build's. Grain: one row per batch, model and customer. */
export interface FctPredictionsRow {
  /** The batch of predictions, made and audited as one. */
  batch_id: string;
  /** churn: will not order again within 90 days; recommendations: will buy one of the products suggested. */
  model: string;
  /** Version of the model in the registry; null while the model had no champion and its place was taken by another answer. */
  model_version: bigint | null;
  /** Of whom it was said. */
  user_id: string;
  /** When the batch was made, wall time. */
  made_at: Date;
  /** Business time of what the model knew. */
  as_of: Date;
  /** UTC day of as_of. */
  as_of_date: string;
  /** Whether readers read this batch when the build began. */
  is_current: boolean;
  /** Whether it is the first published batch of its versions in the business month; models are judged by these. */
  is_first_of_month: boolean;
  /** churn: the probability, 0 to 1; recommendations: the score of the best suggestion, whose scale is the model's own. */
  score: number;
  /** Tenth of the scale of probabilities, 0 to 9; null for recommendations. */
  score_band: number | null;
  /** LOW, MEDIUM or HIGH risk; null for recommendations. */
  segment: string | null;
  /** Products suggested, the first ten; null for churn. */
  suggestions: bigint | null;
  /** Of these, products bought within 30 days after; null for churn and before the outcome is known. */
  bought: bigint | null;
  /** The business day on which the outcome is known: 90 days after as_of_date for churn, 30 for recommendations. */
  outcome_date: string;
  /** Whether that day has come. */
  is_outcome_known: boolean;
  /** churn: no order with a price from as_of_date on within 90 days; recommendations: one of the ten was bought. Null before the outcome is known. */
  has_happened: boolean | null;
}

/** Columns of fct_predictions as a statement's row names them. */
export const fctPredictionsColumns = {
  batch_id: "uuid",
  model: "text",
  model_version: "int8?",
  user_id: "uuid",
  made_at: "timestamptz",
  as_of: "timestamptz",
  as_of_date: "date",
  is_current: "bool",
  is_first_of_month: "bool",
  score: "float8",
  score_band: "int4?",
  segment: "text?",
  suggestions: "int8?",
  bought: "int8?",
  outcome_date: "date",
  is_outcome_known: "bool",
  has_happened: "bool?",
} as const;

/** When prices of variants changed, and by how much; planned changes are not there before they hold. Grain: one row per price that began to hold. */
export interface FctPriceChangesRow {
  /** The price that began to hold. */
  price_id: string;
  /** The variant. */
  variant_id: string;
  /** Its product. */
  product_id: string;
  /** Code of the price list, null for the base price. */
  price_list: string | null;
  /** ISO 4217. */
  currency: string;
  /** STANDING, TEMPORARY or RESUMED; null where it was not told. */
  kind: string | null;
  /** First instant at which it holds, business time. */
  changed_at: Date;
  /** UTC day of changed_at. */
  changed_date: string;
  /** The price before it of the same variant, currency and list, major units; null for the first. */
  price_before: string | null;
  /** The price, major units. */
  unit_price: string;
  /** What it grew by as a part of the price before, -0.25 for a quarter off; null for the first and after a price of 0. */
  change_ratio: string | null;
}

/** Columns of fct_price_changes as a statement's row names them. */
export const fctPriceChangesColumns = {
  price_id: "uuid",
  variant_id: "uuid",
  product_id: "uuid",
  price_list: "text?",
  currency: "text",
  kind: "text?",
  changed_at: "timestamptz",
  changed_date: "date",
  price_before: "numeric?",
  unit_price: "numeric",
  change_ratio: "numeric?",
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

/** Stars that people gave to products; what they wrote stays in the shop. Grain: one row per review. */
export interface FctReviewsRow {
  /** The review. */
  review_id: string;
  /** The product. */
  product_id: string;
  /** The product's vendor, null where it has none. */
  vendor_id: string | null;
  /** Stars, 1 to 5. */
  rating: number;
  /** PENDING, PUBLISHED or REJECTED. */
  state: string;
  /** Whether the person had bought the product when they wrote. */
  is_verified: boolean;
  /** People who found it helpful. */
  helpful_votes: bigint;
  /** Business time. */
  created_at: Date;
  /** UTC day of created_at. */
  created_date: string;
  /** Since when it is shown, business time; null while it is not. */
  published_at: Date | null;
  /** From writing to showing, null while it is not shown. */
  hours_to_publish: string | null;
}

/** Columns of fct_reviews as a statement's row names them. */
export const fctReviewsColumns = {
  review_id: "uuid",
  product_id: "uuid",
  vendor_id: "uuid?",
  rating: "int4",
  state: "text",
  is_verified: "bool",
  helpful_votes: "int8",
  created_at: "timestamptz",
  created_date: "date",
  published_at: "timestamptz?",
  hours_to_publish: "numeric?",
} as const;

/** Searches and what came of them, without the words. Grain: one row per search. */
export interface FctSearchQueriesRow {
  /** The event of the search; unique together with searched_at. */
  event_id: string;
  /** Business time. */
  searched_at: Date;
  /** UTC day of it. */
  search_date: string;
  /** The visit. */
  visit_id: string;
  /** The session within the visit. */
  session_number: bigint;
  /** The search within the session, from 1. */
  search_number: bigint;
  /** Who was logged in and had agreed to be known. */
  user_id: string | null;
  /** SHA-256 of what was searched for, in small letters; null where that was forgotten with a person. */
  query_hash: string | null;
  /** How many products were found; null where the frontend did not say. */
  results: bigint | null;
  /** Nothing was found; null where not known. */
  is_zero_result: boolean | null;
  /** Looks at products after it and before the next search. */
  clicks: bigint;
  /** There was one. */
  is_clicked: boolean;
  /** The product that was looked at first. */
  first_click_product_id: string | null;
  /** Its place in the list, from 1; null where not known. */
  first_click_position: bigint | null;
  /** Whole seconds from the search to that look. */
  seconds_to_click: bigint | null;
  /** Nothing was looked at, and another search followed in the session. */
  is_refined: boolean;
  /** Something was put into the cart after it and before the next search. */
  led_to_cart: boolean;
  /** It led to a cart, and the session went on to a purchase. */
  led_to_purchase: boolean;
  /** Made up by a generator. */
  is_synthetic: boolean;
}

/** Columns of fct_search_queries as a statement's row names them. */
export const fctSearchQueriesColumns = {
  event_id: "uuid",
  searched_at: "timestamptz",
  search_date: "date",
  visit_id: "uuid",
  session_number: "int8",
  search_number: "int8",
  user_id: "uuid?",
  query_hash: "text?",
  results: "int8?",
  is_zero_result: "bool?",
  clicks: "int8",
  is_clicked: "bool",
  first_click_product_id: "uuid?",
  first_click_position: "int8?",
  seconds_to_click: "int8?",
  is_refined: "bool",
  led_to_cart: "bool",
  led_to_purchase: "bool",
  is_synthetic: "bool",
} as const;

/** Sessions: what a visitor did without a pause of thirty minutes, how they came and how far they went. Grain: one row per visit and session. */
export interface FctSessionsRow {
  /** The visit, as the frontend named it. */
  visit_id: string;
  /** The session within the visit, from 1. */
  session_number: bigint;
  /** Who was logged in last of those who agreed to be known; null where nobody was. */
  user_id: string | null;
  /** Business time of the first event. */
  started_at: Date;
  /** Business time of the last event. */
  ended_at: Date;
  /** UTC day on which it began. */
  session_date: string;
  /** Whole seconds from the first event to the last, 0 where there is one. */
  duration_seconds: bigint;
  /** Events. */
  events: bigint;
  /** Looks at products. */
  views: bigint;
  /** Different products looked at. */
  products_viewed: bigint;
  /** Searches. */
  searches: bigint;
  /** Times that something was put into the cart. */
  cart_adds: bigint;
  /** Purchases. */
  purchases: bigint;
  /** How far it came: 0 nothing, 1 viewed, 2 carted, 3 checkout started, 4 delivery chosen, 5 payment chosen, 6 bought. */
  furthest_step: number;
  /** One event and no more. */
  is_bounce: boolean;
  /** The way into the shop by the first event that says it; UNKNOWN where none does. */
  channel: string;
  /** Who sent the visitor: the link's own word, or the host they came from. */
  source: string | null;
  /** By which means, in the link's own word. */
  medium: string | null;
  /** For which campaign, in the link's own word. */
  campaign: string | null;
  /** The kind of page on which it began: HOME, CATEGORY, PRODUCT, SEARCH, CAMPAIGN, CART, ACCOUNT, CONTENT or OTHER. */
  landing: string | null;
  /** DESKTOP, MOBILE, TABLET or OTHER; UNKNOWN where not said. */
  device_class: string;
  /** Nobody's browsing: left out of funnels by channel, of touches and of attribution. */
  is_quarantined: boolean;
  /** OVERSIZED (more than 2,000 events), TOO_LONG (more than three days) or BOT (more than 100 events and more than one a second); null where it counts. */
  quarantine_reason: string | null;
  /** Made up by a generator. */
  is_synthetic: boolean;
}

/** Columns of fct_sessions as a statement's row names them. */
export const fctSessionsColumns = {
  visit_id: "uuid",
  session_number: "int8",
  user_id: "uuid?",
  started_at: "timestamptz",
  ended_at: "timestamptz",
  session_date: "date",
  duration_seconds: "int8",
  events: "int8",
  views: "int8",
  products_viewed: "int8",
  searches: "int8",
  cart_adds: "int8",
  purchases: "int8",
  furthest_step: "int4",
  is_bounce: "bool",
  channel: "text",
  source: "text?",
  medium: "text?",
  campaign: "text?",
  landing: "text?",
  device_class: "text",
  is_quarantined: "bool",
  quarantine_reason: "text?",
  is_synthetic: "bool",
} as const;

/** Every time that somebody came into the shop by a way that is known. Grain: one row per session with a known channel. */
export interface FctTouchesRow {
  /** The visit. */
  visit_id: string;
  /** The session within the visit. */
  session_number: bigint;
  /** Who came, where somebody was logged in and had agreed to be known. */
  user_id: string | null;
  /** The touch among those of the person, or of the visit where nobody is known; from 1. */
  touch_number: bigint;
  /** Business time at which the session began. */
  touched_at: Date;
  /** UTC day of it. */
  touch_date: string;
  /** The way into the shop. */
  channel: string;
  /** Who sent the visitor: the link's own word, or the host they came from. */
  source: string | null;
  /** By which means, in the link's own word. */
  medium: string | null;
  /** For which campaign, in the link's own word. */
  campaign: string | null;
  /** The kind of page on which the session began. */
  landing: string | null;
  /** DESKTOP, MOBILE, TABLET, OTHER or UNKNOWN. */
  device_class: string;
  /** Made up by a generator. */
  is_synthetic: boolean;
}

/** Columns of fct_touches as a statement's row names them. */
export const fctTouchesColumns = {
  visit_id: "uuid",
  session_number: "int8",
  user_id: "uuid?",
  touch_number: "int8",
  touched_at: "timestamptz",
  touch_date: "date",
  channel: "text",
  source: "text?",
  medium: "text?",
  campaign: "text?",
  landing: "text?",
  device_class: "text",
  is_synthetic: "bool",
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

/** Orders and revenue attributed to channels, by the day of the order and by model. Grain: one row per UTC day, channel, model and currency. */
export interface RptChannelPerformanceRow {
  /** UTC day on which the orders were placed. */
  placed_date: string;
  /** The way into the shop. */
  channel: string;
  /** How credit is given: first, last, linear, position, time_decay or markov. */
  model: string;
  /** ISO 4217. */
  currency: string;
  /** Touches with a part in them. */
  touches: bigint;
  /** Orders in which the channel has a part. An order of two channels counts at both: never add these over channels. */
  touched_orders: bigint;
  /** Parts of orders, which may be added over channels. */
  attributed_orders: string;
  /** Those of them that were the first of their customer; guests have none. */
  attributed_first_orders: string;
  /** Parts of the orders' gross at placing, major units. */
  attributed_revenue: string;
}

/** Columns of rpt_channel_performance as a statement's row names them. */
export const rptChannelPerformanceColumns = {
  placed_date: "date",
  channel: "text",
  model: "text",
  currency: "text",
  touches: "int8",
  touched_orders: "int8",
  attributed_orders: "numeric",
  attributed_first_orders: "numeric",
  attributed_revenue: "numeric",
} as const;

/** What each channel is worth to the whole: the part of conversions that a chain over channels loses without it. Paths are those of orders with known touches and those of touches before no order. Grain: one row per channel with touches. */
export interface RptChannelRemovalRow {
  /** The way into the shop. */
  channel: string;
  /** Touches by it. */
  touches: bigint;
  /** Orders with a touch by it on their path. */
  orders: bigint;
  /** How likely a path of the whole chain is to end in an order, nine digits; the same in every row. */
  conversion_probability: string;
  /** Part of the conversions that is lost when whoever would come by this channel is lost, nine digits. */
  removal_effect: string;
}

/** Columns of rpt_channel_removal as a statement's row names them. */
export const rptChannelRemovalColumns = {
  channel: "text",
  touches: "int8",
  orders: "int8",
  conversion_probability: "numeric",
  removal_effect: "numeric",
} as const;

/** Of the customers whose first order fell in a month, how many ordered again in each month after. Grain: one row per cohort and month, up to the current month. */
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
  /** ISO 4217 of revenue: the currency of most of the shop's orders, the same in every row. */
  currency: string;
  /** What they ordered in the month in this currency, gross at placing, major units; of all currencies in rpt_ltv_observed. */
  revenue: string;
}

/** Columns of rpt_cohorts_monthly as a statement's row names them. */
export const rptCohortsMonthlyColumns = {
  cohort_month: "date",
  month_index: "int4",
  cohort_size: "int8",
  customers: "int8",
  retention: "numeric",
  currency: "text",
  revenue: "numeric",
} as const;

/** Of the customers whose first order fell in an ISO week, how many ordered again in each week after. Grain: one row per cohort and week, up to the current week. */
export interface RptCohortsWeeklyRow {
  /** Monday of the week of the first order. */
  cohort_week: string;
  /** Weeks since then, 0 for the week itself. */
  week_index: number;
  /** Customers in the cohort. */
  cohort_size: bigint;
  /** Those of them who ordered in the week. */
  customers: bigint;
  /** customers / cohort_size, six digits. */
  retention: string;
  /** Orders that they placed in the week. */
  orders: bigint;
}

/** Columns of rpt_cohorts_weekly as a statement's row names them. */
export const rptCohortsWeeklyColumns = {
  cohort_week: "date",
  week_index: "int4",
  cohort_size: "int8",
  customers: "int8",
  retention: "numeric",
  orders: "int8",
} as const;

/** Everything that is known of a registered customer in one row: orders, money, standing, ways in and browsing. Grain: one row per registered customer. */
export interface RptCustomer360Row {
  /** The customer. */
  user_id: string;
  /** Name of the country of the default address, 'Unspecified' where not known. */
  country: string;
  /** When the account was made. */
  registered_at: Date;
  /** UTC day of the first order. */
  first_order_date: string | null;
  /** UTC day of the latest order. */
  last_order_date: string | null;
  /** First day of the month of the first order. */
  cohort_month: string | null;
  /** Whole days from the latest order to the business day. */
  recency_days: number | null;
  /** Orders in all currencies. */
  orders: bigint;
  /** Different days with an order. */
  order_days: bigint;
  /** Mean days between neighbouring order days, two digits; null with fewer than two. */
  mean_gap_days: string | null;
  /** The currency of most orders, in which the money of this row is; null where there is none. */
  currency: string | null;
  /** Orders in that currency. */
  currency_orders: bigint;
  /** Units ordered in that currency. */
  units_sold: bigint;
  /** Gross at placing in that currency, major units. */
  revenue: string;
  /** Given back in that currency, major units. */
  refunds: string;
  /** revenue - refunds. */
  net_revenue: string;
  /** revenue / currency_orders, four digits. */
  average_order: string | null;
  /** refunds / revenue, six digits. */
  refund_share: string | null;
  /** Segment of rpt_customer_rfm, null where nothing was ordered. */
  segment: string | null;
  /** 1 longest ago .. 5 latest. */
  r_score: number | null;
  /** 1 fewest .. 5 most orders. */
  f_score: number | null;
  /** 1 least .. 5 most money. */
  m_score: number | null;
  /** Channel of the first known touch. */
  first_channel: string | null;
  /** Channel of the latest known touch. */
  last_channel: string | null;
  /** Sessions of browsing in which they were known. */
  sessions: bigint;
  /** UTC day of the latest of them. */
  last_session_date: string | null;
  /** Searches in them. */
  searches: bigint;
  /** Times that something was put into the cart in them. */
  cart_adds: bigint;
  /** Products on wish lists. */
  wishlist_size: bigint;
  /** Reviews written. */
  review_count: bigint;
  /** The latest answer on marketing mails is yes. */
  agrees_to_marketing: boolean;
  /** The latest answer on personalisation is yes. */
  agrees_to_personalisation: boolean;
  /** The latest answer on analytics is yes. */
  agrees_to_analytics: boolean;
}

/** Columns of rpt_customer_360 as a statement's row names them. */
export const rptCustomer360Columns = {
  user_id: "uuid",
  country: "text",
  registered_at: "timestamptz",
  first_order_date: "date?",
  last_order_date: "date?",
  cohort_month: "date?",
  recency_days: "int4?",
  orders: "int8",
  order_days: "int8",
  mean_gap_days: "numeric?",
  currency: "text?",
  currency_orders: "int8",
  units_sold: "int8",
  revenue: "numeric",
  refunds: "numeric",
  net_revenue: "numeric",
  average_order: "numeric?",
  refund_share: "numeric?",
  segment: "text?",
  r_score: "int4?",
  f_score: "int4?",
  m_score: "int4?",
  first_channel: "text?",
  last_channel: "text?",
  sessions: "int8",
  last_session_date: "date?",
  searches: "int8",
  cart_adds: "int8",
  wishlist_size: "int8",
  review_count: "int8",
  agrees_to_marketing: "bool",
  agrees_to_personalisation: "bool",
  agrees_to_analytics: "bool",
} as const;

/** Recency, frequency and monetary value of every customer who ordered, in fifths, as of the build's business day. Grain: one row per customer with an order. */
export interface RptCustomerRfmRow {
  /** The customer. */
  user_id: string;
  /** Whole days from the latest order to the business day. */
  recency_days: number;
  /** Orders. */
  frequency: bigint;
  /** ISO 4217 of monetary: the currency of most of the customer's orders, then of most money. */
  currency: string;
  /** Gross at placing in this currency, charges included, major units; what was paid in others is in agg_customer_monthly. */
  monetary: string;
  /** 1 longest ago .. 5 latest. */
  r_score: number;
  /** 1 fewest .. 5 most orders. */
  f_score: number;
  /** 1 least .. 5 most money, among the customers of the same currency. */
  m_score: number;
  /** CHAMPION, LOYAL, AT_RISK, NEW, PROMISING, FADING or LOST. */
  segment: string;
}

/** Columns of rpt_customer_rfm as a statement's row names them. */
export const rptCustomerRfmColumns = {
  user_id: "uuid",
  recency_days: "int4",
  frequency: "int8",
  currency: "text",
  monetary: "numeric",
  r_score: "int4",
  f_score: "int4",
  m_score: "int4",
  segment: "text",
} as const;

/** How far sessions came, by the day they began, the way in and the device, without what bots did. A session counts for a step when it did it or a later one. Grain: one row per UTC day with sessions, channel and device. */
export interface RptFunnelByChannelDailyRow {
  /** UTC day on which the sessions began. */
  session_date: string;
  /** The way into the shop; UNKNOWN where nothing said it. */
  channel: string;
  /** DESKTOP, MOBILE, TABLET, OTHER or UNKNOWN. */
  device_class: string;
  /** Sessions. */
  sessions: bigint;
  /** Sessions of one event. */
  bounces: bigint;
  /** Sessions that looked at a product, or did more. */
  viewed: bigint;
  /** Sessions that put something into the cart, or did more. */
  added_to_cart: bigint;
  /** Sessions that opened a checkout, or did more. */
  checkout_started: bigint;
  /** Sessions that chose address and delivery, or did more. */
  delivery_chosen: bigint;
  /** Sessions that chose a means of payment, or bought. */
  payment_chosen: bigint;
  /** Sessions that bought. */
  purchased: bigint;
  /** Seconds of all of them together. */
  duration_seconds: bigint;
  /** Sessions made up by a generator. */
  synthetic_sessions: bigint;
}

/** Columns of rpt_funnel_by_channel_daily as a statement's row names them. */
export const rptFunnelByChannelDailyColumns = {
  session_date: "date",
  channel: "text",
  device_class: "text",
  sessions: "int8",
  bounces: "int8",
  viewed: "int8",
  added_to_cart: "int8",
  checkout_started: "int8",
  delivery_chosen: "int8",
  payment_chosen: "int8",
  purchased: "int8",
  duration_seconds: "int8",
  synthetic_sessions: "int8",
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

/** What the customers of a month have spent up to each age, as it was: nothing is predicted. Grain: one row per cohort, currency and month up to the current month. */
export interface RptLtvObservedRow {
  /** First day of the month of the first order, in whatever currency. */
  cohort_month: string;
  /** Months since then, 0 for the month itself. */
  month_index: number;
  /** ISO 4217. */
  currency: string;
  /** Customers in the cohort, those of other currencies too. */
  cohort_size: bigint;
  /** Orders that they placed in the month. */
  orders: bigint;
  /** Gross at placing of the month, charges included, major units. */
  revenue: string;
  /** What they got back in the month, major units. */
  refunds: string;
  /** Orders up to the end of the month. */
  orders_to_date: bigint;
  /** Gross up to the end of the month; never goes down. */
  revenue_to_date: string;
  /** Refunds up to the end of the month. */
  refunds_to_date: string;
  /** revenue_to_date / cohort_size, four digits. */
  ltv: string;
  /** (revenue_to_date - refunds_to_date) / cohort_size, four digits. */
  net_ltv: string;
}

/** Columns of rpt_ltv_observed as a statement's row names them. */
export const rptLtvObservedColumns = {
  cohort_month: "date",
  month_index: "int4",
  currency: "text",
  cohort_size: "int8",
  orders: "int8",
  revenue: "numeric",
  refunds: "numeric",
  orders_to_date: "int8",
  revenue_to_date: "numeric",
  refunds_to_date: "numeric",
  ltv: "numeric",
  net_ltv: "numeric",
} as const;

/** How well each version of each model did, by batch: the figures are null, and why_missing says why, until the outcome is known. Grain: one row per batch and model. */
export interface RptModelPerformanceRow {
  /** The batch. */
  batch_id: string;
  /** churn or recommendations. */
  model: string;
  /** Version of the model in the registry; null while the model had no champion. */
  model_version: bigint | null;
  /** When the batch was made, wall time. */
  made_at: Date;
  /** Business day of what the model knew. */
  as_of_date: string;
  /** First day of its month. */
  as_of_month: string;
  /** Whether readers read this batch when the build began. */
  is_current: boolean;
  /** Whether the batch stands for its versions and month; figures over months take these alone. */
  is_first_of_month: boolean;
  /** The business day on which the outcome is known. */
  outcome_date: string;
  /** Customers of whom something was said. */
  customers: bigint;
  /** Mean probability of churn; null for recommendations. */
  mean_score: string | null;
  /** Share of customers of whom it came true: who went, or who bought one of the ten suggested. Null before the outcome is known. */
  observed_rate: string | null;
  /** churn: share of pairs of one who went and one who stayed that the score orders rightly, ties half; 0.5 is chance. Null without both. */
  auc: string | null;
  /** churn: mean squared distance of probability and outcome; 0 is best. */
  brier_score: string | null;
  /** churn: how far probabilities are from the share that came true, in tenths of the scale, weighed by customers; 0 is best. */
  calibration_error: string | null;
  /** recommendations: products bought within 30 days as a share of those suggested, the first ten of each customer. */
  precision_at_10: string | null;
  /** recommendations: different products among the first ten of anybody. */
  suggested_products: bigint | null;
  /** recommendations: suggested_products as a share of the products on sale at the build; above 1 where some have since left the sale. */
  catalogue_share: string | null;
  /** OUTCOME_NOT_YET: the window is open; ONE_OUTCOME: all customers went or all stayed, so there is no pair for auc. Null where nothing is missing. */
  why_missing: string | null;
}

/** Columns of rpt_model_performance as a statement's row names them. */
export const rptModelPerformanceColumns = {
  batch_id: "uuid",
  model: "text",
  model_version: "int8?",
  made_at: "timestamptz",
  as_of_date: "date",
  as_of_month: "date",
  is_current: "bool",
  is_first_of_month: "bool",
  outcome_date: "date",
  customers: "int8",
  mean_score: "numeric?",
  observed_rate: "numeric?",
  auc: "numeric?",
  brier_score: "numeric?",
  calibration_error: "numeric?",
  precision_at_10: "numeric?",
  suggested_products: "int8?",
  catalogue_share: "numeric?",
  why_missing: "text?",
} as const;

/** Money by cards: what the shop says it took and gave back, what its books say, and what the payment provider told. Made-up payments, which no provider ever saw, are left out. Grain: one row per date_day, provider and currency. */
export interface RptReconciliationDailyRow {
  /** UTC day, business time. */
  date_day: string;
  /** The payment provider. */
  provider: string;
  /** ISO 4217. */
  currency: string;
  /** Taken, by the shop's payments of the day, major units. */
  captured_shop: string;
  /** Taken, by the books, major units. */
  captured_ledger: string;
  /** Taken, by what the provider told, major units. */
  captured_provider: string;
  /** Given back, by the shop's refunds of the day that the provider has carried out, major units. */
  refunded_shop: string;
  /** Given back, by the books, failed refunds taken off, major units. */
  refunded_ledger: string;
  /** Given back, by what the provider told, failed refunds taken off, major units. */
  refunded_provider: string;
  /** Largest less smallest of the three sums of what was taken from the first day up to this one; 0 where all agree. Summed up, because a payment may be told of on another day. */
  captured_gap: string;
  /** The same for what was given back. */
  refunded_gap: string;
  /** Messages of the provider on the day, in every currency. */
  messages: bigint;
  /** Of these, about payments that this shop knows nothing of. */
  messages_not_ours: bigint;
  /** Whether both gaps are 0. */
  is_reconciled: boolean;
}

/** Columns of rpt_reconciliation_daily as a statement's row names them. */
export const rptReconciliationDailyColumns = {
  date_day: "date",
  provider: "text",
  currency: "text",
  captured_shop: "numeric",
  captured_ledger: "numeric",
  captured_provider: "numeric",
  refunded_shop: "numeric",
  refunded_ledger: "numeric",
  refunded_provider: "numeric",
  captured_gap: "numeric",
  refunded_gap: "numeric",
  messages: "int8",
  messages_not_ours: "int8",
  is_reconciled: "bool",
} as const;

/** Who ordered in a month: for the first time, again after the month before, or again after longer; and who did not come back. Grain: one row per UTC month from the first order to the current one. */
export interface RptRetentionRow {
  /** First day of the month. */
  month_start: string;
  /** Registered customers who ordered in the month. */
  customers: bigint;
  /** Those of them who had never ordered before. */
  new_customers: bigint;
  /** Those of them who ordered in the month before as well. */
  retained_customers: bigint;
  /** Those of them who had ordered before, but not in the month before. */
  returning_customers: bigint;
  /** Customers who ordered in the month before. */
  earlier_customers: bigint;
  /** Those of the month before who did not order in this one. */
  lapsed_customers: bigint;
  /** retained_customers / earlier_customers, six digits; null where nobody ordered in the month before. */
  retention: string | null;
  /** The month is over: of the current one there is more to come. */
  is_complete: boolean;
}

/** Columns of rpt_retention as a statement's row names them. */
export const rptRetentionColumns = {
  month_start: "date",
  customers: "int8",
  new_customers: "int8",
  retained_customers: "int8",
  returning_customers: "int8",
  earlier_customers: "int8",
  lapsed_customers: "int8",
  retention: "numeric?",
  is_complete: "bool",
} as const;

/** How searches went, by month and by what was searched for. Rare texts and those that could name somebody are counted together. Grain: one row per month and text. */
export interface RptSearchQualityRow {
  /** First day of the UTC month of the searches. */
  search_month: string;
  /** What was searched for, where five visits or more searched for it and it names nobody; '(other)' for all others together. */
  query: string;
  /** Searches. */
  searches: bigint;
  /** Those of which it is known how much they found. */
  counted_searches: bigint;
  /** Those that found nothing. */
  zero_results: bigint;
  /** zero_results / counted_searches, six digits; null where none is known. */
  zero_result_share: string | null;
  /** Searches after which a product was looked at. */
  clicked: bigint;
  /** clicked / searches, six digits. */
  click_share: string;
  /** Mean place of the product looked at first, where known, six digits. */
  mean_click_position: string | null;
  /** Searches after which nothing was looked at and another search followed. */
  refined: bigint;
  /** Searches that led to a cart. */
  carted: bigint;
  /** Searches that led to a purchase. */
  purchased: bigint;
  /** purchased / searches, six digits. */
  purchase_share: string;
  /** Searches made up by a generator. */
  synthetic_searches: bigint;
}

/** Columns of rpt_search_quality as a statement's row names them. */
export const rptSearchQualityColumns = {
  search_month: "date",
  query: "text",
  searches: "int8",
  counted_searches: "int8",
  zero_results: "int8",
  zero_result_share: "numeric?",
  clicked: "int8",
  click_share: "numeric",
  mean_click_position: "numeric?",
  refined: "int8",
  carted: "int8",
  purchased: "int8",
  purchase_share: "numeric",
  synthetic_searches: "int8",
} as const;

/** When each table of the shop was last heard of, as of the cut: a table that is silent for longer than it ever is has a broken capture or a shop that stands still. Grain: one row per captured table. */
export interface RptSourceFreshnessRow {
  /** The table in the shop. */
  source_table: string;
  /** When the latest version up to the cut was committed, wall time; null for a table that never had a row. */
  last_change_at: Date | null;
  /** From then to the cut, hours; null for a table that never had a row. */
  hours_since_change: string | null;
}

/** Columns of rpt_source_freshness as a statement's row names them. */
export const rptSourceFreshnessColumns = {
  source_table: "text",
  last_change_at: "timestamptz?",
  hours_since_change: "numeric?",
} as const;

/** What people were to the shop over time: country, status, whether their address is proven. Nobody who was erased or deleted is in it, with any period. Grain: one row per person and period. */
export interface SnapCustomersRow {
  /** The person. */
  user_id: string;
  /** ISO 3166-1 alpha-2, null where unknown. */
  country_code: string | null;
  /** ACTIVE or DISABLED. */
  status: string | null;
  /** Whether they have proven their address. */
  is_email_verified: boolean | null;
  /** First instant at which it was so, business time. */
  valid_from: Date;
  /** First instant at which it no longer was, null while it is. */
  valid_to: Date | null;
  /** Whether it is so at the cut. */
  is_current: boolean;
}

/** Columns of snap_customers as a statement's row names them. */
export const snapCustomersColumns = {
  user_id: "uuid",
  country_code: "text?",
  status: "text?",
  is_email_verified: "bool?",
  valid_from: "timestamptz",
  valid_to: "timestamptz?",
  is_current: "bool",
} as const;

/** From which stock on the shop warned of a variant, over time. Variants for which nobody ever set a threshold are not there. Grain: one row per variant and period. */
export interface SnapInventoryPolicyRow {
  /** The variant. */
  variant_id: string;
  /** Available units below which the shop warns, null while nobody had set any. */
  low_stock_threshold: bigint | null;
  /** First instant at which it was so, business time. */
  valid_from: Date;
  /** First instant at which it no longer was, null while it is. */
  valid_to: Date | null;
  /** Whether it is so at the cut. */
  is_current: boolean;
}

/** Columns of snap_inventory_policy as a statement's row names them. */
export const snapInventoryPolicyColumns = {
  variant_id: "uuid",
  low_stock_threshold: "int8?",
  valid_from: "timestamptz",
  valid_to: "timestamptz?",
  is_current: "bool",
} as const;

/** Which price held when: base prices and those of lists, as the shop keeps them; planned ones are not there before they hold. Grain: one row per variant, currency, list and period. */
export interface SnapPricesRow {
  /** The price. */
  price_id: string;
  /** The variant. */
  variant_id: string;
  /** The price list it belongs to, null for the base price. */
  price_list_id: string | null;
  /** ISO 4217. */
  currency: string;
  /** STANDING, TEMPORARY or RESUMED; null where it was not told. */
  kind: string | null;
  /** Price of one unit, major units. */
  unit_price: string;
  /** The price shown crossed out beside it, major units. */
  compare_at_price: string | null;
  /** First instant at which it was so, business time. */
  valid_from: Date;
  /** First instant at which it no longer was, null while it is. */
  valid_to: Date | null;
  /** Whether it is so at the cut. */
  is_current: boolean;
}

/** Columns of snap_prices as a statement's row names them. */
export const snapPricesColumns = {
  price_id: "uuid",
  variant_id: "uuid",
  price_list_id: "uuid?",
  currency: "text",
  kind: "text?",
  unit_price: "numeric",
  compare_at_price: "numeric?",
  valid_from: "timestamptz",
  valid_to: "timestamptz?",
  is_current: "bool",
} as const;

/** What products were: status, name, vendor, category, brand and type over time. Grain: one row per product and period. */
export interface SnapProductsRow {
  /** The product. */
  product_id: string;
  /** Unique name for URLs. */
  slug: string | null;
  /** Display name. */
  name: string | null;
  /** DRAFT, ACTIVE or ARCHIVED. */
  status: string | null;
  /** The vendor, null where it has none. */
  vendor_id: string | null;
  /** Main category, null where it has none. */
  category_id: string | null;
  /** The brand, null where it has none. */
  brand_id: string | null;
  /** Kind of product, null where it has none. */
  product_type: string | null;
  /** First instant at which it was so, business time. */
  valid_from: Date;
  /** First instant at which it no longer was, null while it is. */
  valid_to: Date | null;
  /** Whether it is so at the cut. */
  is_current: boolean;
}

/** Columns of snap_products as a statement's row names them. */
export const snapProductsColumns = {
  product_id: "uuid",
  slug: "text?",
  name: "text?",
  status: "text?",
  vendor_id: "uuid?",
  category_id: "uuid?",
  brand_id: "uuid?",
  product_type: "text?",
  valid_from: "timestamptz",
  valid_to: "timestamptz?",
  is_current: "bool",
} as const;

/** What vendors were: name and agreed commission over time. Grain: one row per vendor and period. */
export interface SnapVendorsRow {
  /** The vendor. */
  vendor_id: string;
  /** Unique name for URLs. */
  slug: string | null;
  /** Display name. */
  name: string | null;
  /** Part of a sale that the shop keeps, 0 to 1; null where none is agreed. */
  commission_rate: string | null;
  /** First instant at which it was so, business time. */
  valid_from: Date;
  /** First instant at which it no longer was, null while it is. */
  valid_to: Date | null;
  /** Whether it is so at the cut. */
  is_current: boolean;
}

/** Columns of snap_vendors as a statement's row names them. */
export const snapVendorsColumns = {
  vendor_id: "uuid",
  slug: "text?",
  name: "text?",
  commission_rate: "numeric?",
  valid_from: "timestamptz",
  valid_to: "timestamptz?",
  is_current: "bool",
} as const;
