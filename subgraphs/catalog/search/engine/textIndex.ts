import { isSmallWord, stem } from "../text/stem.ts";
import { splitWords } from "../text/words.ts";
import { FIELDS, type FieldTexts } from "./fields.ts";
import { packCounts, Postings } from "./postings.ts";
import { GAP, TitlePairs } from "./titlePairs.ts";
import { Vocabulary } from "./vocabulary.ts";


/** Of a long title the first words are the name; what follows tells of the thing, like a description. */
const NAME_WORDS = 8;
const TITLE = FIELDS.indexOf("title");
const DESCRIPTION = FIELDS.indexOf("description");
const BRAND = FIELDS.indexOf("brand");

interface Forward {
  /** Terms in their order with GAPs between texts, the title first; behind `wordsEnd` joined words, which have no place. */
  readonly terms: Uint32Array;
  readonly titleEnd: number;
  readonly wordsEnd: number;
}

/**
 * Terms and where they stand, in memory. A document has a number; a changed one gets a new number and its old one stays empty, so
 * everything only grows until the whole is built anew. Numbers follow the order of adding.
 */
export class TextIndex {
  readonly vocabulary = new Vocabulary();
  readonly pairs = new TitlePairs();
  readonly #ids = new Map<string, number>();
  readonly #postings: Postings[] = [];
  readonly #forward: (Forward | undefined)[] = [];
  readonly #stems = new Map<string, string>();
  /** Words per field of all documents that are there. */
  readonly totals = new Float64Array(FIELDS.length);
  /** Words per field, one row per document. */
  lengths = new Uint16Array(1024 * FIELDS.length);
  alive = new Uint8Array(1024);
  live = 0;

  /** Numbers given out; those of removed documents count. */
  get size(): number {
    return this.#forward.length;
  }
  get terms(): number {
    return this.#postings.length;
  }

  termOf(stemmed: string): number | undefined {
    return this.#ids.get(stemmed);
  }
  postingsOf(term: number): Postings {
    return this.#postings[term] as Postings;
  }
  forwardOf(doc: number): Forward | undefined {
    return this.#forward[doc];
  }

  /** @returns the document's number. */
  add(texts: FieldTexts): number {
    const doc = this.#forward.length;
    this.#reserve(doc + 1);
    const counts = new Map<number, Uint8Array>();
    const words: number[] = [];
    const joined: number[] = [];
    let titleEnd = 0;
    const count = (term: number, field: number): void => {
      let of = counts.get(term);
      if (!of) counts.set(term, (of = new Uint8Array(FIELDS.length)));
      if ((of[field] as number) < 255) (of[field] as number) += 1;
    };
    for (const [field, name] of FIELDS.entries()) {
      let length = 0;
      for (const text of texts[name] ?? []) {
        const read = splitWords(text);
        for (const [place, word] of read.words.entries()) {
          const term = this.#idOf(this.#stemOf(word));
          this.vocabulary.note(word);
          words.push(term);
          count(term, field === TITLE && place >= NAME_WORDS ? DESCRIPTION : field);
        }
        for (const word of read.joined) {
          const term = this.#idOf(word);
          joined.push(term);
          count(term, field);
        }
        words.push(GAP);
        length += field === TITLE ? Math.min(NAME_WORDS, read.words.length) : read.words.length;
      }
      if (field === TITLE) titleEnd = words.length;
      this.lengths[doc * FIELDS.length + field] = Math.min(65_535, length);
      (this.totals[field] as number) += Math.min(65_535, length);
    }
    for (const [term, of] of counts) this.postingsOf(term).push(doc, packCounts(of));
    const forward = { terms: Uint32Array.from([...words, ...joined]), titleEnd, wordsEnd: words.length };
    this.#forward.push(forward);
    this.pairs.count(forward.terms.subarray(0, titleEnd), 1);
    this.alive[doc] = 1;
    this.live += 1;
    return doc;
  }

  remove(doc: number): void {
    const forward = this.#forward[doc];
    if (!forward || this.alive[doc] === 0) return;
    this.pairs.count(forward.terms.subarray(0, forward.titleEnd), -1);
    for (const term of new Set(forward.terms)) if (term !== GAP) this.postingsOf(term).live -= 1;
    for (let f = 0; f < FIELDS.length; f += 1) (this.totals[f] as number) -= this.lengths[doc * FIELDS.length + f] as number;
    this.alive[doc] = 0;
    this.#forward[doc] = undefined;
    this.live -= 1;
  }

  /** Whether the term is in the name of the document's brand. */
  isBrand(doc: number, term: number): boolean {
    const forward = this.#forward[doc];
    if (!forward) return false;
    // The brand stands behind the title.
    const end = forward.terms.indexOf(GAP, forward.titleEnd);
    const at = forward.terms.indexOf(term, forward.titleEnd);
    return this.lengths[doc * FIELDS.length + BRAND] !== 0 && at !== -1 && at < end;
  }

  /** Calls `found` with each document in which the terms stand side by side, and the counts of the rarest of them there. */
  eachPhrase(terms: readonly number[], found: (doc: number, packed: number) => boolean | void): void {
    const rarest = terms.reduce((least, term) => (this.postingsOf(term).live < this.postingsOf(least).live ? term : least));
    const { docs, counts, size } = this.postingsOf(rarest);
    for (let n = 0; n < size; n += 1) {
      const doc = docs[n] as number;
      const forward = this.#forward[doc];
      if (forward && standsIn(forward.terms, forward.wordsEnd, terms) && found(doc, counts[n] as number) === false) return;
    }
  }

  /** Whether a document has these terms side by side. */
  hasPhrase(terms: readonly number[]): boolean {
    let has = false;
    this.eachPhrase(terms, () => {
      has = true;
      return false;
    });
    return has;
  }

  #stemOf(word: string): string {
    let stemmed = this.#stems.get(word);
    if (stemmed === undefined) {
      stemmed = isSmallWord(word) ? word : stem(word);
      this.#stems.set(word, stemmed);
    }
    return stemmed;
  }

  #idOf(stemmed: string): number {
    let id = this.#ids.get(stemmed);
    if (id === undefined) {
      id = this.#postings.length;
      this.#ids.set(stemmed, id);
      this.#postings.push(new Postings());
    }
    return id;
  }

  #reserve(docs: number): void {
    if (docs <= this.alive.length) return;
    const room = this.alive.length * 2;
    const alive = new Uint8Array(room);
    alive.set(this.alive);
    this.alive = alive;
    const lengths = new Uint16Array(room * FIELDS.length);
    lengths.set(this.lengths);
    this.lengths = lengths;
  }
}

function standsIn(words: Uint32Array, end: number, phrase: readonly number[]): boolean {
  const first = phrase[0] as number;
  for (let at = words.indexOf(first); at !== -1 && at + phrase.length <= end; at = words.indexOf(first, at + 1)) {
    let n = 1;
    while (n < phrase.length && words[at + n] === phrase[n]) n += 1;
    if (n === phrase.length) return true;
  }
  return false;
}
