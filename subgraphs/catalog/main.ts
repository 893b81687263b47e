import { runSubgraphProcess } from "#kit/process.ts";
import { keepSettings } from "#platform/config.ts";
import { createCatalogSubgraph } from "./subgraph.ts";

await runSubgraphProcess("catalog", async ({ db, clocks, log, settings: { objects } }) => createCatalogSubgraph({ db, clocks: await clocks(), log, ...(objects ? { objects } : {}), ...keepSettings() }));
