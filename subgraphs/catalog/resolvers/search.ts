import { badUserInput } from "#kit/errors.ts";
import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import type { CatalogContext } from "../context.ts";
import { type ProductFilter, type ProductFilterInput, readFilter, readSearchText } from "../domain/productFilter.ts";
import { keptWhere } from "../queries/kept.ts";
import { searchCursor, searchProducts } from "../queries/search.ts";
import { connectionResolvers, counted, facetsResolvers } from "./facets.ts";

export const searchResolvers = {
  Query: {
    async search(_root: unknown, args: PageArgs & { query: string; filter?: ProductFilterInput | null }, context: CatalogContext) {
      const page = readPage(args, searchCursor);
      const text = readSearchText(args.query);
      if (!text.ok) throw badUserInput(text.error, ["query"]);
      const filter = readFilter(args.filter);
      if (!filter.ok) throw badUserInput(filter.error, ["filter"]);
      const { db, kept, fresh } = context;
      const rows = filter.value ? await keptWhere(filter.value, kept.found, [text.value, filter.value, page], () => searchProducts(db, text.value, filter.value as ProductFilter, page), fresh) : [];
      const found = toConnection(rows, page, (product) => searchCursor.encode([product.score, product.id]));
      return counted(found, { text: text.value, filter: filter.value, currency: args.filter?.currency ?? "GBP" }, context);
    },
  },
  ProductConnection: connectionResolvers,
  ProductFacets: facetsResolvers,
};
