import { cursorOf, type Page } from "#kit/page.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Category } from "../domain/product.ts";

const COLUMNS = "c.id, c.slug, c.name, c.parent_id, c.description, c.position, c.version";
const row = { id: "uuid", slug: "text", name: "text", parent_id: "uuid?", description: "text?", position: "int4", version: "int4" } as const;

function toCategory(found: RowOf<typeof row>): Category {
  return { id: found.id, slug: found.slug, name: found.name, parentId: found.parent_id, description: found.description, position: found.position, version: found.version };
}

const byIds = query({
  name: "catalog.categoriesByIds",
  text: `select ${COLUMNS} from catalog.categories c where c.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const bySlugs = query({
  name: "catalog.categoriesBySlugs",
  text: `select ${COLUMNS} from catalog.categories c where c.slug = any($1)`,
  params: ["text[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const list = query({
  name: "catalog.listCategories",
  text: `select ${COLUMNS} from catalog.categories c
    where (c.name, c.id) > ($1, $2) order by c.name, c.id limit $3`,
  params: ["text", "uuid", "int4"],
  row,
  budget: { access: "index", maxRows: 101 },
});

// Ends after 20 steps even where somebody planted a circle.
const paths = query({
  name: "catalog.pathsOfCategories",
  text: `with recursive up (asked, id, parent_id, step) as (
      select c.id, c.id, c.parent_id, 0 from catalog.categories c where c.id = any($1)
      union all
      select up.asked, c.id, c.parent_id, up.step + 1 from up cross join lateral (select * from catalog.categories c where c.id = up.parent_id limit 1) c where up.step < 20
    )
    select up.asked, ${COLUMNS} from up cross join lateral (select * from catalog.categories c where c.id = up.id limit 1) c order by up.asked, up.step desc`,
  params: ["uuid[]"],
  row: { asked: "uuid", ...row },
  budget: { access: "index", maxRows: 21_000 },
});

const children = query({
  name: "catalog.childrenOfCategories",
  text: `select ${COLUMNS} from unnest($1::uuid[]) as asked (id)
    cross join lateral (select * from catalog.categories c where c.parent_id = asked.id order by c.position, c.id limit 200) c`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 200_000 },
});

const tops = query({
  name: "catalog.topCategories",
  text: `select ${COLUMNS} from catalog.categories c where c.parent_id is null order by c.position, c.id limit 200`,
  params: [],
  row,
  budget: { access: "index", maxRows: 200 },
});

// Level by level, each with its siblings in order.
const tree = query({
  name: "catalog.categoryTree",
  text: `with recursive down (id, level) as (
      (select c.id, 1 from catalog.categories c where c.parent_id is null order by c.position, c.id limit 200)
      union all
      select c.id, down.level + 1 from down cross join lateral (select c.id from catalog.categories c where c.parent_id = down.id order by c.position, c.id limit 200) c where down.level < $1
    )
    select ${COLUMNS}, d.level from (select * from down limit 10001) d cross join lateral (select * from catalog.categories c where c.id = d.id limit 1) c order by d.level, c.position, c.id`,
  params: ["int4"],
  row: { ...row, level: "int4" },
  budget: { access: "index", maxRows: 10_001 },
});

/** Children of one category that are read and shown at most. */
export const MAX_CHILDREN = 200;
/** A tree that is read in one go; of a larger one the levels are read as they are asked for. */
export const MAX_TREE = 10_000;

export const categoryCursor = cursorOf("categories", ["text", "uuid"]);
const START = ["", "00000000-0000-0000-0000-000000000000"] as const;

export async function listCategoriesByIds(db: Reader, ids: readonly string[]): Promise<Category[]> {
  return (await db.many(byIds, [ids])).map(toCategory);
}

export async function listCategoriesBySlugs(db: Reader, slugs: readonly string[]): Promise<Category[]> {
  return (await db.many(bySlugs, [slugs])).map(toCategory);
}

/** Up to `page.limit` + 1 categories by name. */
export async function listCategories(db: Reader, page: Page<[string, string]>): Promise<Category[]> {
  const [name, id] = page.after ?? START;
  return (await db.many(list, [name, id, page.limit + 1])).map(toCategory);
}

/** The way to each category from the top of the tree, itself last. */
export interface CategoryPath {
  readonly id: string;
  readonly categories: readonly Category[];
}

export async function listCategoryPaths(db: Reader, ids: readonly string[]): Promise<CategoryPath[]> {
  return [...Map.groupBy(await db.many(paths, [ids]), ({ asked }) => asked)].map(([id, rows]) => ({ id, categories: rows.map(toCategory) }));
}

/** Up to {@link MAX_CHILDREN} of each, in their order. */
export async function listChildrenOfCategories(db: Reader, ids: readonly string[]): Promise<Category[]> {
  return (await db.many(children, [ids])).map(toCategory);
}

export async function listTopCategories(db: Reader): Promise<Category[]> {
  return (await db.many(tops, [])).map(toCategory);
}

/** The first `depth` levels; more than {@link MAX_TREE} entries mean that there are more. */
export async function listCategoryTree(db: Reader, depth: number): Promise<(Category & { level: number })[]> {
  return (await db.many(tree, [depth])).map((found) => ({ ...toCategory(found), level: found.level }));
}
