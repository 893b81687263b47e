import { cursorOf } from "#kit/page.ts";
import { type Money, money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { CurrentPrice, PriceKind, PriceState } from "../domain/price.ts";
import { compareAtOf } from "./prices.ts";
import type { PriceKey } from "./priceTimeline.ts";

/** A price with its place in the history of its variant. */
export interface RecordedPrice extends CurrentPrice {
  readonly variantId: string;
  readonly listId: string | null;
  readonly state: PriceState;
  /** The beginning with all its digits, for cursors. */
  readonly sortKey: string;
}

const keyOf = query({
  name: "catalog.priceKey",
  text: "select pr.variant_id, pr.currency, pr.price_list_id from catalog.prices pr where pr.id = $1",
  params: ["uuid"],
  row: { variant_id: "uuid", currency: "text", price_list_id: "uuid?" },
  budget: { access: "index", maxRows: 1 },
});

const countPlanned = query({
  name: "catalog.countPlannedPrices",
  text: `select count(*)::int4 as planned from catalog.prices pr
    where pr.variant_id = $1 and pr.currency = $2 and pr.price_list_id is not distinct from $3 and pr.valid_from > (select catalog.price_now()) and pr.kind <> 'RESUMED'`,
  params: ["uuid", "text", "uuid?"],
  row: { planned: "int4" },
  budget: { access: "index", maxRows: 1 },
});

// Several variants at once ask for pages of the same size from the same place.
const history = query({
  name: "catalog.priceHistory",
  text: `select pr.id, pr.variant_id, pr.currency, pr.price_list_id, pr.unit_amount, pr.exponent, pr.compare_at_amount, pr.kind, pr.valid_from, pr.valid_to,
      case when pr.valid_from > (select catalog.price_now()) then 'PLANNED' when pr.ends_at > (select catalog.price_now()) then 'IN_FORCE' else 'ENDED' end as state,
      to_char(pr.valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sort_key
    from unnest($1::uuid[]) as asked (variant_id)
    cross join lateral (
      select * from catalog.prices o where o.variant_id = asked.variant_id and (o.valid_from, o.id) < ($2::text::timestamptz, $3)
        and ($4::text is null or o.currency = $4) and o.price_list_id is not distinct from $5
      order by o.valid_from desc, o.id desc limit $6
    ) pr
    order by pr.valid_from desc, pr.id desc`,
  params: ["uuid[]", "text", "uuid", "text?", "uuid?", "int4"],
  row: {
    id: "uuid", variant_id: "uuid", currency: "text", price_list_id: "uuid?", unit_amount: "int8", exponent: "int2", compare_at_amount: "int8?", kind: "text", valid_from: "timestamptz", valid_to: "timestamptz?",
    state: "text", sort_key: "text",
  },
  budget: { access: "index", maxRows: 101_000 },
});

/**
 * The lowest price that held in the 30 days before the present reduction; where the price is no reduction, in the 30 days until now, it
 * included. A reduction begins where a run of one amount begins that a higher one stands before. docs/decisions/0020 says why.
 */
const lowest = query({
  name: "catalog.lowestPricesOf30Days",
  text: `select pr.id, pr.currency, coalesce(low.unit_amount, pr.unit_amount) as unit_amount, coalesce(low.exponent, pr.exponent) as exponent
    from catalog.prices pr
    left join lateral (
      select b.valid_from, b.amount from catalog.prices b
      where b.variant_id = pr.variant_id and b.currency = pr.currency and b.price_list_id is not distinct from pr.price_list_id and b.valid_from < pr.valid_from and b.amount <> pr.amount
      order by b.valid_from desc limit 1
    ) before on true
    left join lateral (
      select min(r.valid_from) as since from catalog.prices r
      where before.amount > pr.amount
        and r.variant_id = pr.variant_id and r.currency = pr.currency and r.price_list_id is not distinct from pr.price_list_id and r.valid_from > before.valid_from and r.valid_from <= pr.valid_from
    ) run on true
    left join lateral (
      select w.unit_amount, w.exponent from catalog.prices w
      where w.variant_id = pr.variant_id and w.currency = pr.currency and w.price_list_id is not distinct from pr.price_list_id
        and w.ends_at > coalesce(run.since, (select catalog.price_now())) - interval '30 days'
        and (w.valid_from < run.since or run.since is null and w.valid_from <= (select catalog.price_now()))
      order by w.amount limit 1
    ) low on true
    where pr.id = any($1)`,
  params: ["uuid[]"],
  row: { id: "uuid", currency: "text", unit_amount: "int8", exponent: "int2" },
  budget: { access: "index", maxRows: 1_000 },
});

export const priceHistoryCursor = cursorOf("price history", ["instant", "uuid"]);
const START = ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"] as const;

export async function findPriceKey(db: Reader, priceId: string): Promise<PriceKey | undefined> {
  const found = await db.maybeOne(keyOf, [priceId]);
  return found && { variantId: found.variant_id, currency: found.currency, listId: found.price_list_id };
}

/** How many prices wait for their time; what goes on behind them is not counted. */
export async function countPlannedPrices(db: Reader, { variantId, currency, listId }: PriceKey): Promise<number> {
  return (await db.one(countPlanned, [variantId, currency, listId])).planned;
}

/** Which prices a history holds. */
export interface HistoryFilter {
  /** Null: of all currencies. */
  readonly currency: string | null;
  /** Null: base prices. */
  readonly listId: string | null;
}

/** Of each variant up to `limit` prices, the latest beginning first, planned ones before all. */
export async function listPriceHistory(db: Reader, variantIds: readonly string[], limit: number, after: readonly [string, string] | undefined, filter: HistoryFilter): Promise<RecordedPrice[]> {
  const [from, id] = after ?? START;
  return (await db.many(history, [variantIds, from, id, filter.currency, filter.listId, limit])).map((found) => {
    const amount = money(found.unit_amount, found.currency, found.exponent);
    return {
      id: found.id, variantId: found.variant_id, listId: found.price_list_id, amount, compareAt: compareAtOf(amount, found.compare_at_amount), kind: found.kind as PriceKind,
      validFrom: found.valid_from, validTo: found.valid_to, state: found.state as PriceState, sortKey: found.sort_key,
    };
  });
}

export interface LowestOf30Days {
  readonly priceId: string;
  readonly amount: Money;
}

/** The lowest price of 30 days for each price that holds now, by its id. */
export async function listLowestOf30Days(db: Reader, priceIds: readonly string[]): Promise<LowestOf30Days[]> {
  return (await db.many(lowest, [priceIds])).map((found) => ({ priceId: found.id, amount: money(found.unit_amount, found.currency, found.exponent) }));
}
