import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Product, Variant } from "../domain/product.ts";
import { PRODUCT_COLUMNS, productRow, toProduct } from "./products.ts";

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

// Row by row: a join would let the server read the whole of a table that it takes for small.
const withProducts = query({
  name: "catalog.variantsWithProducts",
  text: `select v.id as variant_id, v.sku, v.name as variant_name, ${PRODUCT_COLUMNS}
    from catalog.variants v cross join lateral (select * from catalog.products p where p.id = v.product_id limit 1) p
    where v.id = any($1)`,
  params: ["uuid[]"],
  row: { variant_id: "uuid", sku: "text", variant_name: "text", ...productRow },
  budget: { access: "index", maxRows: 1_000 },
});

const ofProducts = query({
  name: "catalog.variantsOfProducts",
  text: `select v.id, v.product_id, v.sku, v.name
    from unnest($1::uuid[]) as asked (product_id)
    cross join lateral (
      select id, product_id, sku, name from catalog.variants
      where product_id = asked.product_id and sku > $2 and (not is_archived or $4) order by sku limit $3
    ) v`,
  params: ["uuid[]", "text", "int4", "bool"],
  row,
  budget: { access: "index", maxRows: 101_000 },
});

export async function listVariantsByIds(db: Reader, ids: readonly string[]): Promise<Variant[]> {
  return (await db.many(byIds, [ids])).map(toVariant);
}

/** A variant with the product it is a form of, which says who may see it. */
export interface KnownVariant {
  readonly variant: Variant;
  readonly product: Product;
}

export async function listKnownVariants(db: Reader, ids: readonly string[]): Promise<KnownVariant[]> {
  return (await db.many(withProducts, [ids])).map((found) => {
    const product = toProduct(found);
    return { product, variant: { id: found.variant_id, productId: product.id, sku: found.sku, name: found.variant_name } };
  });
}

/** Of each product up to `limit` variants by code, after the code given; those that are sold no more only where asked for. */
export async function listVariantsOfProducts(db: Reader, productIds: readonly string[], limit: number, afterSku: string, { archived = false }: { archived?: boolean } = {}): Promise<Variant[]> {
  return (await db.many(ofProducts, [productIds, afterSku, limit, archived])).map(toVariant);
}
