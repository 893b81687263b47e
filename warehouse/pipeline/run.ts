import { createHash } from "node:crypto";
import type { Tx } from "#platform/db/database.ts";
import { isConnectionError } from "#platform/db/errors.ts";
import { slotLockKey, type Slot } from "../publish/slots.ts";
import { setBuildState } from "../publish/statements.ts";
import type { Asset, CutOutput, IntakeAsset, StepDescription } from "./asset.ts";
import { changesSince } from "./changedTables.ts";
import { CUT } from "./cut.ts";
import { catalogueOf } from "./catalogue.ts";
import { findInterrupted, giveUp, type OpenRun } from "./interrupted.ts";
import { heldWhole } from "./carriedChecks.ts";
import { inTurn } from "./inTurn.ts";
import { closeRun, forgetAssets, linkBuild, openRun, storeCatalogue } from "./ledger.ts";
import { againWhenLockLost, withPipelineLock } from "./lock.ts";
import { nobody, type PipelineObserver } from "./observer.ts";
import { assertTurn, chosen, dependents, latestRun, lookedAt, publishedRun, type Choice } from "./partly.ts";
import { passLog } from "./passLog.ts";
import { decide, gatherFacts, type Plan, type PlanFacts } from "./plan.ts";
import { beginSlot, insertBuild, spoilSlot } from "./state.ts";
import { RunOver, runStep, type StepEnvironment } from "./step.ts";
import { LockLost } from "./transient.ts";
import { BuildRejected, type PipelineDeps, type RunRequest, type RunResult, type RunState } from "./types.ts";

const SLOT_WAIT = "60s";
const NEVER = new AbortController().signal;

export interface RunnerOptions {
  assets: readonly Asset[];
  /** Waits between the tries of what failed in passing. */
  retryDelaysMs: readonly number[];
  observer?: PipelineObserver;
}

/**
 * Runs the pipeline once: catches up with the shop, and when something changed, builds, checks and publishes it.
 * A run that was interrupted is continued behind what it had finished. One run at a time per warehouse.
 * @throws PipelineBusy when another run holds the lock; AssetRefused; the signal's reason when it was aborted (the run stays open and is continued by the next).
 */
export async function runPipeline(deps: PipelineDeps, request: RunRequest, options: RunnerOptions): Promise<RunResult> {
  const choice = chosen(options.assets, request);
  return againWhenLockLost(deps, options.retryDelaysMs, request.signal ?? NEVER, () =>
    withPipelineLock(deps, (session) => new Runner(deps, request, session, options).run(choice)));
}

type Ids = { runId: string; buildId: string | null; resumed: boolean };

class Runner {
  readonly #deps: PipelineDeps;
  readonly #request: RunRequest;
  readonly #session: Tx;
  readonly #assets: readonly Asset[];
  readonly #observer: PipelineObserver;
  readonly #started: number;
  readonly #warnings: string[] = [];
  readonly #env: StepEnvironment;

