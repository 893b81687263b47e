import { FIELDS, type Tuning } from "./fields.ts";
import { countIn } from "./postings.ts";
import type { Alternative, Unit } from "./readQuery.ts";
import type { TextIndex } from "./textIndex.ts";

/** How much a term's counts in a document come to, weighed by field and by the fields' lengths. */
export class Impact {
  readonly #index: TextIndex;
  readonly #base: Float64Array;
  readonly #slope: Float64Array;
  readonly #weight: Float64Array;

  constructor(index: TextIndex, { weight, lengthPenalty }: Tuning) {
    this.#index = index;
    this.#weight = Float64Array.from(FIELDS, (field) => weight[field]);
    this.#base = Float64Array.from(FIELDS, (field) => 1 - lengthPenalty[field]);
    this.#slope = Float64Array.from(FIELDS, (field, f) => (lengthPenalty[field] * index.live) / Math.max(1, index.totals[f] as number));
  }

  of(doc: number, packed: number): number {
    const { lengths } = this.#index;
    let sum = 0;
    let rest = packed;
    for (let f = 0; rest !== 0; f += 1, rest >>>= 5) {
      const count = rest & 31;
      if (count !== 0) sum += ((this.#weight[f] as number) * count) / ((this.#base[f] as number) + (this.#slope[f] as number) * (lengths[doc * FIELDS.length + f] as number));
    }
    return sum;
  }
}

/** Of each document, how much it answers one word of the query, 0 to 1: the best of its alternatives. Answers how many documents do. */
export function answersOf(unit: Unit, index: TextIndex, impact: Impact, k1: number, into: Float32Array): number {
  let docs = 0;
  for (const alternative of unit.alternatives) docs += alternative.terms.length === 1 ? ofTerm(alternative, index, impact, k1, into) : ofPhrase(alternative, index, impact, k1, into);
  return docs;
}

function ofTerm({ terms, weight }: Alternative, index: TextIndex, impact: Impact, k1: number, into: Float32Array): number {
  const { docs, counts, size } = index.postingsOf(terms[0] as number);
  const { alive } = index;
  let fresh = 0;
  for (let n = 0; n < size; n += 1) {
    const doc = docs[n] as number;
    if (alive[doc] === 0) continue;
    const count = impact.of(doc, counts[n] as number);
    const value = (weight * count) / (k1 + count);
    const before = into[doc] as number;
    if (before === 0) fresh += 1;
    if (value > before) into[doc] = value;
  }
  return fresh;
}

function ofPhrase({ terms, weight }: Alternative, index: TextIndex, impact: Impact, k1: number, into: Float32Array): number {
  let fresh = 0;
  index.eachPhrase(terms, (doc, packed) => {
    const count = impact.of(doc, packed);
    const value = (weight * count) / (k1 + count);
    const before = into[doc] as number;
    if (before === 0) fresh += 1;
    if (value > before) into[doc] = value;
  });
  return fresh;
}

/** Fields in which the term stands, for explanations and tests. */
export function fieldsOf(packed: number): string[] {
  return FIELDS.filter((_field, f) => countIn(packed, f) > 0);
}
