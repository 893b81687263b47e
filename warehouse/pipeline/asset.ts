import type { Slot } from "../publish/slots.ts";
import type { Changes } from "../tools/affectedNodes.ts";
import type { ModelsRequest, PipelineDeps } from "./types.ts";

/** What the asset `cut` fixes for all that come after it; kept in the ledger, so that a resumed run goes on with it. */
export interface CutOutput {
  buildId: string;
  slot: Slot;
  pos: string;
  committedAt: string;
  businessAsOf: string;
  codeHash: string;
  fullRefresh: boolean;
  /** Begin with a copy of this slot instead of from nothing. */
  cloneFrom: Slot | null;
  /** The slot is a copy that nothing was built on yet. Absent in runs that an older version began. */
  isCopy?: boolean;
  /** What an increment need look at; absent where it is everything. */
  changes?: Changes;
  /** The build that the slot held whole before, with its checks; absent where everything is checked. */
  checkedWith?: string;
  /** What raw held up to here was checked with the published build. 0 when the models or the suites changed since. */
  checkedPos: string;
  /** The slot readers see while this build is made; null before the first. */
  publishedSlot: Slot | null;
  /** The predictions they see; they stay when no new ones could be made. */
  publishedBatchId: string | null;
  train: "auto" | "force" | "never";
  why: string;
}

/** What an asset sees that runs before the cut is fixed. */
export interface IntakeContext {
  deps: PipelineDeps;
  runId: string;
  signal: AbortSignal;
  /** Tells what the asset has come to while it runs: the ledger, and so everybody who looks, shows it. */
  tell: Tell;
}

/** What an asset sees that belongs to one build. */
export interface AssetContext extends IntakeContext {
  cut: CutOutput;
  /** Outputs of the assets that are done, by name. */
  outputs: ReadonlyMap<string, Record<string, unknown>>;
}

export interface AssetOutcome {
  rows?: number;
  /** JSON; kept in the ledger, and handed to the assets behind, also those of a resumed run. */
  output?: Record<string, unknown>;
  /** For a person: what came out of it. */
  message?: string;
  skipped?: true;
}

/** A note for a person, and rows so far. */
export type Tell = (note: string, rows?: number) => void;

interface AssetDescription {
  readonly name: string;
  /** What it does, as a person reads it while it runs. */
  readonly what: string;
  /** The assets it needs done first; they stand before it in the list. */
  readonly after: readonly string[];
  /** Starts as soon as what it needs is done, beside those that stand before it in the list; without it all of those are waited for. */
  readonly beside?: true | ((context: Pick<AssetContext, "deps" | "cut">) => Promise<boolean>);
  /** Its failure is told but does not stop the run. */
  readonly optional?: true;
  /** How often it is tried when a database was away or a worker died; as often as all where not given, 1 for what tries by itself. */
  readonly attempts?: number;
}

/** Takes something into raw before the cut is fixed. Runs on every look at the shop, also when nothing is built then. */
export interface IntakeAsset extends AssetDescription {
  readonly stage: "before cut";
  run(context: IntakeContext): Promise<AssetOutcome>;
}

/** Stands between a cut and readers. Running it again with the same inputs gives the same result. */
export interface BuildAsset extends AssetDescription {
  readonly stage: "build";
  run(context: AssetContext): Promise<AssetOutcome>;
}

/** Hands on what is published already. Its failure cannot take the build back: it is told as a warning, whether optional or not. */
export interface FollowAsset extends AssetDescription {
  readonly stage: "after publish";
  run(context: AssetContext): Promise<AssetOutcome>;
}

/** One thing the pipeline makes. */
export type Asset = IntakeAsset | BuildAsset | FollowAsset;

/** What the models are asked for of this build. */
export function modelsRequest({ cut, signal }: AssetContext): ModelsRequest {
  return { slot: cut.slot, buildId: cut.buildId, businessAsOf: new Date(cut.businessAsOf), signal };
}

/** The batch of predictions this build wrote, if it wrote one. */
export function newBatch({ outputs }: AssetContext): string | null {
  return (outputs.get("score")?.["batchId"] as string | undefined) ?? null;
}

/** What a step is known by in the ledger. */
export type StepDescription = Pick<Asset, "name" | "what" | "after" | "optional" | "attempts"> & { stage?: Asset["stage"] };
