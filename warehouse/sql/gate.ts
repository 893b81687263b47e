import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import { type ByteBounds, createAdmission } from "./admission.ts";
import { type Attempt, beginning, ending, type Note } from "./attempt.ts";
import { type Asker, type Audience, LIMITS } from "./audience.ts";
import type { SqlCell, SqlColumn, SqlEngine, SqlEstimate, SqlParameter } from "./engine.ts";
import type { Examined } from "./examine.ts";
import { bigQueryGate, type BigQueryGateParts } from "./bigQueryGate.ts";
import { postgresGate, type PostgresGateParts } from "./postgresGate.ts";
import { type SqlRefusal, SqlRefused } from "./refusal.ts";
import { createSavedQueries, type SavedQueries } from "./savedQueries.ts";
import type { Sights, SqlTable } from "./sights.ts";
import { forgetAttempts, listAttempts, publishedBuild, runningAttempts } from "./statements.ts";

export { sizeText } from "./admission.ts";
export type { Attempt } from "./attempt.ts";
export type { Asker, Audience, AudienceKind } from "./audience.ts";
export { sqlOnBigQuery } from "./bigQueryGate.ts";
export type { SqlCell, SqlColumn, SqlParameter } from "./engine.ts";
export { csvHead, csvLines, jsonCell } from "./output/cells.ts";
export { parquetBytes } from "./output/parquet.ts";
export { placeOf, type SqlRefusal } from "./refusal.ts";
export type { SavedQueries, SavedQuery, SaveRefusal } from "./savedQueries.ts";
export type { SqlTable } from "./sights.ts";

export interface SqlQuestion {
  readonly sql: string;
  readonly parameters?: readonly SqlParameter[] | undefined;
  /** Most rows of the answer. */
  readonly limit: number;
  /** Most bytes of the answer's cells. */
  readonly maxBytes: number;
  readonly timeoutMs?: number | undefined;
  readonly signal: AbortSignal;
  /** A word of the asker's by which to cancel it from elsewhere. */
  readonly cancelKey?: string | undefined;
}

/** Takes an answer as it comes; slow ones are waited for. */
export interface SqlSink {
  columns(columns: readonly SqlColumn[]): void | Promise<void>;
  rows(rows: readonly (readonly SqlCell[])[]): void | Promise<void>;
}

export interface SqlSummary {
  readonly attemptId: string;
  readonly buildId: string;
  /** Commit time of the last change of the shop that the answer holds. */
  readonly asOf: Date;
  readonly rows: number;
  readonly bytes: number;
  /** Which bound cut the answer short. */
  readonly truncatedBy: "ROWS" | "BYTES" | null;
  readonly estimate: SqlEstimate | null;
  readonly ms: number;
  readonly tables: readonly string[];
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: SqlRefusal; readonly attemptId: string };

export interface SqlEstimated extends SqlEstimate {
  readonly maxAmount: number;
  readonly isAllowed: boolean;
  readonly tables: readonly string[];
  readonly columns: readonly string[];
}

/** The one door for SQL that people write. Every attempt is written down before it is made, also one that is refused. */
export interface SqlGate {
  ask(asker: Asker, question: SqlQuestion, sink: SqlSink): Promise<Outcome<SqlSummary>>;
  estimate(asker: Asker, question: Pick<SqlQuestion, "sql" | "parameters" | "signal">): Promise<Outcome<SqlEstimated>>;
  /** What the audience may ask, for editors and people; empty while nothing is published. */
  tables(audience: Audience): Promise<readonly SqlTable[]>;
  /** Ends the asker's own statements of that id or key; answers how many. */
  cancel(actorId: string | null, which: { attemptId: string } | { cancelKey: string }): Promise<number>;
  attempts(filter: { actorId: string | null; state: string | null; after: { startedAt: string; attemptId: string } | undefined; limit: number }): Promise<readonly Attempt[]>;
  readonly saved: SavedQueries;
  close(): Promise<void>;
}

export interface SqlGateParts {
  readonly engine: SqlEngine;
  readonly sights: Sights;
  /** Given where the engine measures in bytes. */
  readonly bytes?: ByteBounds;
  /** Logs in as martgraph_serving: the ledger of attempts, saved statements, the pointer. Not closed with the gate. */
  readonly control: Database;
  readonly log: Log;
  /** How long attempts are kept. */
  readonly keepDays?: number;
}

/** Statements under way in this process, whoever asked. */
const MAX_RUNNING = 8;
const WAIT_MS = 3_000;
/** A build that is published between finding the names and looking again is another build: the statement is begun anew. */
const BUILD_TRIES = 3;
const SWEEP_MS = 3_600_000;

