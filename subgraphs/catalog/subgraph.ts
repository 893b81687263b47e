import { mergeAreas } from "#kit/mergeAreas.ts";
import { defineSubgraph, type Resolvers, type Subgraph } from "#kit/subgraph.ts";
import { pruneKeys } from "./commands/once.ts";
import type { CatalogDeps } from "./context.ts";
import { guards } from "./guards.ts";
import { makeLoaders } from "./loaders.ts";
import { connectionResolvers, facetsResolvers } from "./resolvers/facets.ts";
import { inventoryResolvers } from "./resolvers/inventory.ts";
import { categoryResolvers, productResolvers, variantResolvers } from "./resolvers/product.ts";
import { queryResolvers } from "./resolvers/query.ts";

const PRUNE_MS = 3_600_000;

/** Products, variants, prices, stock and categories. The database stays its caller's to close. */
export async function createCatalogSubgraph(deps: CatalogDeps): Promise<Subgraph> {
  const pruner = setInterval(() => void pruneKeys(deps.db).catch((error: unknown) => deps.log.warn({ error }, "old idempotency keys could not be forgotten")), PRUNE_MS).unref();
  return defineSubgraph({
    name: "catalog",
    deps,
    resolvers: mergeAreas<Resolvers>({ Query: queryResolvers, Product: productResolvers, ProductVariant: variantResolvers, Category: categoryResolvers, ProductConnection: connectionResolvers, ProductFacets: facetsResolvers }, inventoryResolvers),
    guards,
    makeLoaders,
    ready: () => deps.db.ping(),
    close: async () => clearInterval(pruner),
  });
}
