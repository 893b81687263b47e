import { describe, expect, test } from "vitest";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { proofMode } from "#platform/config.ts";
import { seeded } from "#platform/seeded.ts";
import { encodeId } from "#schema/values/ids.ts";
import type { CatalogueMetric, MeasureUse, MetricCatalogue } from "#schema/values/metricCatalogue.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { METRIC_CATALOGUE, METRIC_MODEL, metricModel } from "../domain/metric/catalogue.ts";
import type { MetricRequest } from "../domain/metric/metricRequest.ts";
import { planMetricQuery } from "../domain/metric/planMetricQuery.ts";
import { postgresDialect } from "../domain/metric/postgresDialect.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { fillRandomMarts, RANDOM } from "./randomMarts.ts";

const slice = usePublishedSlice((owner) => fillRandomMarts(owner), (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));

const FACTS = metricModel(withoutAggregates(METRIC_CATALOGUE));
const ALL = { from: RANDOM.from, to: RANDOM.to };
const base: MetricRequest = { metrics: [], dimensions: [], grain: null, range: ALL, filter: [], first: 10_000, after: null };

/** The catalogue as it was before there were aggregates. */
function withoutAggregates(catalogue: MetricCatalogue): MetricCatalogue {
  const aggregates = new Set(catalogue.sources.filter(({ rows }) => rows !== null).flatMap(({ measures }) => measures.map(({ name }) => name)));
  const use = (measure: MeasureUse): MeasureUse => ({ ...measure, equal: measure.equal.filter((name) => !aggregates.has(name)), filtered: [] });
  const metrics = catalogue.metrics.map((metric) => ("measure" in metric.definition ? { ...metric, definition: { ...metric.definition, measure: use(metric.definition.measure) } } as CatalogueMetric : metric));
  return { ...catalogue, metrics, sources: catalogue.sources.filter(({ rows }) => rows === null) };
}

async function answer(request: MetricRequest, model = METRIC_MODEL) {
  const plan = planMetricQuery(request, postgresDialect, model);
  if (!plan.ok) throw new Error(plan.error.message);
  const { rows } = await slice.owner.raw(plan.value.sql.replaceAll("{marts}", "marts_a"), [...plan.value.params]);
  return { sources: plan.value.sources, rows: rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, /^[mqxy]\d/.test(key) && value !== null ? Number(value) : value]))) };
}

