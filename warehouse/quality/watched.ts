/** A mart whose days are compared with one another. A mart that a warehouse does not have is passed over. */
export interface Watched {
  /** Name of the mart. */
  readonly table: string;
  /** Date column: the business day of a row. */
  readonly day: string;
  /** Of a table that is an aggregate already: the column that counts what its rows stand for. */
  readonly rows?: string;
  /** Numeric column whose sizes are compared, and whose sum is kept. */
  readonly value?: string;
  /** Columns with few values, whose shares are compared. Together they should have no more than some dozens of combinations. */
  readonly categories?: readonly string[];
  /** Columns whose share of missing values is compared. */
  readonly nullable?: readonly string[];
  /** A day that was published stays as it was, but for late rows. Not so where rows of old days come and go by themselves. */
  readonly isSettled?: true;
}

/** The tables of importance. Each costs one grouping scan a build. */
export const WATCHED: readonly Watched[] = [
  { table: "fct_orders", day: "placed_date", value: "revenue", categories: ["currency", "customer_type"], nullable: ["user_id", "country_code"], isSettled: true },
  { table: "fct_order_lines", day: "placed_date", value: "amount", categories: ["currency", "line_kind"], nullable: ["product_id"], isSettled: true },
  { table: "fct_payments", day: "paid_date", value: "captured", categories: ["currency", "provider", "method"], nullable: ["country"] },
  { table: "fct_refunds", day: "refunded_date", value: "amount", categories: ["currency", "line_kind"], nullable: ["user_id", "product_id"] },
  { table: "rpt_funnel_daily", day: "visit_date", rows: "visits" },
  { table: "fct_sessions", day: "session_date", value: "duration_seconds", categories: ["channel"], nullable: ["user_id"] },
  { table: "fct_page_events", day: "event_date", categories: ["type"], nullable: ["product_id", "user_id"] },
  { table: "fct_inventory_movements", day: "occurred_date", value: "quantity", categories: ["kind"], nullable: ["order_id", "product_id"] },
  { table: "fct_reviews", day: "created_date", value: "rating", categories: ["state"] },
];
