import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { freeLoopbackPort } from "./freeLoopbackPort.ts";
import type { Analyzed, GoogleSql, SqlColumn } from "./googleSql.ts";

/** A statement that came in, and what the analyzer said of it. */
export interface SeenStatement {
  sql: string;
  error: string | undefined;
  kinds: readonly string[];
}

/** Speaks BigQuery's REST API and holds no row: every statement is analyzed, tables that it makes are known from then on. */
export interface AnalyzingServer extends AsyncDisposable {
  readonly endpoint: string;
  readonly project: string;
  readonly seen: SeenStatement[];
  define(dataset: string, table: string, columns: readonly SqlColumn[]): void;
}

interface Table {
  columns: readonly SqlColumn[];
  isView: boolean;
}
interface Job {
  columns: readonly SqlColumn[];
  resource: Record<string, unknown>;
}
class Refusal extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/**
 * What dbt sends to BigQuery it can send here: definitions with their options, merges, deletes, tests, unit tests, one after another
 * as it really runs them. A table test finds nothing; a query for columns answers its columns.
 */
export async function startAnalyzingServer(analyzer: GoogleSql, project = "proof"): Promise<AnalyzingServer> {
  const datasets = new Map<string, Map<string, Table>>();
  const jobs = new Map<string, Job>();
  const seen: SeenStatement[] = [];

  const catalog = () => new Map([...datasets].map(([name, tables]) => [name, new Map([...tables].map(([table, { columns }]) => [table, columns]))]));
  const tableOf = (dataset: string, table: string): Table => {
    const found = datasets.get(dataset)?.get(table);
    if (!found) throw new Refusal(404, "notFound", `Not found: Table ${project}:${dataset}.${table}`);
    return found;
  };

  function apply({ kind, columns, target = [] }: Analyzed): Record<string, unknown> {
    const [dataset = "", table = ""] = target.slice(-2);
    if (kind === "createTable" || kind === "createTableAsSelect" || kind === "createView") {
      const tables = datasets.get(dataset);
      if (!tables) throw new Refusal(404, "notFound", `Not found: Dataset ${project}:${dataset}`);
      tables.set(table, { columns, isView: kind === "createView" });
      return { ddlTargetTable: { projectId: project, datasetId: dataset, tableId: table }, ddlOperationPerformed: "REPLACE" };
    }
    if (kind === "createSchema") datasets.set(table, datasets.get(table) ?? new Map());
    if (kind === "drop") datasets.get(dataset)?.delete(table);
    return {};
  }

  async function runQuery(sql: string, id: string, dryRun: boolean): Promise<Record<string, unknown>> {
    const answer = await analyzer.analyze(sql, project, catalog());
    seen.push({ sql, error: answer.ok ? undefined : answer.error, kinds: answer.ok ? answer.statements.map(({ kind }) => kind) : [] });
    if (!answer.ok) throw new Refusal(400, "invalidQuery", answer.error);
    const last = answer.statements.at(-1);
    const effects = dryRun ? {} : Object.assign({}, ...answer.statements.map(apply));
    const columns = last?.kind === "query" ? last.columns : [];
    const destination = (effects as { ddlTargetTable?: object }).ddlTargetTable ?? { projectId: project, datasetId: "_anonymous", tableId: id };
    return saveJob(id, columns, { query: { query: sql, useLegacySql: false, destinationTable: destination }, jobType: "QUERY", ...(dryRun ? { dryRun } : {}) }, {
      query: { statementType: statementType(last?.kind ?? ""), totalBytesProcessed: "0", totalBytesBilled: "0", totalSlotMs: "0", cacheHit: false, numDmlAffectedRows: "0", schema: { fields: columns.map(field) }, ...effects },
    });
  }

  function saveJob(id: string, columns: readonly SqlColumn[], configuration: object, statistics: object): Record<string, unknown> {
    const now = String(Date.now());
    const resource = {
      kind: "bigquery#job", id: `${project}:US.${id}`, jobReference: { projectId: project, jobId: id, location: "US" }, status: { state: "DONE" }, configuration,
      statistics: { creationTime: now, startTime: now, endTime: now, totalBytesProcessed: "0", ...statistics },
    };
    jobs.set(id, { columns, resource });
    return resource;
  }

  const jobOf = (id: string): Job => {
    const job = jobs.get(id);
    if (!job) throw new Refusal(404, "notFound", `Not found: Job ${project}:${id}`);
    return job;
  };
  /** dbt wants one row of a test's result: nothing failed. Everything else is empty. */
  const rowsOf = ({ columns }: Job) =>
    columns.some(({ name }) => name === "should_warn") ? [{ f: columns.map(({ type }) => ({ v: type === "BOOL" ? "false" : "0" })) }] : [];

  async function answer(method: string, path: string, body: Record<string, unknown>): Promise<unknown> {
    const [collection, name = "", sub, leaf = "", data] = path.split("/").map(decodeURIComponent);
    if (collection === "jobs" && method === "POST") {
      const reference = (body["jobReference"] ?? {}) as { jobId?: string };
      const configuration = (body["configuration"] ?? {}) as { query?: { query: string }; load?: LoadConfiguration; dryRun?: boolean };
      const id = reference.jobId ?? randomUUID();
      if (configuration.query) return runQuery(configuration.query.query, id, configuration.dryRun ?? false);
      if (configuration.load) return load(configuration.load, id);
      throw new Refusal(400, "invalid", "this job is of no kind that is known here");
    }
    if (collection === "jobs" && sub === "cancel") return { job: jobOf(name).resource };
    if (collection === "jobs") return jobOf(name).resource;
    if (collection === "queries") {
      const job = jobOf(name);
      const rows = rowsOf(job);
      return { jobComplete: true, jobReference: job.resource["jobReference"], schema: { fields: job.columns.map(field) }, totalRows: String(rows.length), rows, totalBytesProcessed: "0", cacheHit: false };
    }
    if (collection !== "datasets") throw new Refusal(404, "notFound", `nothing is served at ${path}`);
    if (!name && method === "GET") return { datasets: [...datasets.keys()].map((datasetId) => ({ id: `${project}:${datasetId}`, datasetReference: { projectId: project, datasetId }, location: "US" })) };
    if (!name) {
      const { datasetId } = body["datasetReference"] as { datasetId: string };
      if (datasets.has(datasetId)) throw new Refusal(409, "duplicate", `Already Exists: Dataset ${project}:${datasetId}`);
      datasets.set(datasetId, new Map());
      return { ...body, location: "US" };
    }
    if (name === "_anonymous") {
      const rows = rowsOf(jobOf(leaf));
      const fields = jobOf(leaf).columns.map(field);
      return data ? { totalRows: String(rows.length), rows } : tableResource(name, leaf, fields, false, rows.length);
    }
    const tables = datasets.get(name);
    if (!tables) throw new Refusal(404, "notFound", `Not found: Dataset ${project}:${name}`);
    if (!sub) return { datasetReference: { projectId: project, datasetId: name }, location: "US" };
    if (sub === "routines") return { routines: [] };
    if (!leaf) return { tables: [...tables].map(([tableId, { isView }]) => ({ id: `${project}:${name}.${tableId}`, tableReference: { projectId: project, datasetId: name, tableId }, type: isView ? "VIEW" : "TABLE" })), totalItems: tables.size };
    if (method === "DELETE") return tables.delete(leaf), {};
    const table = tableOf(name, leaf);
    if (data) return { totalRows: "0", rows: [] };
    return tableResource(name, leaf, table.columns.map(field), table.isView, 0);
  }

  interface LoadConfiguration {
    destinationTable: { datasetId: string; tableId: string };
    schema?: { fields: { name: string; type: string }[] };
  }
  function load(configuration: LoadConfiguration, id: string) {
    const { datasetId, tableId } = configuration.destinationTable;
    datasets.get(datasetId)?.set(tableId, { columns: (configuration.schema?.fields ?? []).map(({ name, type }) => ({ name, type: REST_TYPES[type.toUpperCase()] ?? type.toUpperCase() })), isView: false });
    return saveJob(id, [], { load: configuration, jobType: "LOAD" }, { load: { outputRows: "0" } });
  }

  const tableResource = (datasetId: string, tableId: string, fields: object[], isView: boolean, rows: number) => ({
    kind: "bigquery#table", id: `${project}:${datasetId}.${tableId}`, etag: "1", tableReference: { projectId: project, datasetId, tableId }, type: isView ? "VIEW" : "TABLE",
    schema: { fields }, numRows: String(rows), numBytes: "0", creationTime: "0", lastModifiedTime: "0", location: "US",
  });

  const port = await freeLoopbackPort();
  const uploads = new Map<string, Record<string, unknown>>();
  const server = createServer((request, response) => {
    void readBody(request).then(async (body) => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const path = url.pathname.replace(/^.*\/projects\/[^/]+\//, "");
      let status = 200;
      let answered: unknown;
      try {
        const upload = url.searchParams.get("upload_id");
        if (upload) answered = await answer("POST", "jobs", uploads.get(upload) ?? {});
        else if (url.searchParams.get("uploadType") === "resumable") {
          const id = randomUUID();
          uploads.set(id, JSON.parse(body) as Record<string, unknown>);
          response.setHeader("location", `http://127.0.0.1:${port}${url.pathname}?uploadType=resumable&upload_id=${id}`);
          answered = {};
        } else if (url.searchParams.get("uploadType") === "multipart") answered = await answer("POST", "jobs", JSON.parse(/\{[^\r\n]*\}/.exec(body)?.[0] ?? "{}") as Record<string, unknown>);
        else answered = await answer(request.method ?? "GET", path, body ? (JSON.parse(body) as Record<string, unknown>) : {});
      } catch (error) {
        status = error instanceof Refusal ? error.status : 500;
        const message = (error as Error).message;
        const reason = error instanceof Refusal ? error.reason : "internalError";
        answered = { error: { code: status, message, status: reason, errors: [{ message, reason, domain: "global" }] } };
      }
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answered));
    }, () => response.writeHead(400).end());
  });
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  return {
    endpoint: `http://127.0.0.1:${port}`, project, seen,
    define(dataset, table, columns) {
      datasets.set(dataset, (datasets.get(dataset) ?? new Map<string, Table>()).set(table, { columns, isView: false }));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const whole = Buffer.concat(chunks);
  return (request.headers["content-encoding"] === "gzip" ? gunzipSync(whole) : whole).toString("utf8");
}

/** The names that the REST API has for types, and GoogleSQL's. */
const REST_TYPES: Record<string, string> = { INTEGER: "INT64", FLOAT: "FLOAT64", BOOLEAN: "BOOL" };
const SQL_TYPES = Object.fromEntries(Object.entries(REST_TYPES).map(([rest, sql]) => [sql, rest]));

function field({ name, type }: SqlColumn) {
  const element = /^ARRAY<(.+)>$/.exec(type)?.[1];
  return { name, type: SQL_TYPES[element ?? type] ?? element ?? type, mode: element ? "REPEATED" : "NULLABLE" };
}

function statementType(kind: string): string {
  if (kind === "query") return "SELECT";
  return kind.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
