import { cloneSlot } from "../publish/cloneSlot.ts";
import { publishBuild } from "../publish/publishBuild.ts";
import type { Slot } from "../publish/slots.ts";
import { setPredictionBatch } from "../publish/statements.ts";
import type { ExpectationsReport } from "../tools/expectations.ts";
import { makeAuditViews } from "./auditViews.ts";
import { storeChecks } from "./ledger.ts";
import { completeSlot } from "./state.ts";
import { BuildRejected, type ModelsRequest, type PipelineDeps } from "./types.ts";

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
  /** What raw held up to here was checked with the published build. 0 when the models or the suites changed since. */
  checkedPos: string;
  /** The slot readers see while this build is made; null before the first. */
  publishedSlot: Slot | null;
  /** The predictions they see; they stay when no new ones could be made. */
  publishedBatchId: string | null;
  train: "auto" | "force" | "never";
  why: string;
}

/** What a running asset can see. */
export interface AssetContext {
  deps: PipelineDeps;
  runId: string;
  cut: CutOutput;
  /** Outputs of the assets that are done, by name. */
  outputs: ReadonlyMap<string, Record<string, unknown>>;
  signal: AbortSignal;
}

export interface AssetOutcome {
  rows?: number;
  output?: Record<string, unknown>;
  /** For a person: what came out of it. */
  message?: string;
  skipped?: true;
}

/** One thing the pipeline makes. Running it again with the same inputs gives the same result. */
export interface Asset {
  readonly name: string;
  /** What it does, as a person reads it while it runs. */
  readonly what: string;
  /** The assets whose outputs it takes. */
  readonly after: readonly string[];
  /** Its failure is told but does not keep the build from being published. */
  readonly optional?: true;
  run(context: AssetContext): Promise<AssetOutcome>;
}

const checkRaw: Asset = {
  name: "check raw",
  what: "checks raw as of the cut",
  after: ["cut"],
  async run(context) {
    const { deps, cut } = context;
    await makeAuditViews(deps.warehouse, { slot: cut.slot, pos: BigInt(cut.pos), since: BigInt(cut.checkedPos) });
    return check(context, ["raw"]);
  },
};

const build: Asset = {
  name: "dbt",
  what: "builds marts and features",
  after: ["cut"],
  async run({ deps, cut, signal }) {
    const cloned = cut.cloneFrom ? await cloneSlot(deps.warehouse, cut.cloneFrom, cut.slot, cut.codeHash) : undefined;
    const outcome = await deps.dbt.build({ slot: cut.slot, fullRefresh: cut.fullRefresh && !cloned, signal });
    if (!outcome.ok) {
      if (outcome.kind === "TESTS") throw new BuildRejected(outcome.reason);
      throw new Error(outcome.reason);
    }
    await deps.warehouse.execute(completeSlot, [cut.slot, cut.buildId, cut.codeHash]);
    const { rows, models, tests } = outcome;
    return { rows, output: { models, tests }, message: `${models} models, ${tests} tests${cloned ? ", on a copy of the published slot" : cut.fullRefresh ? ", from nothing" : ""}` };
  },
};

const checkMarts: Asset = {
  name: "check marts",
  what: "checks marts and features",
  after: ["cut", "dbt"],
  run: (context) => check(context, ["marts", "features"]),
};

const train: Asset = {
  name: "train",
  what: "trains the models",
  after: ["cut", "dbt"],
  optional: true,
  async run(context) {
    const { deps, cut } = context;
    const missing = cut.train === "auto" ? await deps.models.missingChampions() : [];
    if (cut.train === "never" || (cut.train === "auto" && missing.length === 0)) return { skipped: true, message: "every model has its champion" };
    const { rows, summary } = await deps.models.train(modelsRequest(context));
    return { rows, output: { trained: true }, message: summary };
  },
};

