import { modelsRequest, type BuildAsset } from "../asset.ts";

export const trainAsset: BuildAsset = {
  name: "train",
  what: "trains the models",
  stage: "build",
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
