import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Tx } from "#platform/db/database.ts";
import { quoteIdent, quoteLiteral } from "../engines/postgres/identifiers.ts";
import type { LakeColumn, LakeFile, LakeTable } from "./manifest.ts";
import type { ExportColumn, ExportTable } from "./tables.ts";

/** A table of fewer rows is one file: a hundred files of ten rows help nobody. */
const PARTITION_FROM = 20_000;

/** Zstandard, and row groups small enough that a filter on a sorted column skips most of them. */
const PARQUET = "format parquet, compression zstd, row_group_size 122880";

/**
 * Writes one table as Parquet files under `folder`: PostgreSQL streams it as CSV, DuckDB makes the files.
 * @param tx sees the build, as it is held
 */
export async function writeParquet(tx: Tx, duck: DuckDBConnection, table: ExportTable, folder: string): Promise<LakeTable> {
  const types = new Map(await typesOf(tx, table));
  const csv = join(folder, "table.csv");
  const target = join(folder, "parquet");
  await rm(target, { recursive: true, force: true });
  try {
    await tx.copyTo(`copy (select ${table.columns.map(selected).join(", ")} from ${table.relation}) to stdout (format csv, header true)`, createWriteStream(csv));
    const columns = table.columns.map(({ name }) => `${quoteLiteral(name)}: ${quoteLiteral(types.get(name) as string)}`).join(", ");
    await duck.run("drop table if exists lake_table");
    await duck.run(
      `create temp table lake_table as select * from read_csv(${quoteLiteral(csv)}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', new_line = '\\n',
        nullstr = '', allow_quoted_nulls = false, max_line_size = 16777216, columns = {${columns}})`,
    );
    const rows = Number(await one(duck, "select count(*) from lake_table"));
    const partition = table.partitionBy !== undefined && rows >= PARTITION_FROM ? table.partitionBy : null;
    if (partition === null) await duck.run(`copy lake_table to ${quoteLiteral(`${target}.file`)} (${PARQUET})`);
    else {
      const month = quoteIdent(`${partition}_month`);
      await duck.run(`copy (select *, coalesce(strftime(${quoteIdent(partition)}, '%Y-%m'), 'none') as ${month} from lake_table order by ${quoteIdent(partition)}) to ${quoteLiteral(target)} (${PARQUET}, partition_by (${month}))`);
    }
    const files = partition === null ? [await described(duck, `${target}.file`, "part-0.parquet")] : await partitionFiles(duck, target);
    const counted = files.reduce((sum, file) => sum + file.rows, 0);
    if (counted !== rows) throw new Error(`${table.layer}.${table.name}: the files hold ${counted} rows, the table ${rows}`);
    return { layer: table.layer, name: table.name, rows, partitionedBy: partition, columns: await statistics(duck, table.columns, types), files };
  } finally {
    await rm(csv, { force: true });
    await duck.run("drop table if exists lake_table");
  }
}

/** Where the file of a table lies that `writeParquet` has written. */
export function writtenPath(folder: string, table: LakeTable, file: LakeFile): string {
  return table.partitionedBy === null ? join(folder, "parquet.file") : join(folder, "parquet", file.path);
}

const PLAIN: Readonly<Record<string, string>> = {
  uuid: "VARCHAR", text: "VARCHAR", bigint: "BIGINT", integer: "INTEGER", smallint: "SMALLINT", boolean: "BOOLEAN", date: "DATE", "double precision": "DOUBLE", real: "FLOAT",
  "timestamp with time zone": "TIMESTAMPTZ", "timestamp without time zone": "TIMESTAMP",
};
const MAX_DIGITS = 38;

/** Numbers without a scale of their own get the one their values need, so that nothing is rounded. */
async function typesOf(tx: Tx, table: ExportTable): Promise<[string, string][]> {
  const numeric = table.columns.filter(({ type }) => type === "numeric").map(({ name }) => name);
  const scales = new Map<string, { scale: number; digits: number }>();
  if (numeric.length > 0) {
    const asked = numeric.flatMap((name, index) => [`coalesce(max(scale(${quoteIdent(name)})), 0)::int as s${index}`, `coalesce(max(length(trunc(abs(${quoteIdent(name)}))::text)), 1)::int as d${index}`]);
    const { rows } = await tx.raw<Record<string, number>>(`select ${asked.join(", ")} from ${table.relation}`);
    numeric.forEach((name, index) => scales.set(name, { scale: rows[0]?.[`s${index}`] ?? 0, digits: rows[0]?.[`d${index}`] ?? 1 }));
  }
  return table.columns.map(({ name, type }) => {
    const scale = scales.get(name);
    // What no decimal of Parquet holds exactly is kept as its text.
    if (scale) return [name, scale.scale + scale.digits > MAX_DIGITS ? "VARCHAR" : `DECIMAL(${MAX_DIGITS}, ${scale.scale})`];
    return [name, PLAIN[type] ?? "VARCHAR"];
  });
}

function selected({ name, type }: ExportColumn): string {
  const column = quoteIdent(name);
  if (type.endsWith("[]")) return `pg_catalog.to_json(${column})::text as ${column}`;
  return PLAIN[type] === undefined && type !== "numeric" ? `${column}::text as ${column}` : column;
}

async function statistics(duck: DuckDBConnection, columns: readonly ExportColumn[], types: ReadonlyMap<string, string>): Promise<LakeColumn[]> {
  const asked = columns.flatMap(({ name }) => {
    const column = quoteIdent(name);
    const isText = types.get(name) === "VARCHAR";
    return [`count(*) - count(${column})`, isText ? "null" : `cast(min(${column}) as varchar)`, isText ? "null" : `cast(max(${column}) as varchar)`];
  });
  const [row = []] = (await duck.runAndReadAll(`select ${asked.join(", ")} from lake_table`)).getRows();
  return columns.map(({ name }, index) => ({ name, type: types.get(name) as string, nulls: Number(row[3 * index] ?? 0), min: textOrNull(row[3 * index + 1]), max: textOrNull(row[3 * index + 2]) }));
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);

async function partitionFiles(duck: DuckDBConnection, target: string): Promise<LakeFile[]> {
  const entries = await readdir(target, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(target, join(entry.parentPath, entry.name))).toSorted();
  const files: LakeFile[] = [];
  for (const path of paths) files.push(await described(duck, join(target, path), path));
  return files;
}

async function described(duck: DuckDBConnection, path: string, name: string): Promise<LakeFile> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const rows = Number(await one(duck, `select sum(num_rows) from parquet_file_metadata(${quoteLiteral(path)})`));
  return { path: name, rows, bytes: (await stat(path)).size, sha256: hash.digest("hex") };
}

async function one(duck: DuckDBConnection, sql: string): Promise<unknown> {
  return (await duck.runAndReadAll(sql)).getRows()[0]?.[0];
}
