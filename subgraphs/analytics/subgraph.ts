import { defineSubgraph, type Subgraph } from "#kit/subgraph.ts";
import type { WarehouseReader } from "#warehouse/reader.ts";
import { guards } from "./guards.ts";
import { makeLoaders } from "./loaders.ts";
import { tellingReader } from "./published.ts";
import { resolvers } from "./resolvers.ts";

export interface AnalyticsDeps {
  /** Logs in as martgraph_serving; closed with the subgraph. Analytics holds no login of the shop. */
  readonly reader: WarehouseReader;
}

/** Metrics, cohorts, segments, data quality and the pipeline's ledger, read from the published build. */
export async function createAnalyticsSubgraph(deps: AnalyticsDeps): Promise<Subgraph> {
  const reader = tellingReader(deps.reader);
  return defineSubgraph({
    name: "analytics",
    deps: { reader },
    resolvers,
    guards,
    makeLoaders: () => makeLoaders(reader),
    ready: async () => void (await reader.current()),
    close: () => reader.close(),
  });
}
