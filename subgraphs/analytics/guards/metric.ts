import { allow, type Guards } from "#kit/guard.ts";
import { analysts, listers } from "./shared.ts";

// Below the root fields everything is reached through them alone: none of these types is an entity.
export const metricGuards: Guards = {
  Query: { metrics: listers, metricDimensions: listers, metricQuery: analysts },
  MetricDefinition: allow,
  DimensionDefinition: allow,
  MetricResult: allow,
  MetricNode: allow,
  DimensionValue: allow,
  MetricValue: allow,
};
