import type { Audience } from "./audience.ts";
import type { Examined, Sight } from "./examine.ts";

/** A value given for `$n`: bound by the server, never put into the text. Lists become arrays. */
export type SqlParameter = string | number | boolean | null | readonly (string | number | boolean | null)[];

export interface SqlColumn {
  readonly name: string;
  /** The engine's name of the type: `numeric`, `date`. */
  readonly type: string;
}

/** A cell as the engine writes it: text, or null. */
export type SqlCell = string | null;

/** What a statement will cost, before it is run. */
export interface SqlEstimate {
  /** `PLAN_COST` in the planner's units, `BYTES` read and billed. */
  readonly measure: "PLAN_COST" | "BYTES";
  readonly amount: number;
  /** Rows of the answer as far as the engine guesses them. */
  readonly rows: number | null;
}

export interface SqlWork {
  /** Names the work for who wants to cancel it. */
  readonly attemptId: string;
  readonly audience: Audience;
  readonly statement: Examined;
  readonly parameters: readonly SqlParameter[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface SqlRun extends SqlWork {
  /** Hears the estimate before anything is run, and throws where that is too much. */
  admit(estimate: SqlEstimate): void | Promise<void>;
  /** Called once the statement's tables are held, before the first row. */
  opened(columns: readonly SqlColumn[]): Promise<void>;
  /** Rows in order, in batches. False when no more are wanted. */
  rows(batch: readonly (readonly SqlCell[])[]): Promise<boolean>;
}

/** What runs examined statements. PostgreSQL's and BigQuery's stand behind the same gate. */
export interface SqlEngine {
  /** Reads a statement in the engine's dialect and says what it touches. @throws SqlRefused */
  examine(sql: string, audience: Audience, sight: Sight): Promise<Examined>;
  /** @throws SqlRefused */
  estimate(work: SqlWork): Promise<SqlEstimate>;
  /** Answers EXPLAIN for who may see it: one column of text. @throws SqlRefused */
  run(run: SqlRun): Promise<void>;
  /** Ends the work of an attempt, whichever process began it; false where there is none. */
  cancel(attemptId: string): Promise<boolean>;
  /** The statement as the ledger keeps it: without literals, which dialects write differently. */
  redact(sql: string): string;
  close(): Promise<void>;
}
