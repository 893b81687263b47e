import { isSmallWord, stem } from "../text/stem.ts";
import type { Synonyms } from "../text/synonyms.ts";
import { joinUnit, splitWords } from "../text/words.ts";
import type { Tuning } from "./fields.ts";
import type { TextIndex } from "./textIndex.ts";

/** Something that answers a word of the query: a term, or several that stand side by side. */
export interface Alternative {
  readonly terms: readonly number[];
  readonly weight: number;
}

/** One word of a query with all that answers it. */
export interface Unit {
  readonly word: string;
  /** Missing it is no fault. */
  readonly isSmall: boolean;
  readonly alternatives: Alternative[];
}

export interface ReadQuery {
  readonly units: readonly Unit[];
  /** The words with slips put right, where there were any. */
  readonly corrected: string | undefined;
}

/** Words of a query that are looked for; each costs a pass over its postings. */
export const MAX_UNITS = 12;
/** A word that fewer products have than this may be a slip, where a like one is common. */
const RARE = 2;
/** How much more common that must be. */
const MUCH_MORE = 20;

/** What each word of a query may be answered by: its stem, the word it makes with its neighbour or falls into, synonyms, and what it was meant as. */
export function readQuery(text: string, index: TextIndex, synonyms: Synonyms, tuning: Tuning): ReadQuery {
  const words = splitWords(text, MAX_UNITS * 2).words.filter((word, n, all) => all.indexOf(word) === n).slice(0, MAX_UNITS);
  const meant = words.map((word) => correct(word, words, index));
  const units = words.map((word, n): Unit => {
    const alternatives: Alternative[] = [];
    const own = known(index, stem(word));
    if (own !== undefined) alternatives.push({ terms: [own], weight: 1 });
    const better = meant[n];
    if (better !== undefined) alternatives.push({ terms: [index.termOf(stem(better)) as number], weight: own === undefined ? 1 : tuning.corrected });
    return { word, isSmall: isSmallWord(word) && words.length > 1, alternatives };
  });
  const asked = words.map((word, n) => meant[n] ?? word);
  joinNeighbours(asked, units, index);
  splitCompounds(asked, units, index);
  addSynonyms(asked.map(stem), units, index, synonyms, tuning);
  const isCorrected = meant.some((word) => word !== undefined);
  return { units, corrected: isCorrected ? asked.join(" ") : undefined };
}

/** The term, where a product that is there has it. */
function known(index: TextIndex, stemmed: string): number | undefined {
  const term = index.termOf(stemmed);
  return term !== undefined && index.postingsOf(term).live > 0 ? term : undefined;
}

function frequency(index: TextIndex, stemmed: string): number {
  const term = known(index, stemmed);
  return term === undefined ? 0 : index.postingsOf(term).live;
}

/** What a word was meant as, where it is unknown, or rare beside a word it is like. */
function correct(word: string, words: readonly string[], index: TextIndex): string | undefined {
  const own = frequency(index, stem(word));
  if (own > RARE || isSmallWord(word)) return undefined;
  // "smart watch" need not know "smart".
  const at = words.indexOf(word);
  for (const [one, two] of [[words[at - 1], word], [word, words[at + 1]]]) {
    if (one !== undefined && two !== undefined && known(index, joinUnit(one, two) ?? stem(one + two)) !== undefined) return undefined;
  }
  if (own === 0 && splitsOf(word, index).length > 0) return undefined;
  const best = index.vocabulary.likes(word).find((like) => frequency(index, stem(like.word)) > 0);
  if (!best) return undefined;
  return own === 0 || frequency(index, stem(best.word)) >= own * MUCH_MORE ? best.word : undefined;
}

/** "smart watch" asks for "smartwatch" too, "tn 2110" for "tn2110", "4 gb" for "4gb". */
function joinNeighbours(words: readonly string[], units: readonly Unit[], index: TextIndex): void {
  for (let n = 0; n + 1 < words.length; n += 1) {
    const [one, two] = [words[n] as string, words[n + 1] as string];
    const term = known(index, joinUnit(one, two) ?? stem(one + two));
    if (term === undefined) continue;
    for (const unit of [units[n], units[n + 1]]) unit?.alternatives.push({ terms: [term], weight: 1 });
  }
}

/** The shortest part that a compound is taken apart into. */
const PART = 3;

function splitsOf(word: string, index: TextIndex): [number, number][] {
  const found: [number, number][] = [];
  for (let at = PART; at <= word.length - PART; at += 1) {
    const [one, two] = [known(index, stem(word.slice(0, at))), known(index, stem(word.slice(at)))];
    if (one !== undefined && two !== undefined && index.hasPhrase([one, two])) found.push([one, two]);
  }
  return found.slice(0, 2);
}

/** "smartwatch" asks for "smart watch" too. */
function splitCompounds(words: readonly string[], units: readonly Unit[], index: TextIndex): void {
  for (const [n, word] of words.entries()) {
    if (word.length < 2 * PART) continue;
    for (const terms of splitsOf(word, index)) units[n]?.alternatives.push({ terms, weight: 1 });
  }
}

function addSynonyms(stems: readonly string[], units: readonly Unit[], index: TextIndex, synonyms: Synonyms, { synonym }: Tuning): void {
  for (const [n, first] of stems.entries()) {
    for (const { from, to } of synonyms.get(first) ?? []) {
      if (!from.every((one, k) => stems[n + k] === one)) continue;
      const terms = to.map((one) => known(index, one));
      if (terms.some((term) => term === undefined)) continue;
      for (let k = 0; k < from.length; k += 1) units[n + k]?.alternatives.push({ terms: terms as number[], weight: synonym });
    }
  }
}
