import type { CutOutput, StepDescription } from "./asset.ts";
import type { RunState } from "./types.ts";

/** A run began, goes on, or is over. */
export interface RunEvent {
  runId: string;
  state: "START" | RunState;
  at: Date;
  reason?: string | null;
}

export interface StepEvent {
  runId: string;
  step: StepDescription;
  state: "START" | "COMPLETE" | "FAIL";
  at: Date;
  rows?: number | null;
  output?: Record<string, unknown> | undefined;
  message?: string | null;
}

/** Hears what the pipeline does. Must not throw and is not waited for, except at the end of a run. */
export interface PipelineObserver {
  run(event: RunEvent): void;
  /** Before the steps of a build: what they work on. */
  cut(runId: string, cut: CutOutput): void;
  step(event: StepEvent): void;
  /** Waits, not for long, until all was passed on. */
  flush(): Promise<void>;
}

export const nobody: PipelineObserver = { run() {}, cut() {}, step() {}, flush: () => Promise.resolve() };
