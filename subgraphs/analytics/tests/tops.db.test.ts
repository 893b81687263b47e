import { expect, test } from "vitest";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { proofMode } from "#platform/config.ts";
import { seeded } from "#platform/seeded.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { METRIC_MODEL } from "../domain/metric/catalogue.ts";
import type { MetricRequest } from "../domain/metric/metricRequest.ts";
import { REST } from "../domain/metric/metricValues.ts";
import { planMetricQuery } from "../domain/metric/planMetricQuery.ts";
import { postgresDialect } from "../domain/metric/postgresDialect.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { fillRandomMarts, RANDOM } from "./randomMarts.ts";

const slice = usePublishedSlice((owner) => fillRandomMarts(owner), (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));
type Row = Record<string, string | null>;

async function answer(request: MetricRequest): Promise<Row[]> {
  const plan = planMetricQuery(request, postgresDialect);
  if (!plan.ok) throw new Error(plan.error.message);
  return (await slice.owner.raw<Row>(plan.value.sql.replaceAll("{marts}", "marts_a"), [...plan.value.params])).rows;
}

/** What a top should hold, put together here from all values of the dimension. */
async function bySorting({ top, ...request }: MetricRequest): Promise<Map<string, number[]>> {
  const place = request.dimensions.indexOf(top?.dimension ?? "");
  const ranked = new Map<string, Set<string | null | undefined>>();
  // by what is no money, in all currencies together
  const whole = await answer({ ...request, metrics: request.metrics.slice(0, 1), grain: null, dimensions: [top?.dimension ?? ""] });
  for (const [currency, rows] of Map.groupBy(whole, (row) => row["currency"] ?? "")) {
    const best = rows.toSorted((a, b) => Number(b["m0"]) - Number(a["m0"]) || ((a["d0"] ?? "") < (b["d0"] ?? "") ? -1 : 1)).slice(0, top?.count);
    ranked.set(currency, new Set(best.map((row) => row["d0"])));
  }
  const sums = new Map<string, number[]>();
  for (const row of await answer(request)) {
    const isBest = (ranked.get(row["currency"] ?? "") ?? ranked.get(""))?.has(row[`d${place}`]);
    if (!isBest && top?.rest === false) continue;
    const key = keyOf({ ...row, ...(isBest ? {} : { [`d${place}`]: REST }) }, request);
    sums.set(key, request.metrics.map((_, index) => Math.round(100 * ((sums.get(key)?.[index] ?? 0) + Number(row[`m${index}`]))) / 100));
  }
  return sums;
}

const keyOf = (row: Row, { dimensions }: Pick<MetricRequest, "dimensions">) => JSON.stringify([row["period"], ...dimensions.map((_, index) => row[`d${index}`]), row["currency"]]);

test("the best of a dimension and the rest are what sorting all of its values gives, whatever stands beside", { timeout: 120_000 }, async () => {
  const random = seeded(29);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let [onceRead, merged] = [0, 0];
  for (let round = 0; round < (proofMode() ? 600 : 60); round += 1) {
    const metrics = [...new Set([pick(["revenue", "unitsSold", "orderItems", "goodsRevenue"]), pick(["unitsSold", "revenue", "refunds", "orderItems"])])];
    const dimension = pick(["product", "country", "category", "vendor", "brand"].filter((name) => metrics.every((metric) => METRIC_MODEL.metrics.get(metric)?.dimensions.includes(name))));
    const beside = pick(["country", "customerType", "product"].filter((name) => name !== dimension && metrics.every((metric) => METRIC_MODEL.metrics.get(metric)?.dimensions.includes(name))));
    const request: MetricRequest = {
      metrics, dimensions: random() < 0.3 ? [beside, dimension] : [dimension], grain: pick([null, null, "WEEK", "MONTH", "QUARTER"] as const), filter: [], first: 10_000, after: null,
      range: pick([{ from: RANDOM.from, to: RANDOM.to }, { from: "2024-05-17", to: "2025-03-02" }, { from: "2025-03-02", to: "2025-04-30" }]),
      top: { dimension, count: pick([1, 3, 40]), rest: random() < 0.7 },
    };
    const plan = planMetricQuery(request, postgresDialect);
    if (plan.ok && plan.value.sql.includes("everything")) onceRead += 1;
    const found = new Map((await answer(request)).map((row) => [keyOf(row, request), metrics.map((_, index) => Number(row[`m${index}`]))]));
    if ([...found.keys()].some((key) => key.includes(REST))) merged += 1;
    expect(Object.fromEntries(found), JSON.stringify(request)).toEqual(Object.fromEntries(await bySorting(request)));
  }
  expect([onceRead > 20, merged > 20]).toEqual([true, true]);
});
