/** Where a metric's number comes from: orders placed, or money paid back. */
export type MetricSource = "sales" | "refunds";

export interface Metric {
  readonly name: string;
  readonly description: string;
  /** MONEY answers in the currency of its rows; COUNT in whole things. */
  readonly kind: "MONEY" | "COUNT";
  readonly unit: "currency" | "orders" | "customers" | "units";
  readonly sources: readonly MetricSource[];
  /** Over `s` (sales) and `r` (refunds), both grouped; missing sides count as zero. */
  readonly expression: string;
}

/** The one list of metrics: the catalogue, the compiler and the documentation read it. */
export const METRICS: readonly Metric[] = [
  { name: "revenue", kind: "MONEY", unit: "currency", sources: ["sales"], expression: "coalesce(s.revenue, 0)", description: "Gross value of orders at placing, charges such as postage included, before any refund. Cancelled orders stay in; their money leaves through refunds." },
  { name: "refunds", kind: "MONEY", unit: "currency", sources: ["refunds"], expression: "coalesce(r.refunds, 0)", description: "Money paid back, at the time of the refund." },
  { name: "netRevenue", kind: "MONEY", unit: "currency", sources: ["sales", "refunds"], expression: "coalesce(s.revenue, 0) - coalesce(r.refunds, 0)", description: "Revenue less the refunds of the same period." },
  { name: "orders", kind: "COUNT", unit: "orders", sources: ["sales"], expression: "coalesce(s.orders, 0)", description: "Orders placed. Grouped by product: orders that hold the product." },
  { name: "customers", kind: "COUNT", unit: "customers", sources: ["sales"], expression: "coalesce(s.customers, 0)", description: "Distinct registered customers who placed an order; guests are not counted." },
  { name: "averageOrderValue", kind: "MONEY", unit: "currency", sources: ["sales"], expression: "round(s.revenue / nullif(s.orders, 0), 4)", description: "Revenue divided by orders, to four decimals; null where there is no order." },
  { name: "unitsSold", kind: "COUNT", unit: "units", sources: ["sales"], expression: "coalesce(s.units_sold, 0)", description: "Units of products sold; charges have no units." },
];

export interface Dimension {
  readonly name: string;
  readonly description: string;
  /** The grouping text of a row; never null. */
  readonly expression: string;
}

/** The bucket of the product dimension that holds postage, fees and other charges. */
export const CHARGES = "CHARGES";

export const DIMENSIONS: readonly Dimension[] = [
  { name: "country", expression: "t.country", description: "English name of the order's country; `Unspecified` where the source did not say. Filters take ISO 3166-1 codes too." },
  { name: "product", expression: `coalesce(t.product_id::text, '${CHARGES}')`, description: `Product id; \`${CHARGES}\` holds what is sold but is no product.` },
  { name: "customerType", expression: "t.customer_type", description: "REGISTERED or GUEST." },
];

export const GRAINS = ["DAY", "WEEK", "MONTH", "YEAR"] as const;
export type Grain = (typeof GRAINS)[number];

export const metricByName: ReadonlyMap<string, Metric> = new Map(METRICS.map((metric) => [metric.name, metric]));
export const dimensionByName: ReadonlyMap<string, Dimension> = new Map(DIMENSIONS.map((dimension) => [dimension.name, dimension]));
