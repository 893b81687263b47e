import { money } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { CurrentPrice, PriceKind } from "../domain/price.ts";
import type { NewPrice } from "../domain/pricePlan.ts";
import { compareAtOf } from "./prices.ts";

/** Whose prices: of a variant, in a currency, in a list or base prices. */
export interface PriceKey {
  readonly variantId: string;
  readonly currency: string;
  /** Null for base prices. */
  readonly listId: string | null;
}

const lock = query({
  name: "catalog.lockVariantsForPrices",
  text: `select v.id, v.product_id, p.vendor_id
    from catalog.variants v cross join lateral (select p.vendor_id from catalog.products p where p.id = v.product_id limit 1) p
    where v.id = any($1) order by v.id for no key update of v`,
  params: ["uuid[]"],
  row: { id: "uuid", product_id: "uuid", vendor_id: "uuid?" },
  budget: { access: "write", maxRows: 1_000 },
});

const readNow = query({
  name: "catalog.priceTime",
  // Not the statement's beginning: a lock that was waited for in another statement lies before it all the same.
  text: "select date_trunc('milliseconds', platform.business_now()) as now",
  params: [],
  row: { now: "timestamptz" },
  budget: { access: "scan", maxRows: 1 },
});

// What has not ended, and the last standing price that has begun: it may lie under one that holds now.
const timeline = query({
  name: "catalog.priceTimelines",
  text: `select asked.place, pr.id, pr.unit_amount, pr.exponent, pr.compare_at_amount, pr.kind, pr.valid_from, pr.valid_to
    from (select k.variant_id, k.currency, nullif(k.list_id, '')::uuid as list_id, k.place::int4
      from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality as k (variant_id, currency, list_id, place)) as asked
    cross join lateral (
      select * from catalog.prices o
      where o.variant_id = asked.variant_id and o.currency = asked.currency and o.price_list_id is not distinct from asked.list_id and o.ends_at > $4
      union
      (select * from catalog.prices s
        where s.variant_id = asked.variant_id and s.currency = asked.currency and s.price_list_id is not distinct from asked.list_id and s.valid_from <= $4 and s.kind <> 'TEMPORARY'
        order by s.valid_from desc limit 1)
    ) pr`,
  params: ["uuid[]", "text[]", "text[]", "timestamptz"],
  row: { place: "int4", id: "uuid", unit_amount: "int8", exponent: "int2", compare_at_amount: "int8?", kind: "text", valid_from: "timestamptz", valid_to: "timestamptz?" },
  budget: { access: "index", maxRows: 200_000 },
});

const remove = query({
  name: "catalog.deletePlannedPrices",
  text: "delete from catalog.prices where id = any($1)",
  params: ["uuid[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const end = query({
  name: "catalog.endPrices",
  text: `update catalog.prices pr set valid_to = e.valid_to from unnest($1::uuid[], $2::timestamptz[]) as e (id, valid_to) where pr.id = e.id`,
  params: ["uuid[]", "timestamptz[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const insert = query({
  name: "catalog.insertPrices",
  text: `insert into catalog.prices (id, variant_id, currency, price_list_id, unit_amount, exponent, compare_at_amount, kind, valid_from, valid_to, changed_by)
    select n.id, n.variant_id, n.currency, nullif(n.list_id, '')::uuid, n.unit_amount, n.exponent, n.compare_at, n.kind, n.valid_from, n.valid_to, $11
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int8[], $6::int4[], $7::int8[], $8::text[], $9::timestamptz[], $10::timestamptz[])
      as n (id, variant_id, currency, list_id, unit_amount, exponent, compare_at, kind, valid_from, valid_to)`,
  params: ["uuid[]", "uuid[]", "text[]", "text[]", "int8[]", "int4[]", "int8[]", "text[]", "timestamptz[]", "timestamptz[]", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** A variant whose prices are about to change: nobody else changes them until the transaction ends. */
export interface LockedVariant {
  readonly id: string;
  readonly productId: string;
  readonly vendorId: string | null;
}

/** Locks the variants in the order of their ids, so that nobody waits in a circle. What there is not is missing. */
export async function lockVariantsForPrices(tx: Tx, variantIds: readonly string[]): Promise<LockedVariant[]> {
  return (await tx.many(lock, [variantIds])).map((found) => ({ id: found.id, productId: found.product_id, vendorId: found.vendor_id }));
}

/** Business time to the millisecond. Ask behind the lock: whoever held it before has an earlier time. */
export async function readPriceTime(tx: Tx): Promise<Date> {
  return (await tx.one(readNow, [])).now;
}

/** Of each key what has not ended, and the last standing price that has begun; in the order of the keys. */
export async function readTimelines(tx: Tx, keys: readonly PriceKey[], at: Date): Promise<CurrentPrice[][]> {
  const rows = await tx.many(timeline, [keys.map((key) => key.variantId), keys.map((key) => key.currency), keys.map((key) => key.listId ?? ""), at]);
  const timelines: CurrentPrice[][] = keys.map(() => []);
  for (const found of rows) {
    const amount = money(found.unit_amount, keys[found.place - 1]?.currency ?? "", found.exponent);
    timelines[found.place - 1]?.push({ id: found.id, amount, compareAt: compareAtOf(amount, found.compare_at_amount), kind: found.kind as PriceKind, validFrom: found.valid_from, validTo: found.valid_to });
  }
  return timelines;
}

export async function deletePlannedPrices(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.execute(remove, [ids]);
}

export async function endPrices(tx: Tx, ends: readonly { id: string; validTo: Date | null }[]): Promise<void> {
  if (ends.length > 0) await tx.execute(end, [ends.map(({ id }) => id), ends.map(({ validTo }) => validTo) as Date[]]);
}

export async function insertPrices(tx: Tx, prices: readonly (NewPrice & PriceKey & { readonly id: string })[], changedBy: string | null): Promise<void> {
  if (prices.length === 0) return;
  const column = <T>(of: (price: (typeof prices)[number]) => T): T[] => prices.map(of);
  await tx.execute(insert, [
    column(({ id }) => id), column(({ variantId }) => variantId), column(({ currency }) => currency), column(({ listId }) => listId ?? ""),
    column(({ amount }) => amount.units), column(({ amount }) => amount.exponent), column(({ compareAt }) => compareAt?.units ?? null) as bigint[],
    column(({ kind }) => kind), column(({ validFrom }) => validFrom), column(({ validTo }) => validTo) as Date[], changedBy,
  ]);
}
