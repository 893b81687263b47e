import { badUserInput } from "#kit/errors.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { CatalogueDimension } from "#schema/values/metricCatalogue.ts";
import type { Answers } from "../answers.ts";
import { METRIC_MODEL } from "../domain/metric/catalogue.ts";
import { shownValue } from "../domain/metric/metricValues.ts";
import { planDimensionValues } from "../domain/metric/planDimensionValues.ts";
import { vendorScope } from "./vendorScope.ts";

export interface DimensionValuesArgs {
  dimension: string;
  search?: string | null;
  first: number;
  after?: string | null;
}

const MAX_VALUES = 200;

/** Values of a dimension as the viewer may see them. @throws BAD_USER_INPUT, FORBIDDEN */
export async function listDimensionValues(answers: Answers, viewer: Viewer, { dimension, search, first, after }: DimensionValuesArgs) {
  const vendors = vendorScope(viewer);
  if (first < 1 || first > MAX_VALUES) throw badUserInput(`\`first\` must be between 1 and ${MAX_VALUES}, it is ${first}.`, ["first"]);
  const plan = planDimensionValues({ dimension, search: search ?? null, first, after: after ?? null, vendors }, answers.dialect);
  if (!plan.ok) throw badUserInput(plan.error.message, plan.error.path);
  const { info, rows } = await answers.read(plan.value.sql, plan.value.params, plan.value.types);
  const known = METRIC_MODEL.dimensions.get(dimension) as CatalogueDimension;
  return {
    asOf: info.asOf,
    truncated: rows.length > first,
    nodes: rows.slice(0, first).map((row) => ({ value: shownValue(known, row["value"] ?? ""), label: row["label"] ?? null })),
  };
}
