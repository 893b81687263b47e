import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

/** Units that can be bought now. `ownerId` is the variant or the product that was asked for. */
export interface Stock {
  readonly ownerId: string;
  readonly available: bigint;
}

const row = { owner_id: "uuid", available: "int8" } as const;

// What is not on sale has nothing to buy, whatever stands on the shelf. Row by row: a join would let the server read the whole of a
// table that it takes for small.
const ofVariants = query({
  name: "catalog.stockOfVariants",
  text: `select s.variant_id as owner_id, s.on_hand - s.reserved as available
    from catalog.stock_levels s
    where s.variant_id = any($1)
      and (select p.status = 'ACTIVE' from catalog.products p where p.id = (select v.product_id from catalog.variants v where v.id = s.variant_id and not v.is_archived))`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const ofProducts = query({
  name: "catalog.stockOfProducts",
  text: `select p.id as owner_id, coalesce(sum(s.on_hand - s.reserved), 0)::int8 as available
    from catalog.products p join catalog.variants v on v.product_id = p.id and not v.is_archived join catalog.stock_levels s on s.variant_id = v.id
    where p.id = any($1) and p.status = 'ACTIVE' group by p.id`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

export async function listStockOfVariants(db: Reader, variantIds: readonly string[]): Promise<Stock[]> {
  return (await db.many(ofVariants, [variantIds])).map((found) => ({ ownerId: found.owner_id, available: found.available }));
}

export async function listStockOfProducts(db: Reader, productIds: readonly string[]): Promise<Stock[]> {
  return (await db.many(ofProducts, [productIds])).map((found) => ({ ownerId: found.owner_id, available: found.available }));
}
