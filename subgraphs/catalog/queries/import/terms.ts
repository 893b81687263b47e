import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const categories = query({
  name: "catalog.importCategories",
  text: `select a.place, c.id from unnest($1::int4[], $2::uuid[], $3::text[]) as a (place, parent_id, name)
    join catalog.categories c on c.parent_id is not distinct from a.parent_id and lower(c.name) = lower(a.name) order by c.position, c.id`,
  params: ["int4[]", "uuid[]", "text[]"],
  row: { place: "int4", id: "uuid" },
  // The tree is small beside what stands in it, and it is read once per batch and level.
  budget: { access: "scan", maxRows: 10_000 },
});
const insertCategory = query({
  name: "catalog.importInsertCategory",
  text: `insert into catalog.categories (id, slug, name, parent_id)
    select $1::uuid, case when exists (select from catalog.categories c where c.slug = $2::text) then $2::text || '-' || right($1::uuid::text, 12) else $2::text end, $3::text, $4::uuid`,
  params: ["uuid", "text", "text", "uuid?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
const lockTree = query({
  name: "catalog.importLockTree",
  text: "select pg_advisory_xact_lock(hashtextextended('catalog.category_tree', 0)) is null as locked",
  params: [],
  row: { locked: "bool" },
  budget: { access: "write", maxRows: 1 },
});
const insertAttributes = query({
  name: "catalog.importInsertAttributes",
  text: `insert into catalog.attributes (code, name, type, unit, is_filterable, is_searchable, is_variant_option)
    select a.code, a.name, a.type, a.unit, a.filterable, a.searchable, a.variant from jsonb_to_recordset($1) as a (code text, name text, type text, unit text, filterable bool, searchable bool, variant bool)
    on conflict (code) do nothing`,
  params: ["jsonb"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
const vendors = query({
  name: "catalog.importVendors",
  text: "select v.slug, v.id from users.vendor_names v where v.slug = any($1)",
  params: ["text[]"],
  row: { slug: "text", id: "uuid" },
  budget: { access: "index", maxRows: 5_000 },
});
const productsOfKeys = query({
  name: "catalog.importProductsOfKeys",
  text: `select k.key, f.id, f.vendor_id from unnest($1::text[]) as k (key)
    cross join lateral (
      select * from (
        select p.id, p.vendor_id, 1 as place from catalog.products p where p.external_ref = k.key
        union all select p.id, p.vendor_id, 2 from catalog.variants v join catalog.products p on p.id = v.product_id where v.sku = upper(k.key)
        union all select p.id, p.vendor_id, 3 from catalog.products p where p.slug = k.key
      ) any_way order by place limit 1
    ) f`,
  params: ["text[]"],
  row: { key: "text", id: "uuid", vendor_id: "uuid?" },
  budget: { access: "index", maxRows: 50_000 },
});
const variantsOfSkus = query({
  name: "catalog.importVariantsOfSkus",
  text: `select v.sku, v.id, v.product_id, v.name, p.vendor_id, p.name as product_name from catalog.variants v join catalog.products p on p.id = v.product_id where v.sku = any($1)`,
  params: ["text[]"],
  row: { sku: "text", id: "uuid", product_id: "uuid", name: "text", vendor_id: "uuid?", product_name: "text" },
  budget: { access: "index", maxRows: 50_000 },
});

export interface FoundVariant { readonly id: string; readonly productId: string; readonly vendorId: string | null; readonly name: string; readonly productName: string }

/** Children by parent and name, as asked, by place. */
export async function findCategories(tx: Tx, asked: readonly { parentId: string | null; name: string }[]): Promise<Map<number, string>> {
  const rows = await tx.many(categories, [asked.map((_one, place) => place), asked.map(({ parentId }) => parentId) as unknown as string[], asked.map(({ name }) => name)]);
  const found = new Map<number, string>();
  for (const { place, id } of rows) if (!found.has(place)) found.set(place, id);
  return found;
}
export async function insertCategoryRow(tx: Tx, id: string, slug: string, name: string, parentId: string | null): Promise<void> {
  await tx.execute(insertCategory, [id, slug, name, parentId]);
}
/** Nobody else adds to the tree until the transaction ends. */
export async function lockCategoryTree(tx: Tx): Promise<void> {
  await tx.one(lockTree, []);
}
/** Makes those that are not there; answers how many. */
export function insertAttributeRows(tx: Tx, rows: readonly object[]): Promise<number> {
  return tx.execute(insertAttributes, [JSON.stringify(rows)]);
}
export async function findVendors(tx: Tx, slugs: readonly string[]): Promise<Map<string, string>> {
  return new Map(slugs.length === 0 ? [] : (await tx.many(vendors, [slugs])).map(({ slug, id }) => [slug, id]));
}
/** Products by the merchant's number, by a code of one of their variants, or by slug, in this order. */
export async function findProducts(tx: Tx, keys: readonly string[]): Promise<Map<string, { id: string; vendorId: string | null }>> {
  return new Map(keys.length === 0 ? [] : (await tx.many(productsOfKeys, [keys])).map((found) => [found.key, { id: found.id, vendorId: found.vendor_id }]));
}
export async function findVariants(tx: Tx, skus: readonly string[]): Promise<Map<string, FoundVariant>> {
  const rows = skus.length === 0 ? [] : await tx.many(variantsOfSkus, [skus]);
  return new Map(rows.map((found) => [found.sku, { id: found.id, productId: found.product_id, vendorId: found.vendor_id, name: found.name, productName: found.product_name }]));
}
