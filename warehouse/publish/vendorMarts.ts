/** What vendors see of a mart. */
export interface VendorMart {
  /** `own`: rows whose `vendor_id` is theirs, never those without; `all`: every row, for calendars and the like. */
  readonly rows: "own" | "all";
  /** Columns that are not theirs to see. */
  readonly without?: readonly string[];
}

/** The marts that vendors may query. A mart is not here until somebody has looked at each of its columns with a vendor's eyes. */
export const VENDOR_MARTS: Readonly<Record<string, VendorMart>> = {
  agg_daily_vendor: { rows: "own" },
  // how many products a category has is everybody's
  dim_categories: { rows: "all", without: ["products"] },
  dim_date: { rows: "all" },
  dim_products: { rows: "own" },
  dim_vendors: { rows: "own" },
  fct_fulfilments: { rows: "own" },
  fct_order_lines: { rows: "own" },
  fct_returns: { rows: "own" },
  fct_reviews: { rows: "own" },
  fct_vendor_orders: { rows: "own" },
  snap_vendors: { rows: "own" },
};
