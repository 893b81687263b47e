import type DataLoader from "dataloader";
import { byKey, pagedByKey } from "#kit/batch.ts";
import type { RequestInfo } from "#kit/subgraph.ts";
import type { Database } from "#platform/db/database.ts";
import { inventoryLoaders } from "./loaders/inventory.ts";
import { maySee, type Product } from "./domain/product.ts";
import { listCategoriesByIds } from "./queries/categories.ts";
import { type CurrentPrice, listLowestPricesOfProducts, listPricesOfVariants } from "./queries/prices.ts";
import { listProductsByIds, listProductsBySlugs } from "./queries/products.ts";
import { listStockOfProducts, listStockOfVariants } from "./queries/stock.ts";
import { listVariantsByIds, listVariantsOfProducts } from "./queries/variants.ts";

export type CatalogLoaders = ReturnType<typeof makeLoaders>;

/** Loaders of one request. What the viewer may not see is not there. */
export function makeLoaders({ db }: { db: Database }, { viewer }: RequestInfo) {
  const visible = (products: readonly Product[]) => products.filter((product) => maySee(product, viewer));
  return {
    ...inventoryLoaders(db),
    productById: byKey({ load: async (ids) => visible(await listProductsByIds(db, ids)), keyOf: (product) => product.id }),
    productBySlug: byKey({ load: async (slugs) => visible(await listProductsBySlugs(db, slugs)), keyOf: (product) => product.slug }),
    /** Not filtered: ask for its product before showing one. */
    variantById: byKey({ load: (ids) => listVariantsByIds(db, ids), keyOf: (variant) => variant.id }),
    variantsOfProduct: pagedByKey({
      load: (ids, limit, after: [string] | undefined) => listVariantsOfProducts(db, ids, limit + 1, after?.[0] ?? ""),
      keyOf: (variant) => variant.productId,
    }),
    categoryById: byKey({ load: (ids) => listCategoriesByIds(db, ids), keyOf: (category) => category.id }),
    stockOfVariant: byKey({ load: (ids) => listStockOfVariants(db, ids), keyOf: (stock) => stock.ownerId }),
    stockOfProduct: byKey({ load: (ids) => listStockOfProducts(db, ids), keyOf: (stock) => stock.ownerId }),
    priceOfVariant: perCurrency((currency) => byKey({ load: (ids) => listPricesOfVariants(db, ids, currency), keyOf: (price) => price.ownerId })),
    lowestPriceOfProduct: perCurrency((currency) => byKey({ load: (ids) => listLowestPricesOfProducts(db, ids, currency), keyOf: (price) => price.ownerId })),
  };
}

type PriceLoader = DataLoader<string, CurrentPrice | null>;

/** One loader per currency that is asked for. */
function perCurrency(make: (currency: string) => PriceLoader): (currency: string) => PriceLoader {
  const loaders = new Map<string, PriceLoader>();
  return (currency) => {
    const loader = loaders.get(currency) ?? make(currency);
    loaders.set(currency, loader);
    return loader;
  };
}
