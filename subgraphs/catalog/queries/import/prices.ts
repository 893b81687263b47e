import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

// What holds now, what comes next, and what goes on after a temporary price.
const state = query({
  name: "catalog.importPriceState",
  text: `select a.place, date_trunc('milliseconds', catalog.price_now()) as at, c.price_id, c.kind, c.unit_amount, c.exponent, c.compare_at_amount, c.valid_from, c.valid_to,
      n.id as next_id, n.kind as next_kind, n.unit_amount as next_amount, n.exponent as next_exponent, n.compare_at_amount as next_compare_at, n.valid_from as next_from, n.valid_to as next_to
    from unnest($1::int4[], $2::uuid[], $3::text[]) as a (place, variant_id, currency)
    left join lateral (select * from catalog.current_prices p where p.variant_id = a.variant_id and p.currency = a.currency limit 1) c on true
    left join lateral (select p.* from catalog.prices p where p.variant_id = a.variant_id and p.currency = a.currency and p.price_list_id is null and p.ends_at > (select catalog.price_now())
      and p.valid_from > (select catalog.price_now()) order by p.valid_from limit 1) n on true`,
  params: ["int4[]", "uuid[]", "text[]"],
  row: {
    place: "int4", at: "timestamptz", price_id: "uuid?", kind: "text?", unit_amount: "int8?", exponent: "int2?", compare_at_amount: "int8?", valid_from: "timestamptz?", valid_to: "timestamptz?",
    next_id: "uuid?", next_kind: "text?", next_amount: "int8?", next_exponent: "int2?", next_compare_at: "int8?", next_from: "timestamptz?", next_to: "timestamptz?",
  },
  budget: { access: "index", maxRows: 50_000 },
});
const lock = query({
  name: "catalog.importLockVariants",
  text: "select v.id from catalog.variants v where v.id = any($1) order by v.id for no key update",
  params: ["uuid[]"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 50_000 },
});
const end = query({
  name: "catalog.importEndPrices",
  text: "update catalog.prices p set valid_to = e.at from unnest($1::uuid[], $2::timestamptz[]) as e (id, at) where p.id = e.id",
  params: ["uuid[]", "timestamptz[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
const drop = query({
  name: "catalog.importDropPrices",
  text: "delete from catalog.prices p where p.id = any($1)",
  params: ["uuid[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
const insert = query({
  name: "catalog.importInsertPrices",
  text: `insert into catalog.prices (variant_id, currency, unit_amount, exponent, compare_at_amount, valid_from, valid_to, changed_by)
    select x.variant_id, x.currency, x.amount, x.exponent, x.compare_at, x.valid_from, x.valid_to, $2
    from jsonb_to_recordset($1) as x (variant_id uuid, currency text, amount bigint, exponent smallint, compare_at bigint, valid_from timestamptz, valid_to timestamptz)`,
  params: ["jsonb", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export interface WantedPrice { readonly variantId: string; readonly currency: string; readonly amount: bigint; readonly exponent: number; readonly compareAt: bigint | null }

/**
 * Base prices from now on, until the next one that is planned; under a temporary price, from its end on. One that is so already stays.
 * Answers the places of those that changed.
 */
export async function setPriceRows(tx: Tx, wanted: readonly WantedPrice[], actor: string): Promise<Set<number>> {
  if (wanted.length === 0) return new Set();
  // Writers of one variant's prices come one after the other.
  await tx.many(lock, [wanted.map(({ variantId }) => variantId)]);
  const found = await tx.many(state, [wanted.map((_one, place) => place), wanted.map(({ variantId }) => variantId), wanted.map(({ currency }) => currency)]);
  const changed = new Set<number>();
  const ends: { id: string; at: Date }[] = [];
  const drops: string[] = [];
  const rows: object[] = [];
  for (const now of found) {
    const one = wanted[now.place] as WantedPrice;
    const isSame = (units: bigint | null, exponent: number | null, compareAt: bigint | null) => units === one.amount && exponent === one.exponent && compareAt === one.compareAt;
    const isTemporary = now.kind === "TEMPORARY";
    // Under a temporary price, what is to hold is what goes on after it.
    const resumes = isTemporary && now.next_id !== null && now.next_from?.getTime() === now.valid_to?.getTime();
    if (isTemporary ? resumes && isSame(now.next_amount, now.next_exponent, now.next_compare_at) : isSame(now.unit_amount, now.exponent, now.compare_at_amount)) continue;
    changed.add(now.place);
    let from = now.at;
    let to = now.next_from;
    if (isTemporary) {
      from = now.valid_to as Date;
      to = resumes ? now.next_to : now.next_from;
      if (resumes) drops.push(now.next_id as string);
    } else if (now.price_id !== null) {
      from = new Date(Math.max(now.at.getTime(), (now.valid_from as Date).getTime() + 1));
      to = now.valid_to;
      ends.push({ id: now.price_id, at: from });
    }
    rows.push({ variant_id: one.variantId, currency: one.currency, amount: String(one.amount), exponent: one.exponent, compare_at: one.compareAt === null ? null : String(one.compareAt), valid_from: from.toISOString(), valid_to: to?.toISOString() ?? null });
  }
  if (ends.length > 0) await tx.execute(end, [ends.map(({ id }) => id), ends.map(({ at }) => at)]);
  if (drops.length > 0) await tx.execute(drop, [drops]);
  if (rows.length > 0) await tx.execute(insert, [JSON.stringify(rows), actor]);
  return changed;
}
