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

/** For the transaction: the statements below find single rows, so a plan that reads a whole table is never right. */
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
  const keys = keyArrays(table, closes.map(({ key }) => key));
  if (replacePos !== undefined) {
    await tx.raw(`delete from ${rawName(table)} o using ${openRows(table, 1)} where o.ctid = h.ctid and h._from_pos = $1::int8`, [replacePos, ...keys]);
  }
  await tx.raw(`update ${rawName(table)} o set _to_pos = k.pos from ${openRows(table, 1, "$1::int8[]")} where o.ctid = h.ctid`, [closes.map(({ pos }) => String(pos)), ...keys]);
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
    `select ${texts.join(", ")}, k.n::int4 as n from ${openRows(table, 0)} join ${rawName(table)} o on o.ctid = h.ctid where o._op <> 'd'`,
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

/**
 * The open version `h` of each key of `k(<key columns>, pos?, n)`, whose arrays are the parameters after the first
 * `before`. "offset 0" makes it one look into the index per key: statistics of a table that was just filled, or that
 * this transaction fills, would have the planner join the wrong way round.
 */
function openRows(table: RawTable, before: number, pos?: string): string {
  const keys = keyColumns(table);
  const arrays = keys.map(({ type }, index) => `$${before + index + 1}::${type}[]`);
  const names = quoteIdents(keys.map(({ name }) => name));
  return `unnest(${[...arrays, ...(pos ? [pos] : [])].join(", ")}) with ordinality as k(${names}${pos ? ", pos" : ""}, n)
    cross join lateral (select v.ctid, v._from_pos from ${rawName(table)} v where ${sameKey(table, "v", "k")} and v._to_pos is null offset 0) h`;
}

function keyArrays(table: RawTable, keys: readonly (readonly string[])[]): string[][] {
  return keyColumns(table).map((_, index) => keys.map((key) => key[index] ?? ""));
}

function* rows(versions: readonly RawVersion[]): Generator<(string | null | undefined)[]> {
  for (const version of versions) {
    yield [...version.values, version.op, String(version.pos), version.toPos === null ? null : String(version.toPos), version.committedAt];
  }
}
