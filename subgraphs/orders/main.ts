import { runSubgraphProcess } from "#kit/process.ts";
import { createOrdersSubgraph } from "./subgraph.ts";

await runSubgraphProcess("orders", async ({ db, clocks, log }) => createOrdersSubgraph({ db, clocks: await clocks(), log }));
