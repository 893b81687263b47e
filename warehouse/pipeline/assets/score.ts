import { setPredictionBatch } from "../../publish/statements.ts";
import { modelsRequest, type BuildAsset } from "../asset.ts";

export const scoreAsset: BuildAsset = {
  name: "score",
  what: "writes predictions",
  stage: "build",
  after: ["cut", "dbt", "train"],
  beside: true,
  optional: true,
  async run(context) {
    const { deps, cut, outputs } = context;
    // New models, new tables or a new day change everybody's predictions; a minute's orders only their customers'.
    const changedOnly = outputs.get("train")?.["trained"] !== true && (!cut.fullRefresh || cut.cloneFrom !== null);
    // The sets of changes stand in this database where the marts are made in it.
    const heldBefore = cut.changes && !deps.engine ? cut.checkedWith : undefined;
    const { batchId, rows, summary } = await deps.models.score({ ...modelsRequest(context), changedOnly, heldBefore });
    if (batchId === null) return { skipped: true, message: summary };
    await deps.warehouse.execute(setPredictionBatch, [cut.buildId, batchId]);
    return { rows, output: { batchId }, message: summary };
  },
};
