import { uuid5 } from "./uuid5.ts";

/** Where the marts are read. The schema on BigQuery is the dataset of the published views. */
export interface BiEngine {
  readonly kind: "postgres" | "bigquery";
  readonly schema: string;
  /** Superset's word for what holds the schema: PostgreSQL's database, BigQuery's project. Without it SQL Lab does not find a table's dataset, nor its rules. */
  readonly catalog: string;
  /** SQLAlchemy's address, without a password. */
  readonly uri: string;
}

export const POSTGRES: BiEngine = { kind: "postgres", schema: "marts", catalog: "warehouse", uri: "postgresql+psycopg2://bi_reader@127.0.0.1:15432/warehouse" };
/** PostgreSQL at an address of the usual form, `postgresql://bi_reader@host:port/database`. @throws TypeError for anything else */
export function postgresAt(address: string): BiEngine & { password: string | undefined } {
  const url = new URL(address);
  if (!/^postgres(ql)?(\+\w+)?:$/.test(url.protocol) || url.pathname.length < 2) throw new TypeError("no address of PostgreSQL");
  const password = url.password === "" ? undefined : decodeURIComponent(url.password);
  const login = url.username === "" ? "" : `${url.username}@`;
  return { kind: "postgres", schema: POSTGRES.schema, catalog: decodeURIComponent(url.pathname.slice(1)), uri: `postgresql+psycopg2://${login}${url.host}${url.pathname}${url.search}`, password };
}

/** Five gibibytes a query: a dashboard tile that needs more is a mistake. */
const MAXIMUM_BYTES_BILLED = 5 * 1024 ** 3;

export const bigQuery = (project: string, dataset: string): BiEngine => ({ kind: "bigquery", schema: dataset, catalog: project, uri: `bigquery://${project}` });

export const DATABASE_NAMES = { postgres: "Martgraph", bigquery: "Martgraph on BigQuery" } as const;

export const databaseUuid = ({ kind }: BiEngine): string => uuid5(`database/${kind}`);

/** The document of a database. Reading only: the grants of bi_reader are the boundary, this keeps honest people from errors. */
export function databaseYaml(engine: BiEngine): object {
  const engineParams =
    engine.kind === "postgres"
      ? { connect_args: { options: "-c statement_timeout=30000 -c default_transaction_read_only=on", application_name: "superset" }, pool_pre_ping: true }
      : { maximum_bytes_billed: MAXIMUM_BYTES_BILLED };
  return {
    database_name: DATABASE_NAMES[engine.kind],
    sqlalchemy_uri: engine.uri,
    cache_timeout: null,
    expose_in_sqllab: true,
    allow_run_async: false,
    allow_ctas: false,
    allow_cvas: false,
    allow_dml: false,
    allow_file_upload: false,
    extra: {
      allows_virtual_table_explore: true,
      cost_estimate_enabled: true,
      disable_data_preview: false,
      metadata_params: {},
      engine_params: engineParams,
      schemas_allowed_for_file_upload: [],
    },
    impersonate_user: false,
    uuid: databaseUuid(engine),
    version: "1.0.0",
  };
}
