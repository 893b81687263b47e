import { money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { MAX_ON_SHELF, Shelf, type ShelvedVariant } from "../domain/shelf.ts";
import { PRODUCT_COLUMNS, productRow, toProduct } from "./products.ts";

/** One variant: id, sku, name, units that are left or null, its current prices. */
type VariantJson = [id: string, sku: string, name: string, available: string | null, prices: [currency: string, units: string, exponent: number, validFrom: string][] | null];

// Everything of a product that a page of it shows, in one go. What is not on sale has nothing to buy, whatever stands on the shelf.
const shelves = `select ${PRODUCT_COLUMNS}, (
      select json_agg(json_build_array(v.id, v.sku, v.name,
          (select (s.on_hand - s.reserved)::text from catalog.stock_levels s where s.variant_id = v.id and p.status = 'ACTIVE'),
          (select json_agg(json_build_array(pr.currency, pr.unit_amount::text, pr.exponent, pr.valid_from)) from catalog.prices pr where pr.variant_id = v.id and pr.valid_to is null)
        ) order by v.sku)::text
      from (select v.id, v.sku, v.name from catalog.variants v where v.product_id = p.id order by v.sku limit ${MAX_ON_SHELF + 1}) v
    ) as variants
    from catalog.products p`;
const row = { ...productRow, variants: "text?" } as const;

const byIds = query({
  name: "catalog.shelvesByIds",
  text: `${shelves} where p.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const bySlugs = query({
  name: "catalog.shelvesBySlugs",
  text: `${shelves} where p.slug = any($1)`,
  params: ["text[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

/** The products with all that is sold of them; one that has more variants than a shelf holds says so. */
export async function listShelvesByIds(db: Reader, ids: readonly string[]): Promise<Shelf[]> {
  return (await db.many(byIds, [ids])).map(toShelf);
}

export async function listShelvesBySlugs(db: Reader, slugs: readonly string[]): Promise<Shelf[]> {
  return (await db.many(bySlugs, [slugs])).map(toShelf);
}

function toShelf(found: RowOf<typeof row>): Shelf {
  const variants = found.variants === null ? [] : (JSON.parse(found.variants) as VariantJson[]);
  return new Shelf(toProduct(found), variants.map((variant) => toVariant(variant, found.id)));
}

function toVariant([id, sku, name, available, prices]: VariantJson, productId: string): ShelvedVariant {
  return {
    id, productId, sku, name, available: BigInt(available ?? 0),
    prices: (prices ?? []).map(([currency, units, exponent, validFrom]) => ({ amount: money(BigInt(units), currency, exponent), validFrom: new Date(validFrom) })),
  };
}
