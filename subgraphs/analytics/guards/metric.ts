import { allow, anyOf, permission, type Guards } from "#kit/guard.ts";
import { analysts, listers } from "./shared.ts";

/** Sellers too: what they see is limited to their own rows, and what cannot be limited is refused them (commands/vendorScope.ts). */
const readers = anyOf(analysts, permission("metrics.readOwn"));

// Below the root fields everything is reached through them alone: none of these types is an entity.
export const metricGuards: Guards = {
  Query: { metrics: anyOf(listers, permission("metrics.readOwn")), metricDimensions: anyOf(listers, permission("metrics.readOwn")), metricDimensionValues: readers, metricQuery: readers },
  MetricDefinition: {
    name: allow, label: allow, description: allow, type: allow, unit: allow, format: allow, owner: allow, certified: allow, dimensions: allow, additiveOver: allow, grains: allow,
    timeZones: allow, forVendors: allow, madeOf: allow, sql: analysts,
  },
  DimensionDefinition: allow,
  DimensionValueList: allow,
  DimensionValueFound: allow,
  MetricResult: { asOf: allow, isStale: allow, buildId: allow, truncated: allow, totalCount: allow, nodes: allow, pageInfo: allow, marts: allow, sql: analysts },
  MetricNode: allow,
  DimensionValue: allow,
  MetricValue: allow,
};
