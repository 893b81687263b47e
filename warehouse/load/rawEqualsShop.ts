import type { Database, Tx } from "#platform/db/database.ts";
import { quoteIdent } from "../engines/postgres/identifiers.ts";
import { columnNames, rawName } from "../engines/postgres/rawTables.ts";
import { readPublication, type PublishedTable } from "../extract/publication.ts";

export interface TableSum {
  rows: bigint;
  /** Sum over the rows of a 64-bit hash of each row's published columns as text: the same in whatever order they lie. */
  checksum: string;
}

export interface TableComparison {
  rawTable: string;
  equal: boolean;
  shop: TableSum;
  raw: TableSum;
}

/**
 * Compares what the shop publishes with the latest versions in raw, table by table, by row count and checksum. It sees
 * each database at one moment, so it is only meaningful when raw has caught up and the shop stands still.
 * @param source the shop, as a role that may read all published columns (martgraph_capture, or its owner)
 * @param sink the warehouse, as a role that may read raw
 */
export async function rawEqualsShop(source: Database, sink: Database, publication = "martgraph"): Promise<{ equal: boolean; tables: TableComparison[] }> {
  const published = await readPublication(source, publication);
  const [shop, raw] = await Promise.all([
    sums(source, published, (table) => `${quoteIdent(table.schema)}.${quoteIdent(table.table)}${table.rowFilter === null ? "" : ` where ${table.rowFilter}`}`),
    sums(sink, published, (table) => `${rawName(table)} where _to_pos is null and _op <> 'd'`),
  ]);
  const nothing: TableSum = { rows: 0n, checksum: "missing" };
  const tables = published.map(({ rawTable }) => {
    const left = shop.get(rawTable) ?? nothing;
    const right = raw.get(rawTable) ?? nothing;
    return { rawTable, shop: left, raw: right, equal: left.rows === right.rows && left.checksum === right.checksum };
  });
  return { equal: tables.every(({ equal }) => equal), tables };
}

function sums(db: Database, tables: readonly PublishedTable[], from: (table: PublishedTable) => string): Promise<Map<string, TableSum>> {
  return db.tx(
    async (tx) => {
      await tx.raw("set local datestyle = ISO; set local intervalstyle = postgres; set local timezone = UTC; set local extra_float_digits = 3; set local bytea_output = hex");
      const found = new Map<string, TableSum>();
      for (const table of tables) {
        const sum = await sumOf(tx, table, from(table));
        if (sum) found.set(table.rawTable, sum);
      }
      return found;
    },
    { isolation: "repeatable read", readOnly: true },
  );
}

async function sumOf(tx: Tx, table: PublishedTable, from: string): Promise<TableSum | undefined> {
  if (from.startsWith("raw.")) {
    const { rows } = await tx.raw<{ there: boolean }>("select to_regclass($1) is not null as there", [rawName(table)]);
    if (!rows[0]?.there) return undefined;
  }
  const row = `row(${columnNames(table).map(quoteIdent).join(", ")})::text`;
  const { rows } = await tx.raw<{ n: bigint; sum: string }>(
    `select count(*) as n, coalesce(sum(hashtextextended(${row}, 0)::numeric), 0)::text as sum from ${from}`,
  );
  return rows[0] && { rows: rows[0].n, checksum: rows[0].sum };
}
