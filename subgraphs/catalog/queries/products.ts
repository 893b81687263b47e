import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Product, ProductStatus } from "../domain/product.ts";

/** The columns of a product as every statement here selects them, from catalog.products as p. */
export const PRODUCT_COLUMNS = "p.id, p.slug, p.name, p.description, p.status, p.vendor_id, p.category_id, p.created_at";
export const productRow = {
  id: "uuid", slug: "text", name: "text", description: "text?", status: "text", vendor_id: "uuid?", category_id: "uuid?", created_at: "timestamptz",
} as const;

export function toProduct(row: RowOf<typeof productRow>): Product {
  return {
    id: row.id, slug: row.slug, name: row.name, description: row.description, status: row.status as ProductStatus,
    vendorId: row.vendor_id, categoryId: row.category_id, createdAt: row.created_at,
  };
}

const byIds = query({
  name: "catalog.productsByIds",
  text: `select ${PRODUCT_COLUMNS} from catalog.products p where p.id = any($1)`,
  params: ["uuid[]"],
  row: productRow,
  budget: { access: "index", maxRows: 1_000 },
});

export async function listProductsByIds(db: Reader, ids: readonly string[]): Promise<Product[]> {
  return (await db.many(byIds, [ids])).map(toProduct);
}
