import type { Database } from "#platform/db/database.ts";
import type { Clock } from "#platform/clock.ts";
import type { Log } from "#platform/log.ts";
import type { EraseAgain } from "./eraseAgain.ts";
import type { Slot } from "../publish/slots.ts";
import type { Changes } from "../tools/affectedNodes.ts";
import type { DaySource } from "../quality/daySource.ts";
import type { CarriedChecks, ExpectationsReport } from "../tools/expectations.ts";

/** The tools a pipeline works with. Each is a function of the same name's room; tests give their own. */
export interface PipelineDeps {
  /** Logs in as martgraph_builder; a run holds one connection for its locks beside those it works on. */
  warehouse: Database;
  capture: CaptureTool;
  dbt: DbtTool;
  expectations: ExpectationsTool;
  models: ModelsTool;
  /** Told whom the warehouse knows as erased and the shop no longer does; where not given, nobody is told. */
  eraseAgain?: EraseAgain;
  /** Where dbt builds when that is not the warehouse's own database; where not given, it is. */
  engine?: EngineTool;
  /** Takes files in beside the shop's changes; where not given, none are. */
  files?: FilesTool;
  /** Exports what is published; where not given, nothing is. */
  lake?: LakeTool;
  log: Log;
  /** Wall time: the ledger and the seconds of a step. */
  clock: Clock;
}

export interface CaptureTool {
  /** Applies what the shop had committed when it was called. Answers the rows written, by raw table. */
  catchUp(): Promise<{ rowsByTable: Readonly<Record<string, number>>; snapshot: boolean }>;
  /** Reads past the log that holds no change of the shop, and applies nothing. Answers bytes. */
  passIdle(): Promise<bigint>;
}

export interface FilesTool {
  /** Takes what is new. Undefined when there is no source of files. The caller holds the pipeline's lock and has let capture catch up. */
  takeIn(signal: AbortSignal): Promise<{ rows: number; message: string } | undefined>;
}

export interface LakeTool {
  /** Exports the published build, where a run of this trigger is to. Undefined where it is not. */
  export(trigger: string, signal: AbortSignal): Promise<{ rows: number; message: string } | undefined>;
}

export interface DbtTool {
  /** Of everything that shapes the tables: another hash means that they are built from nothing. */
  codeHash(): Promise<string>;
  /** `onNode` hears of every node that is over. `isCopy` makes views and seeds as well, `isGroundwork` nothing else; `changes` leaves out what they cannot have changed, `hasRestPassed` lets tests look at no more than that. */
  build(request: { slot: Slot; fullRefresh: boolean; isCopy?: boolean; isGroundwork?: boolean; changes?: Changes | undefined; hasRestPassed?: boolean; signal: AbortSignal; onNode?: (node: { node: string; status: string; seconds: number }) => void }): Promise<DbtOutcome>;
}

export type DbtOutcome =
  | { ok: true; rows: number; models: number; tests: number; nodes?: readonly { kind: string; relation: string | null }[] }
  /** TESTS: the data broke a test or a contract. ERROR: a model could not be built. `reason` names the nodes. */
  | { ok: false; kind: "TESTS" | "ERROR"; reason: string };

export interface ExpectationsTool {
  /** Of the suites and what runs them. */
  codeHash(): Promise<string>;
  /** Runs the suites of the areas. `values` is what `$name` stands for in them; null where there is none. `carry` tells which checks need no question. */
  run(request: { areas: readonly string[]; values: Readonly<Record<string, string | null>>; carry?: CarriedChecks | undefined; signal: AbortSignal }): Promise<ExpectationsReport>;
}

/** Another engine that holds the marts. The warehouse's own database keeps the ledger and the pointer, and what is read by key. */
export interface EngineTool {
  /** As a person knows it. */
  readonly name: string;
  /** The days of a build's marts, for comparing them. */
  days(slot: Slot, buildId: string): DaySource;
  /** Copies what is read by key, or learnt from, into the warehouse's own slot. */
  mirror(request: { slot: Slot; buildId: string; signal: AbortSignal; tell: (note: string, rows?: number) => void }): Promise<{ tables: number; rows: number }>;
  /** Shows a build to the engine's own readers, in place of the one they see. Showing what is shown changes nothing. */
  show(build: { buildId: string; slot: Slot; committedAt: Date }): Promise<{ views: number }>;
}

export interface ModelsRequest {
  slot: Slot;
  buildId: string;
  businessAsOf: Date;
  signal: AbortSignal;
}

export interface ModelsTool {
  /** The models that have no champion to serve them. */
  missingChampions(): Promise<readonly string[]>;
  /** Trains all models from the slot's features. `rows` of training data; `summary` for a person. */
  train(request: ModelsRequest): Promise<{ rows: number; summary: string }>;
  /** Writes a batch of predictions. `changedOnly` takes over the published batch for whom nothing changed; `heldBefore` is the build on which this one is an increment. */
  score(request: ModelsRequest & { changedOnly: boolean; heldBefore?: string | undefined }): Promise<{ batchId: string | null; rows: number; summary: string }>;
}

export type Trigger = "start" | "schedule" | "nightly" | "manual" | "request" | "backfill";
/** OPEN: one asset was asked for and is done; the run goes on with the next call. */
export type RunState = "SUCCEEDED" | "REJECTED" | "FAILED" | "NOTHING_TO_DO" | "OPEN";

export interface RunRequest {
  trigger: Trigger;
  /** auto: when a model has no champion. */
  train?: "auto" | "force" | "never";
  /** Builds even though nothing changed. */
  force?: boolean;
  /** Makes this asset alone, in the run that is open. */
  only?: string;
  /** Makes this asset and all behind it anew, in the run that is open; without one in a new build of raw as it stands. */
  from?: string;
  onProgress?: (event: ProgressEvent) => void;
  /** Hears the run's id as soon as it has one; waited for. */
  onOpened?: (runId: string) => Promise<void>;
  signal?: AbortSignal;
}

/** One step that is over. */
export interface ProgressEvent {
  step: string;
  what: string;
  rows: number | null;
  seconds: number;
  verdict: "done" | "skipped" | "red" | "failed" | "tried again" | "nothing to do";
}

export interface RunResult {
  runId: string;
  state: RunState;
  /** Why it was rejected, failed or not needed; null when it succeeded. */
  reason: string | null;
  buildId: string | null;
  /** True when a run that had been interrupted was continued. */
  resumed: boolean;
  /** What went wrong without keeping the build from being published. */
  warnings: readonly string[];
  seconds: number;
}

/** The data itself is at fault: the published build stands. */
export class BuildRejected extends Error {
  override readonly name = "BuildRejected";
  /** What was found, as the asset's output would have it. */
  readonly output: Record<string, unknown>;
  constructor(message: string, output: Record<string, unknown> = {}) {
    super(message);
    this.output = output;
  }
}

/** An asset was asked for that there is not, or whose turn it is not. `message` says what to ask for instead. */
export class AssetRefused extends Error {
  override readonly name = "AssetRefused";
}

/** Another run holds the pipeline's lock. */
export class PipelineBusy extends Error {
  override readonly name = "PipelineBusy";
  constructor() {
    super("a pipeline run is under way on this warehouse: wait for it to end");
  }
}
