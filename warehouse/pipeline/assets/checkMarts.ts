import type { BuildAsset } from "../asset.ts";
import { runChecks } from "../runChecks.ts";

export const checkMartsAsset: BuildAsset = {
  name: "check marts",
  what: "checks marts and features",
  stage: "build",
  after: ["cut", "dbt"],
  run: (context) => runChecks(context, ["marts", "features"]),
};
