import { runMetricQuery, type MetricQueryArgs } from "../commands/runMetricQuery.ts";
import type { AnalyticsContext as Context } from "../context.ts";
import { DIMENSIONS, GRAINS, METRICS } from "../domain/metrics.ts";

export const metricResolvers = {
  Query: {
    metrics: () => METRICS.map(({ name, description, unit }) => ({ name, description, unit, dimensions: DIMENSIONS.map((dimension) => dimension.name), grains: GRAINS })),
    metricDimensions: () => DIMENSIONS.map(({ name, description }) => ({ name, description })),
    metricQuery: (_root: unknown, args: MetricQueryArgs, { reader }: Context) => runMetricQuery(reader, args),
  },
};
