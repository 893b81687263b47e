import type { Tx } from "#platform/db/database.ts";
import { CATEGORY_RULES, categoryOf, OTHER_CATEGORY } from "./categories.ts";
import { copyRows, type CopyValue } from "./copy.ts";
import { createIds } from "./ids.ts";
import { productSlug } from "./slug.ts";
import { TABLES } from "./tables.ts";
import { VENDORS, vendorOf } from "./vendors.ts";

/** A product with its one variant. */
export interface CatalogueProduct {
  /** Stock code and SKU, upper case, unique. */
  code: string;
  name: string;
  status: "ACTIVE" | "ARCHIVED";
  /** ms since 1970 */
  createdAt: number;
  updatedAt: number;
  /** Undefined where nothing is known: the product then has no current price and cannot be bought. */
  price: { units: number; exponent: number; validFrom: number } | undefined;
  /** Units on the shelf, >= 0; synthetic. */
  onHand: number;
}

export interface ProductIds {
  productId: string;
  variantId: string;
}

export interface CatalogueOptions {
  seed: number | string;
  currency: string;
  /** When vendors joined: the begin of the history, ms since 1970. */
  beginAt: number;
  /** When the stock was counted: the end of the history, ms since 1970. */
  endAt: number;
  signal?: AbortSignal | undefined;
}

/**
 * Writes vendors, categories, products with one variant each, current prices and stock. Vendors, categories and stock are
 * synthetic and marked so; the opening stock is a count at the end of the history, which says nothing of stock before it.
 */
export async function writeCatalogue(tx: Tx, products: readonly CatalogueProduct[], options: CatalogueOptions): Promise<Map<string, ProductIds>> {
  const { seed, beginAt, endAt, signal } = options;
  const copy = (target: (typeof TABLES)[keyof typeof TABLES], rows: Iterable<readonly CopyValue[]>) => copyRows(tx, target, rows, signal);

  const nextVendorId = createIds(seed, "vendors");
  const vendorIds = VENDORS.map(() => nextVendorId(beginAt));
  await copy(TABLES.vendors, VENDORS.map((vendor, index) => [vendorIds[index] as string, vendor.slug, vendor.name, true, new Date(beginAt)]));

  const categoryBySlug = new Map([...CATEGORY_RULES, OTHER_CATEGORY].map((rule) => [rule.slug, rule]));
  const nextCategoryId = createIds(seed, "categories");
  const categoryIds = new Map([...categoryBySlug.keys()].map((slug) => [slug, nextCategoryId(beginAt)]));
  await copy(TABLES.categories, [...categoryBySlug.values()].map((rule) => [categoryIds.get(rule.slug) as string, rule.slug, rule.name, true]));

  const nextProductId = createIds(seed, "products");
  const nextVariantId = createIds(seed, "variants");
  const ids = new Map<string, ProductIds>();
  for (const product of products) ids.set(product.code, { productId: nextProductId(product.createdAt), variantId: nextVariantId(product.createdAt) });
  const idsOf = (product: CatalogueProduct) => ids.get(product.code) as ProductIds;

  await copy(TABLES.products, products.map((product) => {
    const category = categoryOf(product.name).slug;
    const vendorId = vendorIds[vendorOf(seed, category, product.code)] as string;
    return [idsOf(product).productId, productSlug(product.name, product.code), product.name, product.status, vendorId, categoryIds.get(category) as string, product.code, new Date(product.createdAt), new Date(product.updatedAt)];
  }));
  await copy(TABLES.variants, products.map((product) => [idsOf(product).variantId, idsOf(product).productId, product.code, product.name, new Date(product.createdAt)]));

  const nextPriceId = createIds(seed, "prices");
  await copy(TABLES.prices, products.flatMap((product) => {
    if (product.price === undefined) return [];
    const { units, exponent, validFrom } = product.price;
    return [[nextPriceId(validFrom), idsOf(product).variantId, options.currency, units, exponent, new Date(validFrom)]];
  }));

  const nextMovementId = createIds(seed, "opening-stock");
  const countedAt = new Date(endAt);
  await copy(TABLES.stockLevels, products.map((product) => [idsOf(product).variantId, product.onHand, true, countedAt]));
  await copy(TABLES.stockMovements, products.filter((product) => product.onHand > 0).map((product) => [nextMovementId(endAt), idsOf(product).variantId, product.onHand, "INITIAL", null, "synthetic opening stock, counted at the end of the history", countedAt, true]));
  return ids;
}
