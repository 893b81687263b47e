import { hash as hashOf } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Values in canonical form, by column. */
export type CanonicalRow = ReadonlyMap<string, string | null>;

const HASH_BYTES = 16;
const RECORD_BYTES = 2 * HASH_BYTES;
const BUCKETS = 64;
const BUFFER_BYTES = 2_000 * RECORD_BYTES;
const MODULUS = 1n << 64n;

export const keyText = (key: readonly string[], row: CanonicalRow): string => JSON.stringify(key.map((name) => row.get(name) ?? null));
export const keyHash = (text: string): string => digest(text).toString("hex");
const digest = (text: string): Buffer => hashOf("sha256", text, "buffer").subarray(0, HASH_BYTES);

/** What is remembered of a table's rows, however many: of each the hash of its key and its own, in files by the key's hash. */
export class RowDigests {
  readonly #dir: string;
  readonly #name: string;
  readonly #key: readonly string[];
  readonly #waiting = new Map<number, { buffer: Buffer; used: number }>();
  #rows = 0;
  #sums: readonly [bigint, bigint] = [0n, 0n];

  constructor(dir: string, name: string, key: readonly string[]) {
    this.#dir = dir;
    this.#name = name;
    this.#key = key;
  }

  add(row: CanonicalRow): void {
    const key = digest(keyText(this.#key, row));
    const whole = digest(JSON.stringify([...row.values()]));
    this.#rows += 1;
    this.#sums = [(this.#sums[0] + whole.readBigUInt64LE(0)) % MODULUS, (this.#sums[1] + whole.readBigUInt64LE(8)) % MODULUS];
    const bucket = (key[0] ?? 0) % BUCKETS;
    let waiting = this.#waiting.get(bucket);
    if (!waiting) this.#waiting.set(bucket, (waiting = { buffer: Buffer.allocUnsafe(BUFFER_BYTES), used: 0 }));
    waiting.used += key.copy(waiting.buffer, waiting.used) + whole.copy(waiting.buffer, waiting.used + HASH_BYTES);
    if (waiting.used === BUFFER_BYTES) this.#write(bucket, waiting);
  }

  get rows(): number {
    return this.#rows;
  }

  /** The same for the same rows in any order: their hashes, added up. */
  get hash(): string {
    return hashOf("sha256", `${this.#rows} ${this.#sums.join(" ")}`, "hex");
  }

  /** The rows of one bucket: hashes of rows by the hash of their key. */
  bucket(bucket: number): Map<string, string[]> {
    const waiting = this.#waiting.get(bucket);
    if (waiting) this.#write(bucket, waiting);
    this.#waiting.delete(bucket);
    const found = new Map<string, string[]>();
    const file = this.#file(bucket);
    const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
      const key = bytes.toString("hex", at, at + HASH_BYTES);
      const whole = bytes.toString("hex", at + HASH_BYTES, at + RECORD_BYTES);
      const rows = found.get(key);
      if (rows) rows.push(whole);
      else found.set(key, [whole]);
    }
    return found;
  }

  #write(bucket: number, waiting: { buffer: Buffer; used: number }): void {
    appendFileSync(this.#file(bucket), waiting.buffer.subarray(0, waiting.used));
    waiting.used = 0;
  }

  #file = (bucket: number): string => join(this.#dir, `${this.#name}-${bucket}`);
}

/** How many rows differ or are missing on one side, and hashes of the first `most` keys they have. */
export function differingKeys(one: RowDigests, other: RowDigests, most: number): { differing: number; keys: Set<string> } {
  const keys = new Set<string>();
  let differing = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const [ours, theirs] = [one.bucket(bucket), other.bucket(bucket)];
    for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
      const left = [...(theirs.get(key) ?? [])];
      let unmet = 0;
      for (const row of ours.get(key) ?? []) {
        const at = left.indexOf(row);
        if (at < 0) unmet += 1;
        else left.splice(at, 1);
      }
      const count = Math.max(unmet, left.length);
      differing += count;
      if (count > 0 && keys.size < most) keys.add(key);
    }
  }
  return { differing, keys };
}
