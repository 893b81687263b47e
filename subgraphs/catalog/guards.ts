import { allow, type Guards } from "#kit/guard.ts";
import { mergeAreas } from "#kit/mergeAreas.ts";
import { catalogueAreaGuards } from "./guards/catalogue.ts";
import { importGuards } from "./guards/import.ts";
import { inventoryGuards } from "./guards/inventory.ts";
import { mediaGuards } from "./guards/media.ts";
import { priceGuards } from "./guards/price.ts";
import { reviewGuards } from "./guards/review.ts";
import { searchGuards } from "./guards/search.ts";
import { vendorGuards } from "./guards/vendor.ts";
import { wishlistGuards } from "./guards/wishlist.ts";

// The catalogue is public. Drafts are kept back where products are read (domain/product.ts), so they are not there at all.
const catalogueGuards: Guards = {
  Query: { product: allow, products: allow, variant: allow, categories: allow },
  Product: { id: allow, slug: allow, name: allow, description: allow, status: allow, vendor: allow, category: allow, createdAt: allow, variants: allow, price: allow, availability: allow },
  ProductVariant: { id: allow, sku: allow, name: allow, product: allow, price: allow, availability: allow },
  Availability: allow,
  ProductVariantConnection: allow,
  ProductVariantEdge: allow,
  CategoryConnection: allow,
  CategoryEdge: allow,
  ProductNotFound: allow,
  InvalidValue: allow,
  VersionConflict: allow,
  Money: allow,
  PageInfo: allow,
};

export const guards: Guards = mergeAreas<Guards>(
  catalogueGuards,
  catalogueAreaGuards,
  importGuards,
  inventoryGuards,
  mediaGuards,
  priceGuards,
  reviewGuards,
  searchGuards,
  vendorGuards,
  wishlistGuards,
);
