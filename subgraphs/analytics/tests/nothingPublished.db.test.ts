import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { MARTS } from "./smallMarts.ts";

const slice = usePublishedSlice(async () => {}, (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));
const analyst = () => slice.graph.as(person(MARTS.bob, "ANALYST"));

describe("while nothing has been published", () => {
  test("the slice is ready, the catalogue is there, quality is null, the ledger is empty", async () => {
    await slice.subgraph.ready();
    const { data, errors } = await analyst().run("{ metrics { name } dataQuality { verdict } pipelineRuns { id } }");
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ dataQuality: null, pipelineRuns: [] });
    expect(data["metrics"].length).toBeGreaterThanOrEqual(7);
  });

  test.each([
    '{ metricQuery(metrics: ["orders"], range: { from: "2011-01-01", to: "2012-01-01" }) { buildId } }',
    "{ cohorts { month } }",
    "{ rfmSegments { segment } }",
    `{ _entities(representations: [{ __typename: "Product", id: "${encodeId("prd", MARTS.lantern)}" }]) { ... on Product { analytics { unitsSold } } } }`,
  ])("the caller of %s is told so", async (source) => {
    const { errors } = await analyst().run(source);
    expect(errors).toMatchObject([{ message: expect.stringContaining("Nothing has been published yet"), extensions: { code: "UNAVAILABLE" } }]);
  });

  test("a vendor is told so too", async () => {
    const vendor = { ...person(MARTS.ada, "VENDOR"), vendorIds: [MARTS.vendor] };
    const { errors } = await slice.graph.as(vendor).run(`{ _entities(representations: [{ __typename: "Product", id: "${encodeId("prd", MARTS.lantern)}" }]) { ... on Product { analytics { unitsSold } } } }`);
    expect(errors).toMatchObject([{ extensions: { code: "UNAVAILABLE" } }]);
  });
});
