import { createHash } from "node:crypto";
import { PassThrough, type Readable } from "node:stream";
import type { Database } from "#platform/db/database.ts";
import { readStoredTables, type StoredTable } from "../../load/rawCatalog.ts";
import { SCRUB_RULES } from "../../load/scrubErased.ts";
import { readErasureWatermark } from "../../publish/statements.ts";
import { quoteIdent } from "../postgres/identifiers.ts";
import type { BigQueryClient } from "./client.ts";
import { copiedJson, jsonSelect, loadSchema, type ShippedColumn } from "./ndjson.ts";
import { forgetShipped, listShipped, noteShipped, targetEpoch } from "./shipStatements.ts";

export interface Shipment {
  /** Rows that were loaded, by raw table; tables without changes are not in it. */
  rowsByTable: Readonly<Record<string, number>>;
  /** Tables whose copy was made from nothing. */
  full: readonly string[];
}

const VERSION_COLUMNS: readonly ShippedColumn[] = [
  { name: "_op", type: "text" }, { name: "_from_pos", type: "bigint" }, { name: "_to_pos", type: "bigint" }, { name: "_committed_at", type: "timestamptz" },
];
const PERSONAL = new Set(SCRUB_RULES.map(({ rawTable }) => rawTable));
/** Tables that are shipped at the same time. */
const AT_ONCE = 4;

/**
 * Brings BigQuery's copy of raw up to a position. The window of versions that began or ended between the last position and this one
 * does not depend on when it is read; it is loaded by one job and merged by another by key and position, so that a shipment that was
 * cut off anywhere is simply made again. A table is copied from nothing where its copy here was made anew, its columns changed, or
 * somebody was erased from it since: loads cost nothing, and every version of an erased person has to go.
 * `only` names the raw tables that are wanted; all where it is not given. `warehouse` logs in as martgraph_builder, with the pipeline's lock held.
 * @throws BigQueryError
 */
