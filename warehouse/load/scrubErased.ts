import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { quoteIdent } from "../engines/postgres/identifiers.ts";

/** What becomes of the versions of a table that are a person's. */
export interface ScrubRule {
  readonly rawTable: string;
  /** Holds the person's UUID. */
  readonly person: string;
  /** Columns with the SQL of what takes their place; without it the versions go. */
  readonly set?: Readonly<Record<string, string>>;
}

/**
 * Every table of raw that knows people. What the shop publishes of them and is not named here fails
 * warehouse/load/tests/scrubErased.db.test.ts.
 */
export const SCRUB_RULES: readonly ScrubRule[] = [
  // The shop keeps an empty shell for a while, whose deletion raw follows: the row stays, and says nothing.
  {
    rawTable: "users__users", person: "id",
    set: { email: "'erased-' || md5(id::text) || '@erased.invalid'", display_name: "null", roles: "'{CUSTOMER}'", country_code: "null", external_ref: "null", status: "'ERASED'" },
  },
  { rawTable: "users__addresses", person: "user_id" },
  { rawTable: "users__vendor_members", person: "user_id" },
  { rawTable: "users__consents", person: "user_id" },
  { rawTable: "users__sessions", person: "user_id" },
  { rawTable: "catalog__wishlists", person: "user_id" },
  { rawTable: "catalog__reviews", person: "user_id", set: { user_id: "null" } },
  { rawTable: "catalog__review_votes", person: "user_id" },
  { rawTable: "orders__carts", person: "user_id", set: { user_id: "null" } },
  { rawTable: "orders__checkouts", person: "user_id", set: { user_id: "null" } },
  { rawTable: "orders__orders", person: "user_id", set: { user_id: "null" } },
  { rawTable: "orders__refunds", person: "user_id", set: { user_id: "null" } },
  { rawTable: "events__behaviour_events", person: "user_id", set: { user_id: "null", search_text: "null", order_id: "null" } },
];

const PUBLISHED = "raw.users__erasures";

const known = query({
  name: "load.columnsForScrub",
  text: "select s.raw_table, array_agg(s.column_name) as columns from raw._schema s where s.raw_table = any($1) group by s.raw_table",
  params: ["text[]"],
  row: { raw_table: "text", columns: "text[]" },
  budget: { access: "scan", maxRows: 1_000 },
});

// What the shop has forgotten with an old copy stays in the ledger.
const wanted = query({
  name: "load.erasuresToScrub",
  text: "select e.user_hash from raw._erasures e where $1 or e.scrubbed_at > now() - interval '1 day'",
  params: ["bool"],
  row: { user_hash: "text" },
  budget: { access: "scan", maxRows: 10_000_000 },
});

const done = query({
  name: "load.noteScrubbed",
  text: "update raw._erasures e set scrubbed_at = now(), applied_pos = greatest(e.applied_pos, $2) where e.user_hash = any($1) and not $3",
  params: ["text[]", "int8", "bool"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** The hash by which the ledger knows a person, of a column that holds their UUID. The same as users.erasure_hash in the shop. */
export const erasureHash = (column: string) => `encode(sha256(convert_to('martgraph-erasure:' || ${column}::text, 'UTF8')), 'hex')`;

/**
 * Takes erased people out of raw, every version of everything that is theirs, in the transaction that brought the erasure or a new
 * copy. `all` where a table was copied: an old copy of the shop may have brought back whom it does not know as erased. Else those of
 * the last day, for what comes in until an erasure is settled; who was erased again is one of them again.
 * @returns how many versions were changed or dropped
 */
export async function scrubErased(tx: Tx, pos: bigint, all: boolean): Promise<number> {
  const { rows } = await tx.raw<{ there: boolean }>(`select to_regclass('${PUBLISHED}') is not null as there`);
  if (rows[0]?.there) {
    await tx.raw(
      `insert into raw._erasures (user_hash, erased_at, applied_pos)
         select e.user_hash, max(e.erased_at), $1 from ${PUBLISHED} e where e.user_hash is not null group by e.user_hash
       on conflict (user_hash) do update set erased_at = excluded.erased_at, scrubbed_at = now() where excluded.erased_at > _erasures.erased_at`,
      [pos],
    );
  }
  const hashes = (await tx.many(wanted, [all])).map((row) => row.user_hash);
  if (hashes.length === 0) return 0;
  const columnsOf = new Map((await tx.many(known, [SCRUB_RULES.map((rule) => rule.rawTable)])).map((row) => [row.raw_table, new Set(row.columns)]));
  let changed = 0;
  for (const { rawTable, person, set } of SCRUB_RULES) {
    const columns = columnsOf.get(rawTable);
    if (!columns?.has(person)) continue;
    const table = `raw.${quoteIdent(rawTable)}`;
    const theirs = `${quoteIdent(person)} is not null and ${erasureHash(quoteIdent(person))} = any($1)`;
    const assignments = Object.entries(set ?? {}).filter(([column]) => columns.has(column));
    // A shell is nobody already, and a tombstone holds its key alone.
    const still = rawTable === "users__users" ? " and status <> 'ERASED' and _op <> 'd'" : "";
    const sql = set
      ? `update ${table} set ${assignments.map(([column, value]) => `${quoteIdent(column)} = ${value}`).join(", ")} where ${theirs}${still}`
      : `delete from ${table} where ${theirs}`;
    changed += (await tx.raw(sql, [hashes])).rowCount ?? 0;
  }
  await tx.execute(done, [hashes, pos, all]);
  return changed;
}
