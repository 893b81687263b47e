import { isIdempotencyKey } from "#kit/idempotency.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { AnalyticsContext } from "../context.ts";
import { findRequest, requestRun } from "../queries/ledger.ts";

export type PipelineRunRequestRefusal = { code: "INVALID_IDEMPOTENCY_KEY" } | { code: "IDEMPOTENCY_CONFLICT" } | { code: "PIPELINE_QUEUE_FULL" };

export interface RunRequested {
  readonly id: string;
  readonly state: string;
  readonly requestedAt: Date;
  readonly runId: string | null;
  readonly reason: string | null;
}

/** Leaves a request for the process that keeps the schedule, once per key and person. */
export async function pipelineRunRequest(
  { reader, viewer }: AnalyticsContext,
  input: { idempotencyKey: string; train: "auto" | "force" | "never"; force: boolean },
): Promise<Result<RunRequested, PipelineRunRequestRefusal>> {
  const { idempotencyKey, train, force } = input;
  if (!isIdempotencyKey(idempotencyKey)) return err({ code: "INVALID_IDEMPOTENCY_KEY" });
  const by = viewer.userId as string; // guests hold no permission
  const left = await reader.ledger.maybeOne(requestRun, [by, idempotencyKey, train, force]);
  // Two calls at the same moment: the one that came second may not see yet what the first has left.
  const row = left ?? (await reader.ledger.maybeOne(findRequest, [by, idempotencyKey]));
  if (!row) return err({ code: "PIPELINE_QUEUE_FULL" });
  if (row.train !== train || row.force !== force) return err({ code: "IDEMPOTENCY_CONFLICT" });
  return ok({ id: row.request_id, state: row.state, requestedAt: row.requested_at, runId: row.run_id, reason: row.reason });
}
