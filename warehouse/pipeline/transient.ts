import { isConnectionError, sqlState } from "#platform/db/errors.ts";
import { ToolError } from "../tools/exec.ts";
import { BuildRejected } from "./types.ts";

/** Serialization, deadlock, too many connections, the server is stopping or starting. */
const PASSING_STATES = new Set(["40001", "40P01", "53300", "57P01", "57P02", "57P03"]);
/** As psycopg says it, which reaches us as dbt's or Great Expectations' text alone. */
const PASSING_WORDS = /server closed the connection|could not connect|connection refused|connection to server|terminating connection|connection already closed|SSL SYSCALL|deadlock detected|could not serialize|too many clients/i;
/** BigQuery's own words for what may go better a moment later. */
const PASSING_REASONS = new Set(["backendError", "internalError", "rateLimitExceeded", "jobRateLimitExceeded", "tableUnavailable", "jobBackendError", "jobInternalError", "http 429", "http 500", "http 502", "http 503", "http 504"]);
/** A program that is not installed will not be there a moment later. */
const LASTING_WORDS = /is not there|cannot be started/;

/** True for what another try may mend: a database was away, a worker process died. What was rejected, or is wrong, stays so. */
export function isTransient(error: unknown): boolean {
  if (error instanceof BuildRejected || !(error instanceof Error)) return false;
  if (error instanceof ToolError) return !LASTING_WORDS.test(error.message);
  if (error.name === "BigQueryError") return PASSING_REASONS.has((error as Error & { reason?: string }).reason ?? "") || isConnectionError(error.cause);
  const state = sqlState(error);
  if (state !== undefined && PASSING_STATES.has(state)) return true;
  return error.name === "DatabaseUnavailable" || isConnectionError(error) || isConnectionError(error.cause) || PASSING_WORDS.test(error.message);
}

/** The connection that holds the pipeline's lock is gone, and the lock with it: whoever goes on has to take it again. */
export class LockLost extends Error {
  override readonly name = "LockLost";
  constructor(cause: unknown) {
    super("the connection that held the pipeline's lock was lost", { cause });
  }
}
