import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Cells } from "#schema/mapping/evaluate.ts";
import { readTable } from "#platform/tabular/readTable.ts";
import { type ByteSource, DEFAULT_BOUNDS } from "#platform/tabular/source.ts";
import { TableError } from "#platform/tabular/tableError.ts";
import type { FileFormat } from "./mapping.ts";

/** A row of a file, or why it is none. Lines count from 1; those of a Parquet file are its rows. */
export type FileLine = { readonly line: number; readonly cells: Cells; readonly problem?: undefined } | { readonly line: number; readonly problem: string };

const NOTHING_JOINED = () => [];

/**
 * Reads a file's rows in pieces, whatever it is written in.
 * @param onColumns hears of the columns once they are known; those of JSON lines are each line's own
 * @throws TableError for a file that cannot be read
 */
export async function* readRows(source: ByteSource, format: FileFormat, onColumns: (names: readonly string[]) => void): AsyncGenerator<FileLine[]> {
  if (format.kind === "PARQUET") {
    yield* readParquet(source, onColumns);
    return;
  }
  const { columns, ...rest } = format.kind === "CSV" ? format : { ...format, columns: undefined };
  for await (const lines of readTable(source, { ...rest, ...(columns ? { columns } : {}) }, DEFAULT_BOUNDS, { onColumns })) {
    yield lines.map((one): FileLine => (one.row ? { line: one.line, cells: { get: (column) => one.row.get(column), joined: NOTHING_JOINED } } : { line: one.line, problem: one.problem }));
  }
}

/** DuckDB reads Parquet from a file alone, so the object is brought to one. Every value comes as its text; nothing is rounded on the way. */
async function* readParquet(source: ByteSource, onColumns: (names: readonly string[]) => void): AsyncGenerator<FileLine[]> {
  const folder = await mkdtemp(join(tmpdir(), "martgraph-parquet-"));
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const path = join(folder, "file.parquet");
  try {
    await pipeline(Readable.from(await source.open(), { objectMode: false }), createWriteStream(path));
    const instance = await DuckDBInstance.create(":memory:", { threads: "2", memory_limit: "512MB", temp_directory: folder });
    try {
      const connection = await instance.connect();
      const from = `read_parquet('${path.replaceAll("'", "''")}')`;
      const described = await connection.runAndReadAll(`describe select * from ${from}`).catch((error: unknown) => {
        throw new TableError(source.name, undefined, "the file is no Parquet that can be read: fetch it again", { cause: error });
      });
      const columns = described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
      onColumns(columns.map(({ name }) => name));
      const texts = columns.map(({ name, type }) => textOfColumn(`"${name.replaceAll('"', '""')}"`, type));
      const places = new Map(columns.map(({ name }, index) => [name, index]));
      const result = await connection.stream(`select ${texts.join(", ")} from ${from}`);
      let line = 0;
      for (;;) {
        const chunk = await result.fetchChunk();
        if (!chunk || chunk.rowCount === 0) break;
        yield chunk.getRows().map((row): FileLine => {
          line += 1;
          return { line, cells: { get: (column) => { const place = places.get(column); return place === undefined ? undefined : (row[place] ?? null); }, joined: NOTHING_JOINED } };
        });
      }
      connection.closeSync();
    } finally {
      instance.closeSync();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function textOfColumn(column: string, type: string): string {
  if (/^(STRUCT|MAP)|\[\d*\]$/.test(type)) return `cast(to_json(${column}) as varchar)`;
  if (type === "BLOB") return `hex(${column})`;
  // An instant without a zone is taken as UTC, as DuckDB and Spark write it.
  if (type.startsWith("TIMESTAMP")) return `strftime(make_timestamp(epoch_us(${column})), '%Y-%m-%dT%H:%M:%S.%fZ')`;
  return `cast(${column} as varchar)`;
}