/** The gate of this installation: PostgreSQL behind it, or BigQuery where that holds the marts. */
export function openSqlGate(parts: PostgresGateParts & { bigQuery?: BigQueryGateParts | undefined }): SqlGate {
  return createSqlGate({ ...(parts.bigQuery ? bigQueryGate(parts.bigQuery) : postgresGate(parts)), control: parts.control, log: parts.log });
}

export function createSqlGate({ engine, sights, bytes, control, log, keepDays = 180 }: SqlGateParts): SqlGate {
  const admission = createAdmission(control, bytes);
  const running = new Map<string, number>();
  let total = 0;
  const sweep = setInterval(() => void control.one(forgetAttempts, [keepDays]).catch((error: unknown) => log.warn({ error }, "old attempts at SQL could not be thrown away")), SWEEP_MS).unref();

  async function enter(asker: Asker, signal: AbortSignal): Promise<() => void> {
    const who = asker.actorId ?? "operator";
    const { perPerson } = LIMITS[asker.audience.kind];
    if ((running.get(who) ?? 0) >= perPerson) throw new SqlRefused("BUSY", `You have ${perPerson} statements under way: wait for one to end, or cancel one.`);
    running.set(who, (running.get(who) ?? 0) + 1);
    const leave = () => {
      const left = (running.get(who) ?? 1) - 1;
      if (left > 0) running.set(who, left);
      else running.delete(who);
    };
    for (const until = performance.now() + WAIT_MS; total >= MAX_RUNNING; await sleep(20)) {
      if (signal.aborted || performance.now() > until) {
        leave();
        throw signal.aborted ? new SqlRefused("CANCELLED", "The statement was cancelled.") : new SqlRefused("BUSY", "Too many statements are under way: try again shortly.");
      }
    }
    total += 1;
    return () => { total -= 1; leave(); };
  }

  async function examined(asker: Asker, sql: string, parameters: readonly SqlParameter[]): Promise<{ statement: Examined; buildId: string; asOf: Date }> {
    const build = await control.maybeOne(publishedBuild, []);
    if (!build) throw new SqlRefused("NOTHING_PUBLISHED", "Nothing has been published yet: the first build is under way or was refused.");
    const statement = await engine.examine(sql, asker.audience, await sights.of(asker.audience.kind, build.build_id));
    if (statement.parameters !== parameters.length) throw new SqlRefused("BAD_PARAMETER", `The statement takes ${statement.parameters} parameters, and ${parameters.length} are given.`);
    assertParameters(parameters);
    return { statement, buildId: build.build_id, asOf: build.cut_committed_at };
  }

  /** Writes down the attempt, does the work, writes down what came of it. */
  async function attempt<T>(asker: Asker, question: Pick<SqlQuestion, "sql" | "parameters" | "signal" | "cancelKey">, kind: "QUERY" | "ESTIMATE", work: (found: Awaited<ReturnType<typeof examined>>, note: Note) => Promise<T>): Promise<Outcome<T>> {
    const attemptId = uuidV7(new Date());
    const note: Note = { attemptId, started: performance.now() };
    const parameters = question.parameters ?? [];
    let found: Awaited<ReturnType<typeof examined>> | undefined;
    let refused: SqlRefused | undefined;
    try {
      found = await examined(asker, question.sql, parameters);
    } catch (error) {
      if (!(error instanceof SqlRefused)) throw error;
      refused = error;
    }
    await beginning(control, { attemptId, asker, kind: kind === "QUERY" && found?.statement.kind === "EXPLAIN" ? "EXPLAIN" : kind, kept: engine.redact(question.sql), statement: found?.statement, cancelKey: question.cancelKey });
    let outcome: Outcome<T>;
    try {
      if (refused || !found) throw refused as SqlRefused;
      const leave = await enter(asker, question.signal);
      try {
        outcome = { ok: true, value: await work(found, note) };
      } finally {
        leave();
      }
    } catch (error) {
      await ending(control, note, error);
      if (!(error instanceof SqlRefused)) throw error;
      return { ok: false, refusal: error.refusal, attemptId };
    }
    await ending(control, note, undefined);
    return outcome;
  }

  return {
    saved: createSavedQueries(control),
    tables: async (audience) => {
      const build = await control.maybeOne(publishedBuild, []);
      return build ? sights.tables(audience.kind, build.build_id) : [];
    },
    ask: (asker, question, sink) =>
      attempt(asker, question, "QUERY", async (first, note) => {
        const timeoutMs = question.timeoutMs ?? LIMITS[asker.audience.kind].timeoutMs;
        const parameters = question.parameters ?? [];
        for (let found = first, tries = 1; ; tries += 1) {
          note.buildId = found.buildId;
          const taker = new Taker(question, sink);
          try {
            await engine.run({
              attemptId: note.attemptId, audience: asker.audience, statement: found.statement, parameters, timeoutMs, signal: question.signal,
              admit: (estimate) => { note.estimate = estimate; return admission.admit(asker, note.attemptId, estimate); },
              async opened(columns) {
                // The names are found and their tables held: were they this build's?
                if ((await control.maybeOne(publishedBuild, []))?.build_id !== found.buildId) throw new Moved();
                await sink.columns(columns);
              },
              rows: (batch) => taker.take(batch),
            });
          } catch (error) {
            if (!(error instanceof Moved) && !isGone(error)) throw error;
            if (tries >= BUILD_TRIES) throw new SqlRefused("BUSY", "Builds are published faster than this statement begins: try again.");
            found = await examined(asker, question.sql, parameters);
            continue;
          }
          note.rows = taker.count;
          note.bytes = taker.bytes;
          note.truncated = taker.truncatedBy !== null;
          const ms = Math.round(performance.now() - note.started);
          return { attemptId: note.attemptId, buildId: found.buildId, asOf: found.asOf, rows: taker.count, bytes: taker.bytes, truncatedBy: taker.truncatedBy, estimate: asker.audience.kind === "VENDOR" ? null : (note.estimate ?? null), ms, tables: found.statement.tables };
        }
      }),
    estimate: (asker, question) =>
      attempt(asker, question, "ESTIMATE", async ({ statement, buildId }, note) => {
        note.buildId = buildId;
        const { timeoutMs } = LIMITS[asker.audience.kind];
        const maxCost = admission.maxOf(asker);
        const estimate = await engine.estimate({ attemptId: note.attemptId, audience: asker.audience, statement, parameters: question.parameters ?? [], timeoutMs, signal: question.signal });
        note.estimate = estimate;
        const shown = { maxAmount: maxCost, isAllowed: estimate.amount <= maxCost, tables: statement.tables, columns: statement.columns };
        // The planner guesses from all rows of a table: how many there are, and of what, is not a vendor's to know.
        return asker.audience.kind === "VENDOR" ? { measure: estimate.measure, amount: shown.isAllowed ? 0 : maxCost + 1, rows: null, ...shown } : { ...estimate, ...shown };
      }),
    async cancel(actorId, which) {
      const rows = await control.many(runningAttempts, [actorId, "attemptId" in which ? which.attemptId : null, "cancelKey" in which ? which.cancelKey : null]);
      const done = await Promise.all(rows.map(({ attempt_id: id }) => engine.cancel(id)));
      return done.filter(Boolean).length;
    },
    attempts: ({ actorId, state, after, limit }) => control.many(listAttempts, [actorId, state, after?.startedAt ?? null, after?.attemptId ?? null, limit]),
    async close() {
      clearInterval(sweep);
      await engine.close();
    },
  };
}

