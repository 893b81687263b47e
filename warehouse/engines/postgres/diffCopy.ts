import type { Tx } from "#platform/db/database.ts";
import { quoteIdent, quoteIdents } from "./identifiers.ts";
import { columnNames, keyColumns, rawName, sameKey, type RawTable } from "./rawTables.ts";

/** Types whose equal values always read the same. Others (numeric: 1.0 = 1.00; jsonb; ranges) are compared as text. */
const EXACT = new Set(["uuid", "text", "boolean", "smallint", "integer", "bigint", "date", "bytea", "character varying", "timestamp with time zone", "timestamp without time zone"]);

const STAGE = "pg_temp.capture_copy";

/** An empty temporary table with the table's columns, which the copy goes into. */
export async function createStage(tx: Tx, table: RawTable): Promise<string> {
  await tx.raw(`drop table if exists ${STAGE}; create temporary table capture_copy (${table.columns.map(({ name, type }) => `${quoteIdent(name)} ${type}`).join(", ")}) on commit drop`);
  return STAGE;
}

/**
 * Brings raw up to the copy in the stage: rows that are gone get a tombstone, rows that are new or changed a new
 * version, at `pos`; equal rows stay as they are. So the history before a lost slot is kept.
 * @param isComplete false: the stage holds some rows of the table, and what is not in it stays
 * @returns the versions written.
 */
export async function mergeStage(tx: Tx, table: RawTable, pos: bigint, committedAt: string, { isComplete = true }: { isComplete?: boolean } = {}): Promise<number> {
  const raw = rawName(table);
  const keys = quoteIdents(keyColumns(table).map(({ name }) => name));
  const columns = quoteIdents(columnNames(table));
  const differs = table.columns
    .filter(({ isKey }) => !isKey)
    .map(({ name, type }) => {
      const cast = EXACT.has(type) ? "" : "::text";
      return `s.${quoteIdent(name)}${cast} is distinct from o.${quoteIdent(name)}${cast}`;
    });
  await tx.raw(`analyze ${STAGE}`);
  await tx.raw(`
    drop table if exists pg_temp.capture_changed; drop table if exists pg_temp.capture_gone;
    create temporary table capture_changed on commit drop as
      select ${quoteIdents(columnNames(table), "s.")} from ${STAGE} s left join ${raw} o on ${sameKey(table, "s", "o")} and o._to_pos is null and o._op <> 'd'
      where ${["o._op is null", ...differs].join(" or ")};
    create temporary table capture_gone on commit drop as
      select ${quoteIdents(keyColumns(table).map(({ name }) => name), "o.")} from ${raw} o
      where ${isComplete} and o._to_pos is null and o._op <> 'd' and not exists (select from ${STAGE} s where ${sameKey(table, "s", "o")});
    analyze pg_temp.capture_changed; analyze pg_temp.capture_gone`);
  await tx.raw(
    `update ${raw} o set _to_pos = $1::int8 from (select ${keys} from pg_temp.capture_changed union all select ${keys} from pg_temp.capture_gone) k
      where ${sameKey(table, "o", "k")} and o._to_pos is null`,
    [pos],
  );
  const changed = await tx.raw(
    `insert into ${raw} (${columns}, _op, _from_pos, _committed_at) select ${columns}, 'r', $1::int8, $2::timestamptz from pg_temp.capture_changed`,
    [pos, committedAt],
  );
  const gone = await tx.raw(
    `insert into ${raw} (${keys}, _op, _from_pos, _committed_at) select ${keys}, 'd', $1::int8, $2::timestamptz from pg_temp.capture_gone`,
    [pos, committedAt],
  );
  return changed.rowCount + gone.rowCount;
}
