import type { Database, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Slot } from "./slots.ts";

const tablesOfSchema = query({
  name: "publish.tablesOfSchema",
  text: `select c.relname::text as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         where n.nspname = $1 and c.relkind = 'r' order by 1`,
  params: ["text"],
  row: { name: "text" },
  budget: { access: "scan", maxRows: 1_000 },
});

/** The code's hash of a slot that holds another's tables and no views or seeds of its own: an increment that makes those first can build on it. */
export function copyOf(codeHash: string): string {
  return `copy of ${codeHash}`;
}

/** Only a slot that was completely built, by this code, from the present copy of raw, is worth taking over. */
const takeOverState = query({
  name: "publish.takeOverSlotState",
  text: `update ops.slot_state target
         set cut_pos = case when target.build_id is null then source.cut_pos else target.cut_pos end,
           complete_pos = source.complete_pos, complete_as_of = source.complete_as_of, complete_build_id = null, code_hash = $4
         from ops.slot_state source
         where target.slot = $2 and source.slot = $1 and source.code_hash = $3
           and source.complete_pos >= (select coalesce(max(snapshot_pos), 0) from raw._capture_state)
         returning source.complete_pos`,
  params: ["text", "text", "text", "text"],
  row: { complete_pos: "int8" },
  budget: { access: "write", maxRows: 1 },
});

const keysAndIndexes = query({
  name: "publish.keysAndIndexes",
  text: `select case when k.oid is null then pg_catalog.pg_get_indexdef(i.indexrelid) else pg_catalog.pg_get_constraintdef(k.oid) end as definition,
           k.oid is not null as is_constraint
         from pg_catalog.pg_index i
         left join pg_catalog.pg_constraint k on k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u')
         where i.indrelid = $1::regclass order by i.indexrelid`,
  params: ["text"],
  row: { definition: "text", is_constraint: "bool" },
  budget: { access: "scan", maxRows: 100 },
});

const LAYERS = ["marts", "features"] as const;

/**
 * Copies the tables of one slot into the other, so that the next build there merges what changed instead of building
 * from nothing: a copy takes a fifth of the time. Answers undefined, and changes nothing, when the first slot is not up to the code.
 * `db` logs in as martgraph_builder; the caller holds the lock of the slot that is written.
 */
export async function cloneSlot(db: Database, from: Slot, to: Slot, codeHash: string): Promise<{ tables: number; rows: number } | undefined> {
  return db.tx(async (tx) => {
    if (!(await tx.maybeOne(takeOverState, [from, to, codeHash, copyOf(codeHash)]))) return undefined;
    // The copy is as good as the slot it comes from, and made again when the server dies: no need to wait for the disk.
    await tx.raw("set local synchronous_commit = off");
    let tables = 0;
    let rows = 0;
    for (const layer of LAYERS) {
      await tx.raw(`create schema if not exists ${layer}_${to}`);
      for (const { name } of await tx.many(tablesOfSchema, [`${layer}_${from}`])) {
        rows += await cloneTable(tx, `${layer}_${from}`, `${layer}_${to}`, name);
        tables += 1;
      }
    }
    return { tables, rows };
  });
}

/** Indexes and keys come last: filling them row by row costs several times as much. */
async function cloneTable(tx: Tx, from: string, to: string, name: string): Promise<number> {
  const [source, target] = [`${from}."${name}"`, `${to}."${name}"`];
  await tx.raw(`drop table if exists ${target} cascade`);
  await tx.raw(`create table ${target} (like ${source} including defaults including constraints including comments including storage)`);
  const { rowCount } = await tx.raw(`insert into ${target} select * from ${source}`);
  for (const { definition, is_constraint: isConstraint } of await tx.many(keysAndIndexes, [source])) {
    await tx.raw(isConstraint ? `alter table ${target} add ${definition}` : definition.replace(` ON ${from}.`, ` ON ${to}.`));
  }
  await tx.raw(`analyze ${target}`);
  return rowCount;
}