describe("what the days hold is taken from them", () => {
  test.each([
    [{ metrics: ["revenue", "orders", "averageOrderValue", "unitsSold", "discounts"], grain: "MONTH" }, ["agg_daily_shop"]],
    [{ metrics: ["revenue", "refunds", "netRevenue"], grain: "DAY" }, ["agg_daily_shop"]],
    [{ metrics: ["revenueMonthToDate", "revenueTrailing28Days"], grain: "WEEK" }, ["agg_daily_shop"]],
    [{ metrics: ["revenue", "goodsRevenue", "refunds"], dimensions: ["category"] }, ["agg_daily_category"]],
    [{ metrics: ["revenue", "unitsSold"], dimensions: ["product"] }, ["agg_monthly_product"]],
    [{ metrics: ["revenue", "refunds", "netRevenue"], dimensions: ["product"], grain: "QUARTER", compareTo: "PREVIOUS_YEAR" }, ["agg_monthly_product"]],
    [{ metrics: ["revenue"], dimensions: ["product"], range: { from: "2024-01-31", to: "2025-12-30" }, grain: "MONTH" }, ["agg_monthly_product", "agg_daily_sales"]],
    [{ metrics: ["revenue"], dimensions: ["product"], grain: "WEEK" }, ["agg_daily_sales"]],
    [{ metrics: ["revenue"], dimensions: ["product"], range: { from: "2025-03-02", to: "2025-04-30" } }, ["agg_daily_sales"]],
    [{ metrics: ["unitsSold"], dimensions: ["vendor", "brand"] }, ["agg_monthly_product"]],
    [{ metrics: ["revenue", "orders", "refunds"], dimensions: ["country", "customerType"], grain: "WEEK" }, ["agg_daily_country"]],
    [{ metrics: ["guestShare", "registeredRevenue"], grain: "MONTH" }, ["agg_daily_country", "agg_daily_shop"]],
    [{ metrics: ["commission", "vendorOrders"], dimensions: ["vendor"] }, ["agg_daily_vendor"]],
    [{ metrics: ["vendorOrders"], dimensions: ["vendor"], vendors: [RANDOM.vendors[0]] }, ["agg_daily_vendor"]],
    // orders of a product add up, orders of products do not
    [{ metrics: ["orders", "revenue"], dimensions: ["product"], grain: "MONTH" }, ["agg_monthly_product"]],
    [{ metrics: ["orders"], dimensions: ["product"], range: { from: "2024-01-10", to: "2025-12-10" } }, ["agg_monthly_product", "fct_order_lines"]],
    [{ metrics: ["orders"], dimensions: ["product"], top: { dimension: "product", count: 3, rest: false } }, ["agg_monthly_product"]],
    [{ metrics: ["orders"], dimensions: ["product"], top: { dimension: "product", count: 3 } }, ["fct_order_lines"]],
    [{ metrics: ["orders"], dimensions: ["brand"] }, ["fct_order_lines"]],
    [{ metrics: ["orders"], dimensions: ["product"], vendors: [RANDOM.vendors[0]] }, ["fct_order_lines"]],
    [{ metrics: ["productsSold"], grain: "QUARTER" }, ["agg_monthly_product"]],
    [{ metrics: ["productsSold"], range: { from: "2024-01-02", to: "2025-12-30" } }, ["agg_daily_sales"]],
    [{ metrics: ["cancelledOrders", "cancellationRate"], grain: "WEEK" }, ["agg_daily_country", "agg_daily_shop"]],
    // people: once over all currencies or in each, whatever the period, and as long as nothing else tells them apart
    [{ metrics: ["customers"], grain: "MONTH" }, ["agg_daily_customers"]],
    [{ metrics: ["customers", "revenue", "newCustomers"], grain: "WEEK", range: { from: "2024-01-04", to: "2025-11-20" }, compareTo: "PREVIOUS_YEAR" }, ["agg_daily_customers", "agg_daily_shop"]],
    [{ metrics: ["repeatRate", "newCustomerShare", "returningCustomers"], grain: "QUARTER", fillGaps: true }, ["agg_daily_customers"]],
    [{ metrics: ["customersTrailing30Days"], grain: "DAY", range: { from: "2025-02-20", to: "2025-03-20" } }, ["agg_daily_customers"]],
    [{ metrics: ["customers"], dimensions: ["currency"], top: { dimension: "currency", count: 1, rest: false } }, ["agg_daily_customers"]],
    [{ metrics: ["customers"], filter: [{ dimension: "currency", in: ["EUR"] }] }, ["agg_daily_customers"]],
    [{ metrics: ["customers"], filter: [{ dimension: "currency", in: ["EUR", "GBP"] }] }, ["fct_orders"]],
    [{ metrics: ["customers"], dimensions: ["currency"], top: { dimension: "currency", count: 1, rest: true } }, ["fct_orders"]],
    [{ metrics: ["customers"], dimensions: ["country"] }, ["agg_daily_country_customers"]],
    [{ metrics: ["customers", "revenue"], dimensions: ["country"], grain: "WEEK", range: { from: "2024-05-17", to: "2025-03-02" }, compareTo: "PREVIOUS_PERIOD" }, ["agg_daily_country_customers", "agg_daily_country"]],
    [{ metrics: ["customersTrailing30Days"], dimensions: ["country"], grain: "DAY", range: { from: "2025-02-20", to: "2025-03-20" } }, ["agg_daily_country_customers"]],
    [{ metrics: ["customers"], filter: [{ dimension: "country", in: ["Ireland"] }], grain: "MONTH" }, ["agg_daily_country_customers"]],
    [{ metrics: ["ordersPerCustomer"], dimensions: ["country"], top: { dimension: "country", count: 2, rest: false } }, ["agg_daily_country", "agg_daily_country_customers"]],
    [{ metrics: ["customers"], dimensions: ["country"], top: { dimension: "country", count: 2 } }, ["fct_orders"]],
    [{ metrics: ["customers"], dimensions: ["country", "customerType"] }, ["fct_orders"]],
    [{ metrics: ["customers"], filter: [{ dimension: "country", in: ["Ireland", "Unspecified"] }] }, ["fct_orders"]],
    [{ metrics: ["customers"], grain: "MONTH", timeZone: "Asia/Tokyo" }, ["fct_orders"]],
    // percentiles by the steps that hold them, as long as nothing but the currency tells orders apart
    [{ metrics: ["medianOrderValue"] }, ["agg_daily_order_values", "fct_orders"]],
    [{ metrics: ["medianOrderValue", "orderValueP90", "largestOrder", "revenue"], grain: "WEEK", range: { from: "2024-05-17", to: "2025-03-02" }, compareTo: "PREVIOUS_YEAR" }, ["agg_daily_order_values", "fct_orders", "agg_daily_shop"]],
    [{ metrics: ["orderValueP90"], dimensions: ["currency"], grain: "DAY", fillGaps: true, range: { from: "2025-02-20", to: "2025-03-20" } }, ["agg_daily_order_values", "fct_orders"]],
    [{ metrics: ["medianOrderValue"], filter: [{ dimension: "currency", in: ["JPY", "GBP"] }], grain: "QUARTER" }, ["agg_daily_order_values", "fct_orders"]],
    [{ metrics: ["medianOrderValue"], dimensions: ["country"] }, ["fct_orders"]],
    [{ metrics: ["medianOrderValue"], dimensions: ["currency"], top: { dimension: "currency", count: 1, rest: false } }, ["fct_orders"]],
    [{ metrics: ["medianOrderValue"], grain: "MONTH", timeZone: "Europe/London" }, ["fct_orders"]],
    // half hours where the zone's clocks keep to them; windows and people not
    [{ metrics: ["revenue"], grain: "DAY", timeZone: "Europe/London" }, ["agg_half_hourly_country"]],
    [{ metrics: ["revenue", "orders", "refunds"], dimensions: ["country"], grain: "WEEK", timeZone: "America/New_York", compareTo: "PREVIOUS_PERIOD" }, ["agg_half_hourly_country"]],
    [{ metrics: ["cancellationRate"], grain: "MONTH", timeZone: "Australia/Lord_Howe" }, ["agg_half_hourly_country"]],
    [{ metrics: ["revenue"], grain: "DAY", timeZone: "Asia/Kathmandu" }, ["fct_orders"]],
    [{ metrics: ["revenueTrailing28Days"], grain: "WEEK", timeZone: "Asia/Kolkata" }, ["fct_orders"]],
    [{ metrics: ["revenue"], dimensions: ["product"], timeZone: "Asia/Kolkata" }, ["fct_order_lines"]],
    // sellers: what they sold day by day, orders of one seller alone, and nobody's lines not at all
    [{ metrics: ["revenue", "orders", "unitsSold"], vendors: [RANDOM.vendors[0]], grain: "MONTH" }, ["agg_daily_vendor"]],
    [{ metrics: ["revenue"], vendors: RANDOM.vendors }, ["agg_daily_vendor"]],
    [{ metrics: ["orders"], vendors: RANDOM.vendors }, ["fct_order_lines"]],
    [{ metrics: ["orders"], vendors: RANDOM.vendors, dimensions: ["vendor"] }, ["agg_daily_vendor"]],
    [{ metrics: ["orders", "revenue"], vendors: RANDOM.vendors, dimensions: ["vendor"], top: { dimension: "vendor", count: 1, rest: true } }, ["fct_order_lines", "agg_daily_vendor"]],
    [{ metrics: ["orders", "revenue"], filter: [{ dimension: "vendor", in: [encodeId("ven", RANDOM.vendors[1])] }] }, ["agg_daily_vendor"]],
    [{ metrics: ["revenue"], filter: [{ dimension: "vendor", in: [encodeId("ven", RANDOM.vendors[1]), "SHOP"] }], grain: "DAY" }, ["fct_order_lines"]],
    [{ metrics: ["revenue"], dimensions: ["vendor"], grain: "DAY" }, ["fct_order_lines"]],
    [{ metrics: ["revenue"], dimensions: ["product"], vendors: [RANDOM.vendors[0]], range: { from: "2024-01-10", to: "2025-12-10" } }, ["agg_monthly_product", "fct_order_lines"]],
  ] as [Partial<MetricRequest>, string[]][])("%j", async (changes, sources) => {
    const request = { ...base, ...changes };
    const found = await answer(request);
    expect(found.sources).toEqual(sources);
    expect(found.rows.length).toBeGreaterThan(0);
    expect(found.rows).toEqual((await answer(request, FACTS)).rows);
  });
});

