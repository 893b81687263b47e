import { LRUCache } from "lru-cache";
import type { Database } from "#platform/db/database.ts";
import { type AudienceKind, SCHEMA_OF } from "./audience.ts";
import type { SqlCell, SqlColumn, SqlEngine, SqlEstimate, SqlParameter, SqlRun, SqlWork } from "./engine.ts";
import { examine, type Examined, type Sight } from "./examine.ts";
import { loadParser } from "./parseStatement.ts";
import { redact } from "./redact.ts";
import { SqlRefused } from "./refusal.ts";
import { refusalOf } from "./serverErrors.ts";
import { typeName } from "./typeNames.ts";
import { vendorProof } from "./vendorProof.ts";

export interface PostgresEngineParts {
  /** A small pool per audience, logged in with its role. */
  readonly logins: Readonly<Record<AudienceKind, Database>>;
  /** Signs for which vendors a transaction speaks. */
  vendorKey(): Promise<Buffer>;
  /** Ends the work of an attempt on the server, by whatever session it runs in. */
  cancel(attemptId: string): Promise<boolean>;
}

type Client = Parameters<Parameters<Database["session"]>[0]>[1];
interface Answer { rows: SqlCell[][]; fields: readonly { name: string; dataTypeID: number }[] }

const FIRST_BATCH = 500;
const BATCH_BYTES = 1_000_000;
/** A batch that is larger than this came of values that nobody reads; the session is dropped before they fill the memory. */
const MAX_BATCH_BYTES = 32_000_000;
/** Between the end of a statement's time and the end of its proof. */
const PROOF_GRACE_MS = 30_000;
const EXPLAIN = "explain (format json) ";
const DECLARE = "declare answer no scroll cursor without hold for ";
const CURSOR_END = "\n";

/** Nothing that a session was told before holds for the next statement. All of it ends with the transaction. */
const SETTINGS = `select set_config('application_name', $1, true), set_config('search_path', $2, true), set_config('statement_timeout', $3, true), set_config('martgraph.vendors', $4, true),
  set_config('lock_timeout', '2s', true), set_config('work_mem', '32MB', true), set_config('hash_mem_multiplier', '1', true), set_config('cursor_tuple_fraction', '1', true),
  set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true), set_config('intervalstyle', 'postgres', true), set_config('standard_conforming_strings', 'on', true),
  set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)`;

/** Runs statements on the views of the audience, each in a read-only transaction of its own that holds nothing when it ends. Closing it closes its logins. */
export function createPostgresEngine(parts: PostgresEngineParts): SqlEngine {
  /** What was examined, by what its asker saw. */
  const known = new WeakMap<Sight, LRUCache<string, Examined>>();
  let key: Promise<Buffer> | undefined;
  const vendorKey = () => (key ??= parts.vendorKey().catch((error: unknown) => { key = undefined; throw error; }));

  /** Lends a session with a transaction that speaks for the audience; whatever comes of it, the transaction is rolled back. */
  async function inTransaction<T>(work: SqlWork, use: (session: Session) => Promise<T>): Promise<T> {
    const { audience, signal } = work;
    if (signal.aborted) throw new SqlRefused("CANCELLED", "The statement was cancelled.");
    const proofKey = audience.kind === "VENDOR" ? await vendorKey() : undefined;
    return parts.logins[audience.kind].session(async (_reader, client) => {
      const session = new Session(client);
      const stop = () => void parts.cancel(work.attemptId).catch(() => {});
      signal.addEventListener("abort", stop, { once: true });
      try {
        await session.ask("begin isolation level read committed read only");
        const proof = proofKey ? vendorProof(proofKey, { vendorIds: audience.vendorIds, pid: session.pid, validUntil: Date.now() + work.timeoutMs + PROOF_GRACE_MS }) : "";
        await session.ask(SETTINGS, [`martgraph sql ${work.attemptId}`, SCHEMA_OF[audience.kind], String(work.timeoutMs), proof], "sql.settings");
        return await use(session);
      } catch (error) {
        throw refusalOf(error, { before: session.before, offset: work.statement.offset }, { cancelled: signal.aborted, timeoutMs: work.timeoutMs });
      } finally {
        signal.removeEventListener("abort", stop);
        await session.ask("rollback").catch(() => {});
      }
    });
  }

  return {
    async examine(sql, _audience, sight) {
      const seen = known.get(sight) ?? new LRUCache<string, Examined>({ max: 300 });
      known.set(sight, seen);
      let examined = seen.get(sql);
      if (!examined) {
        await loadParser();
        examined = examine(sql, sight);
        seen.set(sql, examined);
      }
      return examined;
    },
    estimate: (work) => inTransaction(work, (session) => estimate(session, work)),
    run: (run) => inTransaction(run, (session) => (run.statement.kind === "EXPLAIN" ? explain(session, run) : stream(session, run))),
    cancel: (attemptId) => parts.cancel(attemptId),
    redact,
    async close() {
      await Promise.all(Object.values(parts.logins).map((db) => db.close()));
    },
  };
}

