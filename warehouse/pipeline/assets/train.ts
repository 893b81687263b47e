import { modelsRequest, type BuildAsset, type CutOutput } from "../asset.ts";
import type { PipelineDeps } from "../types.ts";

export const trainAsset: BuildAsset = {
  name: "train",
  what: "trains the models",
  stage: "build",
  after: ["cut", "dbt"],
  // What is learnt serves: a model learns only of tables that were found good, and those who have nothing to learn hold nobody up.
  beside: async ({ deps, cut }) => !(await toTrain(deps, cut)),
  optional: true,
  async run(context) {
    const { deps, cut } = context;
    if (!(await toTrain(deps, cut))) return { skipped: true, message: "every model has its champion" };
    const { rows, summary } = await deps.models.train(modelsRequest(context));
    return { rows, output: { trained: true }, message: summary };
  },
};

async function toTrain(deps: PipelineDeps, cut: CutOutput): Promise<boolean> {
  return cut.train === "force" || (cut.train === "auto" && (await deps.models.missingChampions()).length > 0);
}
