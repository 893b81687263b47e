import { join } from "node:path";
import { engineSettings, googleEnvironment } from "#platform/engineSettings.ts";
import type { Database, DatabaseConfig } from "#platform/db/database.ts";
import { type BigQueryClient, openBigQuery } from "#warehouse/engines/bigquery/client.ts";
import { createBigQueryEngine } from "#warehouse/engines/bigquery/engine.ts";
import { expectationsOnBigQuery } from "#warehouse/engines/bigquery/expectationsOnBigQuery.ts";
import type { EngineTool, ExpectationsTool } from "#warehouse/pipeline/types.ts";
import { createDbt, type Dbt } from "#warehouse/tools/dbt.ts";
import { dbtEnvironment } from "#warehouse/tools/dbtProfile.ts";
import { createExpectations } from "#warehouse/tools/expectations.ts";
import { type PythonWorker, startPythonWorker } from "#warehouse/tools/worker.ts";
import type { Installation } from "./installation.ts";

/** BigQuery as the settings name it, where it is the engine; undefined for PostgreSQL. Opens nothing before it is used. */
export function bigQueryOf(settings = engineSettings()): BigQueryClient | undefined {
  return settings.engine === "bigquery" ? openBigQuery(settings.bigQuery) : undefined;
}

/** What builds and checks the marts. */
export interface InstalledEngine {
  readonly dbt: Dbt;
  readonly expectations: ExpectationsTool;
  /** Given where the marts are not in PostgreSQL. */
  readonly engine?: EngineTool;
  /** dbt's and Great Expectations' processes: the two take seconds to load, and then do it side by side. */
  readonly workers: { readonly dbt: PythonWorker; readonly checks: PythonWorker };
}

/** The engine that the settings name. `warehouse` logs in as `builder`; the workers are closed with the installation. */
export function engineOf({ dir, lifecycle, log }: Pick<Installation, "dir" | "lifecycle" | "log">, warehouse: Database, builder: DatabaseConfig): InstalledEngine {
  const settings = engineSettings();
  const { host, port, database, user, password } = builder;
  const postgres = { host, port, database, user, password };
  const connection = settings.engine === "bigquery" ? settings.bigQuery : postgres;
  const dbtWorker = startPythonWorker({ log, env: dbtEnvironment(connection) });
  lifecycle.onClose("dbt worker", () => dbtWorker.close());
  const checksWorker = startPythonWorker({ log, env: settings.engine === "bigquery" ? googleEnvironment() : {} });
  lifecycle.onClose("Great Expectations worker", () => checksWorker.close());
  const workers = { dbt: dbtWorker, checks: checksWorker };
  const onPostgres = createExpectations({ worker: checksWorker, connection: postgres });
  // Each engine's own folder: dbt's profile and what it has parsed belong to one of them.
  const dbt = createDbt({ worker: dbtWorker, connection, stateDir: join(dir.stateDir, settings.engine === "bigquery" ? "dbt-bigquery" : "dbt") });
  if (settings.engine === "postgres") return { dbt, expectations: onPostgres, workers };
  const { bigQuery } = settings;
  const onBigQuery = createExpectations({ worker: checksWorker, connection: bigQuery });
  return {
    ...createBigQueryEngine({ dbt, warehouse, client: openBigQuery(bigQuery), readers: bigQuery.readers }),
    expectations: expectationsOnBigQuery({ onPostgres, onBigQuery, datasetPrefix: bigQuery.datasetPrefix }),
    workers,
  };
}
