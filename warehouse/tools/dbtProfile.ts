import { googleEnvironment } from "#platform/engineSettings.ts";

/** Where the warehouse is and the role that builds in it. `host` is a host name or the directory of a unix socket. */
export interface WarehouseConnection {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}

/** BigQuery as the engine: its project, the prefix of our datasets, and how jobs are paid for and authorised. */
export interface BigQueryConnection {
  project: string;
  /** Datasets are `<prefix>_raw`, `<prefix>_marts_a` and so on. */
  datasetPrefix: string;
  location: string;
  /** Another server than Google's: an emulator. Nobody is authenticated there. */
  endpoint?: string;
  /** A service account's key; the application's default credentials where not given. */
  keyfile?: string;
  /** A job that would read more is refused by BigQuery. */
  maximumBytesBilled?: number;
  /** On every job and dataset. */
  labels?: Readonly<Record<string, string>>;
}

export type DbtConnection = WarehouseConnection | BigQueryConnection;

/**
 * profiles.yml with one target per slot; the target's name is the slot's. JSON, which is YAML, so that nothing needs escaping
 * but dbt's own template marks. The password is not in it: dbt takes that from the environment.
 */
export function dbtProfile(connection: DbtConnection, threads: number): string {
  const output = "project" in connection ? bigQueryOutput(connection, threads) : postgresOutput(connection, threads);
  return `${JSON.stringify({ martgraph: { target: "a", outputs: { a: output, b: output } } }, null, 2)}\n`;
}

function postgresOutput(connection: WarehouseConnection, threads: number) {
  return {
    type: "postgres",
    host: connection.host,
    port: connection.port,
    dbname: connection.database,
    user: connection.user,
    password: PASSWORD_REFERENCE,
    // Every model names its layer's schema; nothing is ever built in this one.
    schema: "unassigned",
    threads,
    connect_timeout: 10,
  };
}

function bigQueryOutput(connection: BigQueryConnection, threads: number) {
  const { project, datasetPrefix, location, endpoint, keyfile, maximumBytesBilled } = connection;
  return {
    type: "bigquery",
    project,
    execution_project: project,
    // Every layer's dataset begins with it; nothing is ever built in this one.
    dataset: datasetPrefix,
    location,
    threads,
    job_retries: 2,
    job_creation_timeout_seconds: 60,
    job_execution_timeout_seconds: 1_800,
    ...(endpoint ? { method: "oauth-secrets", token: "emulator", api_endpoint: endpoint } : keyfile ? { method: "service-account", keyfile } : { method: "oauth" }),
    ...(maximumBytesBilled ? { maximum_bytes_billed: maximumBytesBilled } : {}),
  };
}

/** The build that is made and the labels of the settings, which the project's query comment puts on every job (dbt_project/macros/publishing/job_comment.sql). */
export const BUILD_VARIABLE = "MARTGRAPH_JOB_BUILD";
/** Whether tests need look at the rows of changed orders and days alone, "yes" or "no" (dbt_project/macros/checking/is_to_check.sql). */
export const REST_VARIABLE = "MARTGRAPH_REST_HAS_PASSED";
const LABELS_VARIABLE = "MARTGRAPH_JOB_LABELS";

/** dbt reads it from the environment and keeps variables of this prefix out of its logs and artefacts. */
export const PASSWORD_VARIABLE = "DBT_ENV_SECRET_WAREHOUSE_PASSWORD";
const PASSWORD_REFERENCE = `{{ env_var('${PASSWORD_VARIABLE}') }}`;

/**
 * What the worker that runs dbt needs in its environment: the password, and settings of its database sessions. Commits need
 * not wait for the disk, because WAL keeps their order: after a crash a build is there as far as it came, and the pointer
 * moves only after it. The server looks for a client that went away, so that a stopped build does not go on in the dark.
 */
export function dbtEnvironment(connection: DbtConnection): Record<string, string> {
  if ("project" in connection) return { ...googleEnvironment(), [LABELS_VARIABLE]: JSON.stringify(connection.labels ?? {}) };
  return {
    [PASSWORD_VARIABLE]: connection.password,
    PGOPTIONS: "-c timezone=UTC -c synchronous_commit=off -c work_mem=64MB -c jit=off -c client_connection_check_interval=1000",
    PGAPPNAME: "martgraph dbt",
  };
}
