import type { ProductIndex } from "../productIndex.ts";
import { rank } from "../engine/rank.ts";
import { TUNING } from "../engine/tuning.ts";
import { splitWords } from "../text/words.ts";
import { isSmallWord, stem } from "../text/stem.ts";
import type { Synonyms } from "../text/synonyms.ts";
import { SuggestIndex, type SuggestKind } from "./suggestIndex.ts";

export interface Suggestions {
  readonly queries: readonly string[];
  /** Ids. */
  readonly products: readonly string[];
  readonly categories: readonly string[];
  readonly brands: readonly string[];
}

export const NO_SUGGESTIONS: Suggestions = { queries: [], products: [], categories: [], brands: [] };

/** Words of a prefix that are read. */
const MAX_WORDS = 8;

/** What to offer while a query is being typed. */
export class Suggester {
  readonly #texts = new SuggestIndex();
  readonly #index: ProductIndex;
  #popular: readonly string[] = [];

  constructor(index: ProductIndex) {
    this.#index = index;
  }

  /** Follows one product: its name, and the categories and brand that it brings. */
  put(productId: string, name: string, points: number): void {
    this.#texts.put("PRODUCT", productId, name, 1 + points);
    const doc = this.#index.numberOf(productId);
    if (doc === undefined) return;
    const { brands, categories, columns } = this.#index;
    const brand = columns.brands.cells[doc] as number;
    if (brand >= 0) this.#texts.put("BRAND", brands.keyOf(brand), brands.infoOf(brand).name, 1);
    for (let at = columns.categoryStarts.cells[doc] as number; at < (columns.categoryStarts.cells[doc + 1] as number); at += 1) {
      const category = columns.categories.cells[at] as number;
      this.#texts.put("CATEGORY", categories.keyOf(category), categories.infoOf(category).name, 1);
    }
  }

  /** Does beforehand what the first questions would wait for, step by step. */
  warm(): Iterable<void> {
    return this.#texts.warm();
  }

  remove(productId: string): void {
    this.#texts.remove("PRODUCT", productId);
  }

  /** Takes over what many search for; what would find nothing is left out. */
  setQueries(asked: readonly { text: string; sessions: number }[]): void {
    for (const text of this.#popular) this.#texts.remove("QUERY", text);
    const useful = asked.filter(({ text }) => splitWords(text, MAX_WORDS).words.every((word) => isSmallWord(word) || this.#isThere(word)));
    for (const { text, sessions } of useful) this.#texts.put("QUERY", text, text, sessions);
    this.#popular = useful.map(({ text }) => text);
  }

  suggest(prefix: string, most: number, synonyms: Synonyms): Suggestions {
    const words = splitWords(prefix, MAX_WORDS).words;
    const last = words.at(-1);
    if (last === undefined) return NO_SUGGESTIONS;
    // A word that has ended is whole; the last one may go on.
    const isOpen = !/\s$/.test(prefix);
    const before = words.slice(0, -1).map((word) => this.#meant(word));
    const exact = this.#texts.find(words.join(" "), most);
    const endings = isOpen ? this.#index.text.vocabulary.startingWith(last, most).filter((word) => this.#isThere(word)) : [this.#meant(last)];
    const completed = endings.map((ending) => [...before, ending].join(" "));
    const found = this.#add(exact, completed, most);
    const products = found.PRODUCT.map(({ id }) => id);
    // Words that do not stand side by side in a name, and slips.
    if (products.length < most && completed[0] !== undefined) for (const id of this.#search(completed[0], most, synonyms)) if (!products.includes(id) && products.length < most) products.push(id);
    const queries = found.QUERY.map(({ text }) => text);
    for (const text of completed) if (queries.length < most && !queries.includes(text) && (before.length === 0 || this.#finds(text))) queries.push(text);
    return { queries, products, categories: found.CATEGORY.map(({ id }) => id), brands: found.BRAND.map(({ id }) => id) };
  }

  /** What was found, and with what a slip was meant as where that found nothing of its kind. */
  #add(exact: Record<SuggestKind, { id: string; text: string }[]>, completed: readonly string[], most: number): Record<SuggestKind, { id: string; text: string }[]> {
    const isComplete = Object.values(exact).every((list) => list.length > 0);
    if (isComplete || completed[0] === undefined) return exact;
    const other = this.#texts.find(completed[0], most);
    const pick = (kind: SuggestKind) => (exact[kind].length > 0 ? exact[kind] : other[kind]);
    return { QUERY: pick("QUERY"), PRODUCT: pick("PRODUCT"), CATEGORY: pick("CATEGORY"), BRAND: pick("BRAND") };
  }

  #search(text: string, most: number, synonyms: Synonyms): string[] {
    const { docs, scores } = rank(text, this.#index.text, synonyms, TUNING);
    const order = [...docs.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number)).slice(0, most);
    return order.flatMap((n) => this.#index.row(docs[n] as number)?.id ?? []);
  }

  #finds(text: string): boolean {
    return splitWords(text, MAX_WORDS).words.every((word) => this.#isThere(word));
  }

  #isThere(word: string): boolean {
    const term = this.#index.text.termOf(stem(word));
    return term !== undefined && this.#index.text.postingsOf(term).live > 0;
  }

  #meant(word: string): string {
    return this.#isThere(word) ? word : (this.#index.text.vocabulary.likes(word).find((like) => this.#isThere(like.word))?.word ?? word);
  }
}
