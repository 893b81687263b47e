import { Readable } from "node:stream";
import type { Tx } from "#platform/db/database.ts";

/** What a column of a copied row may hold. A Date goes as UTC, an object as JSON, an array of text as a PostgreSQL array. */
export type CopyValue = string | number | bigint | boolean | null | Date | readonly string[] | Record<string, unknown>;

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
const CHUNK_CHARS = 1 << 18;

function encodeText(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char] as string) : text;
}

function encodeArray(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

/** One value in PostgreSQL's COPY text format. */
export function encodeCopyValue(value: CopyValue): string {
  if (value === null) return "\\N";
  if (typeof value === "string") return encodeText(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "boolean") return value ? "t" : "f";
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return encodeText(encodeArray(value as readonly string[]));
  return encodeText(JSON.stringify(value));
}

function* encodeRows(rows: Iterable<readonly CopyValue[]>, signal: AbortSignal | undefined): Generator<Buffer> {
  let text = "";
  for (const row of rows) {
    let line = encodeCopyValue(row[0] as CopyValue);
    for (let index = 1; index < row.length; index += 1) line += `\t${encodeCopyValue(row[index] as CopyValue)}`;
    text += `${line}\n`;
    if (text.length >= CHUNK_CHARS) {
      signal?.throwIfAborted();
      yield Buffer.from(text);
      text = "";
    }
  }
  if (text !== "") yield Buffer.from(text);
}

export interface CopyTarget {
  /** Schema-qualified table. */
  table: string;
  /** In the order of the values in each row. */
  columns: readonly string[];
}

/** Streams the rows into the table by COPY and answers how many were written. Rows are taken as the server takes them. */
export async function copyRows(tx: Tx, target: CopyTarget, rows: Iterable<readonly CopyValue[]>, signal?: AbortSignal): Promise<number> {
  signal?.throwIfAborted();
  const sql = `copy ${target.table} (${target.columns.join(", ")}) from stdin`;
  return tx.copyFrom(sql, Readable.from(encodeRows(rows, signal), { objectMode: true, highWaterMark: 4 }));
}
