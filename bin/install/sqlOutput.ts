import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { csvHead, csvLines, jsonCell, type SqlCell, type SqlColumn, type SqlSink } from "#warehouse/sql/gate.ts";
import { ParquetWriter } from "#warehouse/sql/output/parquet.ts";

export const SQL_FORMATS = ["table", "json", "csv", "parquet"] as const;
export type SqlFormat = (typeof SQL_FORMATS)[number];
export const isSqlFormat = (text: string): text is SqlFormat => (SQL_FORMATS as readonly string[]).includes(text);

/** Takes an answer as it comes, in memory that does not grow with it. */
export interface SqlOutput extends SqlSink, AsyncDisposable {
  /** Makes the file whole; until then there is none of its name. */
  finish(): Promise<void>;
}

type Rows = readonly (readonly SqlCell[])[];

/** Writes to stdout, or into a file that is there whole or not at all. */
export function openSqlOutput(format: SqlFormat, path: string | undefined): SqlOutput {
  if (format === "parquet") return parquetOutput(path as string);
  const draft = path === undefined ? undefined : `${path}.part`;
  const file = draft === undefined ? undefined : createWriteStream(draft);
  let failed: Error | undefined;
  file?.on("error", (error) => { failed = error; });
  const write = async (text: string) => {
    if (failed) throw failed;
    const stream = file ?? process.stdout;
    if (text !== "" && !stream.write(text)) await once(stream, "drain");
  };
  let columns: readonly SqlColumn[] = [];
  let table: TableText | undefined;
  return {
    async columns(found) {
      columns = found;
      if (format === "csv") await write(csvHead(found));
      if (format === "table") table = new TableText(found);
    },
    async rows(rows: Rows) {
      if (format === "csv") await write(csvLines(rows));
      else if (table) await write(table.lines(rows));
      else await write(rows.map((row) => `${JSON.stringify(Object.fromEntries(row.map((cell, index) => [columns[index]?.name ?? "", jsonCell(cell, columns[index] as SqlColumn)])))}\n`).join(""));
    },
    async finish() {
      if (table) await write(table.lines([]));
      if (!file || path === undefined || draft === undefined) return;
      file.end();
      await once(file, "close");
      if (failed) throw failed;
      await rename(draft, path);
    },
    async [Symbol.asyncDispose]() {
      // A file that is still being opened would be made after it was taken away.
      if (file && !file.closed) {
        file.destroy();
        await once(file, "close");
      }
      if (draft !== undefined) await rm(draft, { force: true });
    },
  };
}

function parquetOutput(path: string): SqlOutput {
  let writer: ParquetWriter | undefined;
  return {
    async columns(found) { writer = await ParquetWriter.open(found); },
    rows: async (rows) => writer?.add(rows),
    async finish() {
      await writer?.finish(`${path}.part`);
      await rename(`${path}.part`, path);
    },
    async [Symbol.asyncDispose]() {
      await writer?.[Symbol.asyncDispose]();
      await rm(`${path}.part`, { force: true });
    },
  };
}

const MAX_WIDTH = 60;

/** Columns as wide as the first rows need: later ones are cut, so that nothing has to be held. */
class TableText {
  readonly #columns: readonly SqlColumn[];
  #widths: number[] | undefined;
  constructor(columns: readonly SqlColumn[]) {
    this.#columns = columns;
  }

  lines(rows: Rows): string {
    const lines: string[] = [];
    if (!this.#widths) {
      this.#widths = this.#columns.map(({ name }, index) => Math.min(MAX_WIDTH, Math.max(name.length, ...rows.map((row) => shown(row[index] ?? null).length))));
      lines.push(this.#line(this.#columns.map(({ name }) => name)), this.#widths.map((width) => "-".repeat(width)).join("  "));
    }
    for (const row of rows) lines.push(this.#line(row.map(shown)));
    return lines.map((line) => `${line.trimEnd()}\n`).join("");
  }

  #line(cells: readonly string[]): string {
    return cells.map((cell, index) => {
      const width = this.#widths?.[index] ?? MAX_WIDTH;
      const cut = cell.length > width ? `${cell.slice(0, Math.max(0, width - 1))}…` : cell;
      return /^(bigint|integer|smallint|numeric|real|double precision)$/.test(this.#columns[index]?.type ?? "") ? cut.padStart(width) : cut.padEnd(width);
    }).join("  ");
  }
}

/** Nothing that a terminal would take for a command. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const shown = (cell: SqlCell): string => (cell === null ? "" : cell.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, " "));
