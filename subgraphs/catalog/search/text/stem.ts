import { stemmer } from "stemmer";

const LETTERS = /^[a-z]+$/;

/** Words that say how others hang together; they count where they are found, and are missed nowhere. */
const SMALL_WORDS: ReadonlySet<string> = new Set(["a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "in", "is", "it", "its", "of", "on", "or", "that", "the", "this", "to", "was", "with", "your", "my", "de", "la", "le", "und", "der", "die", "das", "mit", "fur"]);

export function isSmallWord(word: string): boolean {
  return SMALL_WORDS.has(word);
}

/** The stem of a folded word (Porter 1980). Words with digits, short ones and other scripts stay what they are. */
export function stem(word: string): string {
  return word.length > 2 && word.length <= 30 && LETTERS.test(word) ? stemmer(word) : word;
}
