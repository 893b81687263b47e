import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { CaptureError } from "./captureError.ts";

export interface PublishedColumn {
  name: string;
  /** The type raw gives it: the shop's own without modifier; text for enums and types of extensions. */
  type: string;
  /** The type in the shop, as the stream names it. */
  typeOid: number;
  isKey: boolean;
}

export interface PublishedTable {
  schema: string;
  table: string;
  /** `<schema>__<table>`, the table's name in schema raw. */
  rawTable: string;
  /** In the order of the shop's table. */
  columns: readonly PublishedColumn[];
  /** The condition rows must meet to be published, as SQL. */
  rowFilter: string | null;
}

const listColumns = query({
  name: "extract.listPublishedColumns",
  text: `
    select p.schemaname as schema_name, p.tablename as table_name, p.rowfilter as row_filter,
      a.attname as column_name, a.atttypid::int8 as type_oid,
      case
        when bn.nspname = 'pg_catalog' and (b.typcategory <> 'A' or en.nspname = 'pg_catalog') then pg_catalog.format_type(b.oid, -1)
        when b.typcategory = 'A' then 'text[]'
        else 'text'
      end as type,
      coalesce(a.attnum = any (i.indkey::int2[]), false) as is_key
    from pg_catalog.pg_publication_tables p
    join pg_catalog.pg_namespace n on n.nspname = p.schemaname
    join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = p.tablename
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = any (p.attnames)
    join pg_catalog.pg_type t on t.oid = a.atttypid
    join pg_catalog.pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
    join pg_catalog.pg_namespace bn on bn.oid = b.typnamespace
    left join pg_catalog.pg_type e on e.oid = b.typelem
    left join pg_catalog.pg_namespace en on en.oid = e.typnamespace
    left join pg_catalog.pg_index i on i.indrelid = c.oid
      and case when c.relreplident = 'i' then i.indisreplident else i.indisprimary end
    where p.pubname = $1
    order by p.schemaname, p.tablename, a.attnum`,
  params: ["text"],
  row: { schema_name: "text", table_name: "text", row_filter: "text?", column_name: "text", type_oid: "int8", type: "text", is_key: "bool" },
  budget: { access: "scan", maxRows: 10_000 },
});

/**
 * The tables and columns that the shop lets out, read from its catalogue.
 * @throws CaptureError when the publication is missing or empty, or one of its tables has no key to follow rows by.
 */
export async function readPublication(source: Reader, publication: string): Promise<PublishedTable[]> {
  const tables = new Map<string, PublishedTable & { columns: PublishedColumn[] }>();
  for (const row of await source.many(listColumns, [publication])) {
    const rawTable = `${row.schema_name}__${row.table_name}`;
    let table = tables.get(rawTable);
    if (!table) {
      table = { schema: row.schema_name, table: row.table_name, rawTable, columns: [], rowFilter: row.row_filter };
      tables.set(rawTable, table);
    }
    table.columns.push({ name: row.column_name, type: row.type, typeOid: Number(row.type_oid), isKey: row.is_key });
  }
  if (tables.size === 0) {
    throw new CaptureError("NOT_PUBLISHED", `the shop has no publication "${publication}" with tables in it: run the shop's migrations`);
  }
  for (const table of tables.values()) assertUsable(table);
  return [...tables.values()];
}

function assertUsable(table: PublishedTable): void {
  const name = `${table.schema}.${table.table}`;
  if (!table.columns.some((column) => column.isKey)) {
    throw new CaptureError("NO_KEY", `${name} is published without a primary key among its columns, so its rows cannot be followed: give it one, or take it out of the publication`);
  }
  if (Buffer.byteLength(table.rawTable) > 63) {
    throw new CaptureError("NOT_PUBLISHED", `${name} gives the raw table name ${table.rawTable}, which is longer than 63 bytes: rename the table`);
  }
}
