import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { addRawColumn, createRawTable, indexRawTable, type RawTable, VERSION_COLUMNS } from "../engines/postgres/rawTables.ts";
import { RAW_TYPES, rawTableOf, type FileSource, type SourceTable } from "./mapping.ts";

/** A mapping and what raw holds already do not fit together. */
export class SourceMoved extends Error {
  override readonly name = "SourceMoved";
}

const describeRaw = query({
  name: "sources.describeRawTable",
  text: `select a.attname as name, pg_catalog.format_type(a.atttypid, -1) as type,
      exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisunique and a.attnum = any(i.indkey::smallint[])) as is_key
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = 'raw' and c.relname = $1 order by a.attnum`,
  params: ["text"],
  row: { name: "text", type: "text", is_key: "bool" },
  budget: { access: "scan", maxRows: 2_000 },
});

export function asRawTable(source: FileSource, table: SourceTable): RawTable {
  return { rawTable: rawTableOf(source, table), columns: table.columns.map(({ name, type, isKey }) => ({ name, type: RAW_TYPES[type], isKey })) };
}

/**
 * Makes the table in raw, or gives it the columns that the mapping has and raw lacks.
 * @throws SourceMoved when the key or a column's type is another one than in raw: what is there would mean something else
 */
export async function ensureRawTable(tx: Tx, source: FileSource, table: SourceTable): Promise<RawTable> {
  const wanted = asRawTable(source, table);
  const known = (await tx.many(describeRaw, [wanted.rawTable])).filter(({ name }) => !(VERSION_COLUMNS as readonly string[]).includes(name));
  if (known.length === 0) {
    await createRawTable(tx, wanted);
    await indexRawTable(tx, wanted);
    return wanted;
  }
  const where = `raw.${wanted.rawTable}`;
  for (const column of wanted.columns) {
    const now = known.find(({ name }) => name === column.name);
    if (!now) {
      if (column.isKey) throw new SourceMoved(`the mapping has "${column.name}" in the key of ${where}, which raw keeps under another key: give the table another name`);
      await addRawColumn(tx, wanted.rawTable, column);
    } else if (now.type !== column.type) throw new SourceMoved(`the mapping makes "${column.name}" of ${where} ${column.type}, in raw it is ${now.type}: give the column another name`);
    else if (now.is_key !== column.isKey) throw new SourceMoved(`the key of ${where} is another one in the mapping than in raw: give the table another name`);
  }
  const gone = known.filter(({ name, is_key: isKey }) => isKey && !wanted.columns.some((column) => column.name === name));
  if (gone.length > 0) throw new SourceMoved(`the mapping lacks "${gone[0]?.name}", which is in the key of ${where}: give the table another name`);
  return wanted;
}
