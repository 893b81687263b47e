import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import type { Viewer } from "#kit/viewer.ts";
import { proofMode } from "#platform/config.ts";
import { seeded } from "#platform/seeded.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { METRIC_CATALOGUE } from "../domain/metric/catalogue.ts";
import { postgresDialect } from "../domain/metric/postgresDialect.ts";
import { representativeStatements } from "../domain/metric/representativeStatements.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { fillRandomMarts, RANDOM } from "./randomMarts.ts";
import { MARTS } from "./smallMarts.ts";

const slice = usePublishedSlice((owner) => fillRandomMarts(owner), (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));
const analyst = person(MARTS.bob, "ANALYST");
const vendor = (...vendorIds: string[]): Viewer => ({ ...person(MARTS.ada, "VENDOR"), vendorIds });

const ASK = `query ($metrics: [String!]!, $dimensions: [String!], $grain: MetricGrain, $range: DateRangeInput!, $filter: [MetricFilterInput!], $having: [MetricHavingInput!], $compareTo: MetricComparison,
  $fillGaps: Boolean, $top: MetricTopInput, $timeZone: String, $orderBy: [MetricOrderInput!], $first: Int, $after: String) {
  metricQuery(metrics: $metrics, dimensions: $dimensions, grain: $grain, range: $range, filter: $filter, having: $having, compareTo: $compareTo, fillGaps: $fillGaps, top: $top, timeZone: $timeZone, orderBy: $orderBy, first: $first, after: $after) {
    totalCount truncated marts nodes { at currency dimensions { value isRest } values { value previous change changePercent } } pageInfo { endCursor } } }`;
interface Node {
  at: string | null;
  currency: string | null;
  dimensions: { value: string; isRest: boolean }[];
  values: { value: string | null; previous: string | null; change: string | null; changePercent: string | null }[];
}
interface Result { totalCount: number; truncated: boolean; marts: string[]; nodes: Node[]; pageInfo: { endCursor: string | null } }

const ALL = { from: RANDOM.from, to: RANDOM.to };
const run = (args: object, viewer: Viewer = analyst) => slice.graph.as(viewer).run(ASK, { range: ALL, ...args });
async function ask(args: object, viewer: Viewer = analyst): Promise<Result> {
  const { data, errors } = await run(args, viewer);
  expect(errors).toBeUndefined();
  return data["metricQuery"] as Result;
}
const sql = async (text: string, params: unknown[] = []) => (await slice.owner.raw<Record<string, string>>(text, params)).rows.map((row) => Object.values(row).join(" | "));
const plain = (value: string | null | undefined) => (value == null ? "" : value.includes(".") ? value.replace(/\.?0+$/, "") : value);
const lines = ({ nodes }: Result) => nodes.map((node) => [...(node.at ? [node.at] : []), ...node.dimensions.map(({ value }) => value), ...(node.currency ? [node.currency] : []), ...node.values.map(({ value }) => plain(value))].join(" | "));
const hundredths = (value: string | null) => BigInt(Math.round(Number(value ?? 0) * 100));

describe("time zones", () => {
  test.each(["Europe/London", "America/New_York", "Pacific/Kiritimati", "Asia/Kolkata", "America/Sao_Paulo", "Africa/Cairo", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"])("days of %s are its own, at the edges of the range and on the days when clocks change", async (zone) => {
    for (const range of [ALL, { from: "2024-03-10", to: "2024-04-01" }, { from: "2024-10-27", to: "2024-11-04" }]) {
      const expected = await sql(
        `select to_char((placed_at at time zone $3)::date, 'YYYY-MM-DD'), trim_scale(sum(revenue))::text from marts_a.fct_orders where currency = 'EUR' and (placed_at at time zone $3)::date >= $1 and (placed_at at time zone $3)::date < $2 group by 1 order by 1`, [range.from, range.to, zone]);
      expect(lines(await ask({ metrics: ["revenue"], grain: "DAY", range, timeZone: zone, filter: [{ dimension: "currency", in: ["EUR"] }] })).map((line) => line.replace(" | EUR", ""))).toEqual(expected);
    }
  });

  test("every zone that is taken is known to the database", async () => {
    const known = new Set((await slice.owner.raw<{ name: string }>("select name from pg_timezone_names")).rows.map(({ name }) => name));
    expect(Intl.supportedValuesOf("timeZone").filter((zone) => !known.has(zone))).toEqual([]);
  });

  test("what is kept by UTC days alone is refused elsewhere", async () => {
    expect((await run({ metrics: ["visits"], timeZone: "Europe/London" })).errors?.[0]).toMatchObject({ message: expect.stringContaining("kept by UTC days"), extensions: { code: "BAD_USER_INPUT" } });
  });
});

