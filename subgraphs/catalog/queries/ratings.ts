import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Ratings } from "../domain/review.ts";

const row = { owner_id: "uuid", average: "numeric?", ones: "int4", twos: "int4", threes: "int4", fours: "int4", fives: "int4" } as const;

const ofProducts = query({
  name: "catalog.ratingsOfProducts",
  text: "select r.product_id as owner_id, r.average, r.ones, r.twos, r.threes, r.fours, r.fives from catalog.product_ratings r where r.product_id = any($1)",
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

// Of everything that can be seen of the vendor.
const ofVendors = query({
  name: "catalog.ratingsOfVendors",
  text: `select asked.vendor_id as owner_id, round((s.ones + 2 * s.twos + 3 * s.threes + 4 * s.fours + 5 * s.fives)::numeric / nullif(s.ones + s.twos + s.threes + s.fours + s.fives, 0), 2) as average,
      s.ones, s.twos, s.threes, s.fours, s.fives
    from unnest($1::uuid[]) as asked (vendor_id)
    cross join lateral (
      select coalesce(sum(r.ones), 0)::int4 as ones, coalesce(sum(r.twos), 0)::int4 as twos, coalesce(sum(r.threes), 0)::int4 as threes, coalesce(sum(r.fours), 0)::int4 as fours, coalesce(sum(r.fives), 0)::int4 as fives
      from catalog.products p join catalog.product_ratings r on r.product_id = p.id
      where p.vendor_id = asked.vendor_id and p.status <> 'DRAFT'
    ) s`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

export interface OwnedRatings extends Ratings {
  /** The product or the vendor. */
  readonly ownerId: string;
}

function toRatings({ owner_id, average, ones, twos, threes, fours, fives }: RowOf<typeof row>): OwnedRatings {
  return { ownerId: owner_id, average, count: ones + twos + threes + fours + fives, counts: [ones, twos, threes, fours, fives] };
}

/** One without any review may be missing. */
export async function listRatingsOfProducts(db: Reader, productIds: readonly string[]): Promise<OwnedRatings[]> {
  return (await db.many(ofProducts, [productIds])).map(toRatings);
}

export async function listRatingsOfVendors(db: Reader, vendorIds: readonly string[]): Promise<OwnedRatings[]> {
  return (await db.many(ofVendors, [vendorIds])).map(toRatings);
}
