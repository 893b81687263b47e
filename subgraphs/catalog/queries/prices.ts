import { type Money, money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { CurrentPrice, PriceKind } from "../domain/price.ts";

/** A price with what was asked for: `ownerId` is the variant or the product. */
export interface OwnedPrice extends CurrentPrice {
  readonly ownerId: string;
  /** The price list it comes from; null for a base price. */
  readonly listId: string | null;
}

const COLUMNS = "pr.price_list_id, pr.price_id, pr.currency, pr.unit_amount, pr.exponent, pr.compare_at_amount, pr.kind, pr.valid_from, pr.valid_to";
/** The base prices of now, with the column that prices of lists have. */
const BASE = "(select null::uuid as price_list_id, b.* from catalog.current_prices b)";
/** More than there are. */
const MAX_CURRENCIES = 100;
const row = {
  owner_id: "uuid", price_list_id: "uuid?", price_id: "uuid", currency: "text", unit_amount: "int8", exponent: "int2", compare_at_amount: "int8?", kind: "text", valid_from: "timestamptz", valid_to: "timestamptz?",
} as const;

const ofVariants = query({
  name: "catalog.pricesOfVariants",
  text: `select pr.variant_id as owner_id, ${COLUMNS} from ${BASE} pr where pr.variant_id = any($1) and pr.currency = $2`,
  params: ["uuid[]", "text"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const lowestOfProducts = query({
  name: "catalog.lowestPricesOfProducts",
  text: `select asked.product_id as owner_id, lowest.*
    from unnest($1::uuid[]) as asked (product_id)
    cross join lateral (
      select ${COLUMNS}
      from catalog.variants v join ${BASE} pr on pr.variant_id = v.id and pr.currency = $2
      where v.product_id = asked.product_id and not v.is_archived
      order by pr.amount, v.sku limit 1
    ) lowest`,
  params: ["uuid[]", "text"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const allOfVariants = query({
  name: "catalog.allPricesOfVariants",
  text: `select pr.variant_id as owner_id, ${COLUMNS}
    from unnest($1::uuid[]) as asked (variant_id)
    cross join lateral (select * from ${BASE} o where o.variant_id = asked.variant_id order by o.currency limit ${MAX_CURRENCIES}) pr`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 * MAX_CURRENCIES },
});

const ofVariantsInList = query({
  name: "catalog.listPricesOfVariants",
  text: `select pr.variant_id as owner_id, ${COLUMNS} from catalog.current_list_prices pr where pr.variant_id = any($1) and pr.currency = $2 and pr.list_code = $3`,
  params: ["uuid[]", "text", "text"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

// Of each variant the list's price, else the base price; of these the lowest.
const lowestOfProductsInList = query({
  name: "catalog.lowestListPricesOfProducts",
  text: `select asked.product_id as owner_id, lowest.*
    from unnest($1::uuid[]) as asked (product_id)
    cross join lateral (
      select ${COLUMNS}
      from catalog.variants v
      cross join lateral (
        select 0 as place, pr.amount, ${COLUMNS} from catalog.current_list_prices pr where pr.variant_id = v.id and pr.currency = $2 and pr.list_code = $3
        union all
        select 1, pr.amount, ${COLUMNS} from ${BASE} pr where pr.variant_id = v.id and pr.currency = $2
        order by place limit 1
      ) pr
      where v.product_id = asked.product_id and not v.is_archived
      order by pr.amount, v.sku limit 1
    ) lowest`,
  params: ["uuid[]", "text", "text"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

function toPrice(found: RowOf<typeof row>): OwnedPrice {
  const amount = money(found.unit_amount, found.currency, found.exponent);
  return {
    ownerId: found.owner_id, listId: found.price_list_id, id: found.price_id, amount, compareAt: compareAtOf(amount, found.compare_at_amount), kind: found.kind as PriceKind, validFrom: found.valid_from, validTo: found.valid_to,
  };
}

/** The compare-at price of a row: at the exponent of its price. */
export function compareAtOf(amount: Money, units: bigint | null): Money | null {
  return units === null ? null : { ...amount, units };
}

export async function listPricesOfVariants(db: Reader, variantIds: readonly string[], currency: string): Promise<OwnedPrice[]> {
  return (await db.many(ofVariants, [variantIds, currency])).map(toPrice);
}

export async function listLowestPricesOfProducts(db: Reader, productIds: readonly string[], currency: string): Promise<OwnedPrice[]> {
  return (await db.many(lowestOfProducts, [productIds, currency])).map(toPrice);
}

export async function listAllPricesOfVariants(db: Reader, variantIds: readonly string[]): Promise<OwnedPrice[]> {
  return (await db.many(allOfVariants, [variantIds])).map(toPrice);
}

/** Prices of one active list alone; a variant that it has no price for is missing. */
export async function listListPricesOfVariants(db: Reader, variantIds: readonly string[], currency: string, list: string): Promise<OwnedPrice[]> {
  return (await db.many(ofVariantsInList, [variantIds, currency, list])).map(toPrice);
}

/** The lowest of each product's prices, where a price of the list stands before the base price of its variant. */
export async function listLowestListPricesOfProducts(db: Reader, productIds: readonly string[], currency: string, list: string): Promise<OwnedPrice[]> {
  return (await db.many(lowestOfProductsInList, [productIds, currency, list])).map(toPrice);
}
