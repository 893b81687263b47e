import { query } from "#platform/db/query.ts";
import type { FollowAsset } from "../asset.ts";

const triggerOfRun = query({
  name: "pipeline.triggerOfRun",
  text: "select trigger from ops.pipeline_run where run_id = $1",
  params: ["uuid"],
  row: { trigger: "text" },
  budget: { access: "index", maxRows: 1 },
});

/** Behind the publish: what stands in the lake is what readers see. */
export const lakeAsset: FollowAsset = {
  name: "lake",
  what: "exports the published build as Parquet files",
  stage: "after publish",
  after: ["publish"],
  optional: true,
  async run({ deps, runId, signal }) {
    if (!deps.lake) return { skipped: true, message: "there is no lake" };
    const { trigger } = await deps.warehouse.one(triggerOfRun, [runId]);
    return (await deps.lake.export(trigger, signal)) ?? { skipped: true, message: "not asked for with this run" };
  },
};
