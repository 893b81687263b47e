import { allow, allOf, anyOf, permission, when, type Guards } from "#kit/guard.ts";
import { decodeId } from "#schema/values/ids.ts";
import type { AnalyticsLoaders } from "../loaders.ts";
import { analysts } from "./shared.ts";

/** Asks for the vendor of the product in the published build: what a vendor may see is decided where the numbers are. */
const itsVendor = when<{ id: string }, unknown, { loaders: AnalyticsLoaders }>("the people of the product's vendor", async (viewer, product, _args, { loaders }) => {
  if (viewer.vendorIds.length === 0) return false;
  const productId = decodeId("prd", product.id);
  const vendorId = productId ? await loaders.vendorOfProduct.load(productId) : null;
  return vendorId !== null && viewer.vendorIds.includes(vendorId.vendorId ?? "");
});

export const productGuards: Guards = {
  ProductAnalytics: allow,
  Product: { id: allow, analytics: anyOf(analysts, allOf(permission("metrics.readOwn"), itsVendor)) },
};
