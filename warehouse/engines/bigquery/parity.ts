import type { Database } from "#platform/db/database.ts";
import { type Manifest, type ManifestNode, modelsOf } from "../../tools/manifest.ts";
import { quoteIdent } from "../postgres/identifiers.ts";
import { canonicalValue } from "./canonicalValue.ts";
import type { BigQueryClient } from "./client.ts";
import { type CanonicalRow, compareRows, type TableDifferences } from "./compareRows.ts";

export interface TableParity extends TableDifferences {
  /** `marts.fct_orders`. */
  table: string;
}

export interface ParityReport {
  slot: "a" | "b";
  equal: boolean;
  tables: readonly TableParity[];
  rows: number;
  differing: number;
  /** Tables that were not compared, and why. */
  left: readonly { table: string; reason: string }[];
}

/** Rows that PostgreSQL hands over at once. */
const FETCHED = 5_000;

/** The cut's own row is the same for both; everything else of the control plane goes on while and after a slot is built. */
const STANDS_STILL = new Set(["shop", "ops.slot_state"]);

/**
 * Compares every mart and feature table of a slot, or those that `models` names, row by row, in both engines. Both have to have been
 * built at the same cut; what reads moving tables of the control plane is left out unless these stood still between the two builds.
 */
export async function compareEngines({ warehouse, client, manifest, slot, models, controlStoodStill = false, onTable }: { warehouse: Database; client: BigQueryClient; manifest: Manifest; slot: "a" | "b"; models?: readonly string[]; controlStoodStill?: boolean; onTable?: (table: TableParity) => void }): Promise<ParityReport> {
  const tables: TableParity[] = [];
  const left: { table: string; reason: string }[] = [];
  for (const layer of ["marts", "features"] as const) {
    for (const node of modelsOf(manifest, layer)) {
      if (models && !models.includes(node.name)) continue;
      const table = `${layer}.${node.name}`;
      const moving = movingSources(manifest, node);
      if (moving.length > 0 && !controlStoodStill) {
        left.push({ table, reason: `reads ${moving.join(" and ")}, which has gone on since the slot was built` });
        continue;
      }
      const compared = { table, ...(await compareTable(warehouse, client, node, `${layer}_${slot}`, keyOf(manifest, node))) };
      tables.push(compared);
      onTable?.(compared);
    }
  }
  const differing = sum(tables.map((table) => table.differing));
  return { slot, equal: differing === 0 && tables.every(({ hash }) => hash.postgres === hash.bigquery), tables, rows: sum(tables.map(({ rows }) => rows.postgres)), differing, left };
}

/** The columns that name a row, from the model's key test; all of them where it has none. */
export function keyOf(manifest: Manifest, node: ManifestNode): string[] {
  const test = Object.values(manifest.nodes).find(({ resource_type, attached_node, test_metadata }) => resource_type === "test" && attached_node === node.unique_id && test_metadata?.name === "unique_combo");
  return (test?.test_metadata?.kwargs["columns"] as string[] | undefined) ?? Object.keys(node.columns);
}

/** Tables of the control plane that a model reads, itself or through others, and that do not stand still. */
export function movingSources(manifest: Manifest, node: ManifestNode): string[] {
  return sourcesOf(manifest, [node]).filter((source) => !STANDS_STILL.has(source.split(".")[0] ?? "") && !STANDS_STILL.has(source));
}

/** What models read, themselves or through others, as `<source>.<table>`. */
export function sourcesOf(manifest: Manifest, nodes: readonly ManifestNode[]): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const waiting = nodes.flatMap((node) => node.depends_on.nodes);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const source = manifest.sources[next];
    if (source) found.add(`${source.source_name}.${source.name}`);
    waiting.push(...(manifest.nodes[next]?.depends_on.nodes ?? []));
  }
  return [...found].sort();
}

async function compareTable(warehouse: Database, client: BigQueryClient, node: ManifestNode, schema: string, key: readonly string[]): Promise<TableDifferences> {
  const columns = Object.values(node.columns).map(({ name, data_type: type }) => ({ name, type: type ?? "text" }));
  const canonical = (row: Record<string, unknown>): CanonicalRow => new Map(columns.map(({ name, type }) => [name, canonicalValue(row[name] as string | null, type)]));
  const names = columns.map(portable).join(", ");
  const inBigQuery = async (take: (row: CanonicalRow) => void) => {
    for await (const row of client.rows(`select ${names} from \`${client.connection.project}\`.\`${client.dataset(schema)}\`.\`${node.name}\``)) take(canonical(row));
  };
  const select = `select ${columns.map(({ name }) => `${quoteIdent(name)}::text as ${quoteIdent(name)}`).join(", ")} from ${schema}.${quoteIdent(node.name)}`;
  const inPostgres = (take: (row: CanonicalRow) => void) => warehouse.tx(async (tx) => {
    await tx.raw(`declare compared no scroll cursor for ${select}`);
    for (;;) {
      const { rows } = await tx.raw<Record<string, unknown>>(`fetch ${FETCHED} from compared`);
      for (const row of rows) take(canonical(row));
      if (rows.length < FETCHED) return;
    }
  }, { readOnly: true });
  return compareRows(key, inPostgres, inBigQuery);
}

/** A column as text that loses nothing: instants as microseconds, since both engines write them differently. */
function portable({ name, type }: { name: string; type: string }): string {
  const column = `\`${name}\``;
  return type.startsWith("timestamp") ? `unix_micros(${column}) as ${column}` : column;
}

const sum = (numbers: readonly number[]) => numbers.reduce((one, other) => one + other, 0);