describe("comparison", () => {
  const byKey = ({ nodes }: Result) => new Map(nodes.map((node) => [`${node.at} ${node.currency}`, node.values]));
  test.each([
    ["PREVIOUS_PERIOD", "MONTH", { from: "2024-05-01", to: "2024-08-01" }, (at: string) => `2024-0${Number(at.slice(6, 7)) - 1}-01`, { from: "2024-04-01", to: "2024-07-01" }],
    ["PREVIOUS_YEAR", "MONTH", { from: "2025-01-01", to: "2025-04-01" }, (at: string) => at.replace("2025", "2024"), { from: "2024-01-01", to: "2024-04-01" }],
    ["PREVIOUS_YEAR", "DAY", { from: "2025-02-01", to: "2025-03-05" }, (at: string) => at.replace("2025", "2024"), { from: "2024-02-01", to: "2024-03-05" }],
    ["PREVIOUS_PERIOD", "WEEK", { from: "2025-02-03", to: "2025-03-03" }, (at: string) => new Date(Date.parse(at) - 7 * 86_400_000).toISOString().slice(0, 10), { from: "2025-01-27", to: "2025-02-24" }],
  ] as const)("%s by %s is the value of the other period", async (compareTo, grain, range, earlier, before) => {
    const metrics = ["revenue", "customers", "revenueTrailing28Days"];
    const now = await ask({ metrics, grain, range, compareTo });
    const past = byKey(await ask({ metrics, grain, range: before }));
    expect(now.nodes.length).toBeGreaterThan(0);
    for (const node of now.nodes) {
      const other = past.get(`${earlier(node.at ?? "")} ${node.currency}`);
      for (const [index, value] of node.values.entries()) {
        expect(plain(value.previous), `${node.at} ${node.currency} ${metrics[index]}`).toBe(plain(other?.[index]?.value) || "0");
        expect(hundredths(value.change)).toBe(hundredths(value.value) - hundredths(value.previous));
        if (Number(value.previous) === 0) expect(value.changePercent).toBeNull();
        else expect(Number(value.changePercent)).toBeCloseTo((100 * (Number(value.value) - Number(value.previous))) / Number(value.previous), 1);
      }
    }
  });

  test("29 February is added to no other day", async () => {
    const sum = (result: Result) => result.nodes.reduce((all, { values }) => all + Number(values[0]?.previous ?? 0), 0);
    const days = await ask({ metrics: ["orders"], grain: "DAY", range: { from: "2025-02-01", to: "2025-03-01" }, compareTo: "PREVIOUS_YEAR" });
    expect([String(sum(days))]).toEqual(await sql("select count(*)::text from marts_a.fct_orders where placed_date >= '2024-02-01' and placed_date < '2024-03-01' and placed_date <> '2024-02-29'"));
  });
});

describe("gaps", () => {
  test("every period of every group is there; sums are unchanged, shares of nothing are undefined", async () => {
    const range = { from: "2024-12-30", to: "2025-02-10" };
    const filled = await ask({ metrics: ["orders", "averageOrderValue"], dimensions: ["country"], grain: "DAY", range, fillGaps: true });
    const bare = await ask({ metrics: ["orders", "averageOrderValue"], dimensions: ["country"], grain: "DAY", range });
    const groups = new Set(bare.nodes.map((node) => `${node.dimensions[0]?.value} ${node.currency}`));
    expect(filled.totalCount).toBe(42 * groups.size);
    expect(filled.nodes.filter((node) => node.values[0]?.value !== "0")).toEqual(bare.nodes);
    expect(filled.nodes.filter((node) => node.values[0]?.value === "0").every((node) => node.values[1]?.value === null)).toBe(true);
  });

  test("a shop without anything in the range has its periods, all nothing", async () => {
    expect(lines(await ask({ metrics: ["orders"], grain: "DAY", range: { from: "2030-01-01", to: "2030-01-03" }, fillGaps: true }))).toEqual(["2030-01-01 | 0", "2030-01-02 | 0"]);
  });
});

