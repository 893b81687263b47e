import { PassThrough } from "node:stream";
import type { Database, Tx } from "#platform/db/database.ts";
import { quoteIdent, quoteIdents, quoteLiteral } from "../engines/postgres/identifiers.ts";
import { addRawColumn, columnNames, createRawTable, indexRawTable, rawName, VERSION_COLUMNS } from "../engines/postgres/rawTables.ts";
import { createStage, mergeStage } from "../engines/postgres/diffCopy.ts";
import type { PublishedTable } from "../extract/publication.ts";
import { saveStoredTable, type StoredTable } from "./rawCatalog.ts";

export interface CopyInput {
  source: Database;
  /** Exported by the slot's creation, so that stream and copy meet without gap or overlap. */
  snapshot: string;
  /** Written as `_from_pos`; below every position that the slot sends. */
  pos: bigint;
  tables: readonly PublishedTable[];
  stored: ReadonlyMap<string, StoredTable>;
  onCopied: (table: string, rows: number, seconds: number) => void;
}

export interface Copied {
  rows: Map<string, number>;
  /** When the snapshot was taken, as ISO 8601 text with microseconds. */
  takenAt: string;
}

/**
 * Brings tables into raw as of the slot's snapshot, inside of the caller's transaction. A table that raw does not
 * hold yet is made and filled; one that it holds is copied beside and compared, so that its history is kept.
 */
export async function copyTables(tx: Tx, input: CopyInput): Promise<Copied> {
  return input.source.tx(
    async (shop) => {
      await shop.raw(`set transaction snapshot ${quoteLiteral(input.snapshot)}`);
      const { rows: clock } = await shop.raw<{ at: string }>("select pg_catalog.to_json(pg_catalog.clock_timestamp()) #>> '{}' as at");
      const takenAt = clock[0]?.at ?? new Date().toISOString();
      const rows = new Map<string, number>();
      for (const table of input.tables) {
        const started = performance.now();
        const kept = input.stored.get(table.rawTable);
        const count = kept ? await compareTable(tx, shop, table, kept, input.pos, takenAt) : await fillTable(tx, shop, table, input.pos, takenAt);
        await saveStoredTable(tx, table, input.pos);
        rows.set(table.rawTable, count);
        input.onCopied(table.rawTable, count, (performance.now() - started) / 1000);
      }
      return { rows, takenAt };
    },
    { isolation: "repeatable read", readOnly: true },
  );
}

async function fillTable(tx: Tx, shop: Tx, table: PublishedTable, pos: bigint, takenAt: string): Promise<number> {
  await createRawTable(tx, table);
  const version = `'r'::text, ${pos}::bigint, null::bigint, ${quoteLiteral(takenAt)}::timestamptz`;
  const columns = quoteIdents([...columnNames(table), ...VERSION_COLUMNS]);
  // freeze: nobody sees the table before the commit, and its pages need no second writing
  const count = await pipe(shop, tx, selectRows(table, `, ${version}`), `copy ${rawName(table)} (${columns}) from stdin (format binary, freeze)`);
  await indexRawTable(tx, table);
  return count;
}

async function compareTable(tx: Tx, shop: Tx, table: PublishedTable, kept: StoredTable, pos: bigint, takenAt: string): Promise<number> {
  for (const column of table.columns) {
    if (!kept.columns.some(({ name }) => name === column.name)) await addRawColumn(tx, table.rawTable, column);
  }
  const stage = await createStage(tx, table);
  await pipe(shop, tx, selectRows(table, ""), `copy ${stage} (${quoteIdents(columnNames(table))}) from stdin (format binary)`);
  return mergeStage(tx, table, pos, takenAt);
}

function selectRows(table: PublishedTable, version: string): string {
  const columns = table.columns.map(({ name, type }) => `${quoteIdent(name)}::${type}`).join(", ");
  const filter = table.rowFilter === null ? "" : ` where ${table.rowFilter}`;
  return `copy (select ${columns}${version} from ${quoteIdent(table.schema)}.${quoteIdent(table.table)}${filter}) to stdout (format binary)`;
}

async function pipe(from: Tx, into: Tx, select: string, copy: string): Promise<number> {
  const between = new PassThrough({ highWaterMark: 1_000_000 });
  const [, rows] = await Promise.all([from.copyTo(select, between), into.copyFrom(copy, between)]);
  return rows;
}