  constructor(deps: PipelineDeps, request: RunRequest, session: Tx, { assets, retryDelaysMs, observer = nobody }: RunnerOptions) {
    this.#deps = deps;
    this.#request = request;
    this.#session = session;
    this.#assets = assets;
    this.#observer = observer;
    this.#started = deps.clock.now().getTime();
    this.#env = {
      deps, retryDelaysMs, observer,
      signal: request.signal ?? NEVER,
      assertLocked: () => this.#assertLocked(),
      progress: (event) => request.onProgress?.(event),
      warn: (message) => void this.#warnings.push(message),
    };
  }

  async run(choice: Choice): Promise<RunResult> {
    this.#env.signal.throwIfAborted();
    try {
      await storeCatalogue(this.#deps.warehouse, catalogueOf(this.#assets));
      const open = await findInterrupted(this.#deps.warehouse, () => codeHashOf(this.#deps), () => this.#deps.clock.now());
      if (choice.kind === "all") return await (open ? this.#resume(open) : this.#whole(this.#intake(0)));
      if (choice.kind === "intake") return await this.#takeIn(choice.asset);
      if (choice.kind === "begin") {
        if (open) await giveUp(this.#deps.warehouse, { runId: open.runId, buildId: open.cut.buildId }, `given up: a new run was asked for with "${choice.name}"`, this.#deps.clock.now());
        return await this.#whole(this.#intake(choice.from), { onlyCut: choice.onlyCut });
      }
      return await this.#rest(choice, open);
    } catch (error) {
      if (isConnectionError(error) || isConnectionError((error as Error).cause)) await this.#assertLocked();
      throw error;
    } finally {
      await this.#observer.flush();
    }
  }

  #intake(from: number): Asset[] {
    return this.#assets.filter((asset, index) => asset.stage === "before cut" && index >= from);
  }

  /** From the shop to readers. */
  async #whole(intake: readonly Asset[], { onlyCut = false, force = this.#request.force ?? false } = {}): Promise<RunResult> {
    const runId = await openRun(this.#deps.warehouse, this.#request.trigger, this.#deps.clock.now());
    this.#observer.run({ runId, state: "START", at: this.#deps.clock.now() });
    await this.#request.onOpened?.(runId);
    try {
      const caughtUpAt = intake.some((asset) => asset.name === "capture") ? this.#deps.clock.now() : await lookedAt(this.#deps.warehouse);
      for (const asset of intake) await this.#takeInOne(runId, asset);
      const opened = await this.#decide(runId, caughtUpAt, force);
      if (opened.cut) {
        const open: OpenRun = { runId, cut: opened.cut, done: new Map(), resumed: false, startedAt: new Date(this.#started) };
        return onlyCut ? this.#leaveOpen(open, CUT.name) : await this.#finish(open);
      }
      this.#env.progress({ step: "plan", what: opened.plan.why, rows: null, seconds: 0, verdict: "nothing to do" });
      return await this.#close({ runId, resumed: false, buildId: null }, "NOTHING_TO_DO", opened.plan.why);
    } catch (error) {
      if (error instanceof RunOver) throw error.cause;
      return await this.#fail({ runId, resumed: false, buildId: null }, error);
    }
  }

  /** One asset before the cut, as a run of its own: what it took in is in raw, whoever builds next. */
  async #takeIn(asset: Asset): Promise<RunResult> {
    const ids: Ids = { runId: await openRun(this.#deps.warehouse, this.#request.trigger, this.#deps.clock.now()), buildId: null, resumed: false };
    this.#observer.run({ runId: ids.runId, state: "START", at: this.#deps.clock.now() });
    try {
      await this.#takeInOne(ids.runId, asset);
      return await this.#close(ids, "SUCCEEDED", null);
    } catch (error) {
      if (error instanceof RunOver) throw error.cause;
      return await this.#fail(ids, error);
    }
  }

  async #takeInOne(runId: string, asset: Asset): Promise<void> {
    if (asset.stage !== "before cut") return;
    await runStep(this.#env, runId, asset, {}, (tell) => asset.run({ deps: this.#deps, runId, signal: this.#env.signal, tell }));
  }

  async #resume(open: OpenRun): Promise<RunResult> {
    this.#env.progress({ step: "resume", what: `continues the run of ${open.startedAt.toISOString()} behind ${[...open.done.keys()].at(-1)}`, rows: null, seconds: 0, verdict: "done" });
    await this.#request.onOpened?.(open.runId);
    if (!open.done.has("publish")) await this.#holdSlot(open.cut.slot);
    return this.#finish(open);
  }

  /** One asset of the open run, or all from one on. */
  async #rest({ asset, only }: Extract<Choice, { kind: "rest" }>, found: OpenRun | undefined): Promise<RunResult> {
    const { warehouse } = this.#deps;
    const open = found ?? (asset.stage === "after publish" ? await publishedRun(warehouse) : undefined);
    if (!open) {
      if (!only) return this.#whole([], { force: true });
      const latest = await latestRun(warehouse);
      const ids: Ids = { runId: latest?.runId ?? "", buildId: latest?.buildId ?? null, resumed: false };
      const isBad = latest?.state === "FAILED" || latest?.state === "REJECTED";
      const reason = isBad ? `the latest run was ${latest.state.toLowerCase()}: ${latest.reason ?? "no reason was noted"}; "--only cut" begins another` : `no run is open: "--only cut" opens one when something changed`;
      this.#env.progress({ step: asset.name, what: reason, rows: null, seconds: 0, verdict: isBad ? "failed" : "nothing to do" });
      return { ...ids, state: isBad ? (latest.state as "FAILED") : "NOTHING_TO_DO", reason, warnings: [], seconds: 0 };
    }
    assertTurn(this.#assets, open, asset, only);
    const again = [...dependents(this.#assets, asset, only)];
    for (const name of again) open.done.delete(name);
    await warehouse.execute(forgetAssets, [open.runId, again]);
    if (!open.done.has("publish")) await this.#holdSlot(open.cut.slot);
    return this.#finish(open, only ? asset.name : undefined);
  }

  /** Decides, and gives the slot to a new build. */
  async #decide(runId: string, caughtUpAt: Date, force: boolean): Promise<{ plan: Plan; cut: CutOutput | null }> {
    const codeHash = await codeHashOf(this.#deps);
    const facts = await gatherFacts(this.#deps.warehouse, codeHash, caughtUpAt);
    const plan = decide(facts, { trigger: this.#request.trigger, force });
    if (!plan.build) return { plan, cut: null };
    let cut: CutOutput | null = null;
    await runStep(this.#env, runId, { ...CUT, what: `${CUT.what}: ${plan.why}` }, {}, async () => {
      await this.#holdSlot(plan.slot);
      cut = await this.#beginBuild(runId, plan, facts);
      return { output: { ...cut }, message: `slot ${plan.slot}, business time ${cut.businessAsOf}` };
    });
    return { plan, cut };
  }

  async #beginBuild(runId: string, plan: Plan & { build: true }, { published, idle: { hasBackfill } }: PlanFacts): Promise<CutOutput> {
    const { slot, cut, codeHash, fullRefresh, cloneFrom, isCopy, why } = plan;
    // Whoever asks for a build, or for days anew, means all of it.
    const isWhole = fullRefresh || isCopy || hasBackfill || this.#request.force === true;
    const changes = isWhole ? undefined : await changesSince(this.#deps.warehouse, slot, cut);
    const checkedWith = changes && (await heldWhole(this.#deps.warehouse, slot));
    const buildId = await this.#deps.warehouse.tx(async (tx) => {
      const { build_id } = await tx.one(insertBuild, [runId, slot, cut.pos, cut.committedAt, cut.businessAsOf, this.#deps.clock.now()]);
      await tx.execute(beginSlot, [slot, cut.pos, cut.committedAt, cut.businessAsOf, build_id, fullRefresh]);
      await linkBuild(tx, runId, build_id);
      return build_id;
    });
    return {
      buildId, slot, pos: String(cut.pos), committedAt: cut.committedAt.toISOString(), businessAsOf: cut.businessAsOf.toISOString(),
      codeHash, fullRefresh, cloneFrom, isCopy, ...(changes ? { changes } : {}), ...(checkedWith ? { checkedWith } : {}), checkedPos: String(fullRefresh && !cloneFrom ? 0n : (published?.cutPos ?? 0n)), publishedSlot: published?.slot ?? null, publishedBatchId: published?.predictionBatchId ?? null, train: this.#request.train ?? "auto", why,
    };
  }

  /** Waits until nobody reads the build that stands in the slot. */
  async #holdSlot(slot: Slot): Promise<void> {
    await this.#session.raw(`set lock_timeout = '${SLOT_WAIT}'`);
    try {
      await this.#session.raw("select pg_advisory_lock($1)", [slotLockKey(slot)]);
    } catch (error) {
      throw new Error(`slot ${slot} is still being read after ${SLOT_WAIT}: a reader holds its transaction open`, { cause: error });
    } finally {
      await this.#session.raw("reset lock_timeout").catch(() => undefined);
    }
  }

  /** Makes what is not done, or `only` one of it. */
  async #finish(open: OpenRun, only?: string): Promise<RunResult> {
    const { runId, cut, done, resumed } = open;
    const ids: Ids = { runId, resumed, buildId: cut.buildId };
    this.#observer.cut(runId, cut);
    const passed = passLog(this.#deps);
    try {
      await inTurn(
        this.#assets.filter((asset) => asset.stage !== "before cut" && !done.has(asset.name) && (only === undefined || asset.name === only)),
        async ({ beside }) => (typeof beside === "function" ? beside({ deps: this.#deps, cut }) : beside === true),
        async (asset) => void done.set(asset.name, await this.#make(asset as Exclude<Asset, IntakeAsset>, open)),
      );
      if (only !== undefined && this.#assets.some((asset) => asset.stage !== "before cut" && !done.has(asset.name))) return this.#leaveOpen(open, only);
      return await this.#close(ids, "SUCCEEDED", null);
    } catch (error) {
      if (error instanceof RunOver) throw error.cause;
      // What was rejected before dbt began has left no trace in the slot's tables.
      if (error instanceof BuildRejected && done.has("check raw")) await this.#deps.warehouse.execute(spoilSlot, [cut.slot]);
      if (only !== undefined && !(error instanceof BuildRejected)) return this.#failedOnly(ids, only, error);
      return await this.#fail(ids, error, cut);
    } finally {
      await passed();
    }
  }

  async #make(asset: Exclude<Asset, IntakeAsset>, { runId, cut, done }: OpenRun): Promise<Record<string, unknown>> {
    // Readers that follow the moved pointer must not meet our own lock on the slot.
    if (asset.name === "publish") await this.#session.raw("select pg_advisory_unlock($1)", [slotLockKey(cut.slot)]);
    const inputs = Object.fromEntries(asset.after.map((name) => [name, name === CUT.name ? { buildId: cut.buildId, pos: cut.pos } : (done.get(name) ?? {})]));
    return runStep(this.#env, runId, asset as StepDescription, inputs, (tell) => asset.run({ deps: this.#deps, runId, cut, outputs: done, signal: this.#env.signal, tell }));
  }

  #leaveOpen({ runId, cut, resumed }: OpenRun, name: string): RunResult {
    return { runId, buildId: cut.buildId, resumed, state: "OPEN", reason: `${name} is done; the run goes on with the asset that comes next`, warnings: this.#warnings, seconds: this.#seconds() };
  }

  /** Whoever asks for single assets tries the failed one again: the run stays open. */
  #failedOnly(ids: Ids, name: string, error: unknown): RunResult {
    this.#deps.log.error({ runId: ids.runId, asset: name, error }, "the asset failed; its run stays open");
    return { ...ids, state: "FAILED", reason: `${name}: ${(error as Error).message}`, warnings: this.#warnings, seconds: this.#seconds() };
  }

  async #fail(ids: Ids, error: unknown, cut?: CutOutput): Promise<RunResult> {
    if (this.#env.signal.aborted) throw this.#env.signal.reason;
    if (error instanceof LockLost) throw error;
    await this.#assertLocked();
    const { warehouse, log } = this.#deps;
    const state = error instanceof BuildRejected ? "REJECTED" : "FAILED";
    const reason = (error as Error).message;
    if (cut) await warehouse.execute(setBuildState, [cut.buildId, state, reason]);
    log.error({ runId: ids.runId, buildId: ids.buildId, error }, state === "REJECTED" ? "the build was rejected" : "the run failed");
    return this.#close(ids, state, reason);
  }

  async #close(ids: Ids, state: Exclude<RunState, "OPEN">, reason: string | null): Promise<RunResult> {
    const { warehouse, clock } = this.#deps;
    const now = clock.now();
    await closeRun(warehouse, ids.runId, state, reason ?? (this.#warnings.length > 0 ? this.#warnings.join("; ") : null), ids.buildId, now);
    this.#observer.run({ runId: ids.runId, state, at: now, reason });
    return { ...ids, state, reason, warnings: this.#warnings, seconds: (now.getTime() - this.#started) / 1000 };
  }

  #seconds(): number {
    return (this.#deps.clock.now().getTime() - this.#started) / 1000;
  }

  /** @throws LockLost */
  async #assertLocked(): Promise<void> {
    try {
      await this.#session.raw("select 1");
    } catch (error) {
      throw new LockLost(error);
    }
  }
}

/** Of all that decides what a build holds and whether it passes: another one means that everything is built and checked anew. */
export async function codeHashOf({ dbt, expectations }: PipelineDeps): Promise<string> {
  return createHash("sha256").update(`${await dbt.codeHash()} ${await expectations.codeHash()}`).digest("hex");
}
