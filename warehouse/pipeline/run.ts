import { createHash } from "node:crypto";
import type { Tx } from "#platform/db/database.ts";
import { PIPELINE_LOCK_KEY, slotLockKey, type Slot } from "../publish/slots.ts";
import { readPointer, setBuildState } from "../publish/statements.ts";
import type { Asset, AssetOutcome, CutOutput } from "./asset.ts";
import { ASSETS, CUT } from "./assets/assets.ts";
import { beginAsset, closeRun, endAsset, linkBuild, listAssets, openRun, readRunning } from "./ledger.ts";
import { decide, gatherFacts, type Plan, type PlanFacts } from "./plan.ts";
import { beginSlot, giveUpBuild, insertBuild, readSlot, spoilSlot } from "./state.ts";
import { BuildRejected, PipelineBusy, type PipelineDeps, type ProgressEvent, type RunRequest, type RunResult, type RunState } from "./types.ts";

const SLOT_WAIT = "60s";
const NEVER = new AbortController().signal;

/**
 * Runs the pipeline once: catches up with the shop, and when something changed, builds, checks and publishes it.
 * A run that was interrupted is continued behind what it had finished. One run at a time per warehouse.
 * @throws PipelineBusy when another run holds the lock; the signal's reason when it was aborted (the run stays open and is continued by the next).
 */
export async function runPipeline(deps: PipelineDeps, request: RunRequest, assets: readonly Asset[] = ASSETS): Promise<RunResult> {
  return withPipelineLock(deps, (session) => new Runner(deps, request, session, assets).run());
}

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

type Open = { runId: string; cut: CutOutput; done: Map<string, Record<string, unknown>>; resumed: boolean };

class Runner {
  readonly #deps: PipelineDeps;
  readonly #request: RunRequest;
  readonly #session: Tx;
  readonly #assets: readonly Asset[];
  readonly #signal: AbortSignal;
  readonly #started: number;
  readonly #warnings: string[] = [];

  constructor(deps: PipelineDeps, request: RunRequest, session: Tx, assets: readonly Asset[]) {
    this.#deps = deps;
    this.#request = request;
    this.#session = session;
    this.#assets = assets;
    this.#signal = request.signal ?? NEVER;
    this.#started = deps.clock.now().getTime();
  }

  async run(): Promise<RunResult> {
    this.#signal.throwIfAborted();
    const interrupted = await this.#findInterrupted();
    if (interrupted) return this.#finish(interrupted);
    const runId = await openRun(this.#deps.warehouse, this.#request.trigger, this.#deps.clock.now());
    try {
      const opened = await this.#open(runId);
      if (opened.plan.build) return await this.#finish({ runId, cut: opened.cut as CutOutput, done: new Map(), resumed: false });
      this.#progress({ step: "plan", what: opened.plan.why, rows: null, seconds: 0, verdict: "nothing to do" });
      return await this.#close({ runId, resumed: false, buildId: null }, "NOTHING_TO_DO", opened.plan.why);
    } catch (error) {
      if (error instanceof RunOver) throw error.cause;
      return await this.#fail({ runId, resumed: false, buildId: null }, error);
    }
  }

  /** The assets before the decision: catches up, reads the cut once, and gives the slot to a new build. */
  async #open(runId: string): Promise<{ plan: Plan; cut: CutOutput | null }> {
    const { warehouse } = this.#deps;
    const caughtUpAt = this.#deps.clock.now();
    for (const asset of this.#assets) {
      if (asset.stage === "before cut") await this.#step(runId, asset, {}, () => asset.run({ deps: this.#deps, runId, signal: this.#signal }));
    }
    const codeHash = await codeHashOf(this.#deps);
    const facts = await gatherFacts(warehouse, codeHash, caughtUpAt);
    const plan = decide(facts, this.#request);
    if (!plan.build) return { plan, cut: null };
    let cut: CutOutput | null = null;
    await this.#step(runId, { ...CUT, what: `${CUT.what}: ${plan.why}` }, {}, async () => {
      await this.#holdSlot(plan.slot);
      cut = await this.#beginBuild(runId, plan, facts.published);
      return { output: { ...cut }, message: `slot ${plan.slot}, business time ${cut.businessAsOf}` };
    });
    return { plan, cut };
  }

