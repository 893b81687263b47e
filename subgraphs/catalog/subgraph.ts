import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mergeAreas } from "#kit/mergeAreas.ts";
import { defineSubgraph, type Resolvers, type Subgraph } from "#kit/subgraph.ts";
import { followPlans } from "./commands/product/followPlans.ts";
import { sweepMedia } from "./commands/media/sweepMedia.ts";
import { startJobs } from "./commands/import/startJobs.ts";
import { pruneKeys } from "./commands/once.ts";
import { type DownloadSigner, openDownloadSigner } from "#platform/objects/downloads.ts";
import { openObjectStore, type ObjectsOptions } from "#platform/objects/open.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import type { CatalogDeps } from "./context.ts";
import { guards } from "./guards.ts";
import { makeKept } from "./queries/kept.ts";
import { openProductSearch } from "./search/productSearch.ts";
import { readSynonymsFile } from "./search/synonymsFile.ts";
import { makeLoaders } from "./loaders.ts";
import { mediaResolvers } from "./resolvers/media.ts";
import { categoryAreaResolvers } from "./resolvers/category.ts";
import { importResolvers } from "./resolvers/import.ts";
import { inventoryResolvers } from "./resolvers/inventory.ts";
import { categoryResolvers, productResolvers, variantResolvers } from "./resolvers/product.ts";
import { productDetailsResolvers } from "./resolvers/productDetails.ts";
import { queryResolvers } from "./resolvers/query.ts";
import { priceResolvers } from "./resolvers/price.ts";
import { reviewResolvers } from "./resolvers/review.ts";
import { searchResolvers } from "./resolvers/search.ts";
import { productWritingResolvers } from "./resolvers/productWriting.ts";
import { taxonomyResolvers } from "./resolvers/taxonomy.ts";
import { vendorResolvers } from "./resolvers/vendor.ts";
import { wishlistResolvers } from "./resolvers/wishlist.ts";
import { taxonomyWritingResolvers } from "./resolvers/taxonomyWriting.ts";

const PRUNE_MS = 3_600_000;
/** How old the search's knowledge of the catalogue may be, where anything may be kept at all. */
const SEARCH_LAG_MS = 250;
const SWEEP_MS = 600_000;

export interface CatalogOptions extends CatalogDeps {
  /** Whether what everybody sees is kept for seconds between requests (queries/kept.ts says what and how long); not where not given. */
  readonly keep?: boolean;
  /** A file of synonyms that replaces ours (docs/search.md). */
  readonly synonymsFile?: string;
  /** Whether this process carries out what is planned (going on sale, leaving it), each second; any number of processes may. Not where not given. */
  readonly plans?: boolean;
  /** Where pictures and files are kept; in a folder that goes with the slice where not given. */
  readonly objects?: ObjectsOptions;
  /** Mappings for imports that come with the shop, by their names. */
  readonly presets?: ReadonlyMap<string, string>;
  /** How often jobs of import and export are looked for; never where not given. */
  readonly jobSeconds?: number;
}

/** Products, variants, prices, stock and categories. The database stays its caller's to close. */
export async function createCatalogSubgraph({ keep = false, plans = false, objects: kept, presets = new Map(), jobSeconds = 0, synonymsFile, ...deps }: CatalogOptions): Promise<Subgraph> {
  const { objects, downloads, ...stored } = await openObjects(kept);
  const jobs = jobSeconds > 0 ? startJobs({ ...deps, objects }, jobSeconds) : undefined;
  const sweep = () => void sweepMedia({ db: deps.db, objects }).catch((error: unknown) => deps.log.warn({ error }, "leftovers of pictures could not be swept"));
  const sweeper = setInterval(sweep, SWEEP_MS).unref();
  const pruner = setInterval(() => void pruneKeys(deps.db).catch((error: unknown) => deps.log.warn({ error }, "old idempotency keys could not be forgotten")), PRUNE_MS).unref();
  const search = openProductSearch({ ...deps, synonyms: await readSynonymsFile(synonymsFile), lagMs: keep ? SEARCH_LAG_MS : 0 });
  const planner = plans ? followPlans(deps) : undefined;
  return defineSubgraph({
    name: "catalog",
    deps: { ...deps, objects, downloads, presets, publicUrl: kept?.publicUrl, kept: makeKept(deps.db, keep), search },
    resolvers: mergeAreas<Resolvers>(
      { Query: queryResolvers, Product: productResolvers, ProductVariant: variantResolvers, Category: categoryResolvers },
      productDetailsResolvers,
      categoryAreaResolvers,
      taxonomyResolvers,
      importResolvers,
      productWritingResolvers,
      taxonomyWritingResolvers,
      inventoryResolvers,
      mediaResolvers,
      priceResolvers,
      reviewResolvers,
      searchResolvers,
      vendorResolvers,
      wishlistResolvers,
    ),
    guards,
    makeLoaders,
    ready: () => deps.db.ping(),
    async close() {
      clearInterval(pruner);
      clearInterval(sweeper);
      await jobs?.stop();
      await search.close();
      await planner?.close();
      await stored.close();
    },
  });
}

/** A slice that nobody gave a store, in tests of other things, has one of its own until it ends. */
async function openObjects(options: ObjectsOptions | undefined): Promise<{ objects: ObjectStore; downloads: DownloadSigner; close(): Promise<void> }> {
  if (options) {
    const objects = await openObjectStore(options);
    return { objects, downloads: openDownloadSigner(options), close: () => objects.close() };
  }
  const dir = await mkdtemp(join(tmpdir(), "martgraph-objects-"));
  const own = { dir, secret: randomBytes(32).toString("base64url") };
  const objects = await openObjectStore(own);
  return { objects, downloads: openDownloadSigner(own), close: () => rm(dir, { recursive: true, force: true }) };
}
