import { LRUCache } from "lru-cache";
import type { BigQueryClient, DryRun, QueryParameter } from "../engines/bigquery/client.ts";
import type { AudienceKind } from "./audience.ts";
import { cellOf, isNested, typeOf } from "./bigQueryCells.ts";
import { bigQueryRefusal } from "./bigQueryRefusal.ts";
import type { SqlEngine, SqlEstimate, SqlParameter, SqlRun, SqlWork } from "./engine.ts";
import { examineGoogleSql } from "./googleSql/examineGoogleSql.ts";
import { redactGoogleSql } from "./googleSql/scanGoogleSql.ts";
import { SqlRefused } from "./refusal.ts";

/** What the views of the audiences read. */
const BEHIND_VIEWS = ["marts_a", "marts_b", "access"];
/** A build that is published in between has a statement begun anew, under an id of its own. */
const TRIES = 3;

/** The dataset of views of an audience. Our jobs run as one account: row access policies there cannot tell vendors apart. */
export const datasetOf = (kind: AudienceKind): "marts" | "marts_masked" | undefined => (kind === "PERSONAL" ? "marts" : kind === "ANALYST" ? "marts_masked" : undefined);

/** Runs statements of GoogleSQL on the views of the audience, each as a job whose id follows from the attempt. */
export function createBigQueryEngine(client: BigQueryClient, maximumBytesBilled: bigint): SqlEngine {
  const { project, datasetPrefix, endpoint } = client.connection;
  const tries = new LRUCache<string, number>({ max: 1_000 });

  function ownDataset(kind: AudienceKind): string {
    const name = datasetOf(kind);
    if (!name) throw new SqlRefused("NOT_ALLOWED", `Vendors ask BigQuery themselves: your rows are in the dataset ${client.dataset("marts_vendor")}, where BigQuery knows who you are.`);
    return client.dataset(name);
  }

  /** The estimate of a statement that BigQuery, too, reads as a SELECT of tables that the audience may read. @throws SqlRefused */
  async function estimate({ audience, statement, parameters }: SqlWork): Promise<SqlEstimate> {
    const defaultDataset = ownDataset(audience.kind);
    const dry = await client.dryRun(statement.text, { parameters: parameters.map(parameterOf), defaultDataset });
    assertOnlyReads(dry, defaultDataset);
    return { measure: "BYTES", amount: Number(dry.bytes), rows: null };
  }

  function assertOnlyReads({ statementType, referencedTables }: DryRun, own: string): void {
    // The emulator does not say of all statements what they are; BigQuery does.
    if (statementType === undefined ? endpoint === undefined : statementType !== "SELECT") throw new SqlRefused("NOT_ALLOWED", "BigQuery reads this as something else than a SELECT.");
    const allowed = new Set([own, ...BEHIND_VIEWS.map((name) => client.dataset(name))]);
    if (referencedTables.some((table) => table.project !== project || !allowed.has(table.dataset))) throw new SqlRefused("NOT_ALLOWED", "The statement touches what you may not read.");
    // Views are moved one after the other: for some seconds a statement might see two builds at once.
    const slots = new Set(referencedTables.map(({ dataset }) => dataset).filter((dataset) => dataset === client.dataset("marts_a") || dataset === client.dataset("marts_b")));
    if (slots.size > 1) throw new SqlRefused("BUSY", "A build is being published at this moment: try again.");
  }

  const told = (work: SqlWork, isDry: boolean, late: AbortSignal) => ({
    text: work.statement.text, names: [project, `${datasetPrefix}_`], isDry, isCancelled: work.signal.aborted, isLate: late.aborted, timeoutMs: work.timeoutMs,
  });

  async function bounded<T>(work: SqlWork, use: (signal: AbortSignal, running: () => void) => Promise<T>): Promise<T> {
    if (work.signal.aborted) throw new SqlRefused("CANCELLED", "The statement was cancelled.");
    const late = AbortSignal.timeout(work.timeoutMs);
    const signal = AbortSignal.any([work.signal, late]);
    let isDry = true;
    const stopped = Promise.withResolvers<never>();
    const stop = () => stopped.reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
    stopped.promise.catch(() => {});
    try {
      return await Promise.race([use(signal, () => { isDry = false; }), stopped.promise]);
    } catch (error) {
      throw bigQueryRefusal(error, told(work, isDry, late));
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async function stream(run: SqlRun, signal: AbortSignal): Promise<void> {
    const again = (tries.get(run.attemptId) ?? 0) + 1;
    tries.set(run.attemptId, again);
    const pages = client.pages(run.statement.text, {
      jobId: jobOf(run.attemptId, again), labels: { step: "sql" }, maximumBytesBilled, parameters: run.parameters.map(parameterOf), defaultDataset: ownDataset(run.audience.kind), timeoutMs: run.timeoutMs, signal,
    });
    let isOpen = false;
    for await (const { columns, rows } of pages) {
      if (signal.aborted) return;
      if (!isOpen) {
        const nested = columns.find(isNested);
        if (nested) throw new SqlRefused("INVALID", `The column "${nested.name}" is a row of its own: name the columns that you want of it.`);
        await run.opened(columns.map((column) => ({ name: column.name, type: typeOf(column) })));
        isOpen = true;
      }
      if (!(await run.rows(rows.map((row) => row.map((value, index) => cellOf(value, columns[index] ?? { name: "", type: "STRING" })))))) return;
    }
  }

  return {
    async examine(sql, audience, sight) {
      ownDataset(audience.kind);
      return examineGoogleSql(sql, sight, datasetPrefix);
    },
    estimate: (work) => bounded(work, () => estimate(work)),
    run: (run) => bounded(run, async (signal, running) => {
      await run.admit(await estimate(run));
      if (signal.aborted) return;
      running();
      await stream(run, signal);
    }),
    async cancel(attemptId) {
      const ended = await Promise.all(Array.from({ length: TRIES }, (_, index) => client.cancel(jobOf(attemptId, index + 1))));
      return ended.includes(true);
    },
    redact: redactGoogleSql,
    async close() {
      tries.clear();
    },
  };
}

const jobOf = (attemptId: string, time: number) => `martgraph_sql_${attemptId}${time === 1 ? "" : `_${time}`}`;

/** A list has the type of what is in it; where BigQuery takes another, it is cast in the statement: `cast(@p1 as date)`. @throws SqlRefused */
function parameterOf(value: SqlParameter, index: number): QueryParameter {
  const name = `p${index + 1}`;
  const list = Array.isArray(value) ? (value as readonly (string | number | boolean | null)[]) : [value as string | number | boolean | null];
  const types = new Set(list.filter((one) => one !== null).map(typeOfValue));
  // Numbers of several kinds are decimals; binary fractions take all of them.
  const [type = "STRING"] = types.size < 2 ? types : types.has("STRING") || types.has("BOOL") ? [] : types.has("FLOAT64") ? ["FLOAT64" as const] : ["NUMERIC" as const];
  if (types.size > 1 && type === "STRING") throw new SqlRefused("BAD_PARAMETER", `The list of @${name} holds values of several kinds: give texts, numbers, or yes and no.`);
  const text = (one: string | number | boolean | null) => (one === null ? null : String(one));
  return { name, type, value: Array.isArray(value) ? list.map(text) : text(list[0] ?? null) };
}

function typeOfValue(value: string | number | boolean): QueryParameter["type"] {
  if (typeof value === "boolean") return "BOOL";
  if (typeof value === "string") return "STRING";
  return Number.isSafeInteger(value) ? "INT64" : /^-?\d{1,29}(\.\d{1,9})?$/.test(String(value)) ? "NUMERIC" : "FLOAT64";
}
