import { daysInPostgres } from "../../quality/daySource.ts";
import { watchBuild } from "../../quality/watch.ts";
import type { BuildAsset, CutOutput } from "../asset.ts";
import { storeChecks } from "../ledger.ts";
import { verdictOf } from "../runChecks.ts";
import type { PipelineDeps } from "../types.ts";

export const watchAsset: BuildAsset = {
  name: "watch",
  what: "compares the days with those before",
  stage: "build",
  after: ["cut", "dbt"],
  beside: true,
  async run({ deps, cut }) {
    const changedFrom = await ordersChangedFrom(deps, cut);
    const { report, anomalies, days } = await deps.warehouse.tx((tx) => watchBuild(tx, { buildId: cut.buildId, days: deps.engine?.days(cut.slot, cut.buildId) ?? daysInPostgres(tx, `marts_${cut.slot}`), businessAsOf: new Date(cut.businessAsOf), ...(changedFrom ? { ordersChangedFrom: changedFrom } : {}) }));
    await storeChecks(deps.warehouse, cut.buildId, report);
    const told = verdictOf(report, '. If the shop really was so: martgraph quality accept --reason "...", then martgraph pipeline run');
    return { rows: days, output: { anomalies: anomalies.length }, message: `${days} days of ${report.suites.length} tables${told.warnings > 0 ? `, ${told.warnings} with a warning` : ""}` };
  },
};

/** The first day on which an order lies or lay that changed since the slot's last build; undefined where more than changes was made or checked. */
async function ordersChangedFrom({ warehouse, engine }: PipelineDeps, { slot, changes, checkedWith, businessAsOf }: CutOutput): Promise<string | undefined> {
  if (!changes || !checkedWith || engine) return undefined;
  const { rows } = await warehouse.raw<{ day: string | null }>(`select min(day)::text as day from intermediate_${slot}.int_changed_orders where entity = 'ORDER'`);
  return rows[0]?.day ?? businessAsOf.slice(0, 10);
}
