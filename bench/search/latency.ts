import { createRandom } from "#shopdata/random.ts";
import { ProductIndex } from "#subgraphs/catalog/search/productIndex.ts";
import type { ProductFilter } from "#subgraphs/catalog/domain/productFilter.ts";
import type { SearchDocument } from "#subgraphs/catalog/search/document.ts";
import { select } from "#subgraphs/catalog/search/select.ts";
import { Suggester } from "#subgraphs/catalog/search/suggest/suggester.ts";
import type { Synonyms } from "#subgraphs/catalog/search/text/synonyms.ts";

export interface Timed { readonly count: number; readonly cpuMs: number; readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number }

/** Times each call; CPU counts all threads of the process, garbage collection included. */
export function time<T>(asked: readonly T[], run: (one: T) => unknown): Timed {
  const took: number[] = [];
  const before = process.cpuUsage();
  for (const one of asked) {
    const began = performance.now();
    run(one);
    took.push(performance.now() - began);
  }
  return summary(took, process.cpuUsage(before));
}

export function summary(took: number[], { user, system }: { user: number; system: number }): Timed {
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0;
  return { count: took.length, cpuMs: (user + system) / 1_000 / took.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: took.at(-1) ?? 0 };
}

export interface Question { readonly text: string; readonly filter: ProductFilter }

const GENERATED = 1_000;

/** One to four words out of the titles, every fifth with a slip; a third with filters. Rotating, so that no word is hot. */
export function questionsOf(documents: readonly SearchDocument[], judged: readonly string[]): Question[] {
  const random = createRandom(3, "search questions");
  const plain: ProductFilter = { status: "ACTIVE" };
  const generated = Array.from({ length: GENERATED }, (_, n): Question => {
    const { name, brandId, attributes } = random.pick(documents);
    const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}-]{2,}$/u.test(word));
    const from = random.int(Math.max(1, words.length - 2));
    const text = words.slice(from, from + 1 + random.int(4)).join(" ").toLowerCase() || "mouse";
    const filters: ProductFilter[] = [
      { ...plain, price: { min: "5", max: "Infinity", below: "500", currency: "GBP" }, inStock: true },
      { ...plain, ...(brandId === null ? {} : { brandIds: [brandId] }) },
      { ...plain, attributes: attributes.filter((one) => one.isFilterable && one.text !== null).slice(0, 2).map((one) => ({ code: one.code, values: [one.text as string] })) },
    ];
    return { text: n % 5 === 0 ? slipped(text, random.int(text.length)) : text, filter: n % 3 === 0 ? random.pick(filters) : plain };
  });
  return [...judged.map((text) => ({ text, filter: plain })), ...generated];
}

function slipped(text: string, at: number): string {
  return text.slice(0, at) + text.slice(at + 1);
}

export interface InProcess { readonly buildSeconds: number; readonly heapMb: number; readonly search: Timed; readonly browse: Timed; readonly suggest: Timed; readonly hostile: Timed }

const HOSTILE = ["x".repeat(200), "a ".repeat(100), "(a+)+$".repeat(30), "\u{1F600}".repeat(60), "\u202Eabc \u05D0\u05D1".repeat(20), "the and of a in to for with on at by is", "1 2 3 4 5 6 7 8 9 0 black usb hp"];

/** Index, questions with facets on each, suggestions for every beginning of the judged queries, and what is meant to hurt. */
export function measureInProcess(documents: readonly SearchDocument[], judged: readonly string[], synonyms: Synonyms): InProcess {
  globalThis.gc?.();
  const heapBefore = memory();
  const began = performance.now();
  const index = new ProductIndex();
  const suggester = new Suggester(index);
  for (const document of documents) {
    index.put(document);
    suggester.put(document.id, document.name, 0);
  }
  const buildSeconds = (performance.now() - began) / 1_000;
  globalThis.gc?.();
  const heapMb = (memory() - heapBefore) / 1_048_576;
  const now = new Date(Date.UTC(2021, 0, 1));
  const run = ({ text, filter }: Question, words: string | undefined = text): void => {
    const selection = select(index, synonyms, () => 0, { text: words, filter, sort: "RELEVANCE", currency: "GBP", now });
    selection.page(undefined, 25);
    selection.facets();
  };
  const questions = questionsOf(documents, judged);
  for (const question of questions.slice(0, 300)) run(question);
  const beginnings = judged.flatMap((query) => Array.from({ length: query.length }, (_, n) => query.slice(0, n + 1)));
  for (const prefix of beginnings) suggester.suggest(prefix, 5, synonyms);
  const search = time(questions, (one) => run(one));
  const browse = time(questions.slice(0, 100), (one) => { const { filter } = one; select(index, synonyms, () => 0, { text: undefined, filter, sort: "PRICE_LOW", currency: "GBP", now }).facets(); });
  return { buildSeconds, heapMb, search, browse, suggest: time(beginnings, (prefix) => suggester.suggest(prefix, 5, synonyms)), hostile: time([...HOSTILE, ...HOSTILE, ...HOSTILE], (text) => run({ text, filter: { status: "ACTIVE" } })) };
}

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
