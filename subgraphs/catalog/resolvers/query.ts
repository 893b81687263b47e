import { badUserInput } from "#kit/errors.ts";
import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import type { CatalogContext } from "../context.ts";
import { type ProductFilter, type ProductFilterInput, type ProductSort, readFilter } from "../domain/productFilter.ts";
import { categoryCursor, listCategories } from "../queries/categories.ts";
import { keptWhere } from "../queries/kept.ts";
import { type ListedProduct, listProducts, productCursor } from "../queries/productList.ts";
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

  variant: (_root: unknown, { id }: { id: string }, context: CatalogContext) => findVariant(id, context),

  async categories(_root: unknown, args: PageArgs, { db }: CatalogContext) {
    const page = readPage(args, categoryCursor);
    return toConnection(await listCategories(db, page), page, (category) => categoryCursor.encode([category.name, category.id]));
  },
};
