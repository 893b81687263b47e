import { createWriteStream, type WriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import type { SqlCell, SqlColumn } from "../engine.ts";

/** DuckDB's type for one of ours, and which texts it holds. A column with any other text stays text, so that nothing is lost or rounded. */
const TYPES: Readonly<Record<string, readonly [duck: string, holds: RegExp]>> = {
  boolean: ["BOOLEAN", /^[tf]$/],
  smallint: ["SMALLINT", /^/], integer: ["INTEGER", /^/], bigint: ["BIGINT", /^/],
  real: ["REAL", /^/], "double precision": ["DOUBLE", /^/],
  numeric: ["DECIMAL(38, 9)", /^-?\d{1,29}(\.\d{1,9})?$/],
  date: ["DATE", /^\d{4}-\d{2}-\d{2}$/],
  timestamp: ["TIMESTAMP", /^\d{4}-\d{2}-\d{2} [\d:.]+$/],
  timestamptz: ["TIMESTAMPTZ", /^\d{4}-\d{2}-\d{2} [\d:.]+\+00$/],
  uuid: ["UUID", /^/],
};

/** Collects an answer in a file beside and makes a Parquet file (zstd) of it: memory stays flat however long the answer is. */
export class ParquetWriter {
  readonly #columns: readonly SqlColumn[];
  readonly #fits: boolean[];
  readonly #dir: string;
  readonly #draft: WriteStream;

  private constructor(columns: readonly SqlColumn[], dir: string) {
    this.#columns = columns;
    this.#fits = columns.map(({ type }) => Object.hasOwn(TYPES, type));
    this.#dir = dir;
    this.#draft = createWriteStream(join(dir, "draft.jsonl"), { mode: 0o600 });
  }

  static async open(columns: readonly SqlColumn[]): Promise<ParquetWriter> {
    return new ParquetWriter(columns, await mkdtemp(join(tmpdir(), "martgraph-parquet-")));
  }

  async add(rows: readonly (readonly SqlCell[])[]): Promise<void> {
    for (const row of rows) {
      for (const [index, cell] of row.entries()) {
        if (cell !== null && this.#fits[index] && !TYPES[this.#columns[index]?.type ?? ""]?.[1].test(cell)) this.#fits[index] = false;
      }
    }
    const text = rows.map((row) => `${JSON.stringify(Object.fromEntries(row.map((cell, index) => [`c${index}`, cell])))}\n`).join("");
    if (text !== "" && !this.#draft.write(text)) await once(this.#draft, "drain");
  }

  /** Writes the file and clears up. */
  async finish(path: string): Promise<void> {
    this.#draft.end();
    await once(this.#draft, "close");
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "256MB" });
    try {
      const connection = await instance.connect();
      await connection.run("set timezone = 'UTC'");
      await connection.run(`copy (${this.#select()}) to ${literal(path)} (format parquet, compression zstd)`);
      connection.closeSync();
    } finally {
      instance.closeSync();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#draft.destroy();
    await rm(this.#dir, { recursive: true, force: true });
  }

  #select(): string {
    const names = uniqueNames(this.#columns.map(({ name }) => name));
    const list = this.#columns.map(({ type }, index) => `cast(c${index} as ${this.#fits[index] ? TYPES[type]?.[0] : "VARCHAR"}) as ${identifier(names[index] as string)}`);
    const raw = this.#columns.map((_column, index) => `c${index}: 'VARCHAR'`);
    return `select ${list.join(", ")} from read_json(${literal(join(this.#dir, "draft.jsonl"))}, format = 'newline_delimited', columns = {${raw.join(", ")}}, maximum_object_size = 67108864)`;
  }
}

/** The rows as the bytes of a Parquet file: for answers that are held in memory anyhow. */
export async function parquetBytes(columns: readonly SqlColumn[], rows: readonly (readonly SqlCell[])[]): Promise<Buffer> {
  const writer = await ParquetWriter.open(columns);
  const dir = await mkdtemp(join(tmpdir(), "martgraph-parquet-"));
  try {
    await writer.add(rows);
    await writer.finish(join(dir, "answer.parquet"));
    return await readFile(join(dir, "answer.parquet"));
  } finally {
    await writer[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  }
}

/** A file's columns need names of their own, letter case aside. */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free.toLowerCase()); n += 1) free = `${name}_${n}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
