import { allow, allOf, anyOf, permission, when, type Guards } from "#kit/guard.ts";
import { decodeId } from "#schema/values/ids.ts";
import type { AnalyticsLoaders } from "./loaders.ts";

const analysts = permission("metrics.read");
const listers = anyOf(permission("metrics.list"), analysts);
const engineers = permission("quality.read");

/** Asks for the vendor of the product in the published build: what a vendor may see is decided where the numbers are. */
const itsVendor = when<{ id: string }, unknown, { loaders: AnalyticsLoaders }>("the people of the product's vendor", async (viewer, product, _args, { loaders }) => {
  if (viewer.vendorIds.length === 0) return false;
  const productId = decodeId("prd", product.id);
  const vendorId = productId ? await loaders.vendorOfProduct.load(productId) : null;
  return vendorId !== null && viewer.vendorIds.includes(vendorId.vendorId ?? "");
});

export const guards: Guards = {
  Query: {
    metrics: listers,
    metricDimensions: listers,
    metricQuery: analysts,
    cohorts: analysts,
    rfmSegments: analysts,
    dataQuality: engineers,
    pipelineRuns: engineers,
  },
  // Reached through the guarded fields above alone: none of these types is an entity.
  MetricDefinition: allow,
  DimensionDefinition: allow,
  MetricResult: allow,
  MetricNode: allow,
  DimensionValue: allow,
  MetricValue: allow,
  Cohort: allow,
  CohortActivity: allow,
  RfmSegment: allow,
  DataQuality: allow,
  QualityCheck: allow,
  PipelineRun: allow,
  PipelineStep: allow,
  PageInfo: allow,
  Money: allow,
  ProductAnalytics: allow,
  Product: { id: allow, analytics: anyOf(analysts, allOf(permission("metrics.readOwn"), itsVendor)) },
};
