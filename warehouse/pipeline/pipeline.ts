import type { Tx } from "#platform/db/database.ts";
import { cloneSlot, copyOf } from "../publish/cloneSlot.ts";
import { rollbackBuild } from "../publish/rollback.ts";
import type { Published } from "../publish/publishBuild.ts";
import { otherSlot, slotLockKey, type Slot } from "../publish/slots.ts";
import type { Asset } from "./asset.ts";
import { ASSETS, ASSETS_OF_ENGINE } from "./assets/assets.ts";
import { cloneSource, gatherFacts } from "./plan.ts";
import { withPipelineLock } from "./lock.ts";
import { maintain } from "./maintain.ts";
import type { PipelineObserver } from "./observer.ts";
import { codeHashOf, runPipeline } from "./run.ts";
import { adoptCopy, wishBackfill } from "./state.ts";
import { readStatus, type PipelineStatus } from "./status.ts";
import type { PipelineDeps, RunRequest, RunResult } from "./types.ts";

const RETRY_DELAYS_MS = [1_000, 5_000, 15_000] as const;

export interface Pipeline {
  /** Catches up, and builds, checks and publishes what changed. @throws PipelineBusy; the signal's reason when aborted. */
  run(request: RunRequest): Promise<RunResult>;
  /** What is published, what the slots hold, how the latest runs went. */
  status(): Promise<PipelineStatus>;
  /** Publishes the build before the published one again. @throws RollbackRefused, PipelineBusy */
  rollback(): Promise<Published & { from: string }>;
  /**
   * Wishes that the rows of some business days, from the first and before the second, are made anew although raw did not change: each
   * slot does it with its next build. Wishes that wait already become one window with it. @throws PipelineBusy
   */
  backfill(window: { from: string; to: string }): Promise<void>;
  /** Forgets what of the ledger nobody needs any more. @throws PipelineBusy */
  maintain(): Promise<{ runs: number; steps: number; requests: number }>;
  /**
   * Copies the published slot into the other one where that was never built, so that the first change is published as fast as
   * later ones, and makes its views. Answers undefined when there is nothing to do. @throws PipelineBusy
   */
  prime(): Promise<{ slot: Slot; rows: number } | undefined>;
}

export interface PipelineOptions {
  /** What it makes; all there are where not given. */
  assets?: readonly Asset[];
  /** Waits between the tries of what failed in passing; 1, 5 and 15 seconds where not given. */
  retryDelaysMs?: readonly number[];
  /** Hears what it does. */
  observer?: PipelineObserver;
}

export function createPipeline(deps: PipelineDeps, { assets = deps.engine ? ASSETS_OF_ENGINE : ASSETS, retryDelaysMs = RETRY_DELAYS_MS, observer }: PipelineOptions = {}): Pipeline {
  return {
    run: (request) => runPipeline(deps, request, { assets, retryDelaysMs, ...(observer ? { observer } : {}) }),
    status: () => readStatus(deps.warehouse),
    rollback: () => withPipelineLock(deps, () => rollbackBuild(deps.warehouse, deps.engine?.show)),
    backfill: ({ from, to }) => withPipelineLock(deps, () => deps.warehouse.execute(wishBackfill, [from, to])).then(() => undefined),
    maintain: () => withPipelineLock(deps, () => maintain(deps.warehouse)),
    prime: () => withPipelineLock(deps, (session) => primeIdleSlot(deps, session)),
  };
}

async function primeIdleSlot(deps: PipelineDeps, session: Tx): Promise<{ slot: Slot; rows: number } | undefined> {
  // Another engine's tables are not copied, they are made anew.
  if (deps.engine) return undefined;
  const codeHash = await codeHashOf(deps);
  const facts = await gatherFacts(deps.warehouse, codeHash, deps.clock.now());
  const from = facts.idle.completePos === 0n ? cloneSource(facts) : null;
  if (from === null) return undefined;
  const slot = otherSlot(from);
  await session.raw("select pg_advisory_lock($1)", [slotLockKey(slot)]);
  const cloned = await cloneSlot(deps.warehouse, from, slot, codeHash);
  if (!cloned) return undefined;
  const groundwork = await deps.dbt.build({ slot, fullRefresh: false, isGroundwork: true, signal: NEVER });
  // Without it the slot stays a copy, and the next build makes its views itself.
  if (groundwork.ok) await deps.warehouse.execute(adoptCopy, [slot, codeHash, copyOf(codeHash)]);
  else deps.log.warn({ slot, reason: groundwork.reason }, "the copy's views could not be made ahead");
  return { slot, rows: cloned.rows };
}

const NEVER = new AbortController().signal;
