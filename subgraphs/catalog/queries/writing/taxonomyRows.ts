import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const write = { access: "write", maxRows: 1 } as const;
const id = { id: "uuid" } as const;

const addBrand = query({
  name: "catalog.addBrand",
  text: "insert into catalog.brands (slug, name, description, created_at, updated_at) values ($1, $2, $3, $4, $4) returning id",
  params: ["text", "text", "text?", "timestamptz"],
  row: id,
  budget: write,
});
const changeBrand = query({
  name: "catalog.changeBrand",
  text: "update catalog.brands b set slug = $2, name = $3, description = case when $5 then $4 else b.description end, updated_at = $6, version = b.version + 1 where b.id = $1 returning b.id",
  params: ["uuid", "text", "text", "text?", "bool", "timestamptz"],
  row: id,
  budget: write,
});

const addCategory = query({
  name: "catalog.addCategory",
  text: "insert into catalog.categories (slug, name, description, parent_id, position) values ($1, $2, $3, $4, $5) returning id",
  params: ["text", "text", "text?", "uuid?", "int4"],
  row: id,
  budget: write,
});
const changeCategory = query({
  name: "catalog.changeCategory",
  text: "update catalog.categories c set slug = $2, name = $3, description = case when $5 then $4 else c.description end, position = coalesce($6, c.position), version = c.version + 1 where c.id = $1 returning c.id",
  params: ["uuid", "text", "text", "text?", "bool", "int4?"],
  row: id,
  budget: write,
});
const moveCategory = query({
  name: "catalog.moveCategory",
  text: "update catalog.categories c set parent_id = $2, position = coalesce($3, c.position), version = c.version + 1 where c.id = $1",
  params: ["uuid", "uuid?", "int4?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
const subtree = query({
  name: "catalog.heightOfCategory",
  text: `with recursive down (id, level) as (
      select c.id, 1 from catalog.categories c where c.id = $1
      union all
      select c.id, down.level + 1 from down cross join lateral (select c.id from catalog.categories c where c.parent_id = down.id limit 100000) c where down.level < 20
    ) select coalesce(max(level), 0)::int4 as height from down`,
  params: ["uuid"],
  row: { height: "int4" },
  budget: { access: "index", maxRows: 1 },
});
const contents = query({
  name: "catalog.contentsOfCategory",
  text: `select (select count(*)::int4 from catalog.categories c where c.parent_id = $1) as children,
    (select count(*)::int4 from catalog.products p where p.category_id = $1) + (select count(*)::int4 from catalog.product_categories h where h.category_id = $1) as products`,
  params: ["uuid"],
  row: { children: "int4", products: "int4" },
  budget: { access: "index", maxRows: 1 },
});
// Where a product stood in both, it stands in the other one once.
const empty = query({
  name: "catalog.emptyCategory",
  text: `with children as (update catalog.categories c set parent_id = $2, version = c.version + 1 where c.parent_id = $1),
    main as (update catalog.products p set category_id = $2, version = p.version + 1, updated_at = $3 where p.category_id = $1),
    further as (delete from catalog.product_categories h where h.category_id = $1 returning h.product_id, h.position)
    insert into catalog.product_categories (product_id, category_id, position) select f.product_id, $2, f.position from further f on conflict do nothing`,
  params: ["uuid", "uuid", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
// Waits for products that are being put into it, and makes those that come now wait.
const seizeCategory = query({
  name: "catalog.seizeCategory",
  text: "select c.id from catalog.categories c where c.id = $1 for update",
  params: ["uuid"],
  row: id,
  budget: write,
});
const dropCategory = query({
  name: "catalog.dropCategory",
  text: `with texts as (delete from catalog.translations t where t.kind = 'CATEGORY' and t.target_id = $1),
    slugs as (delete from catalog.former_slugs f where f.kind = 'CATEGORY' and f.target_id = $1)
    delete from catalog.categories c where c.id = $1`,
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const addCollection = query({
  name: "catalog.addCollection",
  text: "insert into catalog.collections (slug, name, description, vendor_id, is_published, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6) returning id",
  params: ["text", "text", "text?", "uuid?", "bool", "timestamptz"],
  row: id,
  budget: write,
});
const changeCollection = query({
  name: "catalog.changeCollection",
  text: `update catalog.collections c set slug = $2, name = $3, description = case when $5 then $4 else c.description end, is_published = coalesce($6, c.is_published), updated_at = $7, version = c.version + 1
    where c.id = $1 returning c.id`,
  params: ["uuid", "text", "text", "text?", "bool", "bool?", "timestamptz"],
  row: id,
  budget: write,
});
const vendorOfCollection = query({
  name: "catalog.vendorOfCollection",
  text: "select c.vendor_id from catalog.collections c where c.id = $1",
  params: ["uuid"],
  row: { vendor_id: "uuid?" },
  budget: { access: "index", maxRows: 1 },
});
const fillCollection = query({
  name: "catalog.fillCollection",
  text: `with wanted as (select w.id, (w.place - 1)::int4 as position from unnest($2::uuid[]) with ordinality as w (id, place)),
    gone as (delete from catalog.collection_products h where h.collection_id = $1 and not exists (select from wanted w where w.id = h.product_id) returning h.product_id),
    come as (insert into catalog.collection_products as h (collection_id, product_id, position) select $1, w.id, w.position from wanted w
      on conflict (collection_id, product_id) do update set position = excluded.position returning h.product_id, xmax = 0 as is_new),
    counted as (update catalog.collections c set version = c.version + 1, updated_at = $3 where c.id = $1)
    select product_id from gone union all select product_id from come where is_new`,
  params: ["uuid", "uuid[]", "timestamptz"],
  row: { product_id: "uuid" },
  budget: { access: "write", maxRows: 100_000 },
});

export interface NamedValues {
  readonly slug: string;
  readonly name: string;
  /** Undefined where it stays. */
  readonly description: string | null | undefined;
}

export async function writeBrand(tx: Reader, id: string | undefined, { slug, name, description }: NamedValues, at: Date): Promise<string> {
  if (id === undefined) return (await tx.one(addBrand, [slug, name, description ?? null, at])).id;
  return (await tx.one(changeBrand, [id, slug, name, description ?? null, description !== undefined, at])).id;
}

export async function writeCategory(tx: Reader, id: string | undefined, { slug, name, description, parentId, position }: NamedValues & { parentId: string | null; position: number | undefined }): Promise<string> {
  if (id === undefined) return (await tx.one(addCategory, [slug, name, description ?? null, parentId, position ?? 0])).id;
  return (await tx.one(changeCategory, [id, slug, name, description ?? null, description !== undefined, position ?? null])).id;
}

export async function hangCategory(tx: Reader, id: string, parentId: string | null, position: number | undefined): Promise<void> {
  await tx.execute(moveCategory, [id, parentId, position ?? null]);
}

/** Levels of the category with all below it. */
export async function heightOfCategory(db: Reader, id: string): Promise<number> {
  return (await db.one(subtree, [id])).height;
}

export function contentsOfCategory(db: Reader, id: string): Promise<{ children: number; products: number }> {
  return db.one(contents, [id]);
}

/** Hands categories and products over to another category. */
export async function emptyCategory(tx: Reader, id: string, into: string, at: Date): Promise<void> {
  await tx.execute(empty, [id, into, at]);
}

/** Locks a category that is to go, against products that are put into it meanwhile. */
export async function seizeCategoryRow(tx: Reader, id: string): Promise<void> {
  await tx.maybeOne(seizeCategory, [id]);
}

export async function deleteCategory(tx: Reader, id: string): Promise<void> {
  await tx.execute(dropCategory, [id]);
}

export async function writeCollection(tx: Reader, id: string | undefined, { slug, name, description, vendorId, isPublished }: NamedValues & { vendorId: string | null; isPublished: boolean | undefined }, at: Date): Promise<string> {
  if (id === undefined) return (await tx.one(addCollection, [slug, name, description ?? null, vendorId, isPublished ?? false, at])).id;
  return (await tx.one(changeCollection, [id, slug, name, description ?? null, description !== undefined, isPublished ?? null, at])).id;
}

/** Undefined where there is no such collection. */
export async function findVendorOfCollection(db: Reader, id: string): Promise<{ vendorId: string | null } | undefined> {
  const found = await db.maybeOne(vendorOfCollection, [id]);
  return found && { vendorId: found.vendor_id };
}

/** Answers the products that came or went. */
export async function setCollectionProducts(tx: Reader, id: string, productIds: readonly string[], at: Date): Promise<string[]> {
  return (await tx.many(fillCollection, [id, productIds, at])).map((found) => found.product_id);
}
