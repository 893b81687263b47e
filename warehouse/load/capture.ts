import { randomUUID } from "node:crypto";
import { Database } from "#platform/db/database.ts";
import { isConnectionError } from "#platform/db/errors.ts";
import { ChangeStream } from "../extract/changeStream.ts";
import { CaptureError } from "../extract/captureError.ts";
import { readPublication } from "../extract/publication.ts";
import { emitBarrier, readSlotStatus, type SlotStatus } from "../extract/slot.ts";
import { applyStream } from "./applyStream.ts";
import type { Capture, CaptureOptions, CaptureReport, DriftReport } from "./captureTypes.ts";
import { TableNeedsCopy } from "./changeCollector.ts";
import { passIdle } from "./passIdle.ts";
import { prepare, type CaptureContext } from "./prepare.ts";
import { acceptProblem, compareSchemas, readStoredTables } from "./rawCatalog.ts";
import { explained, passesBy, pause, startsOver, Stopped } from "./retries.ts";
import { lockRaw, readState, type CaptureState } from "./state.ts";

const ATTEMPTS = 5;
const LINGER_MS = { catchUp: 20, run: 200 } as const;

class Loader implements Capture {
  readonly #options: CaptureOptions;
  readonly #context: CaptureContext;
  readonly #waiters = new Map<string, { resolve: () => void; reject: (error: unknown) => void }>();
  #turn: Promise<unknown> = Promise.resolve();
  #streaming = false;
  #state: CaptureState | undefined;
  #stream: ChangeStream | undefined;
  readonly #rows = new Map<string, number>();
  #transactions = 0;
  #copies = 0;
  /** Raw tables that somebody wants copied anew. */
  readonly #wanted = new Set<string>();

