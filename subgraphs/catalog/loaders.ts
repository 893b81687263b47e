import type DataLoader from "dataloader";
import { byKey, pagedByKey } from "#kit/batch.ts";
import type { RequestInfo } from "#kit/subgraph.ts";
import type { Database } from "#platform/db/database.ts";
import { mediaLoaders } from "./loaders/media.ts";
import { reviewLoaders } from "./loaders/review.ts";
import { wishlistLoaders } from "./loaders/wishlist.ts";
import { priceLoaders } from "./loaders/price.ts";
import { catalogueLoaders } from "./loaders/catalogue.ts";
import { inventoryLoaders } from "./loaders/inventory.ts";
import { maySee, type Variant } from "./domain/product.ts";
import type { Shelf } from "./domain/shelf.ts";
import { listCategoriesByIds } from "./queries/categories.ts";
import type { Kept } from "./queries/kept.ts";
import { listLowestPricesOfProducts, listPricesOfVariants, type OwnedPrice } from "./queries/prices.ts";
import { listStockOfProducts, listStockOfVariants } from "./queries/stock.ts";
import { type KnownVariant, listVariantsByIds, listVariantsOfProducts } from "./queries/variants.ts";

export type CatalogLoaders = ReturnType<typeof makeLoaders>;

/** Loaders of one request. What the viewer may not see is not there. */
export function makeLoaders({ db, kept }: { db: Database; kept: Kept }, request: RequestInfo) {
  const { viewer, fresh = false } = request;
  const shelfById = byKey({ load: (ids) => kept.shelves.byIds(ids, { fresh }), keyOf: (shelf) => shelf.product.id });
  const knownVariantById = byKey({ load: (ids) => kept.shelves.variantsByIds(ids, { fresh }), keyOf: (known) => known.variant.id });
  const seen = (known: KnownVariant | null): Variant | null => (known && maySee(known.product, viewer) ? nameOf(known.variant) : null);
  const visible = (shelves: readonly Shelf[]) => shelves.flatMap(({ product }) => (maySee(product, viewer) ? [product] : []));
  return {
    /** Not filtered: for a product that may be seen. At once where it is at hand: a page holds a hundred of them. */
    shelfOf: (productId: string): Shelf | Promise<Shelf | null> => (fresh ? undefined : kept.shelves.peek(productId)) ?? shelfById.load(productId),
    /** A variant that may be seen; at once where it is at hand. */
    visibleVariant(variantId: string): Variant | null | Promise<Variant | null> {
      const known = fresh ? undefined : kept.shelves.peekVariant(variantId);
      return known ? seen(known) : knownVariantById.load(variantId).then(seen);
    },
    ...inventoryLoaders(db),
    ...mediaLoaders(db),
    ...priceLoaders(db, kept, fresh),
    ...catalogueLoaders({ db, kept }, request),
    ...reviewLoaders(db, kept, viewer, fresh),
    ...wishlistLoaders(db, viewer),
    productById: byKey({ load: async (ids) => visible(await kept.shelves.byIds(ids, { fresh })), keyOf: (product) => product.id }),
    productBySlug: byKey({ load: async (slugs) => visible(await kept.shelves.bySlugs(slugs, { fresh })), keyOf: (product) => product.slug }),
    /** Not filtered: ask for its product before showing one. */
    variantById: byKey({ load: (ids) => listVariantsByIds(db, ids), keyOf: (variant) => variant.id }),
    variantsOfProduct: pagedByKey({
      load: (ids, limit, after: [string] | undefined) => listVariantsOfProducts(db, ids, limit + 1, after?.[0] ?? ""),
      keyOf: (variant) => variant.productId,
    }),
    /** With those that are sold no more, for those who may change the product. */
    allVariantsOfProduct: pagedByKey({
      load: (ids, limit, after: [string] | undefined) => listVariantsOfProducts(db, ids, limit + 1, after?.[0] ?? "", { archived: true }),
      keyOf: (variant) => variant.productId,
    }),
    categoryById: byKey({
      load: async (ids) => [...(await kept.categories.getMany(ids, async (missing) => new Map((await listCategoriesByIds(db, missing)).map((one) => [one.id, one])), { fresh })).values()],
      keyOf: (category) => category.id,
    }),
    stockOfVariant: byKey({ load: (ids) => listStockOfVariants(db, ids), keyOf: (stock) => stock.ownerId }),
    stockOfProduct: byKey({ load: (ids) => listStockOfProducts(db, ids), keyOf: (stock) => stock.ownerId }),
    priceOfVariant: perCurrency((currency) => byKey({ load: (ids) => listPricesOfVariants(db, ids, currency), keyOf: (price) => price.ownerId })),
    lowestPriceOfProduct: perCurrency((currency) => byKey({ load: (ids) => listLowestPricesOfProducts(db, ids, currency), keyOf: (price) => price.ownerId })),
  };
}

/** What a variant is called is kept for longer than what it costs: without price and stock, those are looked up where they are asked for. */
function nameOf({ id, productId, sku, name }: Variant): Variant {
  return { id, productId, sku, name };
}

type PriceLoader = DataLoader<string, OwnedPrice | null>;

/** One loader per currency that is asked for. */
function perCurrency(make: (currency: string) => PriceLoader): (currency: string) => PriceLoader {
  const loaders = new Map<string, PriceLoader>();
  return (currency) => {
    const loader = loaders.get(currency) ?? make(currency);
    loaders.set(currency, loader);
    return loader;
  };
}
