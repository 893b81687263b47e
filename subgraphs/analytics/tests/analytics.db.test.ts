import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { fillSmallMarts, MARTS, publishSlot } from "./smallMarts.ts";

const slice = usePublishedSlice(fillSmallMarts, (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));

const vendor = (...vendorIds: string[]): Viewer => ({ ...person(MARTS.ada, "VENDOR"), vendorIds });
const VIEWERS = { analyst: person(MARTS.bob, "ANALYST"), admin: person(MARTS.bob, "ADMIN"), support: person(MARTS.bob, "SUPPORT"), customer: person(MARTS.ada), vendor: vendor(MARTS.vendor), guest: GUEST };
type Name = keyof typeof VIEWERS;

const FIELDS = {
  metrics: "{ metrics { name description unit dimensions grains } }",
  metricDimensions: "{ metricDimensions { name description } }",
  metricDimensionValues: '{ metricDimensionValues(dimension: "product") { asOf truncated nodes { value label } } }',
  metricQuery: '{ metricQuery(metrics: ["revenue"], range: { from: "2011-01-01", to: "2012-01-01" }) { asOf buildId truncated nodes { at } pageInfo { hasNextPage } } }',
  cohorts: "{ cohorts { month size currency activity { monthIndex customers retention revenue } } }",
  rfmSegments: "{ rfmSegments { segment customers revenue money { amount currency } averageRecencyDays averageOrders } }",
  dataQuality: "{ dataQuality { buildId publishedAt asOf verdict checks { suite name severity passed message } } }",
  qualityHistory: "{ qualityHistory { buildId state reason checks red warnings failed { name layer } anomalies { table kind } } }",
  dataIncidents: "{ dataIncidents { id kind message buildId openedAt closedAt } }",
  pipelineRuns: "{ pipelineRuns { id trigger state reason buildId startedAt finishedAt steps { asset state rows seconds message } } }",
} as const;
type Field = keyof typeof FIELDS;

describe("who may ask", () => {
  const may: Record<Name, (field: Field) => boolean> = {
    analyst: () => true, admin: () => true, support: (field) => field === "metrics" || field === "metricDimensions", vendor: (field) => field.startsWith("metric"), customer: () => false, guest: () => false,
  };
  const cases = (Object.keys(VIEWERS) as Name[]).flatMap((viewer) => (Object.keys(FIELDS) as Field[]).map((field) => [viewer, field, may[viewer](field)] as const));

  test.each(cases)("%s, %s: %s", async (viewer, field, allowed) => {
    const { data, errors, statements } = await slice.graph.as(VIEWERS[viewer]).run(FIELDS[field]);
    if (allowed) {
      expect(errors).toBeUndefined();
      expect(data[field]).toBeDefined();
      return;
    }
    expect(errors?.map((error) => error.extensions?.["code"])).toEqual([viewer === "guest" ? "UNAUTHENTICATED" : "FORBIDDEN"]);
    expect(data[field] ?? null).toBeNull();
    // A refusal costs nothing and shows nothing.
    expect(statements).toEqual([]);
  });
});

