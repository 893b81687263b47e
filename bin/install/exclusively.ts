import { setTimeout as sleep } from "node:timers/promises";
import { Database } from "#platform/db/database.ts";
import { createCapture } from "#warehouse/load/capture.ts";
import type { Capture } from "#warehouse/load/captureTypes.ts";
import { withPipelineLock } from "#warehouse/pipeline/lock.ts";
import { PipelineBusy } from "#warehouse/pipeline/types.ts";
import type { Progress } from "../cli/progress.ts";
import type { Installation } from "./installation.ts";
import { SLOT_NAME } from "./pipeline.ts";

const LOOK_AGAIN_MS = 500;

/**
 * Does something to raw while no run of the pipeline is under way, behind the shop's last change: waits for the run, and lets capture catch up first.
 * @param behind false: capture need not have caught up, or cannot
 */
export async function exclusively<T>({ databases, lifecycle, log }: Installation, progress: Progress, work: (capture: Capture) => Promise<T>, { behind = true } = {}): Promise<T> {
  const warehouse = Database.open(databases.as("martgraph_builder", { max: 2, applicationName: "martgraph files" }), { onError: (error) => log.warn({ error }, "idle connection lost") });
  const capture = createCapture({ source: databases.as("martgraph_capture"), sink: databases.as("martgraph_loader"), slotName: SLOT_NAME, log });
  try {
    for (let told = false; ; told = true) {
      try {
        return await withPipelineLock({ warehouse }, async () => {
          if (behind) await capture.catchUp();
          return work(capture);
        });
      } catch (error) {
        if (!(error instanceof PipelineBusy)) throw error;
        if (!told) progress.note("  Waiting for the run that is under way ...");
        await sleep(LOOK_AGAIN_MS, undefined, { signal: lifecycle.signal });
      }
    }
  } finally {
    await capture.close();
    await warehouse.close();
  }
}
