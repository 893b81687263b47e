import { createReadStream } from "node:fs";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { DataFileError } from "../dataFileError.ts";

/** Called with each record's fields and the number of the line it begins on. The array is the callee's to keep. */
export type OnRecord = (fields: string[], line: number) => void;

/** A quoted field may hold line breaks; one that runs on for longer than this was never closed. */
const MAX_RECORD_CHARS = 65_536;

/**
 * Streams a comma-separated file (RFC 4180, UTF-8, LF or CRLF, each line ended), gunzipping it where its name ends in `.gz` or `.GZ`.
 * Written by hand because lines without a quote, nearly all of them, then cost one search and one split.
 * @throws DataFileError when the file cannot be read, is cut off, is damaged, is no UTF-8 or has a quote that is never closed
 */
export async function readCsv(path: string, onRecord: OnRecord, signal?: AbortSignal): Promise<void> {
  const file = basename(path);
  const source = createReadStream(path, { highWaterMark: 1 << 18 });
  // Where the reading is refused before the file's end, the pipeline may report only that it was aborted.
  let refused: unknown;
  const consume = (chunks: AsyncIterable<Buffer>) => parseChunks(file, chunks, onRecord).catch((error: unknown) => {
    if (!(error instanceof Error && error.name === "AbortError")) refused = error;
    throw error;
  });
  try {
    if (path.toLowerCase().endsWith(".gz")) await pipeline(source as Readable, createGunzip({ chunkSize: 1 << 18 }), consume, { signal });
    else await pipeline(source as Readable, consume, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw explainReadError(file, refused ?? error);
  }
}

async function parseChunks(file: string, chunks: AsyncIterable<Buffer>, onRecord: OnRecord): Promise<void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  let line = 1;
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true });
    let begin = 0;
    let end = text.indexOf("\n");
    while (end !== -1) {
      const record = text.slice(begin, text.charCodeAt(end - 1) === 13 && end > begin ? end - 1 : end);
      if (!record.includes('"')) {
        onRecord(record.split(","), line);
        line += 1;
      } else {
        const fields = splitQuoted(record);
        if (fields === undefined) {
          // The break may stand inside the quotes: take the next line too.
          if (end - begin > MAX_RECORD_CHARS) throw unclosedQuote(file, line);
          end = text.indexOf("\n", end + 1);
          continue;
        }
        onRecord(fields, line);
        line += 1 + countBreaks(record);
      }
      begin = end + 1;
      end = text.indexOf("\n", begin);
    }
    rest = text.slice(begin);
    if (rest.length > MAX_RECORD_CHARS) throw unclosedQuote(file, line);
  }
  rest += decoder.decode();
  if (rest.includes('"') && splitQuoted(rest) === undefined) throw unclosedQuote(file, line);
  if (rest !== "") {
    throw new DataFileError({ file, line }, "the file ends in the middle of a line, so it looks cut off", "fetch it again, or end its last line with a line break if it is whole");
  }
}

/** The fields of a record that holds quotes, or undefined while a quote is open. */
function splitQuoted(record: string): string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (record[at] !== '"') {
      const comma = record.indexOf(",", at);
      fields.push(comma === -1 ? record.slice(at) : record.slice(at, comma));
      if (comma === -1) return fields;
      at = comma + 1;
      continue;
    }
    let value = "";
    let from = at + 1;
    for (;;) {
      const quote = record.indexOf('"', from);
      if (quote === -1) return undefined;
      value += record.slice(from, quote);
      if (record[quote + 1] !== '"') {
        at = quote + 1;
        break;
      }
      value += '"';
      from = quote + 2;
    }
    // Text after a closing quote is kept, as spreadsheets do.
    const comma = record.indexOf(",", at);
    fields.push(value + (comma === -1 ? record.slice(at) : record.slice(at, comma)));
    if (comma === -1) return fields;
    at = comma + 1;
  }
}

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

function unclosedQuote(file: string, line: number): DataFileError {
  return new DataFileError({ file, line }, "a quotation mark is opened and never closed, or the file is cut off", "correct the line or fetch the file again");
}

function explainReadError(file: string, error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  if (code === "ENOENT") return new DataFileError({ file }, "the file is gone", "check the path", { cause: error });
  if (code === "EACCES" || code === "EPERM") return new DataFileError({ file }, "the file may not be read by this user", "give read permission", { cause: error });
  if (code === "EISDIR") return new DataFileError({ file }, "this is a folder", "name a .csv or .csv.gz file", { cause: error });
  if (code === "Z_BUF_ERROR") return new DataFileError({ file }, "the compressed file is cut off", "fetch it again", { cause: error });
  if (typeof code === "string" && code.startsWith("Z_")) {
    return new DataFileError({ file }, "the file is damaged or not compressed with gzip", "fetch it again, or drop .gz from its name if it is plain text", { cause: error });
  }
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return new DataFileError({ file }, "the file is not UTF-8 text", "convert it to UTF-8", { cause: error });
  return error;
}
