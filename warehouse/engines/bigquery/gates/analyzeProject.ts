import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { silentLog } from "#platform/log.ts";
import { readPublication } from "../../../extract/publication.ts";
import { createDbt, DBT_PROJECT_DIR } from "../../../tools/dbt.ts";
import { startPythonWorker } from "../../../tools/worker.ts";
import { bigQueryType } from "../types.ts";
import { startAnalyzingServer } from "./analyzingServer.ts";
import type { GoogleSql, SqlColumn } from "./googleSql.ts";

/** A statement that GoogleSQL refused, or what dbt could not do because of one. */
export interface Fault {
  /** dbt's name of the node that sent it. */
  node: string;
  error: string;
  sql: string;
}

export interface ProjectAnalysis {
  /** Statements that went through the analyzer. */
  statements: number;
  kinds: Readonly<Record<string, number>>;
  models: number;
  tests: number;
  /** Definitions of tables with a partition, with clusters, with labels. */
  layouts: { partitioned: number; clustered: number; labelled: number };
  faults: readonly Fault[];
}

export const PREFIX = "martgraph";

/**
 * Has dbt run the whole project against the analyzer twice, as a build from nothing and as an increment with tests of what changed and unit
 * tests, so that every statement is analyzed in the form in which BigQuery would get it: definitions with partitions, clusters and
 * contracts, merges, deletes, tests.
 */
export async function analyzeProject(options: { googleSql: GoogleSql; shop: Reader; warehouse: Reader; projectDir?: string; select?: readonly string[] }): Promise<ProjectAnalysis> {
  const { googleSql, shop, warehouse, projectDir = DBT_PROJECT_DIR, select } = options;
  const server = await startAnalyzingServer(googleSql);
  for (const table of await readPublication(shop, "martgraph")) server.define(`${PREFIX}_raw`, table.rawTable, [...table.columns.map(({ name, type }) => ({ name, type: bigQueryType(type) })), ...VERSION_TYPES]);
  for (const [schema, table, columns] of await readControlTables(warehouse)) server.define(`${PREFIX}_${schema}`, table, columns);
  const stateDir = await mkdtemp(join(tmpdir(), "martgraph-analyze-"));
  const worker = startPythonWorker({ log: silentLog });
  const faults: Fault[] = [];
  let models = 0;
  let tests = 0;
  try {
    const dbt = createDbt({ worker, connection: { project: server.project, datasetPrefix: PREFIX, location: "US", endpoint: server.endpoint }, stateDir, projectDir, threads: 4 });
    for (const fullRefresh of [true, false]) {
      const outcome = await dbt.build({ slot: "a", fullRefresh, hasRestPassed: !fullRefresh, unitTests: !fullRefresh, ...(select ? { select } : {}) });
      models += outcome.models;
      tests += outcome.tests;
      if (outcome.ok) continue;
      const failed = outcome.nodes.filter(({ status }) => status === "error" || status === "fail");
      faults.push(...failed.map(({ node, message }) => ({ node, error: message ?? "failed", sql: "" })));
      if (failed.length === 0) faults.push({ node: "project", error: outcome.reason, sql: "" });
    }
  } finally {
    await worker.close();
    await server[Symbol.asyncDispose]();
    await rm(stateDir, { recursive: true, force: true });
  }
  const kinds: Record<string, number> = {};
  for (const statement of server.seen) {
    for (const kind of statement.kinds) kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (statement.error === undefined) continue;
    const node = /"node_id": "([^"]+)"/.exec(statement.sql)?.[1] ?? "connection";
    const known = faults.findIndex((fault) => fault.node === node && fault.error.includes(statement.error ?? ""));
    if (known >= 0) faults.splice(known, 1);
    faults.push({ node, error: statement.error, sql: statement.sql });
  }
  const made = server.seen.filter((statement) => statement.kinds.includes("createTableAsSelect")).map(({ sql }) => sql.slice(0, sql.search(/\bas \(/)));
  const layouts = { partitioned: count(made, /^\s*partition by /m), clustered: count(made, /^\s*cluster by /m), labelled: count(made, /labels=\[\('layer', '(marts|features|intermediate|staging)'\), \('owner', '[a-z]+'\)\]/) };
  return { statements: server.seen.length, kinds, models, tests, layouts, faults };
}

const count = (texts: readonly string[], pattern: RegExp) => texts.filter((text) => pattern.test(text)).length;

/** A fault as a person wants it: the node, what is wrong, and the lines around the place. */
export function describeFault({ node, error, sql }: Fault): string {
  const [, line, column] = /\[at (\d+):(\d+)\]/.exec(error) ?? [];
  if (!line || sql === "") return `${node}: ${error}`;
  const lines = sql.split("\n");
  const around = lines.slice(Math.max(0, Number(line) - 3), Number(line)).map((text) => `    ${text}`);
  return [`${node}: ${error}`, ...around, `    ${" ".repeat(Math.max(0, Number(column) - 1))}^`].join("\n");
}

export const VERSION_TYPES: readonly SqlColumn[] = [
  { name: "_op", type: "STRING" }, { name: "_from_pos", type: "INT64" }, { name: "_to_pos", type: "INT64" }, { name: "_committed_at", type: "TIMESTAMP" },
];

const controlColumns = query({
  name: "bigquery.controlColumns",
  text: `select n.nspname as schema_name, c.relname as table_name, a.attname as column_name, format_type(a.atttypid, -1) as type
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname in ('ops', 'registry', 'predictions') and c.relkind in ('r', 'v', 'p', 'm')
    order by n.nspname, c.relname, a.attnum`,
  params: [],
  row: { schema_name: "text", table_name: "text", column_name: "text", type: "text" },
  budget: { access: "scan", maxRows: 10_000 },
});

/** The tables of the control plane, which stays in PostgreSQL and is copied beside raw before a build: schema, name, columns. */
export async function readControlTables(warehouse: Reader): Promise<[string, string, SqlColumn[]][]> {
  const tables = new Map<string, [string, string, SqlColumn[]]>();
  for (const row of await warehouse.many(controlColumns, [])) {
    const key = `${row.schema_name}.${row.table_name}`;
    const table = tables.get(key) ?? [row.schema_name, row.table_name, []];
    table[2].push({ name: row.column_name, type: bigQueryType(row.type) });
    tables.set(key, table);
  }
  return [...tables.values()];
}
