import type { MetricQueryArgs } from "#subgraphs/analytics/commands/runMetricQuery.ts";

export interface BenchRequest {
  readonly name: string;
  readonly args: MetricQueryArgs;
  /** Asked by a seller of these vendors; by an analyst where not given. */
  readonly vendorIds?: readonly string[];
}

const YEAR = { from: "2025-01-01", to: "2026-01-01" };
const QUARTER = { from: "2025-10-01", to: "2026-01-01" };

/** Twelve of the kinds that dashboards are made of. */
export function requests(vendorIds: readonly string[]): BenchRequest[] {
  const ask = (name: string, args: Partial<MetricQueryArgs> & Pick<MetricQueryArgs, "metrics">, seller?: readonly string[]): BenchRequest =>
    ({ name, args: { range: YEAR, first: 1_000, ...args }, ...(seller ? { vendorIds: seller } : {}) });
  return [
    ask("headline numbers of a year", { metrics: ["revenue", "orders", "customers", "averageOrderValue"] }),
    ask("revenue and orders by month", { metrics: ["revenue", "orders"], grain: "MONTH" }),
    ask("revenue by day of a quarter, against before", { metrics: ["revenue"], grain: "DAY", range: QUARTER, compareTo: "PREVIOUS_PERIOD" }),
    ask("revenue by country", { metrics: ["revenue", "orders"], dimensions: ["country"], orderBy: [{ metric: "revenue", direction: "DESC" }] }),
    ask("ten best products of a quarter, and the rest", { metrics: ["revenue", "unitsSold"], dimensions: ["product"], range: QUARTER, top: { dimension: "product", count: 10 } }),
    ask("a page of products of a year", { metrics: ["revenue"], dimensions: ["product"], first: 50, orderBy: [{ metric: "revenue", direction: "DESC" }] }),
    ask("revenue by category", { metrics: ["revenue", "unitsSold"], dimensions: ["category"] }),
    ask("net revenue by month", { metrics: ["revenue", "refunds", "netRevenue"], grain: "MONTH" }),
    ask("repeat rate by quarter", { metrics: ["repeatRate", "customers"], grain: "QUARTER" }),
    ask("one country by week, another time zone", { metrics: ["revenue", "orders"], grain: "WEEK", timeZone: "Europe/London", filter: [{ dimension: "country", in: ["Country 1"] }] }),
    ask("units by day, 28 days' revenue", { metrics: ["unitsSold", "revenueTrailing28Days"], grain: "DAY", range: QUARTER }),
    ask("a seller's revenue by month", { metrics: ["revenue", "orders"], grain: "MONTH" }, vendorIds),
  ];
}