describe("windows", () => {
  test("the month to date and distinct customers of 30 days, at the end of every week", async () => {
    const range = { from: "2025-01-06", to: "2025-03-03" };
    const found = lines(await ask({ metrics: ["customersTrailing30Days"], grain: "WEEK", range }));
    expect(found).toEqual(await sql("select to_char(w, 'YYYY-MM-DD'), (select count(distinct user_id) from marts_a.fct_orders where placed_date >= w::date + 7 - 30 and placed_date < w::date + 7)::text from generate_series($1::timestamp, $2::timestamp - interval '7 days', interval '7 days') w order by 1", [range.from, range.to]));
    const toDate = lines(await ask({ metrics: ["revenueMonthToDate"], grain: "WEEK", range, filter: [{ dimension: "currency", in: ["EUR"] }] })).map((line) => line.replace(" | EUR", ""));
    expect(toDate).toEqual(await sql("select to_char(w, 'YYYY-MM-DD'), trim_scale(sum(revenue))::text from generate_series($1::timestamp, $2::timestamp - interval '7 days', interval '7 days') w join marts_a.fct_orders on currency = 'EUR' and placed_date >= date_trunc('month', w + interval '6 days') and placed_date < w::date + 7 group by w order by w", [range.from, range.to]));
  });
});

describe("the top and the rest", () => {
  test.each(["product", "country", "category"])("%s: the largest, then all others, which together are the total", async (dimension) => {
    const metrics = ["revenue", "unitsSold"];
    const [top, whole, total] = await Promise.all([ask({ metrics, dimensions: [dimension], top: { dimension, count: 2 } }), ask({ metrics, dimensions: [dimension] }), ask({ metrics })]);
    for (const { currency, values } of total.nodes) {
      const own = top.nodes.filter((node) => node.currency === currency);
      expect(own.filter((node) => node.dimensions[0]?.isRest)).toHaveLength(1);
      for (const index of [0, 1]) expect(own.reduce((sum, node) => sum + hundredths(node.values[index]?.value ?? null), 0n)).toBe(hundredths(values[index]?.value ?? null));
      const largest = whole.nodes.filter((node) => node.currency === currency).map((node) => Number(node.values[0]?.value)).sort((a, b) => b - a).slice(0, 2);
      expect(own.filter((node) => !node.dimensions[0]?.isRest).map((node) => Number(node.values[0]?.value)).sort((a, b) => b - a)).toEqual(largest);
    }
  });

  test("distinct customers of the rest are counted anew, not added up", async () => {
    const top = await ask({ metrics: ["orders", "customers", "repeatRate"], dimensions: ["country"], top: { dimension: "country", count: 1 } });
    const best = top.nodes.find((node) => !node.dimensions[0]?.isRest)?.dimensions[0]?.value;
    expect([plain(top.nodes.find((node) => node.dimensions[0]?.isRest)?.values[1]?.value)]).toEqual(await sql("select count(distinct user_id)::text from marts_a.fct_orders where country <> $1", [best]));
    const alone = await ask({ metrics: ["orders"], dimensions: ["country"], top: { dimension: "country", count: 1, rest: false } });
    expect(alone.nodes.map((node) => node.dimensions[0]?.value)).toEqual([best]);
  });
});

