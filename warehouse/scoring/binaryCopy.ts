import { Writable } from "node:stream";

/**
 * Reads rows of `copy (select int4, int4, timestamptz) to stdout (format binary)`: 30 bytes a row, no text to make or parse.
 * The instant comes as milliseconds since 1970, with fractions.
 * Format: https://www.postgresql.org/docs/18/sql-copy.html, "Binary Format". Nulls are refused.
 */
export class MomentReader extends Writable {
  readonly #onRow: (first: number, second: number, at: number) => void;
  #rest: Buffer = Buffer.alloc(0);
  #header = true;

  constructor(onRow: (first: number, second: number, at: number) => void) {
    super();
    this.#onRow = onRow;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.#header) {
      if (bytes.length < HEADER_BYTES) {
        this.#rest = bytes;
        return done();
      }
      bytes = bytes.subarray(HEADER_BYTES + bytes.readInt32BE(HEADER_BYTES - 4));
      this.#header = false;
    }
    let at = 0;
    while (bytes.length - at >= ROW_BYTES) {
      if (bytes.readInt16BE(at) !== 3 || bytes.readInt32BE(at + 2) !== 4 || bytes.readInt32BE(at + 10) !== 4 || bytes.readInt32BE(at + 18) !== 8) {
        return done(new Error("a row of the copy is not two int4 and a timestamptz"));
      }
      this.#onRow(bytes.readInt32BE(at + 6), bytes.readInt32BE(at + 14), POSTGRES_EPOCH_MS + microseconds(bytes, at + 22) / 1_000);
      at += ROW_BYTES;
    }
    this.#rest = bytes.subarray(at);
    done();
  }

  override _final(done: (error?: Error) => void): void {
    const ended = this.#rest.length === 2 && this.#rest.readInt16BE(0) === -1;
    done(ended ? undefined : new Error(`the copy ended in the middle of a row, with ${this.#rest.length} bytes left`));
  }
}

/** A 64-bit integer of less than 2^53; the upper half carries the sign. */
function microseconds(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 4_294_967_296 + bytes.readUInt32BE(at + 4);
}

const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const HEADER_BYTES = 19;
const ROW_BYTES = 30;