  async #beginBuild(runId: string, plan: Plan & { build: true }, published: PlanFacts["published"]): Promise<CutOutput> {
    const { slot, cut, codeHash, fullRefresh, cloneFrom, why } = plan;
    const buildId = await this.#deps.warehouse.tx(async (tx) => {
      const { build_id } = await tx.one(insertBuild, [runId, slot, cut.pos, cut.committedAt, cut.businessAsOf, this.#deps.clock.now()]);
      await tx.execute(beginSlot, [slot, cut.pos, cut.committedAt, cut.businessAsOf, build_id, fullRefresh]);
      await linkBuild(tx, runId, build_id);
      return build_id;
    });
    return {
      buildId, slot, pos: String(cut.pos), committedAt: cut.committedAt.toISOString(), businessAsOf: cut.businessAsOf.toISOString(),
      codeHash, fullRefresh, cloneFrom, checkedPos: String(fullRefresh && !cloneFrom ? 0n : (published?.cutPos ?? 0n)), publishedSlot: published?.slot ?? null, publishedBatchId: published?.predictionBatchId ?? null, train: this.#request.train ?? "auto", why,
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

  async #finish(open: Open): Promise<RunResult> {
    const { runId, cut, done, resumed } = open;
    const ids = { runId, resumed, buildId: cut.buildId };
    try {
      for (const asset of this.#assets) {
        if (asset.stage === "before cut" || done.has(asset.name)) continue;
        // Readers that follow the moved pointer must not meet our own lock on the slot.
        if (asset.name === "publish") await this.#session.raw("select pg_advisory_unlock($1)", [slotLockKey(cut.slot)]);
        const inputs = Object.fromEntries(asset.after.map((name) => [name, name === "cut" ? { buildId: cut.buildId, pos: cut.pos } : (done.get(name) ?? {})]));
        const output = await this.#step(runId, asset, inputs, () => asset.run({ deps: this.#deps, runId, cut, outputs: done, signal: this.#signal }));
        done.set(asset.name, output);
      }
      return await this.#close(ids, "SUCCEEDED", null);
    } catch (error) {
      if (error instanceof RunOver) throw error.cause;
      // What was rejected before dbt began has left no trace in the slot's tables.
      if (error instanceof BuildRejected && done.has("check raw")) await this.#deps.warehouse.execute(spoilSlot, [cut.slot]);
      return await this.#fail(ids, error, cut);
    }
  }

  /** One asset with its ledger row and its progress line. Answers its output. */
  async #step(runId: string, asset: Pick<Asset, "name" | "what" | "after" | "optional"> & { stage?: Asset["stage"] }, inputs: object, work: () => Promise<AssetOutcome>): Promise<Record<string, unknown>> {
    const { warehouse, clock, log } = this.#deps;
    this.#signal.throwIfAborted();
    await beginAsset(warehouse, runId, asset.name, inputs, clock.now());
    const started = performance.now();
    const seconds = () => Math.round(performance.now() - started) / 1000;
    try {
      const { rows = null, output = {}, message = null, skipped } = await work();
      const end = { rows, seconds: seconds(), message };
      await endAsset(warehouse, runId, asset.name, { ...end, state: skipped ? "SKIPPED" : "DONE", output });
      this.#progress({ step: asset.name, what: message ?? asset.what, rows, seconds: end.seconds, verdict: skipped ? "skipped" : "done" });
      log.info({ runId, asset: asset.name, rows, seconds: end.seconds }, skipped ? "asset skipped" : "asset done");
      return output;
    } catch (error) {
      // Stopped from outside: the ledger keeps the asset as running, and the next run begins with it.
      if (this.#signal.aborted) throw new RunOver(this.#signal.reason ?? error);
      const message = (error as Error).message;
      await endAsset(warehouse, runId, asset.name, { state: "FAILED", seconds: seconds(), message });
      this.#progress({ step: asset.name, what: message, rows: null, seconds: seconds(), verdict: error instanceof BuildRejected ? "red" : "failed" });
      // What comes after the publish cannot take it back.
      if (asset.stage !== "after publish" && (!asset.optional || error instanceof BuildRejected)) throw error;
      log.warn({ runId, asset: asset.name, error }, "an asset failed that stops nothing");
      this.#warnings.push(`${asset.name}: ${message}`);
      return {};
    }
  }

