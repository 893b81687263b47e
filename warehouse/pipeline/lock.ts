import { setTimeout as sleep } from "node:timers/promises";
import type { Tx } from "#platform/db/database.ts";
import { isConnectionError } from "#platform/db/errors.ts";
import { PIPELINE_LOCK_KEY } from "../publish/slots.ts";
import { LockLost } from "./transient.ts";
import { PipelineBusy, type PipelineDeps } from "./types.ts";

/** Holds the pipeline's lock while `work` runs. @throws PipelineBusy */
export async function withPipelineLock<T>(deps: Pick<PipelineDeps, "warehouse">, work: (session: Tx) => Promise<T>): Promise<T> {
  return deps.warehouse.session(async (session) => {
    const { rows } = await session.raw<{ held: boolean }>("select pg_try_advisory_lock($1) as held", [PIPELINE_LOCK_KEY]);
    if (rows[0]?.held !== true) throw new PipelineBusy();
    try {
      return await work(session);
    } finally {
      // Also lets go of a slot. A connection that broke has lost its locks already.
      await session.raw("select pg_advisory_unlock_all()").catch(() => undefined);
    }
  });
}

/** Does what loses its lock again, with a lock of its own: the ledger says where to go on. */
export async function againWhenLockLost<T>(deps: Pick<PipelineDeps, "log">, delaysMs: readonly number[], signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  let lost: LockLost | undefined;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof LockLost) lost = error;
      // The server is still coming up, or has not noticed yet that our old connection is gone.
      const isOver = !(error instanceof LockLost) && !(lost && (error instanceof PipelineBusy || isConnectionError(error) || (error as Error).name === "DatabaseUnavailable"));
      const delay = delaysMs[attempt];
      if (isOver) throw error;
      if (delay === undefined) throw lost?.cause ?? error;
      deps.log.warn({ attempt: attempt + 1, error: (error as Error).cause ?? error }, "the warehouse went away during a run; it is continued");
      await sleep(delay, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
  }
}
