import type { ContextOf } from "#kit/subgraph.ts";
import type { WarehouseReader } from "#warehouse/reader.ts";
import type { AnalyticsLoaders } from "./loaders.ts";

export interface AnalyticsDeps {
  /** Logs in as martgraph_serving; closed with the subgraph. Analytics holds no login of the shop. */
  readonly reader: WarehouseReader;
}

export type AnalyticsContext = ContextOf<AnalyticsDeps, AnalyticsLoaders>;
