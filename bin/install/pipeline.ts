import { setTimeout as sleep } from "node:timers/promises";
import { wallClock } from "#platform/clock.ts";
import { lineageSettings, scheduleSettings } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { readCaptureHealth } from "#warehouse/load/captureHealth.ts";
import { createCapture } from "#warehouse/load/capture.ts";
import { eraseAgainIn } from "#warehouse/pipeline/eraseAgain.ts";
import { openLineage } from "#warehouse/lineage/openLineage.ts";
import { createPipeline, type Pipeline, type PipelineOptions } from "#warehouse/pipeline/pipeline.ts";
import { schedulePipeline } from "#warehouse/pipeline/schedule.ts";
import { PipelineBusy, type RunRequest, type RunResult } from "#warehouse/pipeline/types.ts";
import { createModelsTool } from "#warehouse/scoring/modelsTool.ts";
import type { Progress } from "../cli/progress.ts";
import { engineOf } from "./engine.ts";
import { filesOf, lakeOf } from "./files.ts";
import type { Installation } from "./installation.ts";
import { readChampions, type ChampionSummary } from "./models.ts";

/** The pipeline with this installation's tools. */
export interface InstalledPipeline extends Pipeline {
  /** Which models serve, and how well they did. */
  champions(): Promise<ChampionSummary[]>;
  /** Loads dbt and Great Expectations in the background while something else takes its time. */
  warm(): void;
  /** Makes the other slot ready in the background, so that the first order is published as fast as later ones. */
  prepareNext(): void;
  /** Builds every so many minutes, trains each night; stops with the installation. */
  schedule(everyMinutes: number): Promise<void>;
}

/** One per warehouse; every command of an installation reads the same slot. */
export const SLOT_NAME = "martgraph_warehouse";

/** Opens capture, the Python worker and the builder's pool; all are closed with the installation. Nothing starts before it is asked. */
export async function openPipeline(installation: Installation): Promise<InstalledPipeline> {
  const { databases, lifecycle, log } = installation;
  const builder = databases.as("martgraph_builder", { max: 6, applicationName: "martgraph pipeline" });
  const warehouse = Database.open(builder, { onError: (error) => log.warn({ error }, "idle connection lost") });
  lifecycle.onClose("builder", () => warehouse.close());
  const capture = createCapture({ source: databases.as("martgraph_capture"), sink: databases.as("martgraph_loader"), slotName: SLOT_NAME, log });
  lifecycle.onClose("capture", () => capture.close());
  // Opens nothing before somebody has to be erased again.
  const shop = Database.open(databases.as("martgraph_users", { max: 1, applicationName: "martgraph pipeline" }), { onError: (error) => log.warn({ error }, "idle connection lost") });
  lifecycle.onClose("eraser", () => shop.close());
  const { workers, ...engine } = engineOf(installation, warehouse, builder);
  const pipeline = createPipeline({
    warehouse,
    capture,
    ...engine,
    models: createModelsTool({ warehouse }),
    eraseAgain: eraseAgainIn(shop),
    files: filesOf(installation),
    lake: lakeOf(installation, warehouse),
    log,
    clock: wallClock,
  }, lineage(installation));
  const unimportant = (what: string) => (error: unknown) => {
    if (!lifecycle.signal.aborted) log.info({ error }, `${what} did not work; the next run does it itself`);
  };
  return {
    ...pipeline,
    status: async () => ({ ...(await pipeline.status()), capture: await readCaptureHealth(shop, warehouse).catch(() => undefined) }),
    champions: () => readChampions(warehouse),
    warm() {
      void workers.dbt.call("ping", { warm: ["dbt"] }).catch(unimportant("loading dbt ahead"));
      void workers.checks.call("ping", { warm: ["expectations"] }).catch(unimportant("loading Great Expectations ahead"));
    },
    async schedule(everyMinutes) {
      const schedule = await schedulePipeline({ pipeline, warehouse, connection: builder, everyMinutes, jobs: scheduleSettings(), log, signal: lifecycle.signal });
      lifecycle.onClose("schedule", () => schedule.close());
    },
    prepareNext: () => void pipeline.prime().catch(unimportant("preparing the other slot ahead")),
  };
}

/** A person who asks for a run waits for the one under way, which may have begun before their order. */
const WAIT_MS = 15 * 60_000;
const LOOK_AGAIN_MS = 500;

async function whenFree(run: () => Promise<RunResult>, progress: Progress, signal: AbortSignal): Promise<RunResult> {
  const until = performance.now() + WAIT_MS;
  for (let told = false; ; told = true) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof PipelineBusy) || performance.now() > until) throw error;
      if (!told) progress.note("  Waiting for the run that is under way ...");
      await sleep(LOOK_AGAIN_MS, undefined, { signal });
    }
  }
}

/** Runs the pipeline and shows each asset as a step. A build that was refused is a result, not an error. */
export async function runPipelineStep(pipeline: Pipeline, request: Omit<RunRequest, "onProgress" | "signal">, progress: Progress, signal: AbortSignal): Promise<RunResult> {
  const result = await whenFree(() => pipeline.run({
    ...request,
    signal,
    onProgress: ({ step, what, rows, seconds, verdict }) =>
      progress.finished(`Pipeline: ${step}`, { note: what, ...(rows === null ? {} : { rows }), seconds, verdict: verdict === "done" ? "done" : verdict === "skipped" || verdict === "nothing to do" ? "skipped" : "refused" }),
  }), progress, signal);
  const said = result.state === "SUCCEEDED" ? `build ${result.buildId ?? ""} is published` : `${result.state.toLowerCase().replaceAll("_", " ")}${result.reason ? `: ${result.reason}` : ""}`;
  progress.finished("Pipeline", { note: said, seconds: result.seconds, verdict: result.state === "SUCCEEDED" ? "done" : result.state === "NOTHING_TO_DO" ? "skipped" : "refused" });
  for (const warning of result.warnings) progress.note(`    note: ${warning}`);
  return result;
}

/** Where runs are told by the OpenLineage standard, if they are. */
function lineage({ databases: { shop, warehouse }, log }: Installation): PipelineOptions {
  const settings = lineageSettings();
  if (!settings.url && !settings.file) return {};
  const home = ({ host, port, database }: typeof shop) => ({ namespace: `postgres://${host.startsWith("/") ? "localhost" : host}:${port}`, database });
  return { observer: openLineage({ ...settings, namespace: "martgraph", shop: home(shop), warehouse: home(warehouse), log }) };
}
