import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Pipeline } from "./pipeline.ts";
import { PipelineBusy, type RunRequest } from "./types.ts";

const takeWaiting = query({
  name: "pipeline.takeRequests",
  text: "update ops.run_request set state = 'TAKEN' where state = 'PENDING' returning request_id, train, force",
  params: [],
  row: { request_id: "uuid", train: "text", force: "bool" },
  budget: { access: "write", maxRows: 100 },
});

const putBack = query({
  name: "pipeline.putRequestsBack",
  text: "update ops.run_request set state = 'PENDING', run_id = null where state = 'TAKEN'",
  params: [],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const nameRun = query({
  name: "pipeline.nameRunOfRequests",
  text: "update ops.run_request set run_id = $2 where request_id = any($1)",
  params: ["uuid[]", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const settle = query({
  name: "pipeline.settleRequests",
  text: "update ops.run_request set state = 'OVER', reason = $2 where request_id = any($1)",
  params: ["uuid[]", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** What a process took that is no more waits again. Only of use before the one scheduler begins to take. */
export async function waitAgain(warehouse: Database): Promise<void> {
  await warehouse.execute(putBack, []);
}

/** Runs the pipeline once for all requests that wait: as much as any of them asks for. Answers how many there were. */
export async function serveRequests(warehouse: Database, pipeline: Pick<Pipeline, "run">, signal: AbortSignal): Promise<number> {
  const taken = await warehouse.many(takeWaiting, []);
  if (taken.length === 0) return 0;
  const ids = taken.map((row) => row.request_id);
  const train = (["force", "auto", "never"] as const).find((one) => taken.some((row) => row.train === one)) as NonNullable<RunRequest["train"]>;
  try {
    const { state, reason } = await pipeline.run({
      trigger: "request", train, force: taken.some((row) => row.force), signal,
      onOpened: (runId) => warehouse.execute(nameRun, [ids, runId]).then(() => undefined),
    });
    await warehouse.execute(settle, [ids, state === "SUCCEEDED" ? null : reason]);
  } catch (error) {
    // Another process is at work, or this one stops: the next look takes them again.
    if (error instanceof PipelineBusy || signal.aborted) await waitAgain(warehouse).catch(() => undefined);
    else await warehouse.execute(settle, [ids, (error as Error).message]);
    if (!(error instanceof PipelineBusy)) throw error;
  }
  return taken.length;
}
