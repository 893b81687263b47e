import type { MetricQueryArgs } from "#subgraphs/analytics/commands/runMetricQuery.ts";

export interface BenchRequest {
  readonly name: string;
  readonly args: MetricQueryArgs;
  /** Asked by a seller of these vendors; by an analyst where not given. */
  readonly vendorIds?: readonly string[];
}

const YEAR = { from: "2025-01-01", to: "2026-01-01" };
const QUARTER = { from: "2025-10-01", to: "2026-01-01" };
/** 365 days that begin and end within a month. */
const LAST_YEAR = { from: "2024-12-16", to: "2025-12-16" };

/** The kinds that dashboards are made of, and some that nothing was added up for. */
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
    ask("a seller's ten best products", { metrics: ["revenue", "unitsSold"], dimensions: ["product"], top: { dimension: "product", count: 10 } }, vendorIds),
    ask("a seller's customers by month", { metrics: ["customers"], grain: "MONTH" }, vendorIds),
    ask("ten best products of 365 days, and the rest", { metrics: ["revenue"], dimensions: ["product"], range: LAST_YEAR, top: { dimension: "product", count: 10 } }),
    ask("revenue by vendor", { metrics: ["revenue", "unitsSold"], dimensions: ["vendor"] }),
    ask("refund rate by category and quarter", { metrics: ["refundRate", "revenue"], dimensions: ["category"], grain: "QUARTER" }),
    ask("categories by week, against the year before", { metrics: ["revenue"], dimensions: ["category"], grain: "WEEK", range: QUARTER, compareTo: "PREVIOUS_YEAR" }),
    ask("countries against the year before", { metrics: ["revenue", "orders", "averageOrderValue"], dimensions: ["country"], grain: "MONTH", compareTo: "PREVIOUS_YEAR" }),
    ask("guests' share by week", { metrics: ["guestShare", "cancellationRate"], grain: "WEEK" }),
    ask("new and returning customers by week", { metrics: ["newCustomers", "returningCustomers", "newCustomerShare"], grain: "WEEK" }),
    ask("customers of 30 days, by day of a quarter", { metrics: ["customersTrailing30Days"], grain: "DAY", range: QUARTER }),
    ask("revenue of the year to date by month", { metrics: ["revenueYearToDate"], grain: "MONTH", compareTo: "PREVIOUS_YEAR" }),
    ask("products sold by month", { metrics: ["productsSold", "averageUnitPrice"], grain: "MONTH" }),
    ask("revenue by day, another time zone", { metrics: ["revenue", "orders"], grain: "DAY", range: QUARTER, timeZone: "America/New_York" }),
    ask("customers by country", { metrics: ["customers", "orders"], dimensions: ["country"] }),
    ask("median and 90th percentile by month", { metrics: ["medianOrderValue", "orderValueP90"], grain: "MONTH" }),
    ask("orders that hold the ten best products", { metrics: ["revenue", "orders"], dimensions: ["product"], range: QUARTER, top: { dimension: "product", count: 10, rest: false } }),
  ];
}
