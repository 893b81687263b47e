import { rollbackBuild } from "../publish/rollback.ts";
import type { Published } from "../publish/publishBuild.ts";
import { runPipeline, withPipelineLock } from "./run.ts";
import { readStatus, type PipelineStatus } from "./status.ts";
import type { PipelineDeps, RunRequest, RunResult } from "./types.ts";

export interface Pipeline {
  /** Catches up, and builds, checks and publishes what changed. @throws PipelineBusy; the signal's reason when aborted. */
  run(request: RunRequest): Promise<RunResult>;
  /** What is published, what the slots hold, how the latest runs went. */
  status(): Promise<PipelineStatus>;
  /** Publishes the build before the published one again. @throws RollbackRefused, PipelineBusy */
  rollback(): Promise<Published & { from: string }>;
}

export function createPipeline(deps: PipelineDeps): Pipeline {
  return {
    run: (request) => runPipeline(deps, request),
    status: () => readStatus(deps.warehouse),
    rollback: () => withPipelineLock(deps, () => rollbackBuild(deps.warehouse)),
  };
}