test("whatever is asked, the answer is the same with and without them, groups and all", { timeout: 120_000 }, async () => {
  const random = seeded(23);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const candidates = METRIC_CATALOGUE.metrics.filter(({ periods, type }) => periods && type !== "conversion");
  const added = candidates.filter(({ definition }) => "measure" in definition && definition.measure.equal.some((name) => METRIC_MODEL.measures.get(name)?.source.rows !== null));
  const used = new Set<string>();
  const rounds = proofMode() ? 1_500 : 150;
  let answered = 0;
  for (let round = 0; round < rounds; round += 1) {
    const metrics = [...new Set([pick(added), pick(random() < 0.7 ? added : candidates)])];
    const common = metrics.reduce<readonly string[]>((some, metric) => some.filter((name) => metric.dimensions.includes(name)), metrics[0]?.dimensions ?? []);
    const dimensions = [...new Set([pick(common), pick(common)])].filter((name) => name !== undefined && random() < 0.5);
    const vendors = metrics.every(({ ofVendors }) => ofVendors) && random() < 0.3 ? pick([[RANDOM.vendors[0]], [RANDOM.vendors[1], RANDOM.vendors[2]], [RANDOM.vendors[2]]]) : null;
    const request: MetricRequest = {
      ...base, metrics: metrics.map(({ name }) => name), dimensions, grain: pick([null, "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"] as const),
      range: pick([ALL, { from: "2024-02-28", to: "2024-03-02" }, { from: "2025-12-20", to: "2026-01-25" }, { from: "2024-03-01", to: "2025-06-01" }, { from: "2024-05-17", to: "2025-03-02" }]),
      filter: random() < 0.3 && common.includes("currency") ? [{ dimension: "currency", in: ["EUR"] }] : [],
      ...(random() < 0.2 && metrics.every(({ timeZones }) => timeZones) ? { timeZone: pick(["Europe/London", "Asia/Kolkata", "America/St_Johns", "Asia/Kathmandu"]) } : {}),
      ...(vendors ? { vendors } : {}), ...(dimensions[0] && random() < 0.3 ? { top: { dimension: dimensions[0], count: 2, rest: random() < 0.7 } } : {}), ...(random() < 0.2 ? { compareTo: "PREVIOUS_PERIOD" as const } : {}), ...(random() < 0.2 ? { fillGaps: true } : {}),
    };
    const what = JSON.stringify(request);
    if (!planMetricQuery(request, postgresDialect, FACTS).ok) continue;
    const found = await answer(request);
    expect(found.rows, what).toEqual((await answer(request, FACTS)).rows);
    answered += 1;
    for (const source of found.sources) used.add(source);
  }
  expect(answered).toBeGreaterThan(rounds / 2);
  expect([...used]).toEqual(expect.arrayContaining(["agg_daily_shop", "agg_daily_category", "agg_daily_sales", "agg_daily_vendor", "agg_daily_country", "agg_daily_customers", "agg_daily_country_customers", "agg_daily_order_values", "agg_half_hourly_country", "agg_monthly_product"]));
});
