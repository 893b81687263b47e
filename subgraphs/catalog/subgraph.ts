import { mergeAreas } from "#kit/mergeAreas.ts";
import { defineSubgraph, type Resolvers, type Subgraph } from "#kit/subgraph.ts";
import { pruneKeys } from "./commands/once.ts";
import type { CatalogDeps } from "./context.ts";
import { guards } from "./guards.ts";
import { makeKept } from "./queries/kept.ts";
import { makeLoaders } from "./loaders.ts";
import { inventoryResolvers } from "./resolvers/inventory.ts";
import { categoryResolvers, productResolvers, variantResolvers } from "./resolvers/product.ts";
import { queryResolvers } from "./resolvers/query.ts";
import { searchResolvers } from "./resolvers/search.ts";

const PRUNE_MS = 3_600_000;

export interface CatalogOptions extends CatalogDeps {
  /** Whether what everybody sees is kept for seconds between requests (queries/kept.ts says what and how long); not where not given. */
  readonly keep?: boolean;
}

/** Products, variants, prices, stock and categories. The database stays its caller's to close. */
export async function createCatalogSubgraph({ keep = false, ...deps }: CatalogOptions): Promise<Subgraph> {
  const pruner = setInterval(() => void pruneKeys(deps.db).catch((error: unknown) => deps.log.warn({ error }, "old idempotency keys could not be forgotten")), PRUNE_MS).unref();
  return defineSubgraph({
    name: "catalog",
    deps: { ...deps, kept: makeKept(deps.db, keep) },
    resolvers: mergeAreas<Resolvers>({ Query: queryResolvers, Product: productResolvers, ProductVariant: variantResolvers, Category: categoryResolvers }, inventoryResolvers, searchResolvers),
    guards,
    makeLoaders,
    ready: () => deps.db.ping(),
    close: async () => clearInterval(pruner),
  });
}
