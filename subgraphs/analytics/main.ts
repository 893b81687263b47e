import { runSubgraphProcess } from "#kit/process.ts";
import type { DatabaseConfig } from "#platform/db/database.ts";
import { openReader } from "#warehouse/openReader.ts";
import { openSqlGate, sqlOnBigQuery } from "#warehouse/sql/gate.ts";
import { createAnalyticsSubgraph } from "./subgraph.ts";

await runSubgraphProcess("analytics", async ({ db, log, settings }) => {
  const { sqlLogins } = settings;
  return createAnalyticsSubgraph({ reader: openReader(db, log), ...(sqlLogins ? { sql: openSqlGate({ control: db, loginAs: (role) => sqlLogins[role] as DatabaseConfig, log, bigQuery: sqlOnBigQuery() }) } : {}) });
});
