import { runSubgraphProcess } from "#kit/process.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { createAnalyticsSubgraph } from "./subgraph.ts";

await runSubgraphProcess("analytics", async ({ db }) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));
