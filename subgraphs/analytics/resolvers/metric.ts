import type { CatalogueMetric } from "#schema/values/metricCatalogue.ts";
import { listDimensionValues, type DimensionValuesArgs } from "../commands/listDimensionValues.ts";
import { runMetricQuery, type MetricQueryArgs } from "../commands/runMetricQuery.ts";
import type { AnalyticsContext as Context } from "../context.ts";
import { GRAINS, METRIC_CATALOGUE, PUBLIC_DIMENSIONS } from "../domain/metric/catalogue.ts";

export const metricResolvers = {
  Query: {
    metrics: () => METRIC_CATALOGUE.metrics.map(toDefinition),
    metricDimensions: () => PUBLIC_DIMENSIONS.map(({ name, description, values }) => ({ name, description, values: Array.isArray(values) ? values : null })),
    metricDimensionValues: (_root: unknown, args: DimensionValuesArgs, { answers, viewer }: Context) => listDimensionValues(answers, viewer, args),
    metricQuery: (_root: unknown, args: MetricQueryArgs, { answers, viewer }: Context) => runMetricQuery(answers, viewer, args),
  },
};

function toDefinition(metric: CatalogueMetric) {
  const { name, label, description, unit, owner, certified, dimensions, additive, timeZones, ofVendors, definition, sql } = metric;
  return {
    name, label, description, unit, owner, certified, dimensions, timeZones,
    type: metric.type.toUpperCase(),
    format: metric.format.toUpperCase(),
    additiveOver: additive,
    grains: metric.periods ? GRAINS : [],
    forVendors: ofVendors,
    madeOf: definition.type === "ratio" ? [definition.numerator.metric, definition.denominator.metric] : definition.type === "derived" ? definition.inputs.map((input) => input.metric) : [],
    sql: sql && `${sql.expression} from marts.${[sql.model, ...sql.joins].join(", marts.")}`,
  };
}