describe("sellers", () => {
  const own = RANDOM.vendors[0];
  test("see their own rows alone, by every metric that can be told apart; the others are refused", async () => {
    for (const metric of METRIC_CATALOGUE.metrics) {
      const answer = await run({ metrics: [metric.name] }, vendor(own));
      if (metric.ofVendors) expect(answer.errors, metric.name).toBeUndefined();
      else expect(answer.errors?.[0], metric.name).toMatchObject({ message: expect.stringContaining("not shown to vendors"), extensions: { code: "BAD_USER_INPUT" } });
    }
    const mine = lines(await ask({ metrics: ["revenue", "orders", "customers"] }, vendor(own)));
    expect(mine).toEqual(await sql("select currency, trim_scale(sum(amount))::text, count(distinct order_id)::text as orders, count(distinct user_id)::text as customers from marts_a.fct_order_lines where vendor_id = $1 group by 1 order by 1", [own]));
    expect(lines(await ask({ metrics: ["refunds"] }, vendor(own)))).toEqual(await sql("select r.currency, trim_scale(sum(r.amount))::text from marts_a.fct_refunds r join marts_a.dim_products p using (product_id) where p.vendor_id = $1 and r.refunded_date < '2026-01-01' group by 1 order by 1", [own]));
  });

  test("find no other's products or name, whatever they filter by, and no statement", async () => {
    const shown = (await ask({ metrics: ["orders"], dimensions: ["vendor"], filter: [{ dimension: "vendor", notIn: ["SHOP"] }] }, vendor(own))).nodes.map((node) => node.dimensions[0]?.value);
    expect(shown).toEqual([encodeId("ven", own)]);
    expect((await ask({ metrics: ["orders"], filter: [{ dimension: "vendor", in: [encodeId("ven", RANDOM.vendors[1])] }] }, vendor(own))).nodes).toEqual([]);
    const values = await slice.graph.as(vendor(own)).run('{ metricDimensionValues(dimension: "product", first: 200) { nodes { value label } } }');
    expect(values.data["metricDimensionValues"].nodes.map((node: { value: string }) => node.value)).toEqual((await slice.owner.raw<{ id: string }>("select product_id::text as id from marts_a.dim_products where vendor_id = $1 order by 1", [own])).rows.map(({ id }) => encodeId("prd", id)));
    const refused = await slice.graph.as(vendor(own)).run('{ metricQuery(metrics: ["orders"], range: { from: "2024-01-01", to: "2025-01-01" }) { sql } }');
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN" });
    expect((await run({ metrics: ["orders"] }, vendor())).errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN" });
  });
});

test("values of a dimension are found by a part of their name, page by page", async () => {
  const search = (args: string) => slice.graph.as(analyst).run(`{ metricDimensionValues(${args}) { truncated nodes { value label } } }`);
  expect((await search('dimension: "country", search: "KING"')).data["metricDimensionValues"]).toEqual({ truncated: false, nodes: [{ value: "United Kingdom", label: null }] });
  const first = (await search('dimension: "product", search: "product 1", first: 3')).data["metricDimensionValues"];
  expect(first).toMatchObject({ truncated: true, nodes: [{ label: "Product 1" }, { label: "Product 10" }, { label: "Product 11" }] });
  expect((await search(`dimension: "product", search: "product 1", first: 3, after: "${first.nodes[2].value}"`)).data["metricDimensionValues"].nodes[0]).toMatchObject({ label: "Product 12" });
  expect((await search('dimension: "customer"')).errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
});

test("a readable statement answers the same when it is run as it stands", async () => {
  const { data } = await slice.graph.as(analyst).run('{ metricQuery(metrics: ["revenue", "customers"], dimensions: ["country"], range: { from: "2024-01-01", to: "2026-01-01" }, filter: [{ dimension: "country", notIn: ["Côte d\'Ivoire"] }]) { totalCount sql } }');
  const { rows } = await slice.owner.raw(String(data["metricQuery"].sql).replaceAll("marts.", "marts_a."));
  expect(rows).toHaveLength(data["metricQuery"].totalCount);
});

test("every representative statement runs", async () => {
  for (const { name, sql: text, params } of representativeStatements(postgresDialect)) await expect(slice.owner.raw(text.replaceAll("{marts}", "marts_a"), [...params]), name).resolves.toBeDefined();
});

test("whatever is asked: pages are complete and in order, groups add up to the total, having keeps what it says", async () => {
  const random = seeded(11);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const additive = ["revenue", "refunds", "unitsSold", "goodsRevenue", "orderItems"];
  const rounds = proofMode() ? 200 : 25;
  for (let round = 0; round < rounds; round += 1) {
    const dimensions = ["country", "product", "customerType", "category", "currency"].filter(() => random() < 0.4);
    const metrics = [pick(additive), "customers", "averageOrderValue"];
    const args = {
      metrics, dimensions, grain: pick([null, "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]), timeZone: "UTC",
      range: pick([ALL, { from: "2024-03-05", to: "2025-02-11" }]), filter: random() < 0.4 ? [{ dimension: "country", notIn: ["IE"] }] : [],
      orderBy: random() < 0.6 ? [{ metric: pick(metrics), direction: pick(["ASC", "DESC"]) }] : [], fillGaps: false,
    };
    const what = JSON.stringify(args);
    const whole = await ask({ ...args, first: 10_000 });
    expect(whole.truncated, what).toBe(false);
    expect(whole.totalCount, what).toBe(whole.nodes.length);
    const paged: Node[] = [];
    const first = Math.max(1, Math.ceil(whole.nodes.length / 3));
    for (let after: string | null = null, more = true; more; ) {
      const page: Result = await ask({ ...args, first, after });
      expect(page.totalCount, what).toBe(whole.totalCount);
      paged.push(...page.nodes);
      more = page.truncated;
      after = page.pageInfo.endCursor;
    }
    expect(paged, what).toEqual(whole.nodes);
    const total = await ask({ metrics, range: args.range, filter: args.filter });
    for (const { currency, values } of total.nodes) {
      const sum = whole.nodes.filter((node) => node.currency === currency).reduce((all, node) => all + hundredths(node.values[0]?.value ?? null), 0n);
      expect(sum, `${what} ${currency}`).toBe(hundredths(values[0]?.value ?? null));
    }
    const bound = "50.5";
    const kept = await ask({ ...args, first: 10_000, having: [{ metric: metrics[0], gt: bound }] });
    expect(kept.nodes, what).toEqual(whole.nodes.filter((node) => Number(node.values[0]?.value) > Number(bound)));
  }
});
