import { money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { PriceKind } from "../domain/price.ts";
import { MAX_ON_SHELF, PRICES_AHEAD_SECONDS, Shelf, type ShelfClock, type ShelvedVariant } from "../domain/shelf.ts";
import { compareAtOf } from "./prices.ts";
import { PRODUCT_COLUMNS, productRow, toProduct } from "./products.ts";

/** One variant: id, sku, name, units that are left or null, its base prices. */
type VariantJson = [id: string, sku: string, name: string, available: string | null, prices: PriceJson[] | null];
type PriceJson = [id: string, currency: string, units: string, exponent: number, compareAt: string | null, kind: PriceKind, validFrom: string, validTo: string | null];

// Everything of a product that a page of it shows, in one go. What is not on sale has nothing to buy, whatever stands on the shelf.
const shelves = `select ${PRODUCT_COLUMNS}, (select catalog.price_now()) as now, (
      select json_agg(json_build_array(v.id, v.sku, v.name,
          (select (s.on_hand - s.reserved)::text from catalog.stock_levels s where s.variant_id = v.id and p.status = 'ACTIVE'),
          (select json_agg(json_build_array(pr.id, pr.currency, pr.unit_amount::text, pr.exponent, pr.compare_at_amount::text, pr.kind, pr.valid_from, pr.valid_to)) from catalog.prices pr
            where pr.variant_id = v.id and pr.price_list_id is null and pr.ends_at > (select catalog.price_now())
              and pr.valid_from <= (select catalog.price_now() + interval '${PRICES_AHEAD_SECONDS} seconds'))
        ) order by v.sku)::text
      from (select v.id, v.sku, v.name from catalog.variants v where v.product_id = p.id and not v.is_archived order by v.sku limit ${MAX_ON_SHELF + 1}) v
    ) as variants
    from catalog.products p`;
const row = { ...productRow, now: "timestamptz", variants: "text?" } as const;

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
  return toShelves(await db.many(byIds, [ids]));
}

export async function listShelvesBySlugs(db: Reader, slugs: readonly string[]): Promise<Shelf[]> {
  return toShelves(await db.many(bySlugs, [slugs]));
}

function toShelves(rows: readonly RowOf<typeof row>[]): Shelf[] {
  const readAt = performance.now();
  const now = rows[0]?.now.getTime() ?? 0;
  const clock = (): number => now + (performance.now() - readAt);
  return rows.map((found) => {
    const variants = found.variants === null ? [] : (JSON.parse(found.variants) as VariantJson[]);
    return new Shelf(toProduct(found), variants.map((variant) => toVariant(variant, found.id, clock)), clock);
  });
}

function toVariant([id, sku, name, available, prices]: VariantJson, productId: string, clock: ShelfClock): ShelvedVariant {
  return {
    id, productId, sku, name, available: BigInt(available ?? 0), clock,
    prices: (prices ?? []).map(([priceId, currency, units, exponent, compareAt, kind, validFrom, validTo]) => {
      const amount = money(BigInt(units), currency, exponent);
      return { id: priceId, amount, compareAt: compareAtOf(amount, compareAt === null ? null : BigInt(compareAt)), kind, validFrom: new Date(validFrom), validTo: validTo === null ? null : new Date(validTo) };
    }),
  };
}
