import { csvRecords, MAX_RECORD, type RawRecord } from "./csvRecords.ts";
import { type ByteSource, type Encoding, type Heard, type ReadBounds, readText } from "./source.ts";
import { TableError } from "./tableError.ts";

export type TableFormat =
  | { readonly kind: "CSV"; readonly encoding: Encoding; readonly delimiter: string; readonly quote: string; /** Names where the file has no header. */ readonly columns?: readonly string[]; /** Rows may be shorter than the header. */ readonly ragged: boolean }
  | { readonly kind: "JSONL"; readonly encoding: Encoding };

/** Cells of CSV are text; those of JSON lines are what stands there. */
export type Cell = unknown;

/** A row by the names of its columns. */
export interface TableRow {
  readonly line: number;
  /** Undefined where there is no such column. */
  get(column: string): Cell;
}
export type TableLine = { readonly row: TableRow; readonly problem?: undefined; readonly line: number } | { readonly row?: undefined; readonly line: number; readonly problem: string };

/** Reads a file's rows in pieces. `onColumns` hears of the columns once they are known (CSV only). @throws TableError */
export async function* readTable(source: ByteSource, format: TableFormat, bounds: ReadBounds, heard: Heard & { onColumns?(names: readonly string[]): void } = {}): AsyncGenerator<TableLine[]> {
  const text = readText(source, format.encoding, bounds, heard);
  if (format.kind === "JSONL") {
    for await (const records of jsonRecords(text)) yield records;
    return;
  }
  let header: Header | undefined = format.columns && headerOf(source.name, 1, format.columns);
  if (header) heard.onColumns?.(header.names);
  for await (const records of csvRecords(source.name, text, format)) {
    const lines: TableLine[] = [];
    for (const record of records) {
      if (header === undefined) {
        if (record.problem !== undefined) throw new TableError(source.name, record.line, `the header cannot be read: ${record.problem}`);
        header = headerOf(source.name, record.line, record.cells);
        heard.onColumns?.(header.names);
      } else lines.push(toLine(record, header, format.ragged));
    }
    if (lines.length > 0) yield lines;
  }
  if (header === undefined) throw new TableError(source.name, undefined, "the file is empty: it has not even a header");
}

interface Header { readonly names: readonly string[]; readonly places: ReadonlyMap<string, number> }

function headerOf(file: string, line: number, cells: readonly string[]): Header {
  const names = cells.map((cell) => cell.trim());
  const places = new Map<string, number>();
  for (const [place, name] of names.entries()) {
    if (name === "") continue;
    if (name.includes("\0")) throw new TableError(file, line, "the header holds NUL characters, as UTF-16 does when it is read as something else: say the encoding in the mapping");
    if (places.has(name)) throw new TableError(file, line, `two columns are called "${name.slice(0, 100)}": give each its own name`);
    places.set(name, place);
  }
  if (places.size === 0) throw new TableError(file, line, "the header names no column");
  return { names: [...places.keys()], places };
}

function toLine(record: RawRecord, { places, names }: Header, ragged: boolean): TableLine {
  if (record.problem !== undefined) return { line: record.line, problem: record.problem };
  const { line, cells } = record;
  const width = Math.max(names.length, ...[...places.values()].slice(-1).map((place) => place + 1));
  if (cells.length > width && cells.slice(width).some((cell) => cell !== "")) return { line, problem: `the row has ${cells.length} cells, the header ${width}: a delimiter inside of a cell needs quotation marks around it` };
  if (cells.length < width && !ragged) return { line, problem: `the row has ${cells.length} cells, the header ${width}` };
  return { line, row: { line, get: (column) => { const place = places.get(column); return place === undefined ? undefined : (cells[place] ?? ""); } } };
}

async function* jsonRecords(chunks: AsyncIterable<string>): AsyncGenerator<TableLine[]> {
  let rest = "";
  let line = 0;
  let skipping = false;
  const cut = (text: string, isLast: boolean): TableLine[] => {
    const lines: TableLine[] = [];
    let at = 0;
    for (;;) {
      const end = text.indexOf("\n", at);
      if (end === -1 && !isLast) break;
      const piece = text.slice(at, end === -1 ? text.length : end).trim();
      line += 1;
      if (skipping) skipping = false;
      else if (piece.length > MAX_RECORD) lines.push({ line, problem: `the line has more than ${MAX_RECORD} characters` });
      else if (piece !== "") lines.push(jsonLine(line, piece));
      if (end === -1) { at = text.length; break; }
      at = end + 1;
    }
    rest = text.slice(at);
    if (!isLast && rest.length > MAX_RECORD) {
      if (!skipping) lines.push({ line: line + 1, problem: `the line has more than ${MAX_RECORD} characters` });
      skipping = true;
      rest = "";
    }
    return lines;
  };
  for await (const chunk of chunks) {
    const lines = cut(rest + chunk, false);
    if (lines.length > 0) yield lines;
  }
  if (rest !== "") {
    const lines = cut(rest, true);
    if (lines.length > 0) yield lines;
  }
}

function jsonLine(line: number, text: string): TableLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, problem: "the line is no JSON" };
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return { line, problem: "the line is no JSON object: one object a line, {\"sku\": \"A1\"}" };
  return { line, row: { line, get: (column) => lookUp(value as Record<string, unknown>, column) } };
}

/** A field, or by dots one inside of another: `address.city`. What an object inherits is not there. */
function lookUp(object: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(object, path)) return object[path];
  let value: unknown = object;
  for (const step of path.split(".")) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
