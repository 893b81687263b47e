import type { ContextOf } from "#kit/subgraph.ts";
import type { Clocks } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import type { DownloadSigner } from "#platform/objects/downloads.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import type { Kept } from "./queries/kept.ts";
import type { ProductSearch } from "./search/productSearch.ts";
import type { CatalogLoaders } from "./loaders.ts";

export interface CatalogDeps {
  /** Logged in as martgraph_catalog. */
  readonly db: Database;
  readonly clocks: Clocks;
  readonly log: Log;
}

/** What the slice works with; `kept` lives as long as the slice. */
export interface CatalogParts extends CatalogDeps {
  /** Pictures, and files of imports and exports. */
  readonly objects: ObjectStore;
  /** Makes addresses of reports and exports. */
  readonly downloads: DownloadSigner;
  /** Mappings that come with the shop, by their names. */
  readonly presets: ReadonlyMap<string, string>;
  /** Where clients reach the gateway; addresses are paths where nobody said so. */
  readonly publicUrl: string | undefined;
  readonly kept: Kept;
  readonly search: ProductSearch;
}

export type CatalogContext = ContextOf<CatalogParts, CatalogLoaders>;
