import type { BuildAsset } from "../asset.ts";
import { keepPublishedAuditViews, makeAuditViews } from "../auditViews.ts";
import { runChecks } from "../runChecks.ts";

export const checkRawAsset: BuildAsset = {
  name: "check raw",
  what: "checks raw as of the cut",
  stage: "build",
  after: ["cut"],
  async run(context) {
    const { deps, cut } = context;
    await makeAuditViews(deps.warehouse, { slot: cut.slot, pos: BigInt(cut.pos), since: BigInt(cut.checkedPos) });
    if (cut.publishedSlot) await keepPublishedAuditViews(deps.warehouse, cut.publishedSlot);
    return runChecks(context, ["raw"]);
  },
};
