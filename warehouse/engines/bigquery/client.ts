import { setTimeout as sleep } from "node:timers/promises";
import type { Readable } from "node:stream";
import { BigQuery } from "@google-cloud/bigquery";
import { OAuth2Client } from "google-auth-library";
import type { BigQueryConnection } from "../../tools/dbtProfile.ts";
import { BigQueryError, codeOf, isBroken, refused, toError, unreachable } from "./bigQueryError.ts";
import { uploadLoad } from "./uploadLoad.ts";

export { BigQueryError, unreachable, withCure } from "./bigQueryError.ts";

export interface FieldSchema {
  name: string;
  type: string;
  mode?: "NULLABLE" | "REQUIRED" | "REPEATED";
}

/** A value for `@name`; a list is an array of its type. */
export interface QueryParameter {
  readonly name: string;
  readonly type: "STRING" | "DATE" | "NUMERIC" | "INT64" | "FLOAT64" | "BOOL";
  readonly value: string | null | readonly (string | null)[];
}

/** What BigQuery says of a statement before it is run. */
export interface DryRun {
  readonly bytes: bigint;
  /** `SELECT`, `SCRIPT`, `CREATE_TABLE` ...; undefined where it is not said. */
  readonly statementType: string | undefined;
  readonly referencedTables: readonly { readonly project: string; readonly dataset: string; readonly table: string }[];
}

export interface QueryOptions {
  /** The same id is the same job: asked again, the answer of the first time holds. */
  jobId?: string;
  labels?: Readonly<Record<string, string>>;
  /** BigQuery refuses the job when it would read more. */
  maximumBytesBilled?: bigint;
  parameters?: readonly QueryParameter[];
  /** Names without a dataset are looked up there. */
  defaultDataset?: string;
  /** BigQuery ends a job that takes longer. */
  timeoutMs?: number;
  /** Cancels the job. */
  signal?: AbortSignal;
}

export interface LoadOptions {
  jobId: string;
  /** Takes the place of what the table held; appended where false. */
  replace: boolean;
  schema: readonly FieldSchema[];
  clusterBy?: readonly string[];
  labels?: Readonly<Record<string, string>>;
}

