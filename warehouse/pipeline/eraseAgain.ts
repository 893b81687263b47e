import type { Database } from "#platform/db/database.ts";

/** The shop's side: erases whose hash is given, where they are there, and takes the hashes into its ledger. Answers how many were there. */
export type EraseAgain = (hashes: readonly string[]) => Promise<number>;

/** As a role that may call users.erase_again. */
export function eraseAgainIn(shop: Database): EraseAgain {
  return async (hashes) => Number((await shop.raw<{ n: bigint }>("select users.erase_again($1, pg_catalog.now()) as n", [hashes])).rows[0]?.n ?? 0n);
}

const SHOPS_LEDGER = "raw.users__erasures";

/**
 * Whom the warehouse knows as erased and the shop, as raw has it, does not: a shop that came back from an old copy has forgotten whom it
 * forgot. Only of use right after catching up.
 */
export async function forgottenErasures(warehouse: Database): Promise<string[]> {
  const { rows: [ledger] } = await warehouse.raw<{ there: boolean }>(`select pg_catalog.to_regclass('${SHOPS_LEDGER}') is not null as there`);
  if (!ledger?.there) return [];
  const { rows } = await warehouse.raw<{ user_hash: string }>(
    `select e.user_hash from raw._erasures e where not exists (select from ${SHOPS_LEDGER} s where s.user_hash = e.user_hash and s._to_pos is null and s._op <> 'd') order by 1`,
  );
  return rows.map((row) => row.user_hash);
}
