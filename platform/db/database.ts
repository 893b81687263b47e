import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import copyStreams from "pg-copy-streams";
import { SQLSTATE, sqlState } from "./errors.ts";
import { explainUnavailable } from "./explainUnavailable.ts";
import type { ColumnType, ParamValues, RowOf, Statement } from "./query.ts";
import { BEGIN, beginWith, canBeginWith } from "./together.ts";
import { typeParsers } from "./types.ts";

/** Where a database is and who logs in. `host` is a host name or the directory of a unix socket. */
export interface DatabaseConfig {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  /** Most connections of the pool, 1..100; 8 where not given. */
  max?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  /** Upper bound of one statement in ms; none where not given. */
  statementTimeoutMs?: number;
}

type Q<P extends readonly ColumnType[], R extends Record<string, ColumnType>> = Statement<P, R>;

/** What can read: a pool or a transaction. Statements are prepared under their names. */
export interface Reader {
  /** All rows. @throws when more rows come back than the statement's budget allows. */
  many<P extends readonly ColumnType[], R extends Record<string, ColumnType>>(statement: Q<P, R>, params: ParamValues<P>): Promise<RowOf<R>[]>;
  /** The row, or undefined. @throws when more than one comes back. */
  maybeOne<P extends readonly ColumnType[], R extends Record<string, ColumnType>>(statement: Q<P, R>, params: ParamValues<P>): Promise<RowOf<R> | undefined>;
  /** The row. @throws when there is not exactly one. */
  one<P extends readonly ColumnType[], R extends Record<string, ColumnType>>(statement: Q<P, R>, params: ParamValues<P>): Promise<RowOf<R>>;
  /** Runs a data change and answers how many rows it touched. */
  execute<P extends readonly ColumnType[], R extends Record<string, ColumnType>>(statement: Q<P, R>, params: ParamValues<P>): Promise<number>;
  /** For SQL that cannot be a named statement (DDL, generated identifiers). Parameters still go as `$n`. */
  raw<Row extends Record<string, unknown> = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<{ rows: Row[]; rowCount: number }>;
}

/** One open transaction. COPY is only here, so that a half copy never commits. */
export interface Tx extends Reader {
  /** `copy <target> from stdin`: the text goes in as it is; answers the rows written. */
  copyFrom(copySql: string, source: Readable): Promise<number>;
  /** `copy (...) to stdout` into the writable. */
  copyTo(copySql: string, target: Writable): Promise<number>;
}

export interface TxOptions {
  isolation?: "read committed" | "repeatable read" | "serializable";
  readOnly?: boolean;
  /** Whole-transaction retries after a serialization failure or a deadlock; 0 where not given. */
  retries?: number;
}

/** Called after every statement with its name, rows and milliseconds: telemetry and the tests' statement counter. */
export type StatementObserver = (name: string, rows: number, ms: number) => void;

const everywhere = new Set<StatementObserver>();

/** Hears of every statement of the process from now on, transactions' own (`begin`, `commit`, `rollback`) too. For benchmarks. */
export function observeStatements(observer: StatementObserver): () => void {
  everywhere.add(observer);
  return () => void everywhere.delete(observer);
}

function tellAll(name: string, rows: number, ms: number): void {
  for (const observer of everywhere) observer(name, rows, ms);
}

class Connection implements Tx {
  readonly #client: pg.ClientBase | pg.Pool;
  readonly #observe: StatementObserver | undefined;
  constructor(client: pg.ClientBase | pg.Pool, observe: StatementObserver | undefined) {
    this.#client = client;
    this.#observe = observe;
  }

