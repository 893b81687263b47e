import { runSubgraphProcess } from "#kit/process.ts";
import type { DatabaseConfig } from "#platform/db/database.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { openSqlGate, sqlOnBigQuery } from "#warehouse/sql/gate.ts";
import { createAnalyticsSubgraph } from "./subgraph.ts";

await runSubgraphProcess("analytics", async ({ db, log, settings }) => {
  const { sqlLogins } = settings;
  return createAnalyticsSubgraph({ reader: createWarehouseReader(db), ...(sqlLogins ? { sql: openSqlGate({ control: db, loginAs: (role) => sqlLogins[role] as DatabaseConfig, log, bigQuery: sqlOnBigQuery() }) } : {}) });
});
