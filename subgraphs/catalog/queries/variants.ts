import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Variant } from "../domain/product.ts";

const row = { id: "uuid", product_id: "uuid", sku: "text", name: "text" } as const;

function toVariant(found: RowOf<typeof row>): Variant {
  return { id: found.id, productId: found.product_id, sku: found.sku, name: found.name };
}

const byIds = query({
  name: "catalog.variantsByIds",
  text: "select v.id, v.product_id, v.sku, v.name from catalog.variants v where v.id = any($1)",
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const ofProducts = query({
  name: "catalog.variantsOfProducts",
  text: `select v.id, v.product_id, v.sku, v.name
    from unnest($1::uuid[]) as asked (product_id)
    cross join lateral (
      select id, product_id, sku, name from catalog.variants
      where product_id = asked.product_id and sku > $2 order by sku limit $3
    ) v`,
  params: ["uuid[]", "text", "int4"],
  row,
  budget: { access: "index", maxRows: 101_000 },
});

export async function listVariantsByIds(db: Reader, ids: readonly string[]): Promise<Variant[]> {
  return (await db.many(byIds, [ids])).map(toVariant);
}

/** Of each product up to `limit` variants by code, after the code given. */
export async function listVariantsOfProducts(db: Reader, productIds: readonly string[], limit: number, afterSku: string): Promise<Variant[]> {
  return (await db.many(ofProducts, [productIds, afterSku, limit])).map(toVariant);
}