/** BigQuery as our engine uses it: every write is a job with an id of its own. */
export interface BigQueryClient {
  readonly connection: BigQueryConnection;
  /** Whether the project can be reached and worked in. @throws BigQueryError whose message says what to set or to grant */
  check(): Promise<void>;
  /** `<prefix>_<name>`, the name of a dataset. */
  dataset(name: string): string;
  /** Runs a statement to its end. Answers the rows it changed. @throws BigQueryError */
  run(sql: string, options?: QueryOptions): Promise<number>;
  /** All rows of a query, every value as BigQuery writes it: text, null, or a list of text. @throws BigQueryError */
  rows(sql: string, options?: QueryOptions): AsyncGenerator<Record<string, string | null | string[]>>;
  /** As `rows`, page by page as they come, with the columns before the first row. @throws BigQueryError */
  pages(sql: string, options?: QueryOptions): AsyncGenerator<{ columns: readonly FieldSchema[]; rows: readonly (readonly (string | null | string[])[])[] }>;
  /** Ends a job that somebody began, here or elsewhere; false where there is none of that id. */
  cancel(jobId: string): Promise<boolean>;
  /** What a statement would read, without running it. @throws BigQueryError when it is no SQL */
  dryRun(sql: string, options?: Pick<QueryOptions, "parameters" | "defaultDataset">): Promise<DryRun>;
  /** Loads newline-delimited JSON into `<dataset>.<table>`. A job of this id that succeeded is not run again. @throws BigQueryError */
  load(dataset: string, table: string, source: () => Readable, options: LoadOptions): Promise<{ rows: number; repeated: boolean }>;
  makeDataset(name: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** Names of the tables and views of a dataset; empty where there is no such dataset. */
  tables(name: string): Promise<string[]>;
  /** Labels of a dataset and who may do what in it; undefined where there is no such dataset. */
  readDataset(name: string): Promise<DatasetState | undefined>;
  /** Changes it, as it was read: somebody else's change in between is a refusal. */
  changeDataset(name: string, change: Partial<Pick<DatasetState, "labels" | "access">>, etag: string): Promise<void>;
}

/** An entry of a dataset's access list, as the API writes it. */
export type AccessEntry = Readonly<Record<string, unknown>>;

export interface DatasetState {
  readonly labels: Readonly<Record<string, string>>;
  readonly access: readonly AccessEntry[];
  readonly etag: string;
}

const POLL_MS = [20, 50, 100, 250, 500, 1_000];
const PAGE_ROWS = 20_000;
const CHECK_MS = 20_000;
const BROKEN_TRIES = 3;

/** Opens nothing before it is used. With an endpoint it speaks to an emulator, without credentials. */
export function openBigQuery(connection: BigQueryConnection, defaults: { labels?: Readonly<Record<string, string>> } = {}): BigQueryClient {
  const { project, datasetPrefix, location, endpoint, keyfile, maximumBytesBilled, labels: fixed = {} } = connection;
  const service = new BigQuery({
    projectId: project,
    location,
    ...(endpoint ? { apiEndpoint: endpoint, authClient: anonymous() } : {}),
    ...(keyfile ? { keyFilename: keyfile } : {}),
  } as ConstructorParameters<typeof BigQuery>[0]);

  const labelsOf = (labels: Readonly<Record<string, string>> | undefined) => ({ product: "martgraph", ...fixed, ...defaults.labels, ...labels });

  /** Starts a job, or finds the one that was started under this id before; waits for its end. */
  async function job(configuration: Record<string, unknown>, jobId: string | undefined, signal?: AbortSignal): Promise<{ id: string; metadata: JobMetadata; repeated: boolean }> {
    for (let attempt = 0; ; attempt += 1) {
      // A failed job keeps its id for good: a new try needs a new one, which is as predictable as the first.
      const id = jobId === undefined ? undefined : attempt === 0 ? jobId : `${jobId}_retry${attempt}`;
      let repeated = false;
      let started: { id?: string | undefined };
      try {
        [started] = await service.createJob({ ...(id ? { jobId: id } : {}), location, configuration } as never);
      } catch (error) {
        if (codeOf(error) !== 409 || id === undefined) throw toError(error);
        repeated = true;
        started = { id };
      }
      const stop = () => void service.job(started.id ?? "", { location }).cancel().catch(() => {});
      signal?.addEventListener("abort", stop, { once: true });
      if (signal?.aborted) stop();
      const metadata = await settled(started.id ?? "").finally(() => signal?.removeEventListener("abort", stop));
      if (!metadata.status.errorResult) return { id: started.id ?? "", metadata, repeated };
      if (!repeated || attempt >= 20) throw refused(metadata.status.errorResult.reason, metadata.status.errorResult.message);
    }
  }

  async function settled(id: string): Promise<JobMetadata> {
    for (let look = 0; ; look += 1) {
      const [metadata] = (await service.job(id, { location }).getMetadata().catch((error: unknown) => { throw toError(error); })) as unknown as [JobMetadata];
      if (metadata.status.state === "DONE") return metadata;
      await sleep(POLL_MS[Math.min(look, POLL_MS.length - 1)]);
    }
  }

  const queryConfiguration = (sql: string, options: QueryOptions, extra: object = {}) => {
    const cap = options.maximumBytesBilled ?? (maximumBytesBilled === undefined ? undefined : BigInt(maximumBytesBilled));
    const { parameters, defaultDataset, timeoutMs } = options;
    return {
      labels: labelsOf(options.labels),
      ...(timeoutMs === undefined ? {} : { jobTimeoutMs: String(timeoutMs) }),
      query: {
        query: sql, useLegacySql: false, ...(cap === undefined ? {} : { maximumBytesBilled: String(cap) }),
        ...(parameters?.length ? { parameterMode: "NAMED", queryParameters: parameters.map(parameterOf) } : {}),
        ...(defaultDataset === undefined ? {} : { defaultDataset: { projectId: project, datasetId: defaultDataset } }),
      },
      ...extra,
    };
  };

  async function* pages(sql: string, options: QueryOptions = {}) {
    const { id } = await job(queryConfiguration(sql, options), options.jobId, options.signal);
    let pageToken: string | undefined;
    do {
      const page = (await request({ uri: `/queries/${id}`, qs: { location, maxResults: PAGE_ROWS, ...(pageToken ? { pageToken } : {}) } })) as QueryPage;
      const columns = page.schema?.fields ?? [];
      yield { columns, rows: (page.rows ?? []).map((row) => columns.map((_, index) => cellOf(row.f[index]?.v))) };
      pageToken = page.pageToken;
    } while (pageToken);
  }

  return {
    connection,
    dataset: (name) => `${datasetPrefix}_${name}`,
    async check() {
      // The library tries for minutes what a refused connection tells at once.
      if (endpoint) await fetch(endpoint, { signal: AbortSignal.timeout(CHECK_MS) }).catch((error: unknown) => { throw unreachable(new BigQueryError("timeout", "no answer", { cause: error }), connection); });
      const late = sleep(CHECK_MS, undefined, { ref: false }).then(() => { throw new BigQueryError("timeout", `no answer within ${CHECK_MS / 1000} s`); });
      await Promise.race([this.dryRun("select 1"), late]).catch((error: unknown) => { throw unreachable(toError(error), connection); });
    },
    pages,
    async run(sql, options = {}) {
      const { metadata } = await job(queryConfiguration(sql, options), options.jobId, options.signal);
      return Number(metadata.statistics?.query?.numDmlAffectedRows ?? 0);
    },
    async *rows(sql, options = {}) {
      for await (const { columns, rows } of pages(sql, options)) for (const row of rows) yield Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null]));
    },
    async cancel(jobId) {
      try {
        await service.job(jobId, { location }).cancel();
        return true;
      } catch (error) {
        if (codeOf(error) === 404) return false;
        throw toError(error);
      }
    },
    async dryRun(sql, options = {}) {
      const [, metadata] = (await service.createJob({ location, configuration: queryConfiguration(sql, options, { dryRun: true }) } as never).catch((error: unknown) => { throw toError(error); })) as unknown as [unknown, JobMetadata];
      const { totalBytesProcessed, query } = metadata.statistics ?? {};
      return {
        bytes: BigInt(totalBytesProcessed ?? 0), statementType: query?.statementType,
        referencedTables: (query?.referencedTables ?? []).map(({ projectId, datasetId, tableId }) => ({ project: projectId, dataset: datasetId, table: tableId })),
      };
    },
    async load(dataset, table, source, { jobId, replace, schema, clusterBy, labels }) {
      for (let attempt = 0, broken = 0; ; attempt += 1) {
        const id = attempt === 0 ? jobId : `${jobId}_retry${attempt}`;
        let repeated = false;
        try {
          await uploadLoad({ endpoint: endpoint ?? "https://bigquery.googleapis.com", project, authorise: async (url) => new Headers(await service.authClient.getRequestHeaders(url)) }, {
            jobReference: { projectId: project, jobId: id, location },
            configuration: { labels: labelsOf(labels), load: {
              destinationTable: { projectId: project, datasetId: dataset, tableId: table }, sourceFormat: "NEWLINE_DELIMITED_JSON", writeDisposition: replace ? "WRITE_TRUNCATE" : "WRITE_APPEND",
              createDisposition: "CREATE_IF_NEEDED", schema: { fields: schema }, ...(clusterBy?.length ? { clustering: { fields: clusterBy } } : {}),
            } },
          }, source());
        } catch (error) {
          // a connection that broke says nothing of the job: under its id it is begun again, or found
          if (isBroken(error) && broken < BROKEN_TRIES) {
            broken += 1;
            attempt -= 1;
            continue;
          }
          if (codeOf(error) !== 409) throw toError(error);
          repeated = true;
        }
        const metadata = await settled(id);
        if (!metadata.status.errorResult) return { rows: Number(metadata.statistics?.load?.outputRows ?? 0), repeated };
        if (!repeated || attempt >= 20) throw new BigQueryError(metadata.status.errorResult.reason ?? "failed", metadata.status.errors?.map(({ message }) => message).join("; ") ?? "the load failed");
      }
    },
    async makeDataset(name, labels) {
      try {
        await service.createDataset(name, { location, labels: labelsOf(labels) } as never);
      } catch (error) {
        if (codeOf(error) !== 409) throw toError(error);
      }
    },
    async readDataset(name) {
      try {
        const { labels = {}, access = [], etag = "" } = (await request({ uri: `/datasets/${name}` })) as Partial<DatasetState>;
        return { labels, access, etag };
      } catch (error) {
        if ((error as BigQueryError).reason === "notFound") return undefined;
        throw error;
      }
    },
    async changeDataset(name, change, etag) {
      await request({ uri: `/datasets/${name}`, method: "PATCH", json: change, headers: { "If-Match": etag } });
    },
    async tables(name) {
      try {
        const [tables] = await service.dataset(name).getTables({ autoPaginate: true });
        return tables.map(({ id }) => id ?? "").sort();
      } catch (error) {
        if (codeOf(error) === 404) return [];
        throw toError(error);
      }
    },
  };

  function request(options: { uri: string; qs?: object; method?: string; json?: object; headers?: object }): Promise<unknown> {
    return new Promise((resolve, reject) => service.request(options as never, ((error: Error | null, body: unknown) => (error ? reject(toError(error)) : resolve(body))) as never));
  }
}

interface JobMetadata {
  status: { state: string; errorResult?: { reason?: string; message?: string }; errors?: { message?: string }[] };
  statistics?: {
    totalBytesProcessed?: string;
    query?: { numDmlAffectedRows?: string; statementType?: string; referencedTables?: { projectId: string; datasetId: string; tableId: string }[] };
    load?: { outputRows?: string };
  };
}
interface QueryPage {
  schema?: { fields?: FieldSchema[] };
  rows?: { f: { v: unknown }[] }[];
  pageToken?: string;
}

function parameterOf({ name, type, value }: QueryParameter) {
  return typeof value === "object" && value !== null
    ? { name, parameterType: { type: "ARRAY", arrayType: { type } }, parameterValue: { arrayValues: value.map((one) => ({ value: one })) } }
    : { name, parameterType: { type }, parameterValue: { value } };
}

function cellOf(value: unknown): string | null | string[] {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((item: { v: unknown }) => String(item.v));
  return String(value);
}

/** An emulator asks nobody who they are, but the library wants somebody: file loads crash without. */
function anonymous(): OAuth2Client {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: "emulator", expiry_date: 8_640_000_000_000_000 });
  return client;
}
