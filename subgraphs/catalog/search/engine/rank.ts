import type { Synonyms } from "../text/synonyms.ts";
import type { Tuning } from "./fields.ts";
import { answersOf, Impact } from "./match.ts";
import { type ReadQuery, readQuery, type Unit } from "./readQuery.ts";
import type { TextIndex } from "./textIndex.ts";

/** What answers a query, in the order of document numbers. */
export interface Ranked {
  readonly query: ReadQuery;
  readonly docs: Uint32Array;
  /** Beside `docs`; higher is better, above 0. */
  readonly scores: Float32Array;
  /** Whether documents are among them that miss words. */
  readonly isRelaxed: boolean;
}

/** With as many that have all words, those that miss some are left out. */
const ENOUGH = 20;
/** What a document must answer of a query, by weight, to be found without having all words. */
const LEAST_SHARE = 0.4;

/** Finds and scores. What is asked for in words that nothing has finds nothing. */
export function rank(text: string, index: TextIndex, synonyms: Synonyms, tuning: Tuning): Ranked {
  const query = readQuery(text, index, synonyms, tuning);
  const { units } = query;
  const { size } = index;
  const [scores, shares] = [new Float32Array(size), new Float32Array(size)];
  const answered = new Uint8Array(size);
  const impact = new Impact(index, tuning);
  const answers = units.map((unit) => {
    const by = new Float32Array(size);
    return { unit, by, docs: answersOf(unit, index, impact, tuning.k1, by) };
  });
  // A word that nothing has weighs as much as one that a single product has.
  const idfs = answers.map(({ docs }) => Math.log(1 + (index.live - Math.max(1, docs) + 0.5) / (Math.max(1, docs) + 0.5)));
  const whole = idfs.reduce((sum, idf, n) => sum + (units[n]?.isSmall ? 0 : idf), 0);
  for (const [n, { unit, by, docs }] of answers.entries()) {
    if (docs === 0) continue;
    const idf = idfs[n] as number;
    const [one, share] = unit.isSmall ? [0, 0] : [1, idf / whole];
    for (let doc = 0; doc < size; doc += 1) {
      const value = by[doc] as number;
      if (value === 0) continue;
      (scores[doc] as number) += idf * value;
      (shares[doc] as number) += share;
      (answered[doc] as number) += one;
    }
  }
  const wanted = units.reduce((sum, unit) => sum + (unit.isSmall ? 0 : 1), 0);
  let complete = 0;
  for (let doc = 0; doc < size; doc += 1) if (answered[doc] === wanted) complete += 1;
  const takesAll = complete < ENOUGH;
  let found = 0;
  for (let doc = 0; doc < size; doc += 1) {
    const isIn = answered[doc] === wanted || (takesAll && (shares[doc] as number) >= LEAST_SHARE);
    if (!isIn || wanted === 0) scores[doc] = 0;
    else found += 1;
  }
  readTitles(units, idfs, index, scores, tuning);
  const [docs, kept] = [new Uint32Array(found), new Float32Array(found)];
  let at = 0;
  for (let doc = 0; doc < size; doc += 1) {
    if (scores[doc] === 0) continue;
    docs[at] = doc;
    kept[at] = (scores[doc] as number) * Math.sqrt((answered[doc] as number) / wanted);
    at += 1;
  }
  return { query, docs: docs.subarray(0, at), scores: kept.subarray(0, at), isRelaxed: found > complete };
}

/**
 * Looks into the titles of what was found. Words that stand side by side as in the query add to the score. So does a title that names
 * the thing itself: its last word asked for is no mere part of another name there ("mouse" in "mouse pad" is; "mouse USB" is a mouse).
 */
function readTitles(units: readonly Unit[], idfs: readonly number[], index: TextIndex, scores: Float32Array, { neighbours, kind }: Tuning): void {
  const unitOf = new Map<number, number>();
  for (const [n, unit] of units.entries()) for (const { terms } of unit.alternatives) if (!unitOf.has(terms.at(-1) as number)) unitOf.set(terms.at(-1) as number, n);
  const head = units.findLastIndex((unit) => !unit.isSmall);
  for (let doc = 0; doc < scores.length; doc += 1) {
    const forward = scores[doc] === 0 ? undefined : index.forwardOf(doc);
    if (!forward) continue;
    const { terms, titleEnd } = forward;
    let [added, seen, last] = [0, 0, -2];
    let isIt = false;
    for (let at = 0; at < titleEnd; at += 1) {
      const term = terms[at] as number;
      const unit = unitOf.get(term);
      if (unit === undefined) {
        last = -2;
        continue;
      }
      if (unit === last + 1 && (seen & (1 << unit)) === 0) {
        added += ((idfs[last] as number) + (idfs[unit] as number)) / 2;
        seen |= 1 << unit;
      }
      if (unit === head && !isIt) isIt = !index.pairs.isPartOf(term, terms[at + 1] as number) || index.isBrand(doc, term);
      last = unit;
    }
    scores[doc] = (scores[doc] as number) * (isIt ? 1 + kind : 1) + neighbours * added;
  }
}
