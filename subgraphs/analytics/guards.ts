import { allow, role, when, type Guards } from "#kit/guard.ts";
import { hasRole } from "#kit/viewer.ts";
import { decodeId } from "#schema/values/ids.ts";
import type { AnalyticsLoaders } from "./loaders.ts";

const analysts = role("ADMIN", "ANALYST");

/** Asks for the vendor of the product in the published build: what a vendor may see is decided where the numbers are. */
const analystsOrOwnVendor = when<{ id: string }, unknown, { loaders: AnalyticsLoaders }>("ADMIN, ANALYST or the product's own vendor", async (viewer, product, _args, { loaders }) => {
  if (hasRole(viewer, "ADMIN", "ANALYST")) return true;
  if (!hasRole(viewer, "VENDOR") || viewer.vendorIds.length === 0) return false;
  const productId = decodeId("prd", product.id);
  const vendorId = productId ? await loaders.vendorOfProduct.load(productId) : null;
  return vendorId !== null && viewer.vendorIds.includes(vendorId.vendorId ?? "");
});

export const guards: Guards = {
  Query: {
    metrics: role("ADMIN", "ANALYST", "SUPPORT"),
    metricDimensions: role("ADMIN", "ANALYST", "SUPPORT"),
    metricQuery: analysts,
    cohorts: analysts,
    rfmSegments: analysts,
    dataQuality: analysts,
    pipelineRuns: analysts,
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
  Product: { id: allow, analytics: analystsOrOwnVendor },
};
