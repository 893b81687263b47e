import { badUserInput } from "#kit/errors.ts";
import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import type { CatalogContext } from "../context.ts";
import { type ProductFilterInput, type ProductSort, readFilter, readSearchText } from "../domain/productFilter.ts";
import { categoryCursor, listCategories } from "../queries/categories.ts";
import { type ListedProduct, listProducts, productCursor } from "../queries/productList.ts";
import { searchCursor, searchProducts } from "../queries/search.ts";
import { findProduct, findVariant } from "./product.ts";

export const queryResolvers = {
  product(_root: unknown, { id, slug }: { id?: string; slug?: string }, context: CatalogContext) {
    if ((id == null) === (slug == null)) throw badUserInput("Give exactly one of `id` and `slug`.", ["id"]);
    return findProduct({ id, slug }, context);
  },

  async products(_root: unknown, args: PageArgs & { filter?: ProductFilterInput | null; sort?: ProductSort | null }, { db, viewer }: CatalogContext) {
    const sort = args.sort ?? "NAME";
    const cursor = productCursor(sort);
    const page = readPage(args, cursor);
    const filter = readFilter(args.filter);
    if (!filter.ok) throw badUserInput(filter.error, ["filter"]);
    const rows = filter.value ? await listProducts(db, { sort, filter: filter.value, page, viewer, currency: args.filter?.currency ?? "GBP" }) : [];
    return toConnection(rows, page, (product: ListedProduct) => cursor.encode([product.sortKey, product.id]));
  },

  async search(_root: unknown, args: PageArgs & { query: string }, { db }: CatalogContext) {
    const page = readPage(args, searchCursor);
    const text = readSearchText(args.query);
    if (!text.ok) throw badUserInput(text.error, ["query"]);
    const rows = await searchProducts(db, text.value, page);
    return toConnection(rows, page, (product) => searchCursor.encode([product.score, product.id]));
  },

  variant: (_root: unknown, { id }: { id: string }, context: CatalogContext) => findVariant(id, context),

  async categories(_root: unknown, args: PageArgs, { db }: CatalogContext) {
    const page = readPage(args, categoryCursor);
    return toConnection(await listCategories(db, page), page, (category) => categoryCursor.encode([category.name, category.id]));
  },
};
