import { describe, expect, test } from "vitest";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { proofMode } from "#platform/config.ts";
import { seeded } from "#platform/seeded.ts";
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

/** The catalogue as it was before there were aggregates of days. */
function withoutAggregates(catalogue: MetricCatalogue): MetricCatalogue {
  const aggregates = new Set(catalogue.sources.filter(({ rows }) => rows !== null).flatMap(({ measures }) => measures.map(({ name }) => name)));
  const use = (measure: MeasureUse): MeasureUse => ({ ...measure, equal: measure.equal.filter((name) => !aggregates.has(name)) });
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
    [{ metrics: ["revenue", "unitsSold"], dimensions: ["product"] }, ["agg_daily_sales"]],
    [{ metrics: ["commission", "vendorOrders"], dimensions: ["vendor"] }, ["agg_daily_vendor"]],
    [{ metrics: ["vendorOrders"], dimensions: ["vendor"], vendors: [RANDOM.vendors[0]] }, ["agg_daily_vendor"]],
    // what they do not hold: distinct people, percentiles, other zones, sellers' lines
    [{ metrics: ["customers"], grain: "MONTH" }, ["fct_orders"]],
    [{ metrics: ["medianOrderValue"] }, ["fct_orders"]],
    [{ metrics: ["revenue"], grain: "DAY", timeZone: "Europe/London" }, ["fct_orders"]],
    [{ metrics: ["revenue"], dimensions: ["country"] }, ["fct_orders"]],
    [{ metrics: ["revenue"], vendors: [RANDOM.vendors[0]] }, ["fct_order_lines"]],
    [{ metrics: ["revenue"], dimensions: ["vendor"] }, ["fct_order_lines"]],
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
    const vendors = metrics.every(({ ofVendors }) => ofVendors) && random() < 0.3 ? [pick(RANDOM.vendors)] : null;
    const request: MetricRequest = {
      ...base, metrics: metrics.map(({ name }) => name), dimensions, grain: pick([null, "DAY", "MONTH", "YEAR"] as const),
      range: pick([ALL, { from: "2024-02-28", to: "2024-03-02" }, { from: "2025-12-20", to: "2026-01-25" }]),
      filter: random() < 0.3 && common.includes("currency") ? [{ dimension: "currency", in: ["EUR"] }] : [],
      ...(vendors ? { vendors } : {}), ...(random() < 0.2 ? { compareTo: "PREVIOUS_PERIOD" as const } : {}), ...(random() < 0.2 ? { fillGaps: true } : {}),
    };
    const what = JSON.stringify(request);
    if (!planMetricQuery(request, postgresDialect, FACTS).ok) continue;
    const found = await answer(request);
    expect(found.rows, what).toEqual((await answer(request, FACTS)).rows);
    answered += 1;
    for (const source of found.sources) used.add(source);
  }
  expect(answered).toBeGreaterThan(rounds / 2);
  expect([...used]).toEqual(expect.arrayContaining(["agg_daily_shop", "agg_daily_category", "agg_daily_sales", "agg_daily_vendor"]));
});