const score: Asset = {
  name: "score",
  what: "writes predictions",
  after: ["cut", "dbt", "train"],
  optional: true,
  async run(context) {
    const { deps, cut, outputs } = context;
    // New models, new tables or a new day change everybody's predictions; a minute's orders only their customers'.
    const changedOnly = outputs.get("train")?.["trained"] !== true && (!cut.fullRefresh || cut.cloneFrom !== null);
    const { batchId, rows, summary } = await deps.models.score({ ...modelsRequest(context), changedOnly });
    if (batchId === null) return { skipped: true, message: summary };
    await deps.warehouse.execute(setPredictionBatch, [cut.buildId, batchId]);
    return { rows, output: { batchId }, message: summary };
  },
};

const checkPredictions: Asset = {
  name: "check predictions",
  what: "checks the predictions",
  after: ["cut", "score"],
  async run(context) {
    if (newBatch(context) === null) return { skipped: true, message: "there are no new predictions" };
    return check(context, ["predictions"]);
  },
};

const publish: Asset = {
  name: "publish",
  what: "moves the pointer",
  after: ["cut", "check raw", "check marts", "score", "check predictions"],
  async run(context) {
    const { deps, cut } = context;
    const published = await publishBuild(deps.warehouse, { buildId: cut.buildId, predictionBatchId: newBatch(context) ?? cut.publishedBatchId });
    return { rows: published.tables, output: { publishedAt: published.publishedAt.toISOString() }, message: `slot ${published.slot}, ${published.ms.toFixed(1)} ms` };
  },
};

/** What stands between a cut and readers, in the order it is made. `capture` and `cut` come before: they decide whether. */
export const ASSETS: readonly Asset[] = [checkRaw, build, checkMarts, train, score, checkPredictions, publish];

function modelsRequest({ cut, signal }: AssetContext): ModelsRequest {
  return { slot: cut.slot, buildId: cut.buildId, businessAsOf: new Date(cut.businessAsOf), signal };
}

function newBatch({ outputs }: AssetContext): string | null {
  return (outputs.get("score")?.["batchId"] as string | undefined) ?? null;
}

/** Runs suites, stores their verdict under the build. @throws BuildRejected when a critical check is red. */
async function check(context: AssetContext, areas: readonly string[]): Promise<AssetOutcome> {
  const { deps, cut, signal } = context;
  const report = await deps.expectations.run({ areas, values: suiteValues(context), signal });
  await storeChecks(deps.warehouse, cut.buildId, report);
  const checks = report.suites.flatMap((suite) => suite.checks);
  if (!report.success) throw new BuildRejected(whyRed(report));
  const warnings = checks.filter((one) => !one.passed).length;
  return {
    rows: checks.length,
    output: { checks: checks.length, warnings },
    message: `${checks.length} checks${warnings > 0 ? `, ${warnings} with a warning` : ""}`,
  };
}

/** What `$name` stands for in the suites. `published*` are absent before the first publish; checks that need them say so. */
function suiteValues(context: AssetContext): Record<string, string | null> {
  const { cut } = context;
  const inSlot = (layer: string, slot: Slot | null) => (slot === null ? null : `${layer}_${slot}`);
  return {
    raw: "raw",
    audit: inSlot("audit", cut.slot),
    changed: inSlot("changed", cut.slot),
    marts: inSlot("marts", cut.slot),
    features: inSlot("features", cut.slot),
    published_audit: inSlot("audit", cut.publishedSlot),
    published_marts: inSlot("marts", cut.publishedSlot),
    published_features: inSlot("features", cut.publishedSlot),
    slot: cut.slot,
    build_id: cut.buildId,
    cut_pos: cut.pos,
    checked_pos: cut.checkedPos,
    business_as_of: cut.businessAsOf,
    prediction_batch_id: newBatch(context),
  };
}

const SHOWN = 3;

function whyRed(report: ExpectationsReport): string {
  const red = report.suites.flatMap(({ suite, checks }) =>
    checks.filter((one) => !one.passed && one.severity === "CRITICAL").map((one) => `${suite}: ${one.name}${one.message ? ` (${one.message})` : ""}`),
  );
  const more = red.length > SHOWN ? ` and ${red.length - SHOWN} more` : "";
  return `${red.slice(0, SHOWN).join("; ")}${more}`;
}
