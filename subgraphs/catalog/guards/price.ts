import { allow, anyOf, type Guards, permission, when } from "#kit/guard.ts";
import { can } from "#kit/viewer.ts";
import { mayPrice } from "../commands/price/keptPrice.ts";
import type { CatalogContext } from "../context.ts";
import type { Variant } from "../domain/product.ts";

const keepers = anyOf(permission("prices.write"), permission("catalog.writeOwn"));
const seesPrices = when<Variant, unknown, CatalogContext>("permission prices.write, permission catalog.read or the variant's vendor", async (viewer, variant, _args, { loaders }) => {
  if (can(viewer, "catalog.read") || can(viewer, "prices.write")) return true;
  const product = viewer.vendorIds.length > 0 ? await loaders.productById.load(variant.productId) : null;
  return product !== null && mayPrice(product.vendorId, viewer);
});

/** Prices of now are public. Whose variant a mutation names is looked at by its command; who holds a record may have its fields. */
export const priceGuards: Guards = {
  Query: { priceLists: permission("prices.write") },
  Mutation: { priceSet: keepers, priceSchedule: keepers, priceCancel: keepers, priceListUpsert: permission("prices.write") },
  ProductVariant: { prices: allow, priceHistory: seesPrices },
  Price: allow,
  PriceList: allow,
  PriceRecord: allow,
  PriceRecordConnection: allow,
  PriceRecordEdge: allow,
  PriceListConnection: allow,
  PriceListEdge: allow,
  PriceSetSuccess: allow,
  PriceScheduleSuccess: allow,
  PriceCancelSuccess: allow,
  PriceListUpsertSuccess: allow,
  PriceListNotFound: allow,
  PriceOverlap: allow,
  TooManyPlannedPrices: allow,
  PriceNotFound: allow,
  PriceInForce: allow,
  TooManyPriceLists: allow,
};
