import { newBatch, type BuildAsset } from "../asset.ts";
import { runChecks } from "../runChecks.ts";

export const checkPredictionsAsset: BuildAsset = {
  name: "check predictions",
  what: "checks the predictions",
  stage: "build",
  after: ["cut", "score"],
  async run(context) {
    if (newBatch(context) === null) return { skipped: true, message: "there are no new predictions" };
    return runChecks(context, ["predictions"]);
  },
};
