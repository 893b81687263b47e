import { cursorOf, type Page } from "#kit/page.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { PriceList } from "../domain/priceList.ts";

const COLUMNS = "l.id, l.code, l.name, l.currency, l.active_from, l.active_to, l.version";
const row = { id: "uuid", code: "text", name: "text", currency: "text", active_from: "timestamptz?", active_to: "timestamptz?", version: "int4" } as const;

function toList(found: RowOf<typeof row>): PriceList {
  return { id: found.id, code: found.code, name: found.name, currency: found.currency, activeFrom: found.active_from, activeTo: found.active_to, version: found.version };
}

const byIds = query({
  name: "catalog.priceListsByIds",
  text: `select ${COLUMNS} from catalog.price_lists l where l.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const byCode = query({
  name: "catalog.priceListByCode",
  text: `select ${COLUMNS} from catalog.price_lists l where l.code = $1`,
  params: ["text"],
  row,
  budget: { access: "index", maxRows: 1 },
});

const list = query({
  name: "catalog.listPriceLists",
  text: `select ${COLUMNS} from catalog.price_lists l where l.code > $1 order by l.code limit $2`,
  params: ["text", "int4"],
  row,
  budget: { access: "index", maxRows: 101 },
});

// One writer at a time: a code is opened once, and there are never more lists than allowed.
const lock = query({
  name: "catalog.lockPriceLists",
  text: "select pg_advisory_xact_lock(hashtextextended('catalog.price_lists', 0)) is null as locked",
  params: [],
  row: { locked: "bool" },
  budget: { access: "write", maxRows: 1 },
});

const count = query({
  name: "catalog.countPriceLists",
  text: "select count(*)::int4 as lists from catalog.price_lists",
  params: [],
  row: { lists: "int4" },
  budget: { access: "scan", maxRows: 1 },
});

const upsert = query({
  name: "catalog.upsertPriceList",
  text: `insert into catalog.price_lists as l (code, name, currency, active_from, active_to, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6)
    on conflict (code) do update set name = excluded.name, active_from = excluded.active_from, active_to = excluded.active_to, version = l.version + 1, updated_at = excluded.updated_at
    returning ${COLUMNS}`,
  params: ["text", "text", "text", "timestamptz?", "timestamptz?", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

export const priceListCursor = cursorOf("price lists", ["text"]);

export async function listPriceListsByIds(db: Reader, ids: readonly string[]): Promise<PriceList[]> {
  return (await db.many(byIds, [ids])).map(toList);
}

export async function findPriceListByCode(db: Reader, code: string): Promise<PriceList | undefined> {
  const found = await db.maybeOne(byCode, [code]);
  return found && toList(found);
}

/** Up to `page.limit` + 1 lists by code. */
export async function listPriceLists(db: Reader, page: Page<[string]>): Promise<PriceList[]> {
  return (await db.many(list, [page.after?.[0] ?? "", page.limit + 1])).map(toList);
}

export async function lockPriceLists(tx: Reader): Promise<void> {
  await tx.one(lock, []);
}

export async function countPriceLists(tx: Reader): Promise<number> {
  return (await tx.one(count, [])).lists;
}

/** Writes the list of this code. The currency of one that is there stays. */
export async function upsertPriceList(tx: Reader, given: Omit<PriceList, "id" | "version">, at: Date): Promise<PriceList> {
  return toList(await tx.one(upsert, [given.code, given.name, given.currency, given.activeFrom, given.activeTo, at]));
}
