import { afterEach, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { fillSmallMarts, MARTS, publishSlot } from "./smallMarts.ts";

const slice = usePublishedSlice(fillSmallMarts, (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));
const analyst = person(MARTS.bob, "ANALYST");
const seller = { ...person(MARTS.ada, "VENDOR"), vendorIds: [MARTS.vendor] };
const ASK = 'query ($metrics: [String!]!) { metricQuery(metrics: $metrics, range: { from: "2011-01-01", to: "2012-01-01" }) { buildId nodes { values { value } } } }';

afterEach(() => publishSlot(slice.owner, "a"));

/** What was asked of the marts themselves, without the reader's own looks at what is published. */
async function ask(metrics: string[], viewer = analyst) {
  const { data, errors, statements } = await slice.graph.as(viewer).run(ASK, { metrics });
  expect(errors).toBeUndefined();
  return { result: data["metricQuery"] as { buildId: string; nodes: unknown[] }, held: statements.filter((name) => name === "warehouse.holdSlot").length };
}

test("the same question twice is one statement, and another question is another", async () => {
  const first = await ask(["revenue", "refundRate"]);
  const again = await ask(["revenue", "refundRate"]);
  expect([first.held, again.held]).toEqual([1, 0]);
  expect(again.result).toEqual(first.result);
  expect((await ask(["revenue", "refundRate", "orders"])).held).toBe(1);
});

test("a new build empties what was kept, and going back to the old one asks anew", async () => {
  await ask(["revenue"]);
  await publishSlot(slice.owner, "b");
  const other = await ask(["revenue"]);
  expect([other.held, other.result.buildId]).toEqual([1, MARTS.builds.b]);
  await publishSlot(slice.owner, "a");
  const back = await ask(["revenue"]);
  expect([back.held, back.result.buildId]).toEqual([1, MARTS.builds.a]);
});

test("a seller is never answered with what an analyst was", async () => {
  const everybody = await ask(["unitsSold"]);
  const own = await ask(["unitsSold"], seller);
  expect(own.held).toBe(1);
  expect(own.result.nodes).not.toEqual(everybody.result.nodes);
});
