import { cursorOf, type Page } from "#kit/page.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Category } from "../domain/product.ts";

const row = { id: "uuid", slug: "text", name: "text", parent_id: "uuid?" } as const;

function toCategory(found: RowOf<typeof row>): Category {
  return { id: found.id, slug: found.slug, name: found.name, parentId: found.parent_id };
}

const byIds = query({
  name: "catalog.categoriesByIds",
  text: "select c.id, c.slug, c.name, c.parent_id from catalog.categories c where c.id = any($1)",
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const list = query({
  name: "catalog.listCategories",
  text: `select c.id, c.slug, c.name, c.parent_id from catalog.categories c
    where (c.name, c.id) > ($1, $2) order by c.name, c.id limit $3`,
  params: ["text", "uuid", "int4"],
  row,
  budget: { access: "index", maxRows: 101 },
});

export const categoryCursor = cursorOf("categories", ["text", "uuid"]);
const START = ["", "00000000-0000-0000-0000-000000000000"] as const;

export async function listCategoriesByIds(db: Reader, ids: readonly string[]): Promise<Category[]> {
  return (await db.many(byIds, [ids])).map(toCategory);
}

/** Up to `page.limit` + 1 categories by name. */
export async function listCategories(db: Reader, page: Page<[string, string]>): Promise<Category[]> {
  const [name, id] = page.after ?? START;
  return (await db.many(list, [name, id, page.limit + 1])).map(toCategory);
}
