import { setTimeout as sleep } from "node:timers/promises";
import { pipeline } from "node:stream/promises";
import type { Readable } from "node:stream";
import { BigQuery } from "@google-cloud/bigquery";
import { OAuth2Client } from "google-auth-library";
import type { BigQueryConnection } from "../../tools/dbtProfile.ts";

/** A job was refused or failed; `reason` is BigQuery's own (`invalidQuery`, `bytesBilledLimitExceeded`, `notFound` ...). */
export class BigQueryError extends Error {
  override readonly name = "BigQueryError";
  readonly reason: string;
  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export interface FieldSchema {
  name: string;
  type: string;
  mode?: "NULLABLE" | "REQUIRED" | "REPEATED";
}

export interface QueryOptions {
  /** The same id is the same job: asked again, the answer of the first time holds. */
  jobId?: string;
  labels?: Readonly<Record<string, string>>;
  /** BigQuery refuses the job when it would read more. */
  maximumBytesBilled?: bigint;
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
  /** `<prefix>_<name>`, the name of a dataset. */
  dataset(name: string): string;
  /** Runs a statement to its end. Answers the rows it changed. @throws BigQueryError */
  run(sql: string, options?: QueryOptions): Promise<number>;
  /** All rows of a query, every value as BigQuery writes it: text, null, or a list of text. @throws BigQueryError */
  rows(sql: string, options?: QueryOptions): AsyncGenerator<Record<string, string | null | string[]>>;
  /** What a query would read, and the columns it would answer, without running it. @throws BigQueryError when it is no query */
  dryRun(sql: string): Promise<{ bytes: bigint }>;
  /** Loads newline-delimited JSON into `<dataset>.<table>`. A job of this id that succeeded is not run again. @throws BigQueryError */
  load(dataset: string, table: string, source: () => Readable, options: LoadOptions): Promise<{ rows: number; repeated: boolean }>;
  makeDataset(name: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** Names of the tables and views of a dataset; empty where there is no such dataset. */
  tables(name: string): Promise<string[]>;
}

const POLL_MS = [20, 50, 100, 250, 500, 1_000];
const PAGE_ROWS = 20_000;

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
  async function job(configuration: Record<string, unknown>, jobId: string | undefined): Promise<{ id: string; metadata: JobMetadata; repeated: boolean }> {
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
      const metadata = await settled(started.id ?? "");
      if (!metadata.status.errorResult) return { id: started.id ?? "", metadata, repeated };
      if (!repeated || attempt >= 20) throw new BigQueryError(metadata.status.errorResult.reason ?? "failed", metadata.status.errorResult.message ?? "the job failed");
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
    return { labels: labelsOf(options.labels), query: { query: sql, useLegacySql: false, ...(cap === undefined ? {} : { maximumBytesBilled: String(cap) }) }, ...extra };
  };

  return {
    connection,
    dataset: (name) => `${datasetPrefix}_${name}`,
    async run(sql, options = {}) {
      const { metadata } = await job(queryConfiguration(sql, options), options.jobId);
      return Number(metadata.statistics?.query?.numDmlAffectedRows ?? 0);
    },
    async *rows(sql, options = {}) {
      const { id } = await job(queryConfiguration(sql, options), options.jobId);
      let pageToken: string | undefined;
      do {
        const page = (await request(`/queries/${id}`, { location, maxResults: PAGE_ROWS, ...(pageToken ? { pageToken } : {}) })) as QueryPage;
        const fields = page.schema?.fields ?? [];
        for (const row of page.rows ?? []) yield Object.fromEntries(fields.map(({ name }, index) => [name, cellOf(row.f[index]?.v)]));
        pageToken = page.pageToken;
      } while (pageToken);
    },
    async dryRun(sql) {
      const [, metadata] = (await service.createJob({ location, configuration: queryConfiguration(sql, {}, { dryRun: true }) } as never).catch((error: unknown) => { throw toError(error); })) as unknown as [unknown, JobMetadata];
      return { bytes: BigInt(metadata.statistics?.totalBytesProcessed ?? 0) };
    },
    async load(dataset, table, source, { jobId, replace, schema, clusterBy, labels }) {
      for (let attempt = 0; ; attempt += 1) {
        const id = attempt === 0 ? jobId : `${jobId}_retry${attempt}`;
        let repeated = false;
        try {
          const target = service.dataset(dataset, { projectId: project }).table(table).createWriteStream({
            jobId: id, sourceFormat: "NEWLINE_DELIMITED_JSON", writeDisposition: replace ? "WRITE_TRUNCATE" : "WRITE_APPEND", createDisposition: "CREATE_IF_NEEDED",
            schema: { fields: schema as { name: string; type: string; mode?: string }[] }, ...(clusterBy?.length ? { clustering: { fields: [...clusterBy] } } : {}), labels: labelsOf(labels),
          } as never);
          const failed = new Promise<never>((_, reject) => target.once("error", reject));
          const accepted = new Promise<void>((done) => target.once("complete", () => done()).once("job", () => done()));
          await Promise.race([Promise.all([pipeline(source(), target), accepted]), failed]);
        } catch (error) {
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

  function request(uri: string, qs: Record<string, unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => service.request({ uri, qs } as never, ((error: Error | null, body: unknown) => (error ? reject(toError(error)) : resolve(body))) as never));
  }
}

interface JobMetadata {
  status: { state: string; errorResult?: { reason?: string; message?: string }; errors?: { message?: string }[] };
  statistics?: { totalBytesProcessed?: string; query?: { numDmlAffectedRows?: string }; load?: { outputRows?: string } };
}
interface QueryPage {
  schema?: { fields?: { name: string }[] };
  rows?: { f: { v: unknown }[] }[];
  pageToken?: string;
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

function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown }).code;
  return typeof code === "number" ? code : typeof code === "string" && /^\d+$/.test(code) ? Number(code) : undefined;
}

function toError(error: unknown): BigQueryError {
  if (error instanceof BigQueryError) return error;
  const { errors, message } = error as { errors?: { reason?: string; message?: string }[]; message?: string };
  return new BigQueryError(errors?.[0]?.reason ?? `http ${codeOf(error) ?? "error"}`, errors?.[0]?.message ?? message ?? "BigQuery could not be reached", { cause: error });
}
