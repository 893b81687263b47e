import { runSubgraphProcess } from "#kit/process.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { createPredictionsSubgraph } from "./subgraph.ts";

await runSubgraphProcess("predictions", async ({ db }) => createPredictionsSubgraph({ reader: createWarehouseReader(db) }));
