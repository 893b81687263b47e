import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { TableError } from "./tableError.ts";

/** A file to read, wherever it lies. */
export interface ByteSource {
  /** As its giver calls it; what ends in `.gz` is unpacked. */
  readonly name: string;
  /** Bytes as it lies there. */
  readonly size: number;
  open(): Promise<AsyncIterable<Uint8Array>>;
}

/** How a file's bytes are text. What a browser knows under these names (WHATWG Encoding); iso-8859-1 is read as windows-1252. */
export const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "iso-8859-1", "iso-8859-2", "iso-8859-15", "windows-1250", "windows-1252"] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface ReadBounds {
  /** Most bytes of a file once it is unpacked. */
  readonly maxBytes: number;
  /** How many times as large as packed it may be, looked at beyond the first `RATIO_FROM` bytes. */
  readonly maxRatio: number;
}

export const DEFAULT_BOUNDS: ReadBounds = { maxBytes: 4 * 1024 ** 3, maxRatio: 250 };
/** A small file that packs well is no bomb. */
const RATIO_FROM = 16 * 1024 ** 2;

export interface Heard {
  /** Bytes taken from the source so far, packed ones where it is packed. */
  onBytes?(read: number): void;
}

/** The file's text in pieces. @throws TableError for what is damaged, cut off, of another encoding, or swells beyond its bounds. */
export async function* readText(source: ByteSource, encoding: Encoding, bounds: ReadBounds = DEFAULT_BOUNDS, heard: Heard = {}): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const wrong = (cause: unknown) => new TableError(source.name, undefined, `the file is not ${encoding.toUpperCase()} text: say its encoding in the mapping, or convert it`, { cause });
  let packed = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of await source.open()) {
      packed += chunk.byteLength;
      heard.onBytes?.(packed);
      yield chunk;
    }
  };
  let total = 0;
  for await (const chunk of isPacked(source.name) ? unpacked(source.name, counted()) : counted()) {
    total += chunk.byteLength;
    if (total > bounds.maxBytes) throw new TableError(source.name, undefined, `the file holds more than ${bounds.maxBytes} bytes: split it`);
    if (isPacked(source.name) && total > RATIO_FROM && total > packed * bounds.maxRatio) throw new TableError(source.name, undefined, `the file unpacks to more than ${bounds.maxRatio} times its size: no table does`);
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw wrong(error);
    }
    if (text !== "") yield text;
  }
  let rest: string;
  try {
    rest = decoder.decode();
  } catch (error) {
    throw wrong(error);
  }
  if (rest !== "") yield rest;
}

function isPacked(name: string): boolean {
  return name.toLowerCase().endsWith(".gz");
}

async function* unpacked(name: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Small pieces: a bomb is seen after megabytes, not after gigabytes.
  const gunzip = createGunzip({ chunkSize: 1 << 17 });
  const from = Readable.from(chunks, { objectMode: false });
  // A source that fails must fail the reader, and a reader that stops must let the source go.
  from.once("error", (error) => gunzip.destroy(error));
  try {
    for await (const chunk of from.pipe(gunzip)) yield chunk as Uint8Array;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "Z_BUF_ERROR") throw new TableError(name, undefined, "the packed file is cut off: fetch it again", { cause: error });
    if (typeof code === "string" && code.startsWith("Z_")) throw new TableError(name, undefined, "the file is damaged or not packed with gzip: fetch it again, or take .gz off its name", { cause: error });
    throw error;
  } finally {
    from.destroy();
    gunzip.destroy();
  }
}
