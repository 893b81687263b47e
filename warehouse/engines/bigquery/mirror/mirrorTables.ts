import { Readable } from "node:stream";
import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Slot } from "../../../publish/slots.ts";
import { quoteIdent } from "../../postgres/identifiers.ts";
import type { BigQueryClient } from "../client.ts";
import { copyInto, copyLine, createTable, indexTable, nameIn, selectFrom, slotSchemas } from "./mirrorStatements.ts";
import type { OnlineTable } from "./onlineTables.ts";

const slotRelations = query({
  name: "bigquery.slotRelations",
  text: `select n.nspname::text as schema, c.relname::text as name, c.relkind = 'v' as is_view
         from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         where n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'v') order by 1, 2`,
  params: ["text[]"],
  row: { schema: "text", name: "text", is_view: "bool" },
  budget: { access: "scan", maxRows: 2_000 },
});

export interface MirrorRequest {
  /** Logs in as martgraph_builder; the slot's lock is held, so that nobody reads what is replaced. */
  warehouse: Database;
  client: BigQueryClient;
  slot: Slot;
  buildId: string;
  tables: readonly OnlineTable[];
  signal: AbortSignal;
  tell: (note: string, rows?: number) => void;
}

/**
 * Copies tables of a slot from BigQuery into the same slot of PostgreSQL, each whole and in a transaction of its own: an increment has
 * no cheaper way to learn what went. Tables that are not mirrored leave the slot, for they would be those of another build. Done again
 * after it was cut off, it begins anew.
 */
export async function mirrorTables({ warehouse, client, slot, buildId, tables, signal, tell }: MirrorRequest): Promise<{ tables: number; rows: number }> {
  await warehouse.raw(slotSchemas(slot));
  const kept = new Set(tables.map((table) => nameIn(slot, table)));
  for (const { schema, name, is_view: isView } of await warehouse.many(slotRelations, [[`marts_${slot}`, `features_${slot}`]])) {
    const relation = `${schema}.${quoteIdent(name)}`;
    if (!kept.has(relation) || isView) await warehouse.raw(`drop ${isView ? "view" : "table"} if exists ${relation} cascade`);
  }
  let rows = 0;
  for (const [index, table] of tables.entries()) {
    signal.throwIfAborted();
    rows += await mirrorTable({ warehouse, client, slot, buildId, table, signal });
    tell(`${index + 1} of ${tables.length} tables, the last ${table.name}`, rows);
  }
  return { tables: tables.length, rows };
}

async function mirrorTable({ warehouse, client, slot, buildId, table, signal }: Omit<MirrorRequest, "tables" | "tell"> & { table: OnlineTable }): Promise<number> {
  const relation = `\`${client.connection.project}.${client.dataset(`${table.layer}_${slot}`)}.${table.name}\``;
  const lines = async function* () {
    let batch: string[] = [];
    for await (const row of client.rows(selectFrom(relation, table), { labels: { build: buildId, step: "mirror" } })) {
      signal.throwIfAborted();
      if (batch.push(copyLine(table, row)) < 1_000) continue;
      yield batch.join("");
      batch = [];
    }
    yield batch.join("");
  };
  return warehouse.tx(async (tx) => {
    // As good as the table it comes from, and made again when the server dies: no need to wait for the disk.
    await tx.raw("set local synchronous_commit = off");
    await tx.raw(createTable(slot, table));
    const rows = await tx.copyFrom(copyInto(slot, table), Readable.from(lines(), { objectMode: false }));
    await tx.raw(indexTable(slot, table));
    return rows;
  });
}