  async #run(name: string | undefined, text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
    const started = performance.now();
    const result = await this.ask({ ...(name ? { name } : {}), text, values: values as unknown[], types: typeParsers } as pg.QueryConfig);
    this.#observe?.(name ?? "raw", result.rowCount ?? 0, performance.now() - started);
    if (everywhere.size > 0) tellAll(name ?? "raw", result.rowCount ?? 0, performance.now() - started);
    return result;
  }

  async many<P extends readonly ColumnType[], R extends Record<string, ColumnType>>(statement: Q<P, R>, params: ParamValues<P>): Promise<RowOf<R>[]> {
    const { rows } = await this.#run(statement.name, statement.text, params);
    if (rows.length > statement.budget.maxRows) {
      throw new Error(`statement ${statement.name} returned ${rows.length} rows, its budget is ${statement.budget.maxRows}`);
    }
    return rows as RowOf<R>[];
  }

  async maybeOne<P extends readonly ColumnType[], R extends Record<string, ColumnType>>(statement: Q<P, R>, params: ParamValues<P>): Promise<RowOf<R> | undefined> {
    const { rows } = await this.#run(statement.name, statement.text, params);
    if (rows.length > 1) throw new Error(`statement ${statement.name} returned ${rows.length} rows where at most one is possible`);
    return rows[0] as RowOf<R> | undefined;
  }

  async one<P extends readonly ColumnType[], R extends Record<string, ColumnType>>(statement: Q<P, R>, params: ParamValues<P>): Promise<RowOf<R>> {
    const row = await this.maybeOne(statement, params);
    if (!row) throw new Error(`statement ${statement.name} returned no row where one must be`);
    return row;
  }

  async execute<P extends readonly ColumnType[], R extends Record<string, ColumnType>>(statement: Q<P, R>, params: ParamValues<P>): Promise<number> {
    return (await this.#run(statement.name, statement.text, params)).rowCount ?? 0;
  }

  async raw<Row extends Record<string, unknown>>(text: string, params: readonly unknown[] = []): Promise<{ rows: Row[]; rowCount: number }> {
    // Without parameters the simple protocol runs, which takes several statements at once (migrations need that).
    const result = params.length === 0 ? await this.#runSimple(text) : await this.#run(undefined, text, params);
    return { rows: (result.rows ?? []) as Row[], rowCount: result.rowCount ?? 0 };
  }

  /** Sends it: the one place through which statements go. */
  protected ask(config: pg.QueryConfig): Promise<pg.QueryResult> {
    return (this.#client as pg.Pool).query(config);
  }

  async #runSimple(text: string): Promise<pg.QueryResult> {
    const started = performance.now();
    const result = (await this.ask({ text, types: typeParsers } as pg.QueryConfig)) as pg.QueryResult | pg.QueryResult[];
    const last = Array.isArray(result) ? (result.at(-1) as pg.QueryResult) : result;
    this.#observe?.("raw", last.rowCount ?? 0, performance.now() - started);
    if (everywhere.size > 0) tellAll("raw", last.rowCount ?? 0, performance.now() - started);
    return last;
  }

  async copyFrom(copySql: string, source: Readable): Promise<number> {
    const target = (this.#client as pg.ClientBase).query(copyStreams.from(copySql) as never) as unknown as Writable & { rowCount: number };
    await pipeline(source, target);
    return target.rowCount;
  }

  async copyTo(copySql: string, target: Writable): Promise<number> {
    const source = (this.#client as pg.ClientBase).query(copyStreams.to(copySql) as never) as unknown as Readable & { rowCount: number };
    await pipeline(source, target);
    return source.rowCount;
  }
}

/** A transaction that begins with its first statement: both take one round trip. */
class Begun extends Connection {
  readonly #lent: pg.ClientBase;
  #begun: Promise<unknown> | undefined;
  constructor(client: pg.ClientBase, observe: StatementObserver | undefined) {
    super(client, observe);
    this.#lent = client;
  }

  /** Whether anything was sent. */
  get isOpen(): boolean {
    return this.#begun !== undefined;
  }

  protected override async ask(config: pg.QueryConfig): Promise<pg.QueryResult> {
    if (!this.#begun && config.name !== undefined && canBeginWith(this.#lent)) {
      tellAll("begin", 0, 0);
      const first = beginWith(this.#lent, config);
      this.#begun = first;
      return first;
    }
    // Nothing may run where the transaction did not begin.
    await this.begin();
    return super.ask(config);
  }

  begin(how: string | typeof BEGIN = BEGIN): Promise<unknown> {
    if (!this.#begun) {
      tellAll("begin", 0, 0);
      this.#begun = this.#lent.query(how as string);
    }
    return this.#begun;
  }

  override async copyFrom(copySql: string, source: Readable): Promise<number> {
    await this.begin();
    return super.copyFrom(copySql, source);
  }

  override async copyTo(copySql: string, target: Writable): Promise<number> {
    await this.begin();
    return super.copyTo(copySql, target);
  }
}

/** A pool of connections to one database as one role. Whoever opens it closes it. */
export class Database extends Connection {
  readonly config: DatabaseConfig;
  readonly #pool: pg.Pool;
  readonly #observe: StatementObserver | undefined;
  #closed: Promise<void> | undefined;

  private constructor(config: DatabaseConfig, pool: pg.Pool, observe: StatementObserver | undefined) {
    super(pool, observe);
    this.config = config;
    this.#pool = pool;
    this.#observe = observe;
  }

  /** Makes the pool; connects only at first use. `onError` hears of connections that died while idle. */
  static open(config: DatabaseConfig, hooks: { onError?: (error: Error) => void; observe?: StatementObserver } = {}): Database {
    const pool = new pg.Pool({
      host: config.host,
      port: config.port,
      database: config.database,
      user: config.user,
      password: config.password,
      max: config.max ?? 8,
      application_name: config.applicationName ?? "martgraph",
      connectionTimeoutMillis: 10_000,
      ...(config.statementTimeoutMs ? { statement_timeout: config.statementTimeoutMs } : {}),
    });
    // A server stop reaches idle clients as an 'error' event, which kills the process where nobody listens.
    const database = new Database(config, pool, hooks.observe);
    pool.on("error", (error) => {
      // While closing, a connection that breaks is a connection that is gone.
      if (!database.#closed) hooks.onError?.(error);
    });
    return database;
  }

  /** Runs `work` in one transaction: commits when it returns, rolls back when it throws. */
  async tx<T>(work: (tx: Tx) => Promise<T>, options: TxOptions = {}): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#attempt(work, options);
      } catch (error) {
        const state = sqlState(error);
        const again = state === SQLSTATE.serializationFailure || state === SQLSTATE.deadlockDetected;
        if (!again || attempt >= (options.retries ?? 0)) throw error;
      }
    }
  }

  async #attempt<T>(work: (tx: Tx) => Promise<T>, options: TxOptions): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    // The pool stops listening while a client is lent out; an unheard 'error' would end the process.
    const onError = (error: Error) => { broken = error; };
    client.on("error", onError);
    const tx = new Begun(client, this.#observe);
    try {
      if (options.isolation || options.readOnly) await tx.begin(`begin isolation level ${options.isolation ?? "read committed"}${options.readOnly ? " read only" : ""}`);
      const result = await work(tx);
      if (tx.isOpen) {
        await client.query("commit");
        tellAll("commit", 0, 0);
      }
      return result;
    } catch (error) {
      if (tx.isOpen) await client.query("rollback").catch((failed: Error) => { broken ??= failed; });
      throw error;
    } finally {
      client.off("error", onError);
      client.release(broken ?? false);
    }
  }

  /** Holds one connection without a transaction: advisory session locks, LISTEN, exported snapshots. */
  async session<T>(work: (session: Tx, client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error) => { broken = error; };
    client.on("error", onError);
    try {
      return await work(new Connection(client, this.#observe), client);
    } finally {
      client.off("error", onError);
      client.release(broken ?? false);
    }
  }

  /** One round trip. @throws DatabaseUnavailable with a sentence for a person when the server is away or refuses the login. */
  async ping(): Promise<void> {
    try {
      await this.#pool.query("select 1");
    } catch (error) {
      throw explainUnavailable(this.config, error);
    }
  }

  async close(): Promise<void> {
    this.#closed ??= this.#pool.end();
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
