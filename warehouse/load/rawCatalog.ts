import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { CaptureError } from "../extract/captureError.ts";
import type { PublishedTable } from "../extract/publication.ts";
import { addRawColumn, renameRawColumn, renameRawTable, type RawColumn, type RawTable } from "../engines/postgres/rawTables.ts";

export interface StoredTable extends RawTable {
  schema: string;
  table: string;
  copiedPos: bigint;
}

const listTables = query({
  name: "load.listRawTables",
  text: `select t.raw_table, t.source_schema, t.source_table, t.copied_pos, s.column_name, s.type, s.is_key
    from raw._tables t left join raw._schema s on s.raw_table = t.raw_table order by t.raw_table, s.ordinal`,
  params: [],
  row: { raw_table: "text", source_schema: "text", source_table: "text", copied_pos: "int8", column_name: "text?", type: "text?", is_key: "bool?" },
  budget: { access: "scan", maxRows: 10_000 },
});

const saveTable = query({
  name: "load.saveRawTable",
  text: `insert into raw._tables (raw_table, source_schema, source_table, copied_pos) values ($1, $2, $3, $4)
    on conflict (raw_table) do update set copied_pos = excluded.copied_pos`,
  params: ["text", "text", "text", "int8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const saveColumns = query({
  name: "load.saveRawColumns",
  text: `insert into raw._schema (raw_table, column_name, type, ordinal, is_key)
    select $1, c.name, c.type, c.n, c.is_key from unnest($2::text[], $3::text[], $4::bool[]) with ordinality as c(name, type, is_key, n)
    on conflict (raw_table, column_name) do update set ordinal = excluded.ordinal`,
  params: ["text", "text[]", "text[]", "bool[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const forgetColumn = query({
  name: "load.forgetRawColumn",
  text: "delete from raw._schema where raw_table = $1 and column_name = $2",
  params: ["text", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const forgetTable = query({
  name: "load.forgetRawTable",
  text: "delete from raw._tables where raw_table = $1",
  params: ["text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const shift = query({
  name: "load.shiftCopiedPositions",
  text: "update raw._tables set copied_pos = copied_pos + $1",
  params: ["int8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Positions of the stream are counted from `by` further on. */
export async function shiftCopied(tx: Tx, by: bigint): Promise<void> {
  await tx.execute(shift, [by]);
}

/** The tables and columns raw keeps, by raw name. */
export async function readStoredTables(sink: Reader): Promise<Map<string, StoredTable>> {
  const tables = new Map<string, StoredTable & { columns: RawColumn[] }>();
  for (const row of await sink.many(listTables, [])) {
    let table = tables.get(row.raw_table);
    if (!table) {
      table = { rawTable: row.raw_table, schema: row.source_schema, table: row.source_table, copiedPos: row.copied_pos, columns: [] };
      tables.set(row.raw_table, table);
    }
    if (row.column_name !== null) table.columns.push({ name: row.column_name, type: row.type ?? "text", isKey: row.is_key ?? false });
  }
  return tables;
}

export async function saveStoredTable(tx: Tx, table: PublishedTable, copiedPos: bigint): Promise<void> {
  await tx.execute(saveTable, [table.rawTable, table.schema, table.table, copiedPos]);
  const { columns } = table;
  await tx.execute(saveColumns, [table.rawTable, columns.map((c) => c.name), columns.map((c) => c.type), columns.map((c) => c.isKey)]);
}

export interface Drift {
  newTables: PublishedTable[];
  /** Tables with columns that raw lacks. */
  widened: { table: PublishedTable; columns: RawColumn[] }[];
  problems: DriftProblem[];
}

/** What raw cannot follow. */
export interface DriftProblem {
  rawTable: string;
  /** The column; undefined where the table as a whole is meant. */
  column: string | undefined;
  text: string;
  /** The column's type in the shop, where it takes every value of the one in raw. */
  wider?: string;
}

/** Types that hold every value of another one without a change. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  smallint: ["integer", "bigint", "numeric", "double precision"],
  integer: ["bigint", "numeric", "double precision"],
  bigint: ["numeric"],
  real: ["double precision"],
  "character varying": ["text"],
  character: ["text"],
};

/** Holds what the shop publishes against what raw keeps. */
export function compareSchemas(published: readonly PublishedTable[], stored: ReadonlyMap<string, StoredTable>): Drift {
  const drift: Drift = { newTables: [], widened: [], problems: [] };
  for (const table of published) {
    const kept = stored.get(table.rawTable);
    if (!kept) {
      drift.newTables.push(table);
      continue;
    }
    const name = `${table.schema}.${table.table}`;
    const problem = (column: string | undefined, text: string) => drift.problems.push({ rawTable: table.rawTable, column, text });
    const columns = table.columns.filter((column) => !kept.columns.some(({ name: known }) => known === column.name));
    const keyMoved = kept.columns.some((column) => column.isKey !== (table.columns.find((now) => now.name === column.name)?.isKey ?? false)) || columns.some(({ isKey }) => isKey);
    if (keyMoved) {
      problem(undefined, `the key of ${name} is another one than in raw`);
      continue;
    }
    for (const column of kept.columns) {
      const now = table.columns.find((candidate) => candidate.name === column.name);
      if (!now) {
        const alike = columns.filter(({ type }) => type === column.type);
        problem(column.name, `column ${column.name} of ${name} is no longer published${alike.length === 1 ? `; perhaps it was renamed to ${alike[0]?.name}, which is new there and of the same type` : ""}`);
      } else if (now.type !== column.type) {
        const isWider = WIDER[column.type]?.includes(now.type) === true;
        const text = `column ${column.name} of ${name} is of type ${now.type}, in raw it is ${column.type}`;
        drift.problems.push({ rawTable: table.rawTable, column: column.name, ...(isWider ? { text: `${text}: wider, accepting it keeps every value`, wider: now.type } : { text }) });
      }
    }
    if (columns.length > 0) drift.widened.push({ table, columns });
  }
  for (const kept of stored.values()) {
    if (published.some(({ rawTable }) => rawTable === kept.rawTable)) continue;
    drift.problems.push({ rawTable: kept.rawTable, column: undefined, text: `table ${kept.schema}.${kept.table} is no longer published` });
  }
  return drift;
}

/** @throws CaptureError SCHEMA_DRIFT that names every difference. */
export function assertFollowable(drift: Drift): void {
  if (drift.problems.length === 0) return;
  throw new CaptureError(
    "SCHEMA_DRIFT",
    `the shop's schema has moved away from raw: ${drift.problems.map(({ text }) => text).join("; ")}. Nothing was loaded and nothing is lost: put it back in the shop, or accept the change in raw (martgraph capture accept), and run again`,
  );
}

/**
 * Accepts that a column or a whole table is gone from the shop or has another shape there: its history
 * stays in raw as `<name>__until_<pos>`; what the shop publishes under the name now is taken up at the next catch-up.
 * A column that became wider has all its values under its name at once, those of versions that are over too. It is a new
 * column of raw because views read the old one.
 */
export async function acceptProblem(tx: Tx, { rawTable, column, wider }: DriftProblem, pos: bigint): Promise<void> {
  if (column === undefined) {
    await renameRawTable(tx, rawTable, `${rawTable.slice(0, 35)}__until_${pos}`);
    await tx.execute(forgetTable, [rawTable]);
    return;
  }
  const until = `${column.slice(0, 35)}__until_${pos}`;
  await renameRawColumn(tx, rawTable, column, until);
  // Known as new, so that the table is copied and compared: the shop may have changed the values with the type, of which its log says nothing.
  await tx.execute(forgetColumn, [rawTable, column]);
  if (wider !== undefined) await addRawColumn(tx, rawTable, { name: column, type: wider, isKey: false }, until);
}