/** Another build was published in between. */
class Moved extends Error {}
const isGone = (error: unknown) => (error as { code?: unknown } | null)?.code === "42P01";

const MAX_PARAMETER_BYTES = 200_000;

function assertParameters(parameters: readonly SqlParameter[]): void {
  const text = JSON.stringify(parameters);
  if (Buffer.byteLength(text) > MAX_PARAMETER_BYTES) throw new SqlRefused("BAD_PARAMETER", `The parameters are longer than ${MAX_PARAMETER_BYTES} bytes together.`);
  const wrong = parameters.flat().findIndex((one) => (typeof one === "string" ? one.includes("\0") || !one.isWellFormed() : typeof one === "number" ? !Number.isFinite(one) : one !== null && typeof one !== "boolean"));
  if (wrong >= 0) throw new SqlRefused("BAD_PARAMETER", "A parameter is no text, number, yes or no, null, or list of those.");
}

/** Lets through as many rows and bytes as the question allows. */
class Taker {
  readonly #question: SqlQuestion;
  readonly #sink: SqlSink;
  count = 0;
  bytes = 0;
  truncatedBy: "ROWS" | "BYTES" | null = null;

  constructor(question: SqlQuestion, sink: SqlSink) {
    this.#question = question;
    this.#sink = sink;
  }

  async take(batch: readonly (readonly SqlCell[])[]): Promise<boolean> {
    const room = this.#question.limit - this.count;
    let shown = 0;
    for (const row of batch) {
      if (shown === room) this.truncatedBy = "ROWS";
      const size = row.reduce((sum, cell) => sum + (cell === null ? 1 : cell.length + 1), 0);
      if (this.truncatedBy === null && this.bytes + size > this.#question.maxBytes) this.truncatedBy = "BYTES";
      if (this.truncatedBy !== null) break;
      this.bytes += size;
      shown += 1;
    }
    this.count += shown;
    if (shown > 0) await this.#sink.rows(shown === batch.length ? batch : batch.slice(0, shown));
    return this.truncatedBy === null;
  }
}
