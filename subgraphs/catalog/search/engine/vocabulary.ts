import { withinDistance } from "./distance.ts";

const SHORTEST = 4;
const LONGEST = 24;
const LETTERS = /^[\p{L}]+$/u;

export interface Correction {
  readonly word: string;
  readonly distance: number;
  /** How often it stands in the catalogue. */
  readonly count: number;
}

/**
 * The words of the catalogue as they are written, for slips of spelling. Codes and numbers are left out: one that is a letter off is
 * another code. Looking for likes goes through all words with a filter of a few instructions each (which letters a word has at all
 * cannot differ by more than two per slip), which takes a fraction of a millisecond for a hundred thousand words, and no memory.
 */
export class Vocabulary {
  readonly #counts = new Map<string, number>();
  readonly #words: string[] = [];
  #masks = new Uint32Array(1024);
  #lengths = new Uint8Array(1024);

  note(word: string): void {
    const known = this.#counts.get(word);
    this.#counts.set(word, (known ?? 0) + 1);
    if (known !== undefined || word.length < SHORTEST - 1 || word.length > LONGEST || !LETTERS.test(word)) return;
    const at = this.#words.push(word) - 1;
    if (at === this.#masks.length) {
      const [masks, lengths] = [new Uint32Array(at * 2), new Uint8Array(at * 2)];
      masks.set(this.#masks);
      lengths.set(this.#lengths);
      [this.#masks, this.#lengths] = [masks, lengths];
    }
    this.#masks[at] = maskOf(word);
    this.#lengths[at] = word.length;
  }

  get size(): number {
    return this.#counts.size;
  }
  countOf(word: string): number {
    return this.#counts.get(word) ?? 0;
  }

  /** Words that `word` may have been meant as, the nearest and among those the most frequent first, at most `most`. One slip is forgiven from four letters on, two from eight. */
  likes(word: string, most = 3): Correction[] {
    if (word.length < SHORTEST || word.length > LONGEST || !LETTERS.test(word)) return [];
    const allowed = word.length >= 8 ? 2 : 1;
    const mask = maskOf(word);
    const found: Correction[] = [];
    for (let n = 0; n < this.#words.length; n += 1) {
      const gap = (this.#lengths[n] as number) - word.length;
      if (gap > allowed || gap < -allowed || bitsOf((this.#masks[n] as number) ^ mask) > 2 * allowed) continue;
      const candidate = this.#words[n] as string;
      const distance = withinDistance(word, candidate, allowed);
      if (distance !== undefined && distance > 0) found.push({ word: candidate, distance, count: this.countOf(candidate) });
    }
    // People seldom get the first letter wrong.
    const rank = (one: Correction): number => one.distance + (one.word[0] === word[0] ? 0 : 0.5);
    return found.sort((a, b) => rank(a) - rank(b) || b.count - a.count || (a.word < b.word ? -1 : 1)).slice(0, most);
  }

  /** Words that begin with `start`, or almost so, the most frequent first, at most `most`. */
  startingWith(start: string, most: number): string[] {
    const exact = this.#words.filter((word) => word.startsWith(start));
    const found = exact.length > 0 || start.length < SHORTEST || start.length > LONGEST ? exact : this.#almostStarting(start);
    return found.sort((a, b) => this.countOf(b) - this.countOf(a) || (a < b ? -1 : 1)).slice(0, most);
  }

  #almostStarting(start: string): string[] {
    const mask = maskOf(start);
    const allowed = start.length >= 8 ? 2 : 1;
    return this.#words.filter((word, n) => {
      if ((this.#lengths[n] as number) < start.length - allowed || bitsOf(mask & ~(this.#masks[n] as number)) > allowed) return false;
      for (let length = start.length - allowed; length <= start.length + allowed; length += 1) if (withinDistance(start, word.slice(0, length), allowed) !== undefined) return true;
      return false;
    });
  }
}

function maskOf(word: string): number {
  let mask = 0;
  for (let n = 0; n < word.length; n += 1) mask |= 1 << (word.charCodeAt(n) & 31);
  return mask >>> 0;
}

function bitsOf(value: number): number {
  let bits = value - ((value >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return (((bits + (bits >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
}
