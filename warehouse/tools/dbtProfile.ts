/** Where the warehouse is and the role that builds in it. `host` is a host name or the directory of a unix socket. */
export interface WarehouseConnection {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}

/**
 * profiles.yml with one target per slot; the target's name is the slot's. JSON, which is YAML, so that nothing needs escaping
 * but dbt's own template marks. The password is not in it: dbt takes that from the environment.
 */
export function dbtProfile(connection: WarehouseConnection, threads: number): string {
  const output = {
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
  return `${JSON.stringify({ martgraph: { target: "a", outputs: { a: output, b: output } } }, null, 2)}\n`;
}

/** dbt reads it from the environment and keeps variables of this prefix out of its logs and artefacts. */
export const PASSWORD_VARIABLE = "DBT_ENV_SECRET_WAREHOUSE_PASSWORD";
const PASSWORD_REFERENCE = `{{ env_var('${PASSWORD_VARIABLE}') }}`;

/**
 * What the worker that runs dbt needs in its environment: the password, and settings of its database sessions. Commits need
 * not wait for the disk, because WAL keeps their order: after a crash a build is there as far as it came, and the pointer
 * moves only after it. The server looks for a client that went away, so that a stopped build does not go on in the dark.
 */
export function dbtEnvironment(connection: WarehouseConnection): Record<string, string> {
  return {
    [PASSWORD_VARIABLE]: connection.password,
    PGOPTIONS: "-c timezone=UTC -c synchronous_commit=off -c work_mem=64MB -c jit=off -c client_connection_check_interval=1000",
    PGAPPNAME: "martgraph dbt",
  };
}
