import { defineSubgraph, type Subgraph } from "#kit/subgraph.ts";
import type { WarehouseReader } from "#warehouse/reader.ts";
import { guards } from "./guards.ts";
import { createPredictionCache, makeLoaders } from "./loaders.ts";
import { resolvers } from "./resolvers.ts";

export interface PredictionsDeps {
  /** Logs in as martgraph_serving; closed with the subgraph. */
  readonly reader: WarehouseReader;
}

/** Recommendations, similar products and churn, read from the published batch of predictions. */
export async function createPredictionsSubgraph(deps: PredictionsDeps): Promise<Subgraph> {
  const cache = createPredictionCache();
  return defineSubgraph({
    name: "predictions",
    deps,
    resolvers,
    guards,
    makeLoaders: () => makeLoaders(deps.reader, cache),
    ready: async () => void (await deps.reader.current()),
    close: () => deps.reader.close(),
  });
}
