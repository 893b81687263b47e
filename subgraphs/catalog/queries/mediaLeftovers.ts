import type { Database, Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const note = query({
  name: "catalog.noteMediaLeftover",
  text: "insert into catalog.media_leftovers (prefix) values ($1) on conflict (prefix) do update set since = clock_timestamp()",
  params: ["text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Long enough for whoever noted it to have a row that names it. */
const due = query({
  name: "catalog.mediaLeftoversDue",
  text: `select l.prefix, exists (select 1 from catalog.media m where m.sha256 = split_part(l.prefix, '/', 2)) as is_named
    from catalog.media_leftovers l where l.since < clock_timestamp() - make_interval(secs => $1) order by l.since limit 100 for update skip locked`,
  params: ["float8"],
  row: { prefix: "text", is_named: "bool" },
  budget: { access: "write", maxRows: 100 },
});

const forget = query({
  name: "catalog.forgetMediaLeftover",
  text: "delete from catalog.media_leftovers l where l.prefix = $1",
  params: ["text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const forgetUnfinished = query({
  name: "catalog.forgetUnfinishedMedia",
  text: `delete from catalog.media m where m.id in (
      select o.id from catalog.media o where o.state <> 'READY' and o.expires_at < clock_timestamp() order by o.expires_at limit 100) returning m.id`,
  params: [],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 100 },
});

/** Bodies under the prefix go, unless a row names them when they are due. */
export async function noteLeftover(db: Reader, prefix: string): Promise<void> {
  await db.execute(note, [prefix]);
}

/** The leftovers that are due, held by this transaction; with whether a row names them after all. */
export async function listLeftoversDue(tx: Tx, afterSeconds: number): Promise<{ prefix: string; isNamed: boolean }[]> {
  return (await tx.many(due, [afterSeconds])).map(({ prefix, is_named: isNamed }) => ({ prefix, isNamed }));
}

export async function forgetLeftover(tx: Tx, prefix: string): Promise<void> {
  await tx.execute(forget, [prefix]);
}

/** Ids of uploads that nobody finished in time, which are gone now. */
export async function forgetUnfinishedUploads(db: Database): Promise<string[]> {
  return (await db.many(forgetUnfinished, [])).map(({ id }) => id);
}
