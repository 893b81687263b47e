import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { METRIC_CATALOGUE } from "../domain/metric/catalogue.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { HAND_WRITTEN } from "./handWritten.ts";
import { fillRandomMarts } from "./randomMarts.ts";
import { MARTS } from "./smallMarts.ts";

const slice = usePublishedSlice((owner) => fillRandomMarts(owner), (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));
const analyst = person(MARTS.bob, "ANALYST");
const certified = METRIC_CATALOGUE.metrics.filter((metric) => metric.certified);

/** Two years, a leap February, a week over the turn of a year, one day. */
const RANGES = [["2024-01-01", "2026-01-01"], ["2024-02-01", "2024-03-01"], ["2024-12-28", "2025-01-04"], ["2025-06-15", "2025-06-16"]] as const;
const ASK = "query ($metrics: [String!]!, $range: DateRangeInput!) { metricQuery(metrics: $metrics, range: $range) { nodes { currency values { value } } } }";

/** Currency and number, both sides in the same spelling; what is nothing on one side is left out on both. */
const spelled = (rows: readonly { currency: string | null; value: string | null }[]) =>
  rows.filter(({ value }) => value !== null && Number(value) !== 0).map(({ currency, value }) => `${currency ?? ""} ${Number(value) === Math.trunc(Number(value)) ? BigInt(String(value).split(".")[0] as string) : String(value).replace(/0+$/, "")}`).sort();

describe("certified metrics", () => {
  test("there are forty or more, each with SQL that was written apart from the compiler", () => {
    expect(certified.length).toBeGreaterThanOrEqual(40);
    expect(certified.map(({ name }) => name).filter((name) => !HAND_WRITTEN[name])).toEqual([]);
  });

  test.each(certified.map((metric) => [metric.name, metric.money] as const))("%s is the same in GraphQL and in plain SQL", async (name, money) => {
    let seen = 0;
    for (const [from, to] of RANGES) {
      const { data, errors } = await slice.graph.as(analyst).run(ASK, { metrics: [name], range: { from, to } });
      expect(errors).toBeUndefined();
      const nodes = data["metricQuery"].nodes as { currency: string | null; values: { value: string | null }[] }[];
      const { rows } = await slice.owner.raw<{ currency: string | null; value: string | null }>(`select currency, value::text as value from (${HAND_WRITTEN[name]}) plain`, [from, to]);
      const found = spelled(nodes.map(({ currency, values }) => ({ currency: money ? currency : null, value: values[0]?.value ?? null })));
      expect(found, `${from} to ${to}`).toEqual(spelled(rows));
      seen += found.length;
    }
    // A metric that is nothing everywhere would be equal to anything.
    expect(seen).toBeGreaterThan(0);
  });
});