export async function shipRaw({ warehouse, client, upTo, only }: { warehouse: Database; client: BigQueryClient; upTo: bigint; only?: ReadonlySet<string> }): Promise<Shipment> {
  const target = `${client.connection.project}.${client.connection.datasetPrefix}`;
  const { epoch } = await warehouse.one(targetEpoch, [target]);
  await client.makeDataset(client.dataset("raw"));
  const erasures = (await warehouse.one(readErasureWatermark, [])).pos;
  const tables = await readStoredTables(warehouse);
  const shipped = new Map((await warehouse.many(listShipped, [target])).map((row) => [row.raw_table, row]));
  const gone = [...shipped.keys()].filter((rawTable) => !tables.has(rawTable));
  for (const rawTable of gone) {
    await client.run(`drop table if exists ${nameOf(client, rawTable)}`);
    await warehouse.execute(forgetShipped, [target, rawTable]);
  }
  const rowsByTable: Record<string, number> = {};
  const full: string[] = [];

  async function shipTable(table: StoredTable): Promise<void> {
    const { rawTable, copiedPos } = table;
    const columns = [...table.columns, ...VERSION_COLUMNS];
    const columnsHash = createHash("sha256").update(JSON.stringify(columns.map(({ name, type }) => [name, type]))).digest("hex").slice(0, 16);
    const erased = PERSONAL.has(rawTable) ? erasures : 0n;
    const last = shipped.get(rawTable);
    const isCurrent = last && last.copied_pos === copiedPos && last.columns_hash === columnsHash && last.erasures_pos === erased && last.shipped_pos <= upTo;
    if (isCurrent && last.shipped_pos === upTo) return;
    const jobId = (what: string) => ["martgraph", what, epoch, rawTable, isCurrent ? last.shipped_pos : `full${copiedPos}_${columnsHash}_${erased}`, upTo].join("_").replaceAll("-", "");
    const schema = loadSchema(columns);
    const labels = { step: "ship" };
    let rows: number;
    if (!isCurrent) {
      const clusterBy = table.columns.filter(({ isKey }) => isKey).map(({ name }) => name).slice(0, 4);
      ({ rows } = await client.load(client.dataset("raw"), rawTable, () => readVersions(warehouse, rawTable, columns, undefined, upTo), { jobId: jobId("copy"), replace: true, schema, clusterBy, labels }));
      full.push(rawTable);
    } else {
      const stage = `_ship_${rawTable}`;
      const { changed } = (await warehouse.raw<{ changed: boolean }>(`select exists (${windowOf(rawTable, "1", last.shipped_pos, upTo)}) as changed`)).rows[0] ?? { changed: false };
      rows = 0;
      if (changed) {
        ({ rows } = await client.load(client.dataset("raw"), stage, () => readVersions(warehouse, rawTable, columns, last.shipped_pos, upTo), { jobId: jobId("load"), replace: true, schema, labels }));
        await client.run(mergeStatement(client, table, columns), { jobId: jobId("merge"), labels });
      }
    }
    await warehouse.execute(noteShipped, [target, rawTable, upTo, copiedPos, columnsHash, erased, BigInt(rows)]);
    if (rows > 0 || !isCurrent) rowsByTable[rawTable] = rows;
  }

  const waiting = [...tables.values()].filter(({ rawTable }) => only?.has(rawTable) ?? true);
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await shipTable(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { rowsByTable, full: full.sort() };
}

/** A copy of a small table of the control plane, in whose place the last one was. */
export async function shipControlTable({ warehouse, client, schema, table, columns, source = `${quoteIdent(schema)}.${quoteIdent(table)}` }: { warehouse: Database; client: BigQueryClient; schema: string; table: string; columns: readonly ShippedColumn[]; source?: string }): Promise<void> {
  await client.makeDataset(client.dataset(schema));
  await client.load(client.dataset(schema), table, () => stream(warehouse, jsonSelect(columns, `from ${source} as x`)), { jobId: `martgraph_control_${schema}_${table}_${Date.now()}_${process.pid}`, replace: true, schema: loadSchema(columns), labels: { step: "ship" } });
}

const nameOf = (client: BigQueryClient, table: string) => `\`${client.connection.project}\`.\`${client.dataset("raw")}\`.\`${table}\``;

/** Versions that began or ended in (after, upTo]; all that began where nothing was shipped. */
function windowOf(rawTable: string, select: string, after: bigint | undefined, upTo: bigint): string {
  const began = after === undefined ? "true" : `(x._from_pos > ${after} or (x._to_pos > ${after} and x._to_pos <= ${upTo}))`;
  return `select ${select} from raw.${quoteIdent(rawTable)} as x where x._from_pos <= ${upTo} and ${began}`;
}

function readVersions(warehouse: Database, rawTable: string, columns: readonly ShippedColumn[], after: bigint | undefined, upTo: bigint): Readable {
  // What ended after the cut had not ended at it.
  const names = columns.map(({ name }) => (name === "_to_pos" ? `case when x._to_pos <= ${upTo} then x._to_pos end as _to_pos` : `x.${quoteIdent(name)}`)).join(", ");
  return stream(warehouse, jsonSelect(columns, `from (${windowOf(rawTable, names, after, upTo)}) as x`));
}

function stream(warehouse: Database, select: string): Readable {
  const lines = new PassThrough();
  const documents = lines.pipe(copiedJson());
  void warehouse.tx((tx) => tx.copyTo(`copy (${select}) to stdout`, lines), { readOnly: true }).catch((error: Error) => documents.destroy(error));
  return documents;
}

function mergeStatement(client: BigQueryClient, { rawTable, columns: published }: StoredTable, columns: readonly ShippedColumn[]): string {
  const quote = (name: string) => `\`${name}\``;
  const keys = [...published.filter(({ isKey }) => isKey).map(({ name }) => name), "_from_pos"];
  const names = columns.map(({ name }) => quote(name)).join(", ");
  return [
    `merge into ${nameOf(client, rawTable)} as target using ${nameOf(client, `_ship_${rawTable}`)} as source`,
    `on ${keys.map((name) => `target.${quote(name)} = source.${quote(name)}`).join(" and ")}`,
    `when matched then update set ${columns.filter(({ name }) => !keys.includes(name)).map(({ name }) => `${quote(name)} = source.${quote(name)}`).join(", ")}`,
    `when not matched then insert (${names}) values (${columns.map(({ name }) => `source.${quote(name)}`).join(", ")})`,
  ].join("\n");
}
