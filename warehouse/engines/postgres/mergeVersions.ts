import { Readable } from "node:stream";
import type { Tx } from "#platform/db/database.ts";
import { copyBlocks } from "./copyText.ts";
import { quoteIdent, quoteIdents } from "./identifiers.ts";
import { columnNames, keyColumns, rawName, sameKey, VERSION_COLUMNS, type RawTable } from "./rawTables.ts";

export interface RawVersion {
  op: "c" | "u" | "d";
  /** In the order of the table's columns; undefined only where `fillFrom` says which row holds the value. */
  values: (string | null | undefined)[];
  pos: bigint;
  toPos: bigint | null;
  /** timestamptz text with microseconds. */
  committedAt: string;
  fillFrom: readonly string[] | undefined;
}

export interface KeyAt {
  key: readonly string[];
  pos: bigint;
}

/** The row whose value an update left unchanged is not in raw: the table must be copied anew. */
export class OpenVersionMissing extends Error {
  override readonly name = "OpenVersionMissing";
  readonly rawTable: string;
  constructor(rawTable: string) {
    super(`raw.${rawTable} lacks a row that the shop updated`);
    this.rawTable = rawTable;
  }
}

/**
 * The statements below find few rows by key in large tables: a plan that reads a whole table is never right,
 * and statistics of a table that was just filled may say otherwise.
 */
export async function preferIndexes(tx: Tx): Promise<void> {
  await tx.raw("set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off");
}

/**
 * Writes versions into raw, set by set: closes the open version of each key in `closes`, then adds `versions`,
 * which are chained among themselves already.
 * @param replacePos the versions continue a transaction of which a part is written already: what that part left
 *   open under this position is replaced, so that a transaction leaves one version of a key.
 */
export async function mergeVersions(tx: Tx, table: RawTable, versions: readonly RawVersion[], closes: readonly KeyAt[], replacePos: bigint | undefined): Promise<void> {
  await fillUnchanged(tx, table, versions);
  if (replacePos !== undefined) {
    // "+ 0" keeps the planner from starting at the position's index, where the whole transaction lies
    await tx.raw(
      `delete from ${rawName(table)} o using ${keyRows(table, 1)} where ${sameKey(table, "o", "k")} and o._to_pos is null and o._from_pos + 0 = $1::int8`,
      [replacePos, ...keyArrays(table, closes.map(({ key }) => key))],
    );
  }
  await tx.raw(
    `update ${rawName(table)} o set _to_pos = k.pos from ${keyRows(table, 1, "$1::int8[]")} where ${sameKey(table, "o", "k")} and o._to_pos is null`,
    [closes.map(({ pos }) => String(pos)), ...keyArrays(table, closes.map(({ key }) => key))],
  );
  await tx.copyFrom(
    `copy ${rawName(table)} (${quoteIdents([...columnNames(table), ...VERSION_COLUMNS])}) from stdin`,
    Readable.from(copyBlocks(rows(versions))),
  );
}

/** Closes every open row of a truncated table and leaves a tombstone of each. */
export async function truncateVersions(tx: Tx, table: RawTable, pos: bigint, committedAt: string): Promise<void> {
  const keys = quoteIdents(keyColumns(table).map(({ name }) => name));
  // what the truncating transaction wrote itself was never visible: it becomes the tombstone
  const others = table.columns.filter(({ isKey }) => !isKey).map(({ name }) => `${quoteIdent(name)} = null, `).join("");
  await tx.raw(`update ${rawName(table)} set ${others}_op = 'd' where _to_pos is null and _op <> 'd' and _from_pos = $1::int8`, [pos]);
  await tx.raw(
    `with closed as (
       update ${rawName(table)} set _to_pos = $1::int8 where _to_pos is null and _op <> 'd' returning ${keys}
     )
     insert into ${rawName(table)} (${keys}, _op, _from_pos, _committed_at) select ${keys}, 'd', $1::int8, $2::timestamptz from closed`,
    [pos, committedAt],
  );
}

async function fillUnchanged(tx: Tx, table: RawTable, versions: readonly RawVersion[]): Promise<void> {
  const open = versions.filter((version) => version.fillFrom !== undefined);
  if (open.length === 0) return;
  const texts = table.columns.map(({ name }, index) => `o.${quoteIdent(name)}::text as c${index}`);
  const { rows: found } = await tx.raw<Record<string, string | null>>(
    `select ${texts.join(", ")}, k.n::int4 as n from ${keyRows(table, 0)} join ${rawName(table)} o on ${sameKey(table, "o", "k")} and o._to_pos is null and o._op <> 'd'`,
    keyArrays(table, open.map(({ fillFrom }) => fillFrom ?? [])),
  );
  const byNumber = new Map(found.map((row) => [Number(row["n"]), row]));
  open.forEach((version, index) => {
    const row = byNumber.get(index + 1);
    if (!row) throw new OpenVersionMissing(table.rawTable);
    version.values.forEach((value, column) => {
      if (value === undefined) version.values[column] = row[`c${column}`] ?? null;
    });
    version.fillFrom = undefined;
  });
}

/** `unnest(...) as k(<key columns>, pos?, n)`, its key arrays being the parameters after the first `before`. */
function keyRows(table: RawTable, before: number, pos?: string): string {
  const keys = keyColumns(table);
  const arrays = keys.map(({ type }, index) => `$${before + index + 1}::${type}[]`);
  const names = quoteIdents(keys.map(({ name }) => name));
  return `unnest(${[...arrays, ...(pos ? [pos] : [])].join(", ")}) with ordinality as k(${names}${pos ? ", pos" : ""}, n)`;
}

function keyArrays(table: RawTable, keys: readonly (readonly string[])[]): string[][] {
  return keyColumns(table).map((_, index) => keys.map((key) => key[index] ?? ""));
}

function* rows(versions: readonly RawVersion[]): Generator<(string | null | undefined)[]> {
  for (const version of versions) {
    yield [...version.values, version.op, String(version.pos), version.toPos === null ? null : String(version.toPos), version.committedAt];
  }
}
