import { cursorOf, type Page } from "#kit/page.ts";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Brand } from "../domain/taxonomy.ts";

const COLUMNS = "b.id, b.slug, b.name, b.description, b.version";
const row = { id: "uuid", slug: "text", name: "text", description: "text?", version: "int4" } as const;

const byIds = query({
  name: "catalog.brandsByIds",
  text: `select ${COLUMNS} from catalog.brands b where b.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const bySlugs = query({
  name: "catalog.brandsBySlugs",
  text: `select ${COLUMNS} from catalog.brands b where b.slug = any($1)`,
  params: ["text[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const list = query({
  name: "catalog.listBrands",
  text: `select ${COLUMNS} from catalog.brands b where (b.name, b.id) > ($1, $2) order by b.name, b.id limit $3`,
  params: ["text", "uuid", "int4"],
  row,
  budget: { access: "index", maxRows: 101 },
});

export const brandCursor = cursorOf("brands", ["text", "uuid"]);
const START = ["", "00000000-0000-0000-0000-000000000000"] as const;

export function listBrandsByIds(db: Reader, ids: readonly string[]): Promise<Brand[]> {
  return db.many(byIds, [ids]);
}

export function listBrandsBySlugs(db: Reader, slugs: readonly string[]): Promise<Brand[]> {
  return db.many(bySlugs, [slugs]);
}

/** Up to `page.limit` + 1 brands by name. */
export function listBrands(db: Reader, page: Page<[string, string]>): Promise<Brand[]> {
  const [name, id] = page.after ?? START;
  return db.many(list, [name, id, page.limit + 1]);
}
