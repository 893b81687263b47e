import { runSubgraphProcess } from "#kit/process.ts";
import { keepSettings, searchSettings } from "#platform/config.ts";
import { readPresets } from "./commands/import/readPresets.ts";
import { createCatalogSubgraph } from "./subgraph.ts";

await runSubgraphProcess("catalog", async ({ db, clocks, log, settings: { objects } }) => createCatalogSubgraph({ db, clocks: await clocks(), log, presets: readPresets(), jobSeconds: 1, plans: true, ...(objects ? { objects } : {}), ...keepSettings(), ...searchSettings() }));
