import { badUserInput } from "#kit/errors.ts";
import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import type { CatalogContext } from "../context.ts";
import { type ProductFilter, type ProductFilterInput, type ProductSort, readFilter, readSearchText } from "../domain/productFilter.ts";
import { categoryCursor, listCategories } from "../queries/categories.ts";
import { keptWhere } from "../queries/kept.ts";
import { type ListedProduct, listProducts, productCursor } from "../queries/productList.ts";
import { searchCursor, searchProducts } from "../queries/search.ts";
import { counted } from "./facets.ts";
import { findProduct, findVariant } from "./product.ts";

export const queryResolvers = {
  product(_root: unknown, { id, slug }: { id?: string; slug?: string }, context: CatalogContext) {
    if ((id == null) === (slug == null)) throw badUserInput("Give exactly one of `id` and `slug`.", ["id"]);
    return findProduct({ id, slug }, context);
  },

  async products(_root: unknown, args: PageArgs & { filter?: ProductFilterInput | null; sort?: ProductSort | null }, context: CatalogContext) {
    const { db, viewer, kept, fresh } = context;
    const sort = args.sort ?? "NAME";
    const cursor = productCursor(sort);
    const page = readPage(args, cursor);
    const filter = readFilter(args.filter);
    if (!filter.ok) throw badUserInput(filter.error, ["filter"]);
    const currency = args.filter?.currency ?? "GBP";
    const rows = filter.value ? await keptWhere(filter.value, kept.pages, [sort, filter.value, page, currency], () => listProducts(db, { sort, filter: filter.value as ProductFilter, page, viewer, currency }), fresh) : [];
    const list = toConnection(rows, page, (product: ListedProduct) => cursor.encode([product.sortKey, product.id]));
    return counted(list, { text: undefined, filter: filter.value, currency }, context);
  },

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

  variant: (_root: unknown, { id }: { id: string }, context: CatalogContext) => findVariant(id, context),

  async categories(_root: unknown, args: PageArgs, { db }: CatalogContext) {
    const page = readPage(args, categoryCursor);
    return toConnection(await listCategories(db, page), page, (category) => categoryCursor.encode([category.name, category.id]));
  },
};
