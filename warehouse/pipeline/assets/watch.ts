import { daysInPostgres } from "../../quality/daySource.ts";
import { watchBuild } from "../../quality/watch.ts";
import type { BuildAsset } from "../asset.ts";
import { storeChecks } from "../ledger.ts";
import { verdictOf } from "../runChecks.ts";

export const watchAsset: BuildAsset = {
  name: "watch",
  what: "compares the days with those before",
  stage: "build",
  after: ["cut", "dbt"],
  beside: true,
  async run({ deps, cut }) {
    const { report, anomalies, days } = await deps.warehouse.tx((tx) => watchBuild(tx, { buildId: cut.buildId, days: deps.engine?.days(cut.slot, cut.buildId) ?? daysInPostgres(tx, `marts_${cut.slot}`), businessAsOf: new Date(cut.businessAsOf) }));
    await storeChecks(deps.warehouse, cut.buildId, report);
    const told = verdictOf(report, '. If the shop really was so: martgraph quality accept --reason "...", then martgraph pipeline run');
    return { rows: days, output: { anomalies: anomalies.length }, message: `${days} days of ${report.suites.length} tables${told.warnings > 0 ? `, ${told.warnings} with a warning` : ""}` };
  },
};
