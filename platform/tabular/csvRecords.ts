import { TableError } from "./tableError.ts";

/** A line of a table: its cells, or why it is none. `line` is where it begins; it may run over several. */
export type RawRecord = { readonly line: number; readonly cells: string[]; readonly problem?: undefined } | { readonly line: number; readonly problem: string };

export interface CsvDialect {
  /** One character: `,` `;` tab `|`. */
  readonly delimiter: string;
  /** One character; the same twice inside of a quoted cell is one of it. */
  readonly quote: string;
}

/** Characters of one row with all its cells. */
export const MAX_RECORD = 1_048_576;
export const MAX_COLUMNS = 2_000;
/** Characters that may be read again after broken quotes of one file: what costs more has no rows to be found any more. */
const MAX_READ_AGAIN = 64 * MAX_RECORD;

type Cut = { readonly cells: string[]; readonly next: number; readonly breaks: number } | "MORE" | "BAD";

/**
 * Cuts text into the rows of a CSV file (RFC 4180; LF or CRLF), in pieces as they come. A quotation mark counts where it begins a cell; inside of
 * one that began without, it is a character like others. A row with broken quotes or without an end is told as a problem of its first
 * line, and reading goes on behind that line. Written by hand because rows without quotes then cost one search and one split, and
 * because a broken row must not cost those behind it.
 * @throws TableError when more of the file is broken than is worth looking for rows in
 */
export async function* csvRecords(file: string, chunks: AsyncIterable<string>, { delimiter, quote }: CsvDialect): AsyncGenerator<RawRecord[]> {
  let rest = "";
  let line = 1;
  let readAgain = 0;
  /** Inside of a row that is too long: everything up to the next line break belongs to it. */
  let skipping = false;

  const step = (text: string, isLast: boolean): { records: RawRecord[]; rest: string } => {
    const records: RawRecord[] = [];
    let at = 0;
    // Looked for once, not from each row on: a file without quotation marks is read in one go.
    let quoteAt = find(text, quote, 0);
    if (skipping) {
      const end = text.indexOf("\n");
      if (end === -1 && !isLast) return { records, rest: "" };
      skipping = false;
      line += 1;
      at = end === -1 ? text.length : end + 1;
    }
    while (at < text.length) {
      if (quoteAt < at) quoteAt = find(text, quote, at);
      const end = text.indexOf("\n", at);
      const stop = end === -1 ? text.length : end;
      if (quoteAt >= stop && stop - at <= MAX_RECORD) {
        if (end === -1 && !isLast) break;
        const plain = text.slice(at, trimReturn(text, at, stop));
        if (plain !== "") records.push(checked(line, plain.split(delimiter)));
        line += 1;
        at = stop + 1;
        continue;
      }
      const cut = stop - at > MAX_RECORD ? "BAD" : cutQuoted(text, at, delimiter, quote, isLast);
      if (cut === "MORE" && text.length - at <= MAX_RECORD) break;
      if (typeof cut !== "string") {
        records.push(checked(line, cut.cells));
        line += 1 + cut.breaks;
        at = cut.next;
        continue;
      }
      readAgain += Math.min(text.length - at, MAX_RECORD);
      if (readAgain > MAX_READ_AGAIN) throw new TableError(file, line, "too much of the file has quotation marks that do not fit: check which delimiter and quotation mark it is written with");
      const tooLong = stop - at > MAX_RECORD;
      records.push({ line, problem: tooLong ? `the row has more than ${MAX_RECORD} characters` : "a quotation mark is opened and not closed before the cell ends" });
      if (end === -1) {
        skipping = !isLast;
        return { records, rest: "" };
      }
      line += 1;
      at = end + 1;
    }
    return { records, rest: text.slice(at) };
  };

  for await (const chunk of chunks) {
    const done = step(rest === "" ? chunk : rest + chunk, false);
    rest = done.rest;
    if (done.records.length > 0) yield done.records;
  }
  const { records } = step(rest, true);
  if (records.length > 0) yield records;
}

function checked(line: number, cells: string[]): RawRecord {
  return cells.length > MAX_COLUMNS ? { line, problem: `the row has ${cells.length} cells, the most are ${MAX_COLUMNS}` } : { line, cells };
}

function find(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  return found === -1 ? Infinity : found;
}

/** The end of what stands before a line break, without the carriage return of CRLF. */
function trimReturn(text: string, at: number, stop: number): number {
  return stop > at && text.charCodeAt(stop - 1) === 13 ? stop - 1 : stop;
}

function cutQuoted(text: string, begin: number, delimiter: string, quote: string, isLast: boolean): Cut {
  const cells: string[] = [];
  let breaks = 0;
  let at = begin;
  for (;;) {
    if (!text.startsWith(quote, at)) {
      const comma = text.indexOf(delimiter, at);
      const end = text.indexOf("\n", at);
      if (comma !== -1 && (end === -1 || comma < end)) {
        cells.push(text.slice(at, comma));
        at = comma + 1;
        continue;
      }
      if (end === -1 && !isLast) return "MORE";
      const stop = end === -1 ? text.length : end;
      cells.push(text.slice(at, trimReturn(text, at, stop)));
      return { cells, next: stop + 1, breaks };
    }
    let value = "";
    let from = at + 1;
    for (;;) {
      const close = text.indexOf(quote, from);
      if (close === -1) return isLast ? "BAD" : "MORE";
      value += text.slice(from, close);
      at = close + 1;
      if (at >= text.length && !isLast) return "MORE";
      if (!text.startsWith(quote, at)) break;
      value += quote;
      from = at + 1;
    }
    for (let found = value.indexOf("\n"); found !== -1; found = value.indexOf("\n", found + 1)) breaks += 1;
    cells.push(value);
    if (at >= text.length) return { cells, next: at, breaks };
    if (text.startsWith(delimiter, at)) {
      at += 1;
      continue;
    }
    if (text.startsWith("\r\n", at)) return { cells, next: at + 2, breaks };
    if (text[at] === "\n") return { cells, next: at + 1, breaks };
    if (text[at] === "\r" && at + 1 >= text.length) {
      if (!isLast) return "MORE";
      return { cells, next: at + 1, breaks };
    }
    return "BAD";
  }
}
