import type { ContextOf } from "#kit/subgraph.ts";
import type { WarehouseReader } from "#warehouse/reader.ts";
import type { SqlGate } from "#warehouse/sql/gate.ts";
import type { Answers } from "./answers.ts";
import type { AnalyticsLoaders } from "./loaders.ts";

export interface AnalyticsDeps {
  /** Logs in as martgraph_serving; closed with the subgraph. Analytics holds no login of the shop. */
  readonly reader: WarehouseReader;
  /** What generated statements answered about the published build. */
  readonly answers: Answers;
  /** The door for SQL that people write; closed with the subgraph. Missing where its logins were not given. */
  readonly sql: SqlGate | undefined;
}

export type AnalyticsContext = ContextOf<AnalyticsDeps, AnalyticsLoaders>;
