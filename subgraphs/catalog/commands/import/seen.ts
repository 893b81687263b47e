import { createHash } from "node:crypto";

/** Most keys that are remembered; beyond them what stands twice is written twice, which the rules of the tables settle. */
const MOST = 4_000_000;

/** Which keys an import has met, in a few bytes each. */
export class Seen {
  readonly #hashes = new Set<number>();

  /** True when it was met before. */
  meet(kind: string, key: string): boolean {
    // 48 bits: among a million keys one false meeting in three hundred imports.
    const hash = createHash("sha1").update(`${kind}\0${key}`).digest().readUIntBE(0, 6);
    if (this.#hashes.has(hash)) return true;
    if (this.#hashes.size < MOST) this.#hashes.add(hash);
    return false;
  }
}