async function estimate(session: Session, { statement, parameters }: SqlWork): Promise<SqlEstimate> {
  if (statement.kind === "EXPLAIN") return { measure: "PLAN_COST", amount: 0, rows: null };
  const { rows } = await session.put(EXPLAIN, statement.text, parameters);
  const [plan] = JSON.parse(rows[0]?.[0] ?? "[]") as { Plan: { "Total Cost": number; "Plan Rows": number } }[];
  if (!plan) throw new Error("the server explained nothing");
  return { measure: "PLAN_COST", amount: plan.Plan["Total Cost"], rows: plan.Plan["Plan Rows"] };
}

async function explain(session: Session, run: SqlRun): Promise<void> {
  await run.admit({ measure: "PLAN_COST", amount: 0, rows: null });
  const { rows, fields } = await session.put("", run.statement.text, run.parameters);
  await run.opened(fields.map(({ name }) => ({ name, type: "text" })));
  await run.rows(rows);
}

async function stream(session: Session, run: SqlRun): Promise<void> {
  await run.admit(await estimate(session, run));
  const deadline = performance.now() + run.timeoutMs;
  await session.put(DECLARE, run.statement.text, run.parameters);
  let columns: readonly SqlColumn[] | undefined;
  for (let size = FIRST_BATCH; ;) {
    const { rows, fields, bytes } = await session.fetch(size);
    if (!columns) await run.opened((columns = fields.map(({ name, dataTypeID }) => ({ name, type: typeName(dataTypeID) }))));
    if (!(await run.rows(rows)) || rows.length < size) return;
    if (run.signal.aborted) throw new SqlRefused("CANCELLED", "The statement was cancelled.");
    if (performance.now() > deadline) throw new SqlRefused("TIMED_OUT", `The statement took longer than ${run.timeoutMs / 1000} seconds: ask for fewer rows at once.`);
    size = Math.max(1, Math.min(size * 2, Math.floor((BATCH_BYTES * rows.length) / Math.max(1, bytes))));
  }
}

const asText = { getTypeParser: () => (value: unknown) => value };

/** One session of the server, lent for one transaction. */
class Session {
  readonly #client: Client;
  readonly #socket: { bytesRead: number; on(event: "data", listener: () => void): void; off(event: "data", listener: () => void): void; destroy(): void } | undefined;
  /** What stands before the statement in what was sent last. */
  before = 0;

  constructor(client: Client) {
    this.#client = client;
    this.#socket = (client as unknown as { connection?: { stream?: never } }).connection?.stream;
  }

  get pid(): number {
    const { processID } = this.#client as unknown as { processID?: number | null };
    if (typeof processID !== "number") throw new Error("the driver does not tell the session's process");
    return processID;
  }

  /** Always by the extended protocol, which takes one statement and no more. */
  async ask(text: string, values: readonly unknown[] = [], name?: string): Promise<Answer> {
    const config = { text, values, rowMode: "array", types: asText, queryMode: "extended", ...(name ? { name } : {}) };
    return this.#client.query(config as never) as unknown as Promise<Answer>;
  }

  /** The examined statement behind words of ours. */
  async put(words: string, text: string, parameters: readonly SqlParameter[]): Promise<Answer> {
    this.before = words.length;
    return this.ask(`${words}${text}${CURSOR_END}`, parameters.map(bindable));
  }

  /** @throws SqlRefused when the batch outgrows the memory it may take; the session is lost then. */
  async fetch(size: number): Promise<Answer & { bytes: number }> {
    const socket = this.#socket;
    const start = socket?.bytesRead ?? 0;
    let burst = false;
    const watch = () => {
      if (socket && socket.bytesRead - start > MAX_BATCH_BYTES && !burst) {
        burst = true;
        socket.destroy();
      }
    };
    socket?.on("data", watch);
    try {
      const answer = await this.ask(`fetch forward ${size} from answer`);
      return { ...answer, bytes: (socket?.bytesRead ?? 0) - start };
    } catch (error) {
      if (burst) throw new SqlRefused("TOO_LARGE", "A row of the answer is larger than anybody reads: take fewer or shorter columns.");
      throw error;
    } finally {
      socket?.off("data", watch);
    }
  }
}

/** Numbers and yes and no go as text, whose type the server finds from where they stand. */
function bindable(value: SqlParameter): unknown {
  if (typeof value === "object" && value !== null) return value.map((one) => (one === null ? null : String(one)));
  return value === null ? null : String(value);
}
