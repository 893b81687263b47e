import { runSubgraphProcess } from "#kit/process.ts";
import { keepSettings } from "#platform/config.ts";
import { createCatalogSubgraph } from "./subgraph.ts";

await runSubgraphProcess("catalog", async ({ db, clocks, log }) => createCatalogSubgraph({ db, clocks: await clocks(), log, ...keepSettings() }));
