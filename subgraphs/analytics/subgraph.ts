import { defineSubgraph, type Subgraph } from "#kit/subgraph.ts";
import type { WarehouseReader } from "#warehouse/reader.ts";
import type { SqlGate } from "#warehouse/sql/gate.ts";
import { createAnswers } from "./answers.ts";
import { guards } from "./guards.ts";
import { makeLoaders } from "./loaders.ts";
import { tellingReader } from "./published.ts";
import { resolvers } from "./resolvers/resolvers.ts";

/** Metrics, cohorts, segments, data quality and the pipeline's ledger, read from the published build. */
export async function createAnalyticsSubgraph(deps: { reader: WarehouseReader; sql?: SqlGate }): Promise<Subgraph> {
  const reader = tellingReader(deps.reader);
  const answers = createAnswers(reader);
  return defineSubgraph({
    name: "analytics",
    deps: { reader, answers, sql: deps.sql },
    resolvers,
    guards,
    makeLoaders: () => makeLoaders(reader),
    ready: async () => void (await reader.current()),
    async close() {
      // Its ledger is written by the reader's login.
      await deps.sql?.close();
      await reader.close();
    },
  });
}
