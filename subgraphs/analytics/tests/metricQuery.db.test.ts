import { beforeAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { fillSmallMarts, MARTS, publishSlot } from "./smallMarts.ts";

const slice = usePublishedSlice(fillSmallMarts, (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));
const analyst = person(MARTS.bob, "ANALYST");

const METRIC_QUERY = `query ($metrics: [String!]!, $dimensions: [String!], $grain: MetricGrain, $range: DateRangeInput!, $filter: [MetricFilterInput!], $first: Int, $after: String) {
  metricQuery(metrics: $metrics, dimensions: $dimensions, grain: $grain, range: $range, filter: $filter, first: $first, after: $after) {
    asOf buildId truncated nodes { at dimensions { name value } values { metric value unit } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }`;

interface Ask {
  metrics?: string[];
  dimensions?: string[];
  grain?: string;
  range?: { from: string; to: string };
  filter?: { dimension: string; in: string[] }[];
  first?: number;
  after?: string;
}
interface Result {
  asOf: string;
  buildId: string;
  truncated: boolean;
  nodes: { at: string | null; dimensions: { name: string; value: string }[]; values: { metric: string; value: string | null; unit: string }[] }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const ALL = { from: "2011-01-01", to: "2012-01-01" };
const run = (ask: Ask) => slice.graph.as(analyst).run(METRIC_QUERY, { metrics: ["revenue"], range: ALL, ...ask });
async function result(ask: Ask): Promise<Result> {
  const { data, errors } = await run(ask);
  expect(errors).toBeUndefined();
  return data["metricQuery"] as Result;
}
/** Groups as one line each: period, dimension values, numbers with their units. */
const lines = ({ nodes }: Result) => nodes.map((node) => [...(node.at ? [node.at] : []), ...node.dimensions.map((one) => one.value), ...node.values.map((one) => `${one.value} ${one.unit}`)].join(" | "));
const ask = async (changes: Ask) => lines(await result(changes));

describe("totals", () => {
  test("every metric of the catalogue, one group per currency", async () => {
    expect(await ask({ metrics: ["revenue", "refunds", "netRevenue", "orders", "customers", "averageOrderValue", "unitsSold"] })).toEqual([
      "50.00 EUR | 0.00 EUR | 50.00 EUR | 1 orders | 1 customers | 50.00 EUR | 10 units",
      "107.225 GBP | 18.55 GBP | 88.675 GBP | 6 orders | 2 customers | 17.8708 GBP | 20 units",
    ]);
  });

  test("counts alone know no currency", async () => {
    expect(await ask({ metrics: ["orders", "customers", "unitsSold"] })).toEqual(["7 orders | 2 customers | 30 units"]);
  });

  test("come from the published build and say from which", async () => {
    const { asOf, buildId, truncated, nodes } = await result({});
    expect({ asOf, buildId, truncated }).toEqual({ asOf: MARTS.asOf, buildId: MARTS.builds.a, truncated: false });
    expect(nodes[0]).toEqual({ at: null, dimensions: [], values: [{ metric: "revenue", value: "50.00", unit: "EUR" }] });
    await publishSlot(slice.owner, "b");
    try {
      const after = await result({});
      expect(after.buildId).toBe(MARTS.builds.b);
      expect(lines(after)).toEqual(["50.00 EUR", "1107.225 GBP"]);
    } finally {
      await publishSlot(slice.owner, "a");
    }
  });

  test("of days without anything are no groups at all", async () => {
    expect(await result({ range: { from: "2010-01-01", to: "2011-01-01" } })).toMatchObject({ nodes: [], truncated: false, pageInfo: { hasNextPage: false, startCursor: null, endCursor: null } });
  });

  test("the range is half-open", async () => {
    expect(await ask({ range: { from: "2011-01-03", to: "2011-01-09" } })).toEqual(["9.10 GBP"]);
    expect(await ask({ range: { from: "2011-01-03", to: "2011-01-10" } })).toEqual(["11.65 GBP"]);
  });
});

describe("dimensions", () => {
  test("country, with charges in the revenue", async () => {
    expect(await ask({ metrics: ["revenue", "orders"], dimensions: ["country"] })).toEqual(["Ireland | 50.00 EUR | 1 orders", "Ireland | 45.375 GBP | 2 orders", "United Kingdom | 51.65 GBP | 3 orders", "Unspecified | 10.20 GBP | 1 orders"]);
  });

  test("product, with the bucket of charges", async () => {
    expect(await ask({ metrics: ["revenue", "orders", "unitsSold"], dimensions: ["product"] })).toEqual([
      `${encodeId("prd", MARTS.lantern)} | 17.85 GBP | 3 orders | 7 units`,
      `${encodeId("prd", MARTS.cakestand)} | 30.375 GBP | 1 orders | 3 units`,
      `${encodeId("prd", MARTS.bunting)} | 50.00 EUR | 1 orders | 10 units`,
      `${encodeId("prd", MARTS.bunting)} | 40.00 GBP | 1 orders | 10 units`,
      "CHARGES | 19.00 GBP | 2 orders | 0 units",
    ]);
  });

  test("customerType: guests are no customers", async () => {
    expect(await ask({ metrics: ["orders", "customers"], dimensions: ["customerType"] })).toEqual(["GUEST | 1 orders | 0 customers", "REGISTERED | 6 orders | 2 customers"]);
  });

  test("two at once, in the order asked for", async () => {
    expect(await ask({ metrics: ["orders"], dimensions: ["customerType", "country"] })).toEqual(["GUEST | Unspecified | 1 orders", "REGISTERED | Ireland | 3 orders", "REGISTERED | United Kingdom | 3 orders"]);
    expect((await result({ metrics: ["orders"], dimensions: ["country", "customerType"] })).nodes[0]?.dimensions).toEqual([{ name: "country", value: "Ireland" }, { name: "customerType", value: "REGISTERED" }]);
  });

  test("groups with refunds alone are there: no revenue, and an average over nothing is null", async () => {
    expect(await ask({ metrics: ["revenue", "refunds", "netRevenue", "averageOrderValue", "orders"], dimensions: ["country"], range: { from: "2011-02-05", to: "2011-02-06" } })).toEqual([
      "France | 0.00 GBP | 1.00 GBP | -1.00 GBP | null GBP | 0 orders",
    ]);
    expect(await ask({ metrics: ["refunds"], dimensions: ["product"] })).toEqual([`${encodeId("prd", MARTS.lantern)} | 3.55 GBP`, "CHARGES | 15.00 GBP"]);
  });
});

describe("grains", () => {
  test.each([
    ["DAY", ["2011-01-03 | 9.10 GBP", "2011-01-09 | 2.55 GBP", "2011-01-10 | 40.575 GBP", "2011-02-01 | 15.00 GBP", "2011-12-09 | 50.00 EUR", "2011-12-09 | 40.00 GBP"]],
    ["WEEK", ["2011-01-03 | 11.65 GBP", "2011-01-10 | 40.575 GBP", "2011-01-31 | 15.00 GBP", "2011-12-05 | 50.00 EUR", "2011-12-05 | 40.00 GBP"]],
    ["MONTH", ["2011-01-01 | 52.225 GBP", "2011-02-01 | 15.00 GBP", "2011-12-01 | 50.00 EUR", "2011-12-01 | 40.00 GBP"]],
    ["YEAR", ["2011-01-01 | 50.00 EUR", "2011-01-01 | 107.225 GBP"]],
  ])("%s", async (grain, expected) => expect(await ask({ grain })).toEqual(expected));

  test("refunds stand in the period in which they came", async () => {
    expect(await ask({ metrics: ["orders", "refunds", "netRevenue"], grain: "MONTH" })).toEqual([
      "2011-01-01 | 4 orders | 2.55 GBP | 49.675 GBP", "2011-02-01 | 1 orders | 16.00 GBP | -1.00 GBP", "2011-12-01 | 1 orders | 0.00 EUR | 50.00 EUR", "2011-12-01 | 1 orders | 0.00 GBP | 40.00 GBP",
    ]);
  });
});

describe("filters", () => {
  const country = (...values: string[]) => ask({ dimensions: ["country"], filter: [{ dimension: "country", in: values }] });

  test("a country by its ISO code, its name, or none", async () => {
    const ireland = ["Ireland | 50.00 EUR", "Ireland | 45.375 GBP"];
    expect(await country("IE")).toEqual(ireland);
    expect(await country("Ireland")).toEqual(ireland);
    expect(await country("GB", "Unspecified")).toEqual(["United Kingdom | 51.65 GBP", "Unspecified | 10.20 GBP"]);
    expect(await country("Atlantis")).toEqual([]);
    expect(await country()).toEqual([]);
  });

  test("products and the bucket of charges, from the lines", async () => {
    const filter = (...values: string[]) => ask({ metrics: ["revenue", "refunds"], filter: [{ dimension: "product", in: values }] });
    expect(await filter("CHARGES")).toEqual(["19.00 GBP | 15.00 GBP"]);
    expect(await filter(encodeId("prd", MARTS.lantern))).toEqual(["17.85 GBP | 3.55 GBP"]);
    expect(await filter(encodeId("prd", MARTS.lantern), "CHARGES")).toEqual(["36.85 GBP | 18.55 GBP"]);
  });

  test("guests", async () => {
    expect(await ask({ metrics: ["revenue", "customers"], filter: [{ dimension: "customerType", in: ["GUEST"] }] })).toEqual(["10.20 GBP | 0 customers"]);
  });

  test("all of them must hold", async () => {
    expect(await ask({ filter: [{ dimension: "country", in: ["IE", "GB"] }, { dimension: "product", in: ["CHARGES"] }, { dimension: "country", in: ["IE"] }] })).toEqual(["15.00 GBP"]);
  });

  test("a country that has an apostrophe and worse is a value like any other", async () => {
    expect(await country("Côte d'Ivoire", "'; drop table ops.pointer; --", "$1", "\\")).toEqual([]);
    expect(await ask({})).toHaveLength(2);
  });
});

/** All sets of dimensions with every grain. */
const SHAPES = [[], ["country"], ["product"], ["customerType"], ["country", "product"], ["country", "customerType"], ["product", "customerType"], ["customerType", "country", "product"]].flatMap(
  (dimensions) => [undefined, "DAY", "WEEK", "MONTH", "YEAR"].map((grain) => ({ dimensions, ...(grain ? { grain } : {}) })));

describe("whatever the grouping", () => {
  const metrics = ["revenue", "refunds", "unitsSold"];

  test("groups add up to the totals, currency by currency", async () => {
    const thousandths = (text: string | null) => Math.round(Number(text) * 1000);
    const sums = (answer: Result) => {
      const totals: Record<string, number[]> = {};
      for (const { values } of answer.nodes) {
        const total = (totals[values[0]?.unit ?? ""] ??= [0, 0, 0]);
        for (const [index, { value }] of values.entries()) total[index] = (total[index] ?? 0) + thousandths(value);
      }
      return totals;
    };
    for (const shape of SHAPES) expect(sums(await result({ metrics, ...shape })), JSON.stringify(shape)).toEqual({ EUR: [50_000, 0, 10_000], GBP: [107_225, 18_550, 20_000] });
  });

  test("pages give every group once and in order", async () => {
    for (const shape of SHAPES) {
      const whole = await result({ metrics, ...shape });
      for (const first of [1, 3]) {
        const paged: string[] = [];
        let after: string | undefined;
        for (let page = 0; ; page += 1) {
          const answer = await result({ metrics, ...shape, first, ...(after ? { after } : {}) });
          paged.push(...lines(answer));
          expect(answer.pageInfo).toMatchObject({ hasNextPage: answer.truncated, hasPreviousPage: page > 0 });
          expect(paged.length).toBeLessThanOrEqual(whole.nodes.length);
          if (!answer.truncated) break;
          expect(answer.nodes).toHaveLength(first);
          after = answer.pageInfo.endCursor ?? undefined;
        }
        expect(paged, JSON.stringify({ ...shape, first })).toEqual(lines(whole));
      }
    }
  });
});

describe("bad requests are told", () => {
  let cursor = "";
  beforeAll(async () => { cursor = (await result({ dimensions: ["country"], first: 1 })).pageInfo.endCursor ?? ""; });

  test.each<[string, Ask, RegExp]>([
    ["an unknown metric", { metrics: ["profit"] }, /There is no metric "profit"; there are revenue, refunds/],
    ["no metric", { metrics: [] }, /1 to 20 metrics/],
    ["a metric twice", { metrics: ["revenue", "revenue"] }, /named twice/],
    ["an unknown dimension", { dimensions: ["colour"] }, /no dimension "colour"; there are country, product, customerType/],
    ["a range without a day", { range: { from: "2011-01-01", to: "2011-01-01" } }, /`from` must be before `to`/],
    ["a range backwards", { range: { from: "2011-02-01", to: "2011-01-01" } }, /half-open/],
    ["no day of the calendar", { range: { from: "2011-02-30", to: "2011-03-01" } }, /day of the calendar/],
    ["the year 0", { range: { from: "0000-01-01", to: "2011-03-01" } }, /day of the calendar/],
    ["a product that is no id", { filter: [{ dimension: "product", in: ["lantern"] }] }, /"lantern" is no value of the dimension "product"/],
    ["another kind of customer", { filter: [{ dimension: "customerType", in: ["guest"] }] }, /"guest" is no value/],
    ["a country with a NUL", { filter: [{ dimension: "country", in: ["a\0b"] }] }, /is no value of the dimension "country"/],
    ["an unknown filter", { filter: [{ dimension: "colour", in: ["red"] }] }, /to filter on/],
    ["too many values", { filter: [{ dimension: "country", in: Array.from({ length: 1_001 }, (_, n) => `c${n}`) }] }, /at most 1000 values/],
    ["no group at all", { first: 0 }, /between 1 and 10000/],
    ["too many groups", { first: 10_001 }, /between 1 and 10000/],
    ["a cursor of nothing", { after: "x" }, /no cursor of this list/],
    ["an empty cursor", { after: "" }, /no cursor of this list/],
    ["a cursor with a NUL", { after: Buffer.from('["a\\u0000",""]').toString("base64url") }, /no cursor of this list/],
    ["a cursor of numbers", { after: Buffer.from("[1,2]").toString("base64url") }, /no cursor of this list/],
  ])("%s", async (_what, changes, message) => {
    const { errors, statements } = await run(changes);
    expect(errors?.[0]?.message).toMatch(message);
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
    expect(statements).toEqual([]);
  });

  test.each([["fewer groups", {}], ["as many groups", { dimensions: ["customerType"] }], ["the same groups of a year", { dimensions: ["country"], grain: "YEAR" }]])(
    "the cursor of another query, with %s", async (_what, changes) => {
      const { errors } = await run({ ...changes, after: cursor });
      expect(errors?.[0]).toMatchObject({ message: expect.stringContaining("no cursor of this list"), extensions: { code: "BAD_USER_INPUT", argumentPath: ["after"] } });
    });

  test("the last day there is can be asked for", async () => {
    expect(await ask({ range: { from: "0001-01-01", to: "9999-12-31" } })).toHaveLength(2);
  });
});
