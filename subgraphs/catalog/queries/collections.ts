import { cursorOf, type Page } from "#kit/page.ts";
import { can, type Viewer } from "#kit/viewer.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Collection } from "../domain/taxonomy.ts";

const COLUMNS = "c.id, c.slug, c.name, c.description, c.vendor_id, c.is_published, c.version";
const row = { id: "uuid", slug: "text", name: "text", description: "text?", vendor_id: "uuid?", is_published: "bool", version: "int4" } as const;

function toCollection(found: RowOf<typeof row>): Collection {
  return { id: found.id, slug: found.slug, name: found.name, description: found.description, vendorId: found.vendor_id, isPublished: found.is_published, version: found.version };
}

const byIds = query({
  name: "catalog.collectionsByIds",
  text: `select ${COLUMNS} from catalog.collections c where c.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const bySlugs = query({
  name: "catalog.collectionsBySlugs",
  text: `select ${COLUMNS} from catalog.collections c where c.slug = any($1)`,
  params: ["text[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const list = query({
  name: "catalog.listCollections",
  text: `select ${COLUMNS} from catalog.collections c
    where (c.name, c.id) > ($1, $2) and (c.is_published or $4 or c.vendor_id = any($5)) order by c.name, c.id limit $3`,
  params: ["text", "uuid", "int4", "bool", "uuid[]"],
  row,
  budget: { access: "index", maxRows: 101 },
});

const ofProducts = query({
  name: "catalog.collectionsOfProducts",
  text: `select asked.product_id, ${COLUMNS} from unnest($1::uuid[]) as asked (product_id)
    cross join lateral (
      select c.* from catalog.collection_products h cross join lateral (select * from catalog.collections c where c.id = h.collection_id limit 1) c
      where h.product_id = asked.product_id and (c.is_published or $2 or c.vendor_id = any($3)) order by c.name, c.id limit 20
    ) c`,
  params: ["uuid[]", "bool", "uuid[]"],
  row: { product_id: "uuid", ...row },
  budget: { access: "index", maxRows: 20_000 },
});

const products = query({
  name: "catalog.productsOfCollections",
  text: `select asked.id as collection_id, h.product_id, h.position::text as sort_key from unnest($1::uuid[]) as asked (id)
    cross join lateral (
      select h.product_id, h.position from catalog.collection_products h
      where h.collection_id = asked.id and (h.position, h.product_id) > ($2::text::int4, $3) and (select p.status = 'ACTIVE' from catalog.products p where p.id = h.product_id)
      order by h.position, h.product_id limit $4
    ) h`,
  params: ["uuid[]", "text", "uuid", "int4"],
  row: { collection_id: "uuid", product_id: "uuid", sort_key: "text" },
  budget: { access: "index", maxRows: 101_000 },
});

export const collectionCursor = cursorOf("collections", ["text", "uuid"]);
export const heldProductCursor = cursorOf("collection products", ["integer", "uuid"]);
const LOWEST = "00000000-0000-0000-0000-000000000000";

/** Not filtered: ask whether they may be seen. */
export async function listCollectionsByIds(db: Reader, ids: readonly string[]): Promise<Collection[]> {
  return (await db.many(byIds, [ids])).map(toCollection);
}

/** Not filtered. */
export async function listCollectionsBySlugs(db: Reader, slugs: readonly string[]): Promise<Collection[]> {
  return (await db.many(bySlugs, [slugs])).map(toCollection);
}

/** Up to `page.limit` + 1 collections by name; such as are not published to those alone who may see them. */
export async function listCollections(db: Reader, viewer: Viewer, page: Page<[string, string]>): Promise<Collection[]> {
  const [name, id] = page.after ?? ["", LOWEST];
  return (await db.many(list, [name, id, page.limit + 1, can(viewer, "catalog.read"), viewer.vendorIds])).map(toCollection);
}

export async function listCollectionsOfProducts(db: Reader, viewer: Viewer, productIds: readonly string[]): Promise<(Collection & { productId: string })[]> {
  return (await db.many(ofProducts, [productIds, can(viewer, "catalog.read"), viewer.vendorIds])).map((found) => ({ ...toCollection(found), productId: found.product_id }));
}

export interface HeldProduct {
  readonly collectionId: string;
  readonly productId: string;
  readonly sortKey: string;
}

/** Of each collection up to `limit` products on sale behind the cursor. */
export async function listProductsOfCollections(db: Reader, ids: readonly string[], limit: number, after: readonly [string, string] | undefined): Promise<HeldProduct[]> {
  const [position, id] = after ?? ["-1", LOWEST];
  return (await db.many(products, [ids, position, id, limit])).map((found) => ({ collectionId: found.collection_id, productId: found.product_id, sortKey: found.sort_key }));
}
