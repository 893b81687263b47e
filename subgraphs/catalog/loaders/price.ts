import { byKey, manyByKey, pagedByKey } from "#kit/batch.ts";
import type { Database } from "#platform/db/database.ts";
import type { Kept } from "../queries/kept.ts";
import { type HistoryFilter, listLowestOf30Days, listPriceHistory } from "../queries/priceHistory.ts";
import { listPriceListsByIds } from "../queries/priceLists.ts";
import { perName } from "./perName.ts";
import { listAllPricesOfVariants, listListPricesOfVariants, listLowestListPricesOfProducts } from "../queries/prices.ts";

/** Prices beside those that stand on the shelf. */
export function priceLoaders(db: Database, kept: Kept, fresh: boolean) {
  return {
    priceListById: byKey({ load: (ids) => listPriceListsByIds(db, ids), keyOf: (list) => list.id }),
    basePricesOfVariant: manyByKey({ load: (ids) => listAllPricesOfVariants(db, ids), keyOf: (price) => price.ownerId }),
    lowestOf30Days: byKey({
      load: async (ids) => [...(await kept.lowest.getMany(ids, async (missing) => new Map((await listLowestOf30Days(db, missing)).map((one) => [one.priceId, one])), { fresh })).values()],
      keyOf: (one) => one.priceId,
    }),
    listPriceOfVariant: perName((currency: string, list: string) => byKey({ load: (ids) => listListPricesOfVariants(db, ids, currency, list), keyOf: (price) => price.ownerId })),
    lowestListPriceOfProduct: perName((currency: string, list: string) => byKey({ load: (ids) => listLowestListPricesOfProducts(db, ids, currency, list), keyOf: (price) => price.ownerId })),
    priceHistoryOfVariant: perName((filter: HistoryFilter) => pagedByKey({
      load: (ids, limit, after: [string, string] | undefined) => listPriceHistory(db, ids, limit + 1, after, filter),
      keyOf: (price) => price.variantId,
    })),
  };
}
