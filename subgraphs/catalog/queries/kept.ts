import { LRUCache } from "lru-cache";
import { Fresh } from "#kit/fresh.ts";
import type { Reader } from "#platform/db/database.ts";
import type { FacetCounts } from "../domain/facets.ts";
import type { Category } from "../domain/product.ts";
import type { ProductFilter } from "../domain/productFilter.ts";
import type { ProductDetails, VariantDetails } from "../domain/productDetails.ts";
import type { Shelf } from "../domain/shelf.ts";
import type { Attribute, AttributeOption, Brand } from "../domain/taxonomy.ts";
import type { Texts } from "../domain/translation.ts";
import type { CategoryPath } from "./categories.ts";
import type { FoundProduct } from "./search.ts";
import type { OwnedRatings } from "./ratings.ts";
import type { LowestOf30Days } from "./priceHistory.ts";
import type { ListedProduct } from "./productList.ts";
import { type KnownVariant, listKnownVariants } from "./variants.ts";
import { listShelvesByIds, listShelvesBySlugs } from "./shelves.ts";

/** How old, in milliseconds, what is shown of the catalogue may be. What is bought is decided in the database, never by this. */
export const MAX_AGE_MS = {
  /** Prices and stock. */
  shelf: 2_000,
  /** Which products a page or a search holds, and how many stand in each group. */
  page: 5_000,
  category: 10_000,
  /** What is known of products beyond what lists show, and translations. */
  details: 5_000,
  /** Brands, attributes and their options. */
  term: 10_000,
  /** What a variant is called and which product it is a form of. */
  variant: 10_000,
} as const;

type Reading = { fresh: boolean };

/** Products with all that is sold of them, kept for a moment. */
export class Shelves {
  readonly #db: Reader;
  readonly #kept: Fresh<Shelf>;
  /** Where a slug is looked for first; a hint only, checked against what stands there. */
  readonly #idOfSlug = new LRUCache<string, string>({ max: 20_000 });
  readonly #variants: Fresh<KnownVariant>;

  constructor(db: Reader, age: (ms: number) => number) {
    this.#db = db;
    this.#kept = new Fresh({ maxAgeMs: age(MAX_AGE_MS.shelf), maxEntries: 10_000 });
    this.#variants = new Fresh({ maxAgeMs: age(MAX_AGE_MS.variant), maxEntries: 20_000 });
  }

  peek(productId: string): Shelf | undefined {
    return this.#kept.peek(productId);
  }

  peekVariant(variantId: string): KnownVariant | undefined {
    return this.#variants.peek(variantId);
  }

  async variantsByIds(ids: readonly string[], reading: Reading): Promise<KnownVariant[]> {
    const found = await this.#variants.getMany(ids, async (missing) => new Map((await listKnownVariants(this.#db, missing)).map((one) => [one.variant.id, one])), reading);
    return [...found.values()];
  }

  async byIds(ids: readonly string[], reading: Reading): Promise<Shelf[]> {
    const found = await this.#kept.getMany(ids, async (missing) => {
      const readAt = performance.now();
      return this.#note(await listShelvesByIds(this.#db, missing), readAt);
    }, reading);
    return [...found.values()];
  }

  async bySlugs(slugs: readonly string[], { fresh }: Reading): Promise<Shelf[]> {
    const kept = fresh ? [] : slugs.flatMap((slug) => {
      const id = this.#idOfSlug.get(slug);
      const shelf = id === undefined ? undefined : this.#kept.peek(id);
      return shelf?.product.slug === slug ? [shelf] : [];
    });
    const known = new Set(kept.map((shelf) => shelf.product.slug));
    const missing = slugs.filter((slug) => !known.has(slug));
    if (missing.length === 0) return kept;
    const readAt = performance.now();
    const read = await listShelvesBySlugs(this.#db, missing);
    this.#note(read, readAt);
    this.#kept.put(read.map((shelf) => [shelf.product.id, shelf]), readAt);
    return [...kept, ...read];
  }

  #note(shelves: readonly Shelf[], readAt: number): Map<string, Shelf> {
    for (const { product, variants } of shelves) {
      this.#idOfSlug.set(product.slug, product.id);
      this.#variants.put(variants.map((variant) => [variant.id, { variant, product }]), readAt);
    }
    return new Map(shelves.map((shelf) => [shelf.product.id, shelf]));
  }
}

