import type { Database } from "#platform/db/database.ts";
import { MODEL_NAMES } from "#platform/scoring/loadModel.ts";
import { findChampion } from "#warehouse/registry/registry.ts";

export interface ChampionSummary {
  model: string;
  version: number | null;
  reason: string;
  /** One line for a person. */
  summary: string;
}

/** Which version of each model serves, and why. */
export async function readChampions(warehouse: Database): Promise<ChampionSummary[]> {
  return Promise.all(
    MODEL_NAMES.map(async (model) => {
      const champion = await findChampion(warehouse, model);
      if (!champion) return { model, version: null, reason: "no version has earned its place yet", summary: `${model}: no champion; answers are fallbacks` };
      return { model, version: Number(champion.version), reason: champion.reason, summary: `${model}@${champion.version}: ${champion.reason}` };
    }),
  );
}
