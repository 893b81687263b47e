import type { AssetOutcome, StepDescription, Tell } from "./asset.ts";
import { beginAsset, endAsset, tellAsset } from "./ledger.ts";
import type { PipelineObserver } from "./observer.ts";
import { isTransient } from "./transient.ts";
import { BuildRejected, type PipelineDeps, type ProgressEvent } from "./types.ts";

export interface StepEnvironment {
  deps: PipelineDeps;
  signal: AbortSignal;
  /** Waits between two tries; as many tries more as there are entries. */
  retryDelaysMs: readonly number[];
  /** @throws LockLost */
  assertLocked(): Promise<void>;
  progress(event: ProgressEvent): void;
  /** Hears what went wrong without stopping the run. */
  warn(message: string): void;
  observer: PipelineObserver;
}

/** Carries the reason of an abort past the places that would book it as a failure. */
export class RunOver extends Error {
  constructor(cause: unknown) {
    super("stopped", { cause });
  }
}

const TELL_MS = 500;

/**
 * One asset with its ledger row, its tries and its progress line. Answers its output.
 * @throws RunOver when stopped from outside (the ledger keeps the step as running); LockLost; what the step threw, unless it stops nothing.
 */
export async function runStep(env: StepEnvironment, runId: string, step: StepDescription, inputs: object, work: (tell: Tell) => Promise<AssetOutcome>): Promise<Record<string, unknown>> {
  const { deps: { warehouse, clock, log }, signal, observer } = env;
  signal.throwIfAborted();
  await beginAsset(warehouse, runId, step.name, inputs, clock.now());
  observer.step({ runId, step, state: "START", at: clock.now() });
  const started = performance.now();
  const seconds = () => Math.round(performance.now() - started) / 1000;
  const told = teller(env, runId, step.name);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rows = null, output = {}, message = null, skipped } = await work(told.tell);
      await told.settle();
      const said = attempt > 1 ? `${message ?? step.what}, at try ${attempt}` : message;
      const end = { rows, seconds: seconds(), message: said };
      await endAsset(warehouse, runId, step.name, { ...end, state: skipped ? "SKIPPED" : "DONE", output });
      env.progress({ step: step.name, what: said ?? step.what, rows, seconds: end.seconds, verdict: skipped ? "skipped" : "done" });
      observer.step({ runId, step, state: "COMPLETE", at: clock.now(), rows, output, message: said });
      log.info({ runId, asset: step.name, rows, seconds: end.seconds }, skipped ? "asset skipped" : "asset done");
      return output;
    } catch (error) {
      // Stopped from outside: the ledger keeps the asset as running, and the next run begins with it.
      if (signal.aborted) throw new RunOver(signal.reason ?? error);
      await told.settle();
      await env.assertLocked();
      const message = (error as Error).message;
      const delay = attempt < (step.attempts ?? Infinity) ? env.retryDelaysMs[attempt - 1] : undefined;
      if (delay !== undefined && isTransient(error)) {
        log.warn({ runId, asset: step.name, attempt, error }, "an asset failed in passing; it is tried again");
        await tellAsset(warehouse, runId, step.name, { message: `try ${attempt} failed: ${message}`, rows: null, attempts: attempt + 1 });
        env.progress({ step: step.name, what: message, rows: null, seconds: seconds(), verdict: "tried again" });
        await pause(delay, signal);
        continue;
      }
      await endAsset(warehouse, runId, step.name, { state: "FAILED", seconds: seconds(), message });
      env.progress({ step: step.name, what: message, rows: null, seconds: seconds(), verdict: error instanceof BuildRejected ? "red" : "failed" });
      observer.step({ runId, step, state: "FAIL", at: clock.now(), message, ...(error instanceof BuildRejected ? { output: error.output } : {}) });
      // What comes after the publish cannot take it back.
      if (step.stage !== "after publish" && (!step.optional || error instanceof BuildRejected)) throw error;
      log.warn({ runId, asset: step.name, error }, "an asset failed that stops nothing");
      env.warn(`${step.name}: ${message}`);
      return {};
    }
  }
}

/** Writes at most twice a second, never two at once, and nothing once it is settled. What cannot be told is not worth a run. */
function teller({ deps: { warehouse, log } }: StepEnvironment, runId: string, name: string): { tell: Tell; settle(): Promise<void> } {
  let last = -Infinity;
  let writing = Promise.resolve();
  let busy = false;
  return {
    tell(message, rows) {
      if (busy || performance.now() - last < TELL_MS) return;
      last = performance.now();
      busy = true;
      writing = tellAsset(warehouse, runId, name, { message, rows: rows ?? null, attempts: null })
        .catch((error: unknown) => log.debug({ error }, "progress was not told"))
        .finally(() => {
          busy = false;
        });
    },
    async settle() {
      await writing;
      last = Infinity;
    },
  };
}

/** @throws RunOver when the signal comes meanwhile. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
  if (signal.aborted) throw new RunOver(signal.reason);
}
