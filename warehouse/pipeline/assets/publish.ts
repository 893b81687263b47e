import { publishBuild } from "../../publish/publishBuild.ts";
import { newBatch, type BuildAsset } from "../asset.ts";

export const publishAsset: BuildAsset = {
  name: "publish",
  what: "moves the pointer",
  stage: "build",
  after: ["cut", "check raw", "check marts", "watch", "score", "check predictions"],
  async run(context) {
    const { deps, cut } = context;
    const published = await publishBuild(deps.warehouse, { buildId: cut.buildId, predictionBatchId: newBatch(context) ?? cut.publishedBatchId }, deps.engine?.show);
    return { rows: published.tables, output: { publishedAt: published.publishedAt.toISOString() }, message: `slot ${published.slot}, ${published.ms.toFixed(1)} ms` };
  },
};
