import type { Database } from "#platform/db/database.ts";
import { MODEL_NAMES, type ModelName } from "#platform/scoring/loadModel.ts";
import type { ModelsRequest, ModelsTool } from "../pipeline/types.ts";
import { ModelRefused } from "#platform/scoring/modelRefused.ts";
import { findChampion, loadChampion, promote, registerVersion } from "../registry/registry.ts";
import { trainModel, type TrainStep } from "../tools/train.ts";
import { lastAttempt, recordAttempt } from "./attempts.ts";
import { scorePredictions, type Champions, type ScoredBatch } from "./scorePredictions.ts";

export interface ModelsToolOptions {
  /** Logs in as martgraph_builder; Python logs in with the same. */
  warehouse: Database;
  /** 1 where not given. */
  seed?: number;
  onTrainStep?: (model: ModelName, step: TrainStep) => void;
  python?: string;
}

/** What became of one model's training. */
export interface TrainedModel {
  model: ModelName;
  outcome: "PROMOTED" | "REFUSED" | "NOT_ENOUGH_HISTORY";
  version: bigint | null;
  served: "CANDIDATE" | "BASELINE" | null;
  message: string;
  rows: number;
  seconds: number;
}

/** The pipeline's way to the models: trains, registers, promotes, scores. */
export function createModelsTool(options: ModelsToolOptions): ModelsTool {
  const { warehouse } = options;
  const loaded: Champions = { churn: undefined, recommendations: undefined };
  /** Loading holds an artefact against its golden rows; a champion that stayed the same is not held against them each minute. */
  const load = async <N extends ModelName>(model: N): Promise<Champions[N]> => {
    const champion = await findChampion(warehouse, model);
    if (champion?.sha256 !== loaded[model]?.sha256 || champion?.version !== loaded[model]?.version) loaded[model] = (await loadChampion(warehouse, model)) as Champions[N];
    return loaded[model];
  };
  return {
    async missingChampions() {
      const missing: ModelName[] = [];
      for (const model of MODEL_NAMES) {
        if (await serves(load, model)) continue;
        // A young shop is not trained again and again within one business day: a day brings at most one more day of history.
        const last = await lastAttempt(warehouse, model);
        if (!last || last.outcome !== "NOT_ENOUGH_HISTORY" || !last.today) missing.push(model);
      }
      return missing;
    },
    async train(request) {
      const trained = await trainModels(options, request);
      return {
        rows: trained.reduce((sum, one) => sum + one.rows, 0),
        summary: trained.map((one) => `${one.model}${one.version === null ? "" : `@${one.version}`}: ${one.message}`).join(" | "),
      };
    },
    async score({ slot, businessAsOf, changedOnly, heldBefore, signal }) {
      const champions = { churn: await load("churn"), recommendations: await load("recommendations") };
      const batch = await scorePredictions({ db: warehouse, slot, asOf: businessAsOf, champions, changedOnly, heldBefore, signal });
      return { batchId: batch.batchId, rows: batch.churn + batch.recommendations + batch.similar + 1, summary: describe(batch) };
    },
  };
}

/** Trains models side by side (all where `models` is not given), registers what came out and promotes what earned it. */
export async function trainModels(options: ModelsToolOptions, request: ModelsRequest, models: readonly ModelName[] = MODEL_NAMES): Promise<TrainedModel[]> {
  const settled = await Promise.allSettled(models.map((model) => trainOne(options, request, model)));
  // A model that cannot be trained does not take away what the other has become.
  const failed = settled.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return settled.map((one) => (one as PromiseFulfilledResult<TrainedModel>).value);
}

/** An artefact that this code may no longer serve (damaged, or of an older format) is as good as none: it is trained anew. */
async function serves(load: (model: ModelName) => Promise<unknown>, model: ModelName): Promise<boolean> {
  try {
    return (await load(model)) !== undefined;
  } catch (error) {
    if (error instanceof ModelRefused) return false;
    throw error;
  }
}

async function trainOne({ warehouse, seed = 1, onTrainStep, python }: ModelsToolOptions, request: ModelsRequest, model: ModelName): Promise<TrainedModel> {
  const { slot, buildId, businessAsOf, signal } = request;
  const result = await trainModel({
    model, warehouse: warehouse.config, schema: `features_${slot}`, asOf: businessAsOf, buildId, seed, signal,
    ...(onTrainStep ? { onProgress: (step) => onTrainStep(model, step) } : {}),
    ...(python ? { python } : {}),
  });
  const { message, seconds } = result;
  if (result.outcome === "NOT_ENOUGH_HISTORY") {
    await recordAttempt(warehouse, { model, outcome: result.outcome, message, asOf: businessAsOf });
    return { model, outcome: result.outcome, version: null, served: null, message, rows: 0, seconds };
  }
  const version = await registerVersion(warehouse, model, result.files);
  const promotion = await promote(warehouse, model, version);
  const outcome = promotion.promoted ? "PROMOTED" : "REFUSED";
  await recordAttempt(warehouse, { model, outcome, message: promotion.reason, asOf: businessAsOf });
  return { model, outcome, version, served: result.served, message: promotion.reason, rows: result.rows, seconds };
}

function describe({ kind, churn, recommendations, similar, rescored }: ScoredBatch): string {
  const lists = `${churn} churn scores, ${recommendations} recommendation lists, ${similar} lists of similar products`;
  return kind === "FULL" ? lists : `${lists}; ${rescored} customers scored anew, the others taken over`;
}
