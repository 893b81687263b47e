import { cloneSlot } from "../../publish/cloneSlot.ts";
import type { BuildAsset, Tell } from "../asset.ts";
import { completeSlot } from "../state.ts";
import { BuildRejected } from "../types.ts";

export const dbtAsset: BuildAsset = {
  name: "dbt",
  what: "builds marts and features",
  stage: "build",
  after: ["cut"],
  async run({ deps, cut, signal, tell }) {
    const cloned = cut.cloneFrom && !deps.engine ? await cloneSlot(deps.warehouse, cut.cloneFrom, cut.slot, cut.codeHash) : undefined;
    const isCopy = cloned !== undefined || cut.isCopy === true;
    const outcome = await deps.dbt.build({ slot: cut.slot, fullRefresh: cut.fullRefresh && !cloned, isCopy, ...(cut.changes ? { changes: cut.changes, hasRestPassed: cut.checkedWith !== undefined } : {}), signal, onNode: counting(tell) });
    if (!outcome.ok) {
      if (outcome.kind === "TESTS") throw new BuildRejected(outcome.reason);
      throw new Error(outcome.reason);
    }
    await deps.warehouse.execute(completeSlot, [cut.slot, cut.buildId, cut.codeHash]);
    const { rows, models, tests, nodes } = outcome;
    // What was not made is what it was, and need not be checked again.
    const made = cut.changes && nodes?.flatMap(({ kind, relation }) => (kind === "model" && relation ? [relation] : []));
    return { rows, output: { models, tests, ...(made ? { made } : {}) }, message: `${models} models, ${tests} tests${isCopy ? ", on a copy of the published slot" : cut.fullRefresh ? ", from nothing" : ""}` };
  },
};

/** "14 nodes, the last fct_orders" */
function counting(tell: Tell): (node: { node: string }) => void {
  let nodes = 0;
  return ({ node }) => {
    nodes += 1;
    tell(`${nodes} nodes, the last ${node.split(".")[2] ?? node}`);
  };
}
