import { type Money, money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";

/** What something costs now. `ownerId` is the variant or the product that was asked for. */
export interface CurrentPrice {
  readonly ownerId: string;
  readonly amount: Money;
  readonly validFrom: Date;
}

const row = { owner_id: "uuid", currency: "text", unit_amount: "int8", exponent: "int2", valid_from: "timestamptz" } as const;

const ofVariants = query({
  name: "catalog.pricesOfVariants",
  text: `select pr.variant_id as owner_id, pr.currency, pr.unit_amount, pr.exponent, pr.valid_from
    from catalog.prices pr where pr.variant_id = any($1) and pr.currency = $2 and pr.valid_to is null`,
  params: ["uuid[]", "text"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const lowestOfProducts = query({
  name: "catalog.lowestPricesOfProducts",
  text: `select asked.product_id as owner_id, lowest.currency, lowest.unit_amount, lowest.exponent, lowest.valid_from
    from unnest($1::uuid[]) as asked (product_id)
    cross join lateral (
      select pr.currency, pr.unit_amount, pr.exponent, pr.valid_from
      from catalog.variants v join catalog.prices pr on pr.variant_id = v.id and pr.currency = $2 and pr.valid_to is null
      where v.product_id = asked.product_id
      order by pr.unit_amount / (10::numeric ^ pr.exponent), v.sku limit 1
    ) lowest`,
  params: ["uuid[]", "text"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

function toPrice(found: RowOf<typeof row>): CurrentPrice {
  return { ownerId: found.owner_id, amount: money(found.unit_amount, found.currency, found.exponent), validFrom: found.valid_from };
}

export async function listPricesOfVariants(db: Reader, variantIds: readonly string[], currency: string): Promise<CurrentPrice[]> {
  return (await db.many(ofVariants, [variantIds, currency])).map(toPrice);
}

export async function listLowestPricesOfProducts(db: Reader, productIds: readonly string[], currency: string): Promise<CurrentPrice[]> {
  return (await db.many(lowestOfProducts, [productIds, currency])).map(toPrice);
}