/** What the catalogue keeps between requests. Only what is the same for everybody: drafts are filtered where they are read, or not kept. */
export interface Kept {
  readonly shelves: Shelves;
  readonly pages: Fresh<readonly ListedProduct[]>;
  readonly found: Fresh<readonly FoundProduct[]>;
  readonly counts: Fresh<FacetCounts>;
  readonly categories: Fresh<Category>;
  /** What the reviews of a product come to. */
  readonly ratings: Fresh<OwnedRatings>;
  /** The same of all products of a vendor. */
  readonly vendorRatings: Fresh<OwnedRatings>;
  /** The lowest price of 30 days, by the id of the price that holds. */
  readonly lowest: Fresh<LowestOf30Days>;
  readonly paths: Fresh<CategoryPath>;
  readonly details: Fresh<ProductDetails>;
  readonly variantDetails: Fresh<VariantDetails>;
  readonly texts: Fresh<Texts>;
  readonly brands: Fresh<Brand>;
  readonly attributes: Fresh<Attribute>;
  readonly options: Fresh<AttributeOption>;
}

/** `keep: false` reads everything anew for each request. */
export function makeKept(db: Reader, keep: boolean): Kept {
  const age = (ms: number): number => (keep ? ms : 0);
  return {
    shelves: new Shelves(db, age),
    pages: new Fresh({ maxAgeMs: age(MAX_AGE_MS.page), maxEntries: 1_000 }),
    found: new Fresh({ maxAgeMs: age(MAX_AGE_MS.page), maxEntries: 1_000 }),
    counts: new Fresh({ maxAgeMs: age(MAX_AGE_MS.page), maxEntries: 2_000 }),
    ratings: new Fresh({ maxAgeMs: age(MAX_AGE_MS.page), maxEntries: 20_000 }),
    vendorRatings: new Fresh({ maxAgeMs: age(MAX_AGE_MS.category), maxEntries: 2_000 }),
    lowest: new Fresh({ maxAgeMs: age(MAX_AGE_MS.shelf), maxEntries: 20_000 }),
    categories: new Fresh({ maxAgeMs: age(MAX_AGE_MS.category), maxEntries: 2_000 }),
    paths: new Fresh({ maxAgeMs: age(MAX_AGE_MS.category), maxEntries: 2_000 }),
    details: new Fresh({ maxAgeMs: age(MAX_AGE_MS.details), maxEntries: 5_000 }),
    variantDetails: new Fresh({ maxAgeMs: age(MAX_AGE_MS.details), maxEntries: 10_000 }),
    texts: new Fresh({ maxAgeMs: age(MAX_AGE_MS.details), maxEntries: 10_000 }),
    brands: new Fresh({ maxAgeMs: age(MAX_AGE_MS.term), maxEntries: 2_000 }),
    attributes: new Fresh({ maxAgeMs: age(MAX_AGE_MS.term), maxEntries: 2_000 }),
    options: new Fresh({ maxAgeMs: age(MAX_AGE_MS.term), maxEntries: 5_000 }),
  };
}

/** Whoever may see drafts sees other ones than the next person: lists of them are read anew. */
export function keptWhere<V extends object>({ status }: ProductFilter, kept: Fresh<V>, key: readonly unknown[], read: () => Promise<V>, fresh: boolean | undefined): Promise<V> {
  return status === "DRAFT" ? read() : kept.get(JSON.stringify(key), read, { fresh });
}