describe("the catalogue", () => {
  test("names every metric with its unit, dimensions and grains, and every dimension", async () => {
    const { data } = await slice.graph.as(VIEWERS.support).run("{ metrics { name label unit format type owner certified dimensions additiveOver grains timeZones forVendors madeOf description } metricDimensions { name description values } }");
    expect(data["metrics"].slice(0, 7).map((metric: { name: string; unit: string }) => `${metric.name} ${metric.unit}`)).toEqual([
      "revenue currency", "refunds currency", "netRevenue currency", "orders orders", "customers customers", "averageOrderValue currency", "unitsSold units",
    ]);
    for (const metric of data["metrics"]) expect(metric).toMatchObject({ description: expect.stringMatching(/\.$/), owner: expect.stringMatching(/./), label: expect.stringMatching(/^[A-Z]/) });
    expect(data["metrics"][0]).toMatchObject({ type: "SIMPLE", format: "MONEY", certified: true, grains: ["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"], timeZones: true, forVendors: true, madeOf: [] });
    expect(data["metrics"][5]).toMatchObject({ type: "RATIO", madeOf: ["revenue", "orders"], additiveOver: [] });
    expect(data["metricDimensions"].slice(0, 3)).toMatchObject([{ name: "country", values: null }, { name: "product" }, { name: "customerType", values: ["REGISTERED", "GUEST"] }]);
  });

  test("shows analysts, and nobody else, how a number is made", async () => {
    expect((await slice.graph.as(VIEWERS.analyst).run("{ metrics { sql } }")).data["metrics"][0]).toEqual({ sql: "sum(revenue) from marts.fct_orders" });
    const refused = await slice.graph.as(VIEWERS.support).run("{ metrics { sql } }");
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("cohorts", () => {
  const COHORTS = "query ($range: DateRangeInput) { cohorts(range: $range) { month size currency activity { monthIndex customers retention revenue } } }";
  const cohorts = async (range?: { from: string; to: string } | null) => slice.graph.as(VIEWERS.analyst).run(COHORTS, { range });

  test("all of them, their months in order", async () => {
    expect((await cohorts()).data["cohorts"]).toEqual([
      { month: "2011-01-01", size: 2, currency: "GBP", activity: [{ monthIndex: 0, customers: 2, retention: "1.000000", revenue: "42.025" }, { monthIndex: 1, customers: 1, retention: "0.500000", revenue: "15.00" }] },
      { month: "2011-02-01", size: 3, currency: "GBP", activity: [{ monthIndex: 0, customers: 3, retention: "1.000000", revenue: "7.00" }] },
    ]);
    expect((await cohorts(null)).data["cohorts"]).toHaveLength(2);
  });

  test("of a half-open range", async () => {
    expect((await cohorts({ from: "2011-01-01", to: "2011-02-01" })).data["cohorts"]).toMatchObject([{ month: "2011-01-01" }]);
    expect((await cohorts({ from: "2012-01-01", to: "2013-01-01" })).data["cohorts"]).toEqual([]);
    expect((await cohorts({ from: "2012-01-01", to: "2012-01-01" })).errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
  });
});

test("rfmSegments: customers by segment, the most money of the main currency first, and that of others beside it, never added", async () => {
  expect((await slice.graph.as(VIEWERS.analyst).run(FIELDS.rfmSegments)).data["rfmSegments"]).toEqual([
    { segment: "CHAMPION", customers: 2, revenue: "147.025", money: [{ amount: "147.025", currency: "GBP" }], averageRecencyDays: "1.5", averageOrders: "3.00" },
    { segment: "LOST", customers: 1, revenue: "0", money: [{ amount: "1.00", currency: "EUR" }], averageRecencyDays: "300.0", averageOrders: "1.00" },
  ]);
});

describe("dataQuality", () => {
  const ask = async () => (await slice.graph.as(VIEWERS.analyst).run(FIELDS.dataQuality)).data["dataQuality"];
  const check = (name: string, passed: boolean, severity = "WARNING", buildId: string = MARTS.builds.a) =>
    slice.owner.raw("insert into ops.check_result (build_id, suite, name, severity, passed, message) values ($1, 'marts.fct_orders', $2, $3, $4, $5)", [buildId, name, severity, passed, passed ? null : "3 rows"]);

  test("the checks of the published build, and of no other; a warning shows", async () => {
    await check("order_id is unique", true, "CRITICAL");
    expect(await ask()).toEqual({
      buildId: MARTS.builds.a, publishedAt: "2026-03-01T12:05:00.000Z", asOf: MARTS.asOf, verdict: "PASSED",
      checks: [{ suite: "marts.fct_orders", name: "order_id is unique", severity: "CRITICAL", passed: true, message: null }],
    });
    await check("revenue is plausible", false);
    expect(await ask()).toMatchObject({ verdict: "WARNED", checks: [{ name: "revenue is plausible", passed: false, message: "3 rows" }, { name: "order_id is unique" }] });
    await publishSlot(slice.owner, "b");
    try {
      expect(await ask()).toMatchObject({ buildId: MARTS.builds.b, verdict: "PASSED", checks: [] });
    } finally {
      await publishSlot(slice.owner, "a");
    }
  });
});

describe("dataQuality in full", () => {
  test("counts by layer and severity, chosen checks, anomalies with their bounds, and the contract of each table", async () => {
    const store = (suite: string, name: string, passed: boolean, severity: string) =>
      slice.owner.raw("insert into ops.check_result (build_id, suite, name, severity, passed, message, observed) values ($1, $2, $3, $4, $5, 'm', '7')", [MARTS.builds.b, suite, name, severity, passed]);
    await store("raw.orders", "state is known", true, "CRITICAL");
    await store("watch.fct_orders", "a day has as many rows as usual", false, "WARNING");
    await slice.owner.raw(`insert into ops.anomaly (build_id, relation, kind, subject, day, severity, observed, expected, lower_bound, upper_bound, message)
      values ($1, 'fct_orders', 'VOLUME', '', '2011-12-09', 'WARNING', 1, 20.5, 6, null, 'few')`, [MARTS.builds.b]);
    await publishSlot(slice.owner, "b");
    try {
      const { data } = await slice.graph.as(VIEWERS.analyst).run(`{ dataQuality { isStale currentTo summary { layer severity passed failed } failed: checks(failed: true) { name layer observed }
        critical: checks(severity: [CRITICAL], layer: RAW) { name } anomalies { table kind subject day severity observed expected lower upper message isAccepted }
        freshness { table staleAfterMinutes ageSeconds isStale } } qualityHistory(first: 1) { state checks red warnings failed { name } anomalies { message } } }`);
      expect(data["dataQuality"]).toMatchObject({
        isStale: true, currentTo: MARTS.asOf,
        summary: [{ layer: "RAW", severity: "CRITICAL", passed: 1, failed: 0 }, { layer: "WATCH", severity: "WARNING", passed: 0, failed: 1 }],
        failed: [{ name: "a day has as many rows as usual", layer: "WATCH", observed: "7" }], critical: [{ name: "state is known" }],
        anomalies: [{ table: "fct_orders", kind: "VOLUME", subject: null, day: "2011-12-09", severity: "WARNING", observed: 1, expected: 20.5, lower: 6, upper: null, message: "few", isAccepted: false }],
      });
      const { freshness } = data["dataQuality"] as { freshness: { table: string; staleAfterMinutes: number; isStale: boolean }[] };
      expect(freshness.find(({ table }) => table === "fct_orders")).toMatchObject({ staleAfterMinutes: 60, isStale: true });
      expect(data["qualityHistory"]).toEqual([expect.objectContaining({ state: "PUBLISHED", checks: 2, red: 0, warnings: 1, failed: [{ name: "a day has as many rows as usual" }], anomalies: [{ message: "few" }] })]);
    } finally {
      await publishSlot(slice.owner, "a");
      await slice.owner.raw("delete from ops.check_result where build_id = $1", [MARTS.builds.b]);
    }
  });

  test("a length that is none is refused", async () => {
    for (const field of ["qualityHistory", "dataIncidents"]) {
      const { errors } = await slice.graph.as(VIEWERS.analyst).run(`{ ${field}(first: 0) { __typename } }`);
      expect(errors?.[0]?.message).toContain("between 1 and 100");
    }
  });
});

describe("pipelineRuns", () => {
  const runs: string[] = [];
  beforeAll(async () => {
    for (const [index, state] of ["SUCCEEDED", "REJECTED", "RUNNING"].entries()) {
      const id = randomUUID();
      runs.push(id);
      await slice.owner.raw("insert into ops.pipeline_run (run_id, trigger, state, reason, build_id, started_at, finished_at) values ($1, 'manual', $2, $3, $4, $5, $6)", [
        id, state, state === "REJECTED" ? "fct_orders: 3 rows" : null, state === "SUCCEEDED" ? MARTS.builds.a : null, `2026-03-01T1${index}:00:00Z`, state === "RUNNING" ? null : `2026-03-01T1${index}:01:00Z`,
      ]);
      await slice.owner.raw("insert into ops.asset_run (run_id, asset, state, rows, seconds, message, started_at) values ($1, 'capture', 'DONE', 9007199254740993, 0.5, null, $2), ($1, 'dbt', $3, null, null, 'm', $2::timestamptz + interval '1 second')", [
        id, `2026-03-01T1${index}:00:00Z`, state === "RUNNING" ? "RUNNING" : "FAILED",
      ]);
    }
  });

  test("newest first, with their steps in order, in two statements for all of them", async () => {
    const { data, statements } = await slice.graph.as(VIEWERS.analyst).run(FIELDS.pipelineRuns);
    expect(data["pipelineRuns"]).toMatchObject([
      { id: encodeId("run", runs[2] ?? ""), trigger: "manual", state: "RUNNING", reason: null, buildId: null, startedAt: "2026-03-01T12:00:00.000Z", finishedAt: null },
      { state: "REJECTED", reason: "fct_orders: 3 rows", finishedAt: "2026-03-01T11:01:00.000Z" },
      { state: "SUCCEEDED", buildId: MARTS.builds.a },
    ]);
    expect(data["pipelineRuns"][0].steps).toEqual([{ asset: "capture", state: "DONE", rows: "9007199254740993", seconds: 0.5, message: null }, { asset: "dbt", state: "RUNNING", rows: null, seconds: null, message: "m" }]);
    expect(statements).toEqual(["analytics.recentRuns", "analytics.stepsOfRuns"]);
  });

  test.each([0, 101, -1])("first: %i is refused", async (first) => {
    const { errors } = await slice.graph.as(VIEWERS.analyst).run("query ($first: Int) { pipelineRuns(first: $first) { id } }", { first });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", argumentPath: ["first"] });
  });

  test("as many as asked for", async () => {
    expect((await slice.graph.as(VIEWERS.analyst).run("{ pipelineRuns(first: 1) { id } }")).data["pipelineRuns"]).toHaveLength(1);
  });
});

describe("Product.analytics", () => {
  const ENTITIES = "query ($refs: [_Any!]!, $range: DateRangeInput) { _entities(representations: $refs) { ... on Product { id analytics(range: $range) { revenue { amount minorUnits currency exponent } unitsSold asOf } } } }";
  const YEAR = { from: "2011-01-01", to: "2011-12-01" };
  const ask = (viewer: Viewer, products: readonly string[], range: object | null = YEAR) =>
    slice.graph.as(viewer).run(ENTITIES, { refs: products.map((id) => ({ __typename: "Product", id: encodeId("prd", id) })), range });
  const analyticsOf = (run: Awaited<ReturnType<typeof ask>>) => (run.data["_entities"] as { analytics: unknown }[]).map((one) => one.analytics);
  const lantern = { revenue: { amount: "17.85", minorUnits: "1785", currency: "GBP", exponent: 2 }, unitsSold: "7", asOf: MARTS.asOf };

  test.each(["analyst", "admin"] as const)("%s: exact money, in one statement for all products", async (viewer) => {
    const answer = await ask(VIEWERS[viewer], [MARTS.lantern, MARTS.cakestand, MARTS.teapot, MARTS.vase, MARTS.lantern]);
    expect(answer.errors).toBeUndefined();
    expect(analyticsOf(answer)).toEqual([
      lantern,
      { revenue: { amount: "30.375", minorUnits: "30375", currency: "GBP", exponent: 3 }, unitsSold: "3", asOf: MARTS.asOf },
      { revenue: { amount: "0", minorUnits: "0", currency: "JPY", exponent: 0 }, unitsSold: "0", asOf: MARTS.asOf },
      { revenue: null, unitsSold: "0", asOf: MARTS.asOf },
      lantern,
    ]);
    expect(answer.statements.filter((name) => !name.startsWith("warehouse."))).toEqual(["analytics.productSales_a"]);
  });

  test("without a range, the last 365 days to the build's business day; still one statement", async () => {
    const answer = await ask(VIEWERS.analyst, [MARTS.lantern, MARTS.cakestand, MARTS.teapot], null);
    expect(analyticsOf(answer)).toMatchObject([lantern, { unitsSold: "3" }, { unitsSold: "0" }]);
    expect(answer.statements.filter((name) => !name.startsWith("warehouse."))).toEqual(["analytics.productSales_a"]);
    expect(answer.statements.filter((name) => name === "warehouse.holdSlot")).toHaveLength(2);
  });

  test("the present business day is in, and what was 365 days ago is not", async () => {
    await slice.owner.raw(
      `insert into marts_a.fct_order_lines select gen_random_uuid(), order_id, line_kind, $1, variant_id, code, name, user_id, customer_type, country_code, country, currency, placed_at, day::date, 1, 1, 1, charge_kind, vendor_id, 0, 0, 0
         from marts_a.fct_order_lines, unnest(array['2010-12-10', '2010-12-11', '2011-12-10', '2011-12-11']) day where product_id = $2`, [MARTS.vase, MARTS.cakestand]);
    expect(analyticsOf(await ask(VIEWERS.analyst, [MARTS.vase], null))).toMatchObject([{ unitsSold: "2", revenue: { amount: "2.00", currency: "GBP" } }]);
    await slice.owner.raw("delete from marts_a.fct_order_lines where product_id = $1", [MARTS.vase]);
  });

  test("a vendor sees their own products; another's are null with FORBIDDEN, in one statement for the vendors", async () => {
    const answer = await ask(vendor(MARTS.vendor), [MARTS.lantern, MARTS.cakestand, MARTS.bunting, MARTS.teapot]);
    expect(analyticsOf(answer)).toMatchObject([lantern, null, null, { unitsSold: "0" }]);
    expect(answer.errors?.map((error) => [error.path?.[1], error.extensions?.["code"]])).toEqual([[1, "FORBIDDEN"], [2, "FORBIDDEN"]]);
    expect(answer.statements.filter((name) => !name.startsWith("warehouse."))).toEqual(["analytics.vendorOfProducts_a", "analytics.productSales_a"]);
  });

  test("a vendor of two sees both", async () => {
    const answer = await ask(vendor(MARTS.vendor, MARTS.otherVendor), [MARTS.lantern, MARTS.cakestand]);
    expect(answer.errors).toBeUndefined();
    expect(analyticsOf(answer)).toMatchObject([lantern, { unitsSold: "3" }]);
  });

  test.each([
    ["customer", VIEWERS.customer, "FORBIDDEN"], ["support", VIEWERS.support, "FORBIDDEN"], ["vendor of nothing", vendor(), "FORBIDDEN"],
    ["customer with a stray vendor id", { ...person(MARTS.ada), vendorIds: [MARTS.vendor] }, "FORBIDDEN"], ["guest", GUEST, "UNAUTHENTICATED"],
  ] as const)("%s: null and an error, not one statement", async (_who, viewer, code) => {
    const answer = await ask(viewer, [MARTS.lantern]);
    expect(analyticsOf(answer)).toEqual([null]);
    expect(answer.errors?.map((error) => error.extensions?.["code"])).toEqual([code]);
    expect(answer.statements).toEqual([]);
  });

  test("a product that nobody knows is null for analysts, FORBIDDEN for vendors", async () => {
    const stranger = "0191ffff-0000-7000-8000-000000000000";
    expect(analyticsOf(await ask(VIEWERS.analyst, [stranger]))).toEqual([null]);
    expect((await ask(vendor(MARTS.vendor), [stranger])).errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN" });
    const noId = await slice.graph.as(VIEWERS.analyst).run(ENTITIES, { refs: [{ __typename: "Product", id: "prd_1" }] });
    expect([noId.errors, analyticsOf(noId)]).toEqual([undefined, [null]]);
  });

  test("two currencies are never added up", async () => {
    const answer = await ask(VIEWERS.analyst, [MARTS.bunting, MARTS.lantern], { from: "2011-01-01", to: "2012-01-01" });
    expect(analyticsOf(answer)).toMatchObject([null, lantern]);
    expect(answer.errors).toMatchObject([{ message: expect.stringContaining("several currencies"), extensions: { code: "BAD_USER_INPUT" } }]);
  });

  test("a range without a day is refused", async () => {
    expect((await ask(VIEWERS.analyst, [MARTS.lantern], { from: "2011-01-01", to: "2011-01-01" })).errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
  });
});