  /** The run a killed process left open, when it can still be continued; others are closed as failed. */
  async #findInterrupted(): Promise<Open | undefined> {
    const { warehouse, clock } = this.#deps;
    let found: Open | undefined;
    for (const row of await warehouse.many(readRunning, [])) {
      const records = await listAssets(warehouse, row.run_id);
      const cut = records.find((record) => record.asset === "cut" && record.state === "DONE")?.output as CutOutput | undefined;
      const obstacle = found ? "a later run is continued" : cut ? await this.#obstacle(cut, records.some((record) => record.asset === "publish" && record.state === "DONE")) : "it had not begun to build";
      if (obstacle === undefined && cut) {
        const done = new Map(records.filter((record) => record.state === "DONE" || record.state === "SKIPPED").map((record) => [record.asset, record.output]));
        found = { runId: row.run_id, cut, done, resumed: true };
        this.#progress({ step: "resume", what: `continues the run of ${row.started_at.toISOString()} behind ${[...done.keys()].at(-1)}`, rows: null, seconds: 0, verdict: "done" });
      } else {
        if (row.build_id) await warehouse.execute(giveUpBuild, [row.build_id, "interrupted"]);
        await closeRun(warehouse, row.run_id, "FAILED", `interrupted; not continued: ${obstacle}`, row.build_id, clock.now());
      }
    }
    if (found && !found.done.has("publish")) await this.#holdSlot(found.cut.slot);
    return found;
  }

  async #obstacle(cut: CutOutput, isPublished: boolean): Promise<string | undefined> {
    const { warehouse } = this.#deps;
    const slot = await warehouse.one(readSlot, [cut.slot]);
    if (slot.build_id !== cut.buildId || String(slot.cut_pos) !== cut.pos) return "its slot holds another build";
    if ((await codeHashOf(this.#deps)) !== cut.codeHash) return "the models changed since";
    const pointer = await warehouse.maybeOne(readPointer, []);
    if (pointer?.slot === cut.slot && pointer.build_id !== cut.buildId) return "its slot is published";
    if (isPublished && pointer?.build_id !== cut.buildId) return "its build was taken back";
    return undefined;
  }

  async #fail(ids: { runId: string; buildId: string | null; resumed: boolean }, error: unknown, cut?: CutOutput): Promise<RunResult> {
    if (this.#signal.aborted) throw this.#signal.reason;
    const { warehouse, log } = this.#deps;
    const state = error instanceof BuildRejected ? "REJECTED" : "FAILED";
    const reason = (error as Error).message;
    if (cut) await warehouse.execute(setBuildState, [cut.buildId, state, reason]);
    log.error({ runId: ids.runId, buildId: ids.buildId, error }, state === "REJECTED" ? "the build was rejected" : "the run failed");
    return this.#close(ids, state, reason);
  }

  async #close(ids: { runId: string; buildId: string | null; resumed: boolean }, state: RunState, reason: string | null): Promise<RunResult> {
    const { warehouse, clock } = this.#deps;
    const now = clock.now();
    await closeRun(warehouse, ids.runId, state, reason ?? (this.#warnings.length > 0 ? this.#warnings.join("; ") : null), ids.buildId, now);
    return { ...ids, state, reason, warnings: this.#warnings, seconds: (now.getTime() - this.#started) / 1000 };
  }

  #progress(event: ProgressEvent): void {
    this.#request.onProgress?.(event);
  }
}

/** Of all that decides what a build holds and whether it passes: another one means that everything is built and checked anew. */
export async function codeHashOf({ dbt, expectations }: PipelineDeps): Promise<string> {
  return createHash("sha256").update(`${await dbt.codeHash()} ${await expectations.codeHash()}`).digest("hex");
}

/** Carries the reason of an abort past the places that would book it as a failure. */
class RunOver extends Error {
  constructor(cause: unknown) {
    super("stopped", { cause });
  }
}
