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
  /** Column with an instant, whose part of the day (four hours, UTC) is compared as one more category. */
  readonly hours?: string;
  /** Columns whose share of missing values is compared. */
  readonly nullable?: readonly string[];
  /** A day that was published stays as it was, but for late rows. Not so where rows of old days come and go by themselves. */
  readonly isSettled?: true;
  /** Categories of which a new one that is half of a day stops the build. That of others is told: a campaign, a new provider, a stocktaking. */
  readonly stopsOn?: readonly string[];
  /** Its rows come as people and machines please, bots and campaigns among them: a hole stops the build, rows of another kind do not. */
  readonly isUnruly?: true;
  /** Another table tells of its rows; here only how those of days that are over are spread is looked at. A shop may have a true day of another kind: it is told, and stops nothing. */
  readonly isSpreadOnly?: true;
}

/** The tables of importance. Each costs one grouping scan a build. */
export const WATCHED: readonly Watched[] = [
  { table: "fct_orders", day: "placed_date", value: "revenue", categories: ["currency", "customer_type"], stopsOn: ["currency", "customer_type"], nullable: ["user_id", "country_code"], isSettled: true },
  { table: "fct_order_lines", day: "placed_date", value: "amount", categories: ["currency", "line_kind"], stopsOn: ["currency", "line_kind"], nullable: ["product_id"], isSettled: true },
  { table: "fct_payments", day: "paid_date", value: "captured", categories: ["currency", "provider", "method"], stopsOn: ["currency"], nullable: ["country"] },
  { table: "fct_refunds", day: "refunded_date", value: "amount", categories: ["currency", "line_kind"], stopsOn: ["currency", "line_kind"], nullable: ["user_id", "product_id"] },
  { table: "rpt_funnel_daily", day: "visit_date", rows: "visits" },
  { table: "fct_sessions", day: "session_date", value: "duration_seconds", categories: ["channel"], nullable: ["user_id"], isUnruly: true },
  { table: "fct_page_events", day: "event_date", categories: ["type"], nullable: ["product_id", "user_id"], isUnruly: true },
  { table: "fct_inventory_movements", day: "occurred_date", value: "quantity", categories: ["kind"], nullable: ["order_id", "product_id"], isUnruly: true },
  // of orders, added up: a country, or a clock that went wrong
  { table: "agg_daily_country", day: "date_day", rows: "orders", categories: ["country"], isSpreadOnly: true },
  { table: "agg_half_hourly_country", day: "date_day", rows: "orders", hours: "half_hour", isSpreadOnly: true },
  { table: "fct_reviews", day: "created_date", value: "rating", categories: ["state"], isUnruly: true },
];
