import { PERSONAL_DATA } from "#schema/personalData.ts";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { quoteIdent } from "../engines/postgres/identifiers.ts";
import type { Slot } from "../publish/slots.ts";
import type { LakeTable } from "./manifest.ts";

const listColumns = query({
  name: "lake.listColumns",
  text: `select n.nspname as schema, c.relname as relation, a.attname as name, pg_catalog.format_type(a.atttypid, -1) as type
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'v') order by 1, 2, a.attnum`,
  params: ["text[]"],
  row: { schema: "text", relation: "text", name: "text", type: "text" },
  budget: { access: "scan", maxRows: 20_000 },
});

export interface ExportColumn {
  readonly name: string;
  /** PostgreSQL's. */
  readonly type: string;
}

export interface ExportTable {
  readonly layer: LakeTable["layer"];
  readonly name: string;
  /** The relation to read, quoted. */
  readonly relation: string;
  readonly columns: readonly ExportColumn[];
  /** The column whose month parts the table; undefined where there is none. */
  readonly partitionBy: string | undefined;
}

/** Columns of versions that say how a row came, and nothing of the row. */
const VERSIONS: ReadonlySet<string> = new Set(["_op", "_from_pos", "_to_pos", "_committed_at", "_erased"]);

/** The tables of a build: its marts and features, and raw as of its cut. In order of layer and name. */
export async function listExportTables(db: Reader, slot: Slot): Promise<ExportTable[]> {
  const layers = { [`marts_${slot}`]: "marts", [`features_${slot}`]: "features", [`audit_${slot}`]: "raw" } as const;
  const rows = await db.many(listColumns, [Object.keys(layers)]);
  const tables = Map.groupBy(rows, (row) => `${row.schema}.${row.relation}`);
  return [...tables.values()].flatMap((columns): ExportTable[] => {
    const { schema, relation } = columns[0] as (typeof columns)[number];
    const layer = layers[schema as keyof typeof layers] as LakeTable["layer"];
    const kept = columns.filter(({ name, type }) => !(layer === "raw" && (VERSIONS.has(name) || isPersonal(relation, name, type)))).map(({ name, type }) => ({ name, type }));
    return kept.length === 0 ? [] : [{ layer, name: relation, relation: `${quoteIdent(schema)}.${quoteIdent(relation)}`, columns: kept, partitionBy: partitionColumn(kept) }];
  });
}

/** Who somebody is, in clear, stays in raw. Ids that only lead to rows are kept: without them no table could be joined. */
function isPersonal(rawTable: string, column: string, type: string): boolean {
  return type !== "uuid" && Object.hasOwn(PERSONAL_DATA[rawTable.replace("__", ".")]?.personal ?? {}, column);
}

const BY_TIME = [/^(placed|refunded|visit|session|snapshot|sales|metric)_date$/, /_date$/, /^day$/, /^(placed|refunded|occurred)_at$/] as const;

function partitionColumn(columns: readonly ExportColumn[]): string | undefined {
  const times = columns.filter(({ type }) => type === "date" || type === "timestamp with time zone").map(({ name }) => name);
  for (const form of BY_TIME) {
    const found = times.find((name) => form.test(name));
    if (found !== undefined) return found;
  }
  return undefined;
}
