import { METRIC_CATALOGUE } from "./catalogue.ts";
import type { Dialect, ParamType } from "./dialect.ts";
import type { MetricRequest } from "./metricRequest.ts";
import { planMetricQuery } from "./planMetricQuery.ts";

export interface RepresentativeStatement {
  readonly name: string;
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly types: readonly ParamType[];
}

const RANGE = { from: "2026-01-01", to: "2026-03-01" };
const ask = (changes: Partial<MetricRequest> & { metrics: readonly string[] }): MetricRequest => ({ dimensions: [], grain: null, range: RANGE, filter: [], first: 10, after: null, ...changes });

/** A statement of every metric alone and of every form of request, in an engine's spelling: what an analyzer or an engine is tried with. */
export function representativeStatements(dialect: Dialect): RepresentativeStatement[] {
  const forms: readonly (readonly [string, MetricRequest])[] = [
    ...METRIC_CATALOGUE.metrics.map((metric) => [`metric ${metric.name}`, ask({ metrics: [metric.name], dimensions: metric.dimensions.slice(0, 1), grain: metric.periods ? "MONTH" : null })] as const),
    ["several sources", ask({ metrics: ["revenue", "refunds", "netRevenue", "visits", "revenuePerVisit"], grain: "DAY" })],
    ["previous period", ask({ metrics: ["revenue", "customers"], grain: "MONTH", compareTo: "PREVIOUS_PERIOD", orderBy: [{ metric: "revenue", of: "CHANGE_PERCENT", direction: "DESC" }] })],
    ["previous year by day", ask({ metrics: ["orders", "revenueTrailing28Days"], grain: "DAY", compareTo: "PREVIOUS_YEAR" })],
    ["previous year by week", ask({ metrics: ["orders"], grain: "WEEK", compareTo: "PREVIOUS_YEAR" })],
    ["gaps", ask({ metrics: ["revenue"], dimensions: ["country"], grain: "WEEK", fillGaps: true })],
    ["top with rest", ask({ metrics: ["revenue", "customers"], dimensions: ["product"], top: { dimension: "product", count: 3 } })],
    ["top without rest by month", ask({ metrics: ["orders", "revenue"], dimensions: ["country"], grain: "MONTH", top: { dimension: "country", count: 3, by: "orders", rest: false } })],
    ["time zone", ask({ metrics: ["revenue", "refunds", "shipments"], grain: "DAY", timeZone: "America/New_York" })],
    ["filters", ask({ metrics: ["revenue"], filter: [{ dimension: "product", in: ["CHARGES"] }, { dimension: "country", notIn: ["IE"], contains: "king", startsWith: "U" }, { dimension: "category", in: ["NONE"] }] })],
    ["having and page", ask({ metrics: ["revenue", "orders"], dimensions: ["country"], having: [{ metric: "orders", gte: "2" }], orderBy: [{ metric: "revenue", direction: "DESC" }], after: ["12.5", "", "Ireland", "GBP"] })],
    ["sellers", ask({ metrics: ["revenue", "refunds", "customers"], dimensions: ["product"], vendors: ["00000000-0000-7000-8000-000000000001"] })],
  ];
  return forms.map(([name, request]) => {
    const plan = planMetricQuery(request, dialect);
    if (!plan.ok) throw new Error(`${name}: ${plan.error.message}`);
    const { sql, params, types } = plan.value;
    return { name, sql, params, types };
  });
}
