import type { Tx } from "#platform/db/database.ts";
import { quoteIdent, quoteIdents } from "./identifiers.ts";

export interface RawColumn {
  name: string;
  type: string;
  isKey: boolean;
}

/** A table of schema raw: the published columns, then `_op`, `_from_pos`, `_to_pos`, `_committed_at`. */
export interface RawTable {
  rawTable: string;
  columns: readonly RawColumn[];
}

export const VERSION_COLUMNS = ["_op", "_from_pos", "_to_pos", "_committed_at"] as const;

export function rawName(table: RawTable): string {
  return `raw.${quoteIdent(table.rawTable)}`;
}

export function columnNames(table: RawTable): string[] {
  return table.columns.map((column) => column.name);
}

export function keyColumns(table: RawTable): RawColumn[] {
  return table.columns.filter((column) => column.isKey);
}

/** `left.key = right.key and ...` over the key columns. */
export function sameKey(table: RawTable, left: string, right: string): string {
  return keyColumns(table).map(({ name }) => `${left}.${quoteIdent(name)} = ${right}.${quoteIdent(name)}`).join(" and ");
}

export async function createRawTable(tx: Tx, table: RawTable): Promise<void> {
  const columns = table.columns.map(({ name, type }) => `${quoteIdent(name)} ${type}`);
  await tx.raw(`create table ${rawName(table)} (${columns.join(", ")},
    _op text not null, _from_pos bigint not null, _to_pos bigint, _committed_at timestamptz not null)`);
}

/** When an order changed, an increment looks for all that it consists of; there is far more of it than of anything else that hangs on orders. */
const PARTS_OF_ORDERS: ReadonlySet<string> = new Set(["orders__order_lines", "orders__order_charges"]);

/** Made after the copy. The open version of a key is unique: two of them would be a defect of the loader. */
export async function indexRawTable(tx: Tx, table: RawTable): Promise<void> {
  const keys = quoteIdents(keyColumns(table).map(({ name }) => name));
  await tx.raw(`create unique index ${quoteIdent(indexName(table.rawTable, "open"))} on ${rawName(table)} (${keys}) where _to_pos is null`);
  await tx.raw(`create index ${quoteIdent(indexName(table.rawTable, "from"))} on ${rawName(table)} (_from_pos)`);
  await tx.raw(`create index ${quoteIdent(indexName(table.rawTable, "to"))} on ${rawName(table)} (_to_pos) where _to_pos is not null`);
  if (PARTS_OF_ORDERS.has(table.rawTable)) {
    await tx.raw(`create index ${quoteIdent(indexName(table.rawTable, "order"))} on ${rawName(table)} (order_id)`);
  }
  await tx.raw(`analyze ${rawName(table)}`);
}

/** @param from a column that its values are taken from */
export async function addRawColumn(tx: Tx, rawTable: string, column: RawColumn, from?: string): Promise<void> {
  await tx.raw(`alter table raw.${quoteIdent(rawTable)} add column if not exists ${quoteIdent(column.name)} ${column.type}`);
  if (from !== undefined) await tx.raw(`update raw.${quoteIdent(rawTable)} set ${quoteIdent(column.name)} = ${quoteIdent(from)}::${column.type}`);
}

/** Takes a column out of use; its history stays readable under the new name. */
export async function renameRawColumn(tx: Tx, rawTable: string, from: string, to: string): Promise<void> {
  await tx.raw(`alter table raw.${quoteIdent(rawTable)} rename column ${quoteIdent(from)} to ${quoteIdent(to)}`);
}

/** Takes a table out of use, its indexes with it, so that another may have its name. */
export async function renameRawTable(tx: Tx, from: string, to: string): Promise<void> {
  await tx.raw(`alter table raw.${quoteIdent(from)} rename to ${quoteIdent(to)}`);
  for (const kind of INDEXES) {
    await tx.raw(`alter index if exists raw.${quoteIdent(indexName(from, kind))} rename to ${quoteIdent(indexName(to, kind))}`);
  }
}

const INDEXES = ["open", "from", "to", "order"] as const;

function indexName(rawTable: string, kind: (typeof INDEXES)[number]): string {
  return `${rawTable.slice(0, 56)}__${kind}`;
}
