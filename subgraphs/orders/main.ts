import { runSubgraphProcess } from "#kit/process.ts";
import { choosePayments } from "./ports/choosePayments.ts";
import { createOrdersSubgraph } from "./subgraph.ts";

await runSubgraphProcess("orders", async ({ settings, db, clocks, log }) =>
  createOrdersSubgraph({ db, clocks: await clocks(), log, payments: await choosePayments(db, settings.stripe) }));