  constructor(options: CaptureOptions) {
    this.#options = options;
    const { log, slotName } = options;
    const hear = (which: string) => ({ onError: (error: Error) => log.warn({ error: error.message }, `an idle connection to the ${which} broke`) });
    this.#context = {
      source: Database.open({ ...options.source, max: 3, applicationName: "martgraph capture" }, hear("shop")),
      sink: Database.open({ ...options.sink, max: 2, applicationName: "martgraph capture" }, hear("warehouse")),
      sourceConfig: { ...options.source, applicationName: "martgraph capture" },
      slotName,
      publication: options.publication ?? "martgraph",
      slotPatienceMs: options.slotPatienceMs ?? 30_000,
      log,
      onCopied: (table, rows, seconds) => {
        log.info({ table, rows, seconds }, "copied");
        options.onProgress?.({ phase: "copy", table, rows, seconds });
      },
    };
  }

  async catchUp(): Promise<CaptureReport> {
    const started = performance.now();
    const before = { rows: new Map(this.#rows), transactions: this.#transactions, copies: this.#copies };
    if (!(await this.#joinRun())) await this.#exclusive(() => this.#catchUpAlone());
    const state = this.#state;
    if (!state) throw new Error("capture caught up without a state");
    const rowsByTable: Record<string, number> = {};
    for (const [table, rows] of this.#rows) {
      const fresh = rows - (before.rows.get(table) ?? 0);
      if (fresh > 0) rowsByTable[table] = fresh;
    }
    return {
      appliedPos: state.appliedPos,
      committedAt: state.appliedCommittedAt,
      rowsByTable,
      transactions: this.#transactions - before.transactions,
      seconds: (performance.now() - started) / 1000,
      snapshot: this.#copies > before.copies,
    };
  }

  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.#stream?.fail(new Stopped());
    signal.addEventListener("abort", stop);
    this.#streaming = true;
    try {
      await this.#exclusive(() => this.#runAlone(signal));
    } finally {
      signal.removeEventListener("abort", stop);
      this.#streaming = false;
      for (const waiter of this.#waiters.values()) waiter.reject(new Stopped("the stream ended"));
    }
  }

  async passIdle(): Promise<bigint> {
    return this.#streaming ? 0n : this.#exclusive(() => passIdle(this.#context));
  }

  slotStatus(): Promise<SlotStatus> {
    return readSlotStatus(this.#context.source, this.#options.slotName);
  }

  acceptDrift(): Promise<string[]> {
    const { source, sink, publication, slotName } = this.#context;
    return this.#exclusive(async () => {
      const published = await readPublication(source, publication);
      return sink.tx(async (tx) => {
        const state = await readState(tx, slotName);
        await lockRaw(tx, slotName, state);
        const { problems } = compareSchemas(published, await readStoredTables(tx));
        for (const problem of problems) await acceptProblem(tx, problem, state?.appliedPos ?? 0n);
        return problems.map(({ text }) => text);
      });
    });
  }

  async drift(): Promise<DriftReport> {
    const { source, sink, publication } = this.#context;
    const { newTables, widened, problems } = compareSchemas(await readPublication(source, publication), await readStoredTables(sink));
    const added = [...newTables.map((table) => `${table.schema}.${table.table}`), ...widened.flatMap(({ table, columns }) => columns.map(({ name }) => `${table.schema}.${table.table}.${name}`))];
    return { added, problems: problems.map(({ text }) => text) };
  }

  async resnapshot(tables: readonly string[]): Promise<CaptureReport> {
    const published = await readPublication(this.#context.source, this.#context.publication);
    const wanted = tables.map((name) => {
      const table = published.find((one) => `${one.schema}.${one.table}` === name);
      if (!table) throw new CaptureError("NOT_PUBLISHED", `the shop publishes no table "${name}": it publishes ${published.map((one) => `${one.schema}.${one.table}`).join(", ")}`);
      return table.rawTable;
    });
    for (const rawTable of wanted) this.#wanted.add(rawTable);
    this.#stream?.fail(this.#asked());
    return this.catchUp();
  }

  #asked = () => new TableNeedsCopy([...this.#wanted][0] ?? "", "somebody asked for it");

  async close(): Promise<void> {
    this.#stream?.fail(new Stopped());
    await this.#turn.catch(() => {});
    await Promise.all([this.#context.source.close(), this.#context.sink.close()]);
  }

  /** Waits for the running stream to come past now; false when there is none, or it ends before. */
  async #joinRun(): Promise<boolean> {
    if (!this.#streaming) return false;
    const id = randomUUID();
    const reached = new Promise<void>((resolve, reject) => this.#waiters.set(id, { resolve, reject }));
    reached.catch(() => {}); // heard below, or not at all when the mark could not be written
    try {
      await emitBarrier(this.#context.source, id);
      await reached;
      return true;
    } catch (error) {
      if (this.#streaming) throw error;
      return false;
    } finally {
      this.#waiters.delete(id);
    }
  }

  async #catchUpAlone(): Promise<void> {
    const id = randomUUID();
    let reached = false;
    this.#waiters.set(id, { resolve: () => { reached = true; }, reject: () => {} });
    try {
      await this.#attempts(LINGER_MS.catchUp, () => reached);
    } finally {
      this.#waiters.delete(id);
    }
  }

  async #runAlone(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      const before = this.#state?.receivedLsn;
      try {
        await this.#attempts(LINGER_MS.run, () => signal.aborted, signal);
      } catch (error) {
        if (error instanceof Stopped || (signal.aborted && isConnectionError(error))) return;
        if (!passesBy(error)) throw error;
        if (this.#state?.receivedLsn !== before) failures = 0;
        const ms = Math.min(5_000, 200 * 2 ** failures);
        this.#options.log.warn({ error: (error as Error).message, pauseMs: ms }, "the stream broke; it goes on where it ended");
        await pause(ms, signal);
      }
    }
  }

  /** A session, begun anew where a table has to be copied first or a late commit moved the state. */
  async #attempts(lingerMs: number, done: () => boolean, signal?: AbortSignal): Promise<void> {
    const recopy = new Set<string>();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#session(recopy, lingerMs, done, signal);
      } catch (error) {
        if (!startsOver(error) || attempt >= ATTEMPTS) throw explained(error, this.#options.slotName);
        if (error instanceof TableNeedsCopy) {
          if (!this.#wanted.has(error.rawTable)) recopy.add(error.rawTable);
        } else await pause(50 * 2 ** attempt, signal);
        this.#options.log.warn({ reason: (error as Error).message }, "capture starts over");
      }
    }
  }

  async #session(recopy: Set<string>, lingerMs: number, done: () => boolean, signal?: AbortSignal): Promise<void> {
    const asked = [...this.#wanted];
    const prepared = await prepare(this.#context, new Set([...recopy, ...asked]));
    recopy.clear();
    for (const rawTable of asked) this.#wanted.delete(rawTable);
    this.#state = prepared.state;
    if (prepared.copied.size > 0) this.#copies += 1;
    this.#count(prepared.copied);
    const { slotName, publication } = this.#context;
    const stream = await ChangeStream.open(prepared.connection, slotName, publication, prepared.state.receivedLsn);
    this.#stream = stream;
    try {
      if (signal?.aborted) throw new Stopped();
      if (this.#wanted.size > 0) throw this.#asked();
      for (const id of this.#waiters.keys()) await emitBarrier(this.#context.source, id);
      await applyStream({
        sink: this.#context.sink,
        stream,
        state: prepared.state,
        tables: prepared.tables,
        lingerMs,
        onApplied: ({ changes, transactions, state, barriers }) => {
          this.#state = state;
          this.#count(changes);
          this.#transactions += transactions;
          if (transactions > 0) {
            const total = [...changes.values()].reduce((sum, rows) => sum + rows, 0);
            this.#options.onProgress?.({ phase: "stream", changes: total, transactions, appliedPos: state.appliedPos });
          }
          for (const id of barriers) this.#waiters.get(id)?.resolve();
          return done();
        },
      });
    } finally {
      this.#stream = undefined;
      await stream.close();
    }
  }

  #count(rows: ReadonlyMap<string, number>): void {
    for (const [table, count] of rows) this.#rows.set(table, (this.#rows.get(table) ?? 0) + count);
  }

  async #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.catch(() => {}).then(work);
    this.#turn = turn;
    return turn;
  }
}

/** Opens nothing yet: connections come with the first call. Close it. */
export function createCapture(options: CaptureOptions): Capture {
  return new Loader(options);
}
