import { FIELDS } from "./fields.ts";

/** Bits of one field's count in a posting. */
const BITS = 5;
const MOST = (1 << BITS) - 1;

/** Counts of a term in the fields of one document, packed; a count stops at 31. */
export function packCounts(counts: ArrayLike<number>): number {
  let packed = 0;
  for (let f = 0; f < FIELDS.length; f += 1) packed |= Math.min(MOST, counts[f] as number) << (f * BITS);
  return packed >>> 0;
}

export function countIn(packed: number, field: number): number {
  return (packed >>> (field * BITS)) & MOST;
}

/** Where a term stands: documents in the order in which they came, with the term's counts. Grows at its end only. */
export class Postings {
  docs = new Uint32Array(2);
  counts = new Uint32Array(2);
  size = 0;
  /** Documents among these that are still there. */
  live = 0;

  push(doc: number, packed: number): void {
    if (this.size === this.docs.length) {
      this.docs = grown(this.docs);
      this.counts = grown(this.counts);
    }
    this.docs[this.size] = doc;
    this.counts[this.size] = packed;
    this.size += 1;
    this.live += 1;
  }
}

function grown(old: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(old.length * 2);
  larger.set(old);
  return larger;
}
