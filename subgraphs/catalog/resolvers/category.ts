import { badUserInput } from "#kit/errors.ts";
import type { PageArgs } from "#kit/page.ts";
import { encodeId } from "#schema/values/ids.ts";
import type { CatalogContext } from "../context.ts";
import type { Category } from "../domain/product.ts";
import type { ProductFilterInput, ProductSort } from "../domain/productFilter.ts";
import { MAX_DEPTH } from "../domain/taxonomy.ts";
import { listCategoryTree, listTopCategories, MAX_CHILDREN, MAX_TREE } from "../queries/categories.ts";
import { queryResolvers } from "./query.ts";
import { categoryNames, findNamed } from "./taxonomy.ts";

/** A category whose children were read along. */
interface Grown extends Category {
  grown?: readonly Grown[];
}
type ProductsArgs = PageArgs & { filter?: ProductFilterInput | null; sort?: ProductSort | null };

/** Categories of one request whose products may be listed: each takes a statement of its own. */
const MAX_LISTED = 10;
type Listed = ReturnType<typeof queryResolvers.products>;
const listed = new WeakMap<CatalogContext["loaders"], Map<string, Listed>>();

export const categoryAreaResolvers = {
  Query: {
    category: (_root: unknown, args: { id?: string; slug?: string }, context: CatalogContext) => findNamed(args, "cat", "CATEGORY", context.loaders.categoryById, context.loaders.categoryBySlug, context),
    async categoryTree(_root: unknown, { depth, first }: { depth?: number | null; first?: number | null }, { db }: CatalogContext): Promise<readonly Grown[]> {
      const levels = depth ?? 3;
      const limit = readFirst(first, 100);
      if (levels < 1 || levels > MAX_DEPTH) throw badUserInput(`\`depth\` must be between 1 and ${MAX_DEPTH}, it is ${levels}.`, ["depth"]);
      return (levels === 1 ? await listTopCategories(db) : grow(await listCategoryTree(db, levels), levels) ?? (await listTopCategories(db))).slice(0, limit);
    },
  },
  Category: {
    ...categoryNames,
    async children(category: Grown, { first }: { first?: number | null }, { loaders }: CatalogContext): Promise<readonly Grown[]> {
      const limit = readFirst(first, 50);
      return (category.grown ?? (await loaders.childrenOfCategory.load(category.id))).slice(0, limit);
    },
    breadcrumbs: async ({ id }: Category, _args: unknown, { loaders }: CatalogContext) => (await loaders.categoryPath.load(id))?.categories ?? [],
    products({ id }: Category, args: ProductsArgs, context: CatalogContext): Listed {
      const lists = listed.get(context.loaders) ?? new Map<string, Listed>();
      listed.set(context.loaders, lists);
      const key = JSON.stringify([id, args]);
      const asked = lists.get(key);
      if (asked) return asked;
      if (lists.size === MAX_LISTED) throw badUserInput(`One request lists the products of at most ${MAX_LISTED} categories: ask for the others by themselves, or with \`products(filter: { categoryId })\`.`);
      const list = queryResolvers.products(undefined, { ...args, first: args.first ?? 24, filter: { ...args.filter, categoryId: encodeId("cat", id) } }, context);
      lists.set(key, list);
      return list;
    },
  },
};

function readFirst(first: number | null | undefined, otherwise: number): number {
  const limit = first ?? otherwise;
  if (limit < 1 || limit > MAX_CHILDREN) throw badUserInput(`\`first\` must be between 1 and ${MAX_CHILDREN}, it is ${limit}.`, ["first"]);
  return limit;
}

/** The tops with all that was read below them; undefined where the tree is too large for one reading. Of the last level nobody knows the children yet. */
function grow(entries: readonly (Category & { level: number })[], levels: number): Grown[] | undefined {
  if (entries.length > MAX_TREE) return undefined;
  const grown = new Map(entries.map((entry) => [entry.id, { ...entry, ...(entry.level < levels ? { grown: [] as Grown[] } : {}) }]));
  for (const entry of grown.values()) grown.get(entry.parentId ?? "")?.grown?.push(entry);
  return [...grown.values()].filter(({ parentId }) => parentId === null);
}
