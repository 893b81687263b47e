import { rank } from "#subgraphs/catalog/search/engine/rank.ts";
import { type FieldTexts, FIELDS, type Tuning } from "#subgraphs/catalog/search/engine/fields.ts";
import { TextIndex } from "#subgraphs/catalog/search/engine/textIndex.ts";
import { TUNING } from "#subgraphs/catalog/search/engine/tuning.ts";
import type { Synonyms } from "#subgraphs/catalog/search/text/synonyms.ts";
import { createRandom } from "#shopdata/random.ts";
import type { Icecat, Judgements } from "./icecat.ts";

const TOP = 10;
const gain = (grade: number): number => 2 ** grade - 1;
const dcg = (grades: readonly number[]): number => grades.slice(0, TOP).reduce((sum, grade, n) => sum + gain(grade) / Math.log2(n + 2), 0);

/** What one query's ranking is worth. */
export interface Worth {
  /** nDCG@10 with what nobody judged counted as 0. */
  readonly ndcg: number;
  /** nDCG@10 of the list without what nobody judged. */
  readonly condensed: number;
  /** Share of the first ten that nobody judged. */
  readonly unjudged: number;
  /** 1 / the place of the first product with a grade above 0. */
  readonly reciprocal: number;
}

/** Undefined for a query without a relevant product. */
export function worthOf(judged: ReadonlyMap<string, number>, ranked: readonly string[]): Worth | undefined {
  const best = dcg([...judged.values()].sort((a, b) => b - a));
  if (best === 0) return undefined;
  const grades = (ids: readonly string[]): number[] => ids.map((id) => judged.get(id) ?? 0);
  const top = ranked.slice(0, TOP);
  const first = ranked.findIndex((id) => (judged.get(id) ?? 0) > 0);
  return {
    ndcg: dcg(grades(top)) / best, condensed: dcg(grades(ranked.filter((id) => judged.has(id)))) / best,
    unjudged: top.length === 0 ? 0 : top.filter((id) => !judged.has(id)).length / top.length, reciprocal: first === -1 ? 0 : 1 / (first + 1),
  };
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A ranking by what a function answers for a query. */
export function judge(judgements: Judgements, rankingOf: (query: string) => readonly string[]): { worths: Worth[]; zeroHits: number } {
  const worths: Worth[] = [];
  let zero = 0;
  for (const [query, judged] of judgements) {
    const ranking = rankingOf(query);
    if (ranking.length === 0) zero += 1;
    const worth = worthOf(judged, ranking);
    if (worth) worths.push(worth);
  }
  return { worths, zeroHits: zero / judgements.size };
}

/** The plain BM25 of the note: title and short description as one text, lower-cased runs of letters and digits, k1 1.2, b .75. */
export function plainBm25({ products }: Icecat): (query: string) => string[] {
  const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const docs = products.map(({ title, short_description: short }) => wordsOf(`${title} ${short ?? ""}`));
  const average = mean(docs.map((words) => words.length));
  const postings = new Map<string, Map<number, number>>();
  for (const [n, words] of docs.entries()) {
    for (const word of words) {
      const of = postings.get(word) ?? new Map<number, number>();
      of.set(n, (of.get(n) ?? 0) + 1);
      postings.set(word, of);
    }
  }
  return (query) => {
    const scores = new Map<number, number>();
    for (const word of wordsOf(query)) {
      const of = postings.get(word);
      if (!of) continue;
      const idf = Math.log(1 + (docs.length - of.size + 0.5) / (of.size + 0.5));
      for (const [n, count] of of) scores.set(n, (scores.get(n) ?? 0) + (idf * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * (docs[n] as string[]).length) / average)));
    }
    return [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([n]) => products[n]?.id as string);
  };
}

/** Our ranking over an index whose documents are in the order of the ids. */
export function ourRanking(index: TextIndex, ids: readonly string[], synonyms: Synonyms, tuning: Tuning): (query: string) => string[] {
  return (query) => {
    const { docs, scores } = rank(query, index, synonyms, tuning);
    return [...docs.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number) || (docs[a] as number) - (docs[b] as number)).map((n) => ids[docs[n] as number] as string);
  };
}

export function textIndexOf(texts: readonly FieldTexts[]): TextIndex {
  const index = new TextIndex();
  for (const one of texts) index.add(one);
  return index;
}

/** Neighbours of the shipped weights, among which each fold chooses on the queries it may see. */
export function tunings(): Tuning[] {
  const found: Tuning[] = [];
  for (const k1 of [0.4, 0.8, 1.2]) for (const description of [0.4, 0.8]) for (const attributes of [0.1, 0.2, 0.3]) for (const length of [0.5, 0.75]) for (const kind of [0, 0.1]) {
    found.push({ ...TUNING, k1, kind, weight: { ...TUNING.weight, description, attributes }, lengthPenalty: { ...TUNING.lengthPenalty, title: length, description: length } });
  }
  return found;
}

export interface Folded { readonly ndcg: number; readonly condensed: number; readonly folds: readonly { ndcg: number; condensed: number; queries: number; chosen: string }[] }

/**
 * Cross-validation over queries: of each fold only the queries are reported that the weights were not chosen on. The choice is the
 * tuning with the best mean of both measures over the other folds.
 */
export function crossValidate(worths: readonly (readonly Worth[])[], all: readonly Tuning[], folds: number, seed: number): Folded {
  const count = worths[0]?.length ?? 0;
  const random = createRandom(seed, "search folds");
  const order = Array.from({ length: count }, (_, n) => ({ n, at: random.unit() })).sort((a, b) => a.at - b.at).map(({ n }) => n);
  const held: { ndcg: number; condensed: number }[] = [];
  const reports = Array.from({ length: folds }, (_, fold) => {
    const out = order.filter((_query, n) => n % folds === fold);
    const seen = order.filter((_query, n) => n % folds !== fold);
    const valueOf = (tuning: number): number => mean(seen.map((query) => ((worths[tuning]?.[query]?.ndcg ?? 0) + (worths[tuning]?.[query]?.condensed ?? 0)) / 2));
    const best = all.map((_tuning, n) => n).reduce((a, b) => (valueOf(b) > valueOf(a) ? b : a));
    const worthsOut = out.map((query) => worths[best]?.[query] as Worth);
    held.push(...worthsOut);
    return { ndcg: mean(worthsOut.map((one) => one.ndcg)), condensed: mean(worthsOut.map((one) => one.condensed)), queries: out.length, chosen: nameOf(all[best] as Tuning) };
  });
  return { ndcg: mean(held.map((one) => one.ndcg)), condensed: mean(held.map((one) => one.condensed)), folds: reports };
}

function nameOf({ k1, kind, weight, lengthPenalty }: Tuning): string {
  return `k1 ${k1}, b ${lengthPenalty.title}, kind ${kind}, ${FIELDS.map((field) => `${field} ${weight[field]}`).join(", ")}`;
}
