import { badUserInput, unavailable } from "#kit/errors.ts";
import { type CursorCodec, cursorOf, type Page, type PageArgs, readPage, toConnection } from "#kit/page.ts";
import type { CatalogContext } from "../context.ts";
import type { Product } from "../domain/product.ts";
import { type ProductFilter, type ProductFilterInput, readFilter, readSearchText, SEARCH_SORTS, type SearchSort } from "../domain/productFilter.ts";
import { holdsOnShelf } from "../domain/shelfFilter.ts";
import { keptWhere } from "../queries/kept.ts";
import { searchCursor, searchProducts } from "../queries/search.ts";
import type { Place, SearchMode, Selection } from "../search/select.ts";
import type { Suggestions } from "../search/suggest/suggester.ts";
import { attributeFacetResolvers, connectionResolvers, counted, type CountedConnection, facetsResolvers } from "./facets.ts";

type SearchArgs = PageArgs & { query?: string | null; filter?: ProductFilterInput | null; sort?: SearchSort | null };
type FoundProduct = Product & { readonly place: Place };

const CURSORS = new Map<SearchSort, CursorCodec<[string, string]>>(SEARCH_SORTS.map((sort) => [sort, sort === "RELEVANCE" ? searchCursor : cursorOf(`search ${sort}`, [sort === "NAME" ? "text" : "decimal", "uuid"])]));

/** Times a page is filled up where the database no longer lets through what the index found. */
const ROUNDS = 5;
const MAX_SUGGESTIONS = 20;
const MAX_PREFIX = 100;

export const searchResolvers = {
  Query: {
    async search(_root: unknown, args: SearchArgs, context: CatalogContext): Promise<CountedConnection> {
      const sort = args.sort ?? "RELEVANCE";
      const cursor = CURSORS.get(sort) ?? searchCursor;
      const page = readPage(args, cursor);
      const text = readSearchText(args.query ?? "");
      if (!text.ok) throw badUserInput(text.error, ["query"]);
      const read = readFilter(args.filter);
      if (!read.ok) throw badUserInput(read.error, ["filter"]);
      const currency = args.filter?.currency ?? "GBP";
      const asked = { text: text.value, filter: read.value, currency };
      if (!read.value) return counted(toConnection<FoundProduct>([], page, () => ""), asked, context);
      const selection = await context.search.search({ text: text.value, filter: read.value, sort, currency }, context);
      if (!selection) return searchDatabase(text.value, read.value, sort, page, currency, context);
      const rows = await pageOf(selection, read.value, page, context);
      const found = toConnection(rows, page, ({ place }) => cursor.encode([place.key, place.id]));
      return counted(found, asked, context, selection);
    },

    async suggest(_root: unknown, { prefix, first }: { prefix: string; first?: number | null }, { search, loaders, fresh }: CatalogContext) {
      const most = first ?? 5;
      if (most < 1 || most > MAX_SUGGESTIONS) throw badUserInput(`\`first\` must be between 1 and ${MAX_SUGGESTIONS}, it is ${most}.`, ["first"]);
      if (prefix.length > MAX_PREFIX) throw badUserInput(`\`prefix\` has ${prefix.length} characters, the most is ${MAX_PREFIX}.`, ["prefix"]);
      const found: Suggestions = await search.suggest(prefix.toWellFormed(), most, { fresh });
      const [products, categories, brands] = await Promise.all([loaders.productById.loadMany(found.products), loaders.categoryById.loadMany(found.categories), loaders.brandById.loadMany(found.brands)]);
      const there = <T>(values: readonly (T | Error | null)[]): T[] => values.filter((value): value is Awaited<T> & T => value !== null && !(value instanceof Error));
      return {
        queries: found.queries.map((text) => ({ text })),
        products: there(products).filter(({ status }) => status === "ACTIVE"),
        categories: there(categories),
        brands: there(brands),
      };
    },
  },
  ProductConnection: {
    ...connectionResolvers,
    appliedMode: ({ selection }: CountedConnection): SearchMode | null => selection?.mode ?? null,
    didYouMean: ({ selection }: CountedConnection): string | null => selection?.didYouMean ?? null,
  },
  ProductFacets: facetsResolvers,
  AttributeFacet: attributeFacetResolvers,
};

/**
 * Up to `page.limit` + 1 products of what was found, each looked at as it stands now: the index may be a moment behind, and what left
 * the sale, or the filter, in that moment is not shown.
 */
async function pageOf(selection: Selection, filter: ProductFilter, page: Page<[string, string]>, { kept, fresh = false }: CatalogContext): Promise<FoundProduct[]> {
  const rows: FoundProduct[] = [];
  let after: Place | undefined = page.after && { key: page.after[0], id: page.after[1] };
  for (let round = 0; round < ROUNDS && rows.length <= page.limit; round += 1) {
    const wanted = page.limit + 1 - rows.length;
    const places = selection.page(after, wanted);
    const shelves = new Map((await kept.shelves.byIds(places.map(({ id }) => id), { fresh })).map((shelf) => [shelf.product.id, shelf]));
    for (const place of places) {
      const shelf = shelves.get(place.id);
      if (shelf && holdsOnShelf(shelf, filter)) rows.push({ ...shelf.product, place });
    }
    if (places.length < wanted) break;
    after = places.at(-1);
  }
  return rows;
}

/** While the index is not there yet: words alone, best first. Everything else has to wait for it. */
async function searchDatabase(text: string | undefined, filter: ProductFilter, sort: SearchSort, page: Page<[string, string]>, currency: string, context: CatalogContext): Promise<CountedConnection> {
  if (text === undefined || sort !== "RELEVANCE") throw unavailable("The shop has just started and does not know its products yet; try again in a few seconds.");
  const { db, kept, fresh } = context;
  const rows = await keptWhere(filter, kept.found, [text, filter, page], () => searchProducts(db, text, filter, page), fresh);
  return counted(toConnection(rows, page, (product) => searchCursor.encode([product.score, product.id])), { text, filter, currency }, context);
}
