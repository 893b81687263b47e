import type { ProductFilter, SearchSort } from "../domain/productFilter.ts";
import type { FacetCounts } from "../domain/facets.ts";
import { countFacets } from "./countFacets.ts";
import { rank } from "./engine/rank.ts";
import { TUNING } from "./engine/tuning.ts";
import { narrow, type Narrowed, PASSES } from "./narrow.ts";
import type { ProductIndex, Row } from "./productIndex.ts";
import type { Synonyms } from "./text/synonyms.ts";

/** EXACT all words are answered; CORRECTED after slips were put right; RELAXED by some of the words too; POPULAR nothing answers, here is what others like. */
export type SearchMode = "EXACT" | "CORRECTED" | "RELAXED" | "POPULAR";

/** Where a hit stands: by `key` in the order, and by id among equals. */
export interface Place {
  /** Decimal; the name where that is the order. */
  readonly key: string;
  readonly id: string;
}

export interface SearchRequest {
  /** Words; all products where undefined. */
  readonly text: string | undefined;
  readonly filter: ProductFilter;
  readonly sort: SearchSort;
  /** Of price orders and of the counts by price. */
  readonly currency: string;
  /** Business time. */
  readonly now: Date;
}

/** What a request finds, as of one moment; cheap to page through. */
export interface Selection {
  readonly total: number;
  readonly mode: SearchMode;
  readonly didYouMean: string | undefined;
  /** Up to `limit` hits behind a place, in order. */
  page(after: Place | undefined, limit: number): Place[];
  facets(): FacetCounts;
}

/** How much others like a product; 0 for what is not known. */
export type Popularity = (productId: string) => number;

type Key = number | string;

export function select(index: ProductIndex, synonyms: Synonyms, popularity: Popularity, request: SearchRequest): Selection {
  const { text, filter, currency, sort } = request;
  const now = request.now.getTime();
  const ranked = text === undefined ? undefined : rank(text, index.text, synonyms, TUNING);
  const isPopular = ranked !== undefined && ranked.docs.length === 0;
  const docs = ranked === undefined || isPopular ? index.all() : ranked.docs;
  const narrowed = narrow(index, docs, filter, now);
  // What is shown instead of nothing is no match.
  const priceOf = (n: number): number => index.columns.lowestPrice(docs[n] as number, index.currencies.find(currency) ?? -1, now);
  const order = orderOf(isPopular ? "RELEVANCE" : sort, { priceOf, popularity, scores: isPopular ? undefined : ranked?.scores });
  const hits = new Uint32Array(narrowed.passing);
  for (let n = 0, at = 0; n < docs.length; n += 1) if (narrowed.verdicts[n] === PASSES) hits[at++] = n;
  const rowAt = (n: number): Row => index.row(docs[n] as number) as Row;
  const none: Narrowed = { ...narrowed, verdicts: new Int8Array(0), passing: 0 };
  return {
    total: isPopular ? 0 : narrowed.passing,
    mode: isPopular ? "POPULAR" : ranked?.isRelaxed ? "RELAXED" : ranked?.query.corrected === undefined ? "EXACT" : "CORRECTED",
    didYouMean: isPopular ? undefined : ranked?.query.corrected,
    page(after, limit) {
      const keyOf = (n: number): Key => order.keyOf(rowAt(n), n);
      const from = after && startOf(after, index, docs, narrowed, keyOf, order.parse);
      return firstOf(hits, limit, { keyOf, idOf: (n) => rowAt(n).id, compare: order.compare }, from).map(({ key, id }) => ({ key: String(key), id }));
    },
    facets: () => (isPopular ? countFacets(index, new Uint32Array(0), none, filter, currency, now) : countFacets(index, docs, narrowed, filter, currency, now)),
  };
}

interface Order {
  keyOf(row: Row, n: number): Key;
  /** Below 0 where the first comes before the second. */
  compare(one: Key, other: Key): number;
  parse(text: string): Key;
}

/** Products without a price come last in both orders. */
const NO_PRICE = { PRICE_LOW: 1e15, PRICE_HIGH: -1 } as const;

function orderOf(sort: SearchSort, { priceOf, popularity, scores }: { priceOf: (n: number) => number; popularity: Popularity; scores: Float32Array | undefined }): Order {
  const up = (one: Key, other: Key): number => (one < other ? -1 : one > other ? 1 : 0);
  const down = (one: Key, other: Key): number => up(other, one);
  switch (sort) {
    case "RELEVANCE":
      // To six digits, as a cursor holds it. Without words what others like comes first, then what is new.
      return { keyOf: scores ? (_row, n) => Math.round((scores[n] as number) * 1e6) / 1e6 : ({ id, createdAt }) => Math.round(popularity(id)) + Math.round(createdAt / 1e3) / 1e11, compare: down, parse: Number };
    case "PRICE_LOW":
    case "PRICE_HIGH":
      return { keyOf: (_row, n) => { const price = priceOf(n); return price === Infinity ? NO_PRICE[sort] : price; }, compare: sort === "PRICE_LOW" ? up : down, parse: Number };
    case "NEWEST":
      return { keyOf: ({ createdAt }) => createdAt, compare: down, parse: Number };
    case "RATING":
      return { keyOf: ({ ratingRank }) => ratingRank, compare: down, parse: Number };
    case "NAME":
      return { keyOf: ({ name }) => name, compare: up, parse: (text) => text };
  }
}

interface Hit { readonly key: Key; readonly id: string }

/**
 * Where a page begins. A product that is still found stands where it stands now: should weights have shifted since, all of them did, and
 * its neighbours shifted with it. One that is gone stands where it stood.
 */
function startOf(after: Place, index: ProductIndex, docs: Uint32Array, { verdicts }: Narrowed, keyOf: (n: number) => Key, parse: (text: string) => Key): Hit {
  const doc = index.numberOf(after.id);
  // Documents are in the order of their numbers.
  const n = doc === undefined ? -1 : placeOf(docs, doc);
  return n >= 0 && verdicts[n] === PASSES ? { key: keyOf(n), id: after.id } : { key: parse(after.key), id: after.id };
}

function placeOf(sorted: Uint32Array, wanted: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const value = sorted[middle] as number;
    if (value === wanted) return middle;
    if (value < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

interface InOrder {
  keyOf(n: number): Key;
  idOf(n: number): string;
  compare(one: Key, other: Key): number;
}

/** The first `limit` behind `from`, in order, without sorting the others: a heap of the best, its worst on top. Most hits are out by their key alone. */
function firstOf(hits: Uint32Array, limit: number, { keyOf, idOf, compare: byKey }: InOrder, from: Hit | undefined): Hit[] {
  const compare = (one: Hit, other: Hit): number => byKey(one.key, other.key) || (one.id < other.id ? 1 : one.id > other.id ? -1 : 0);
  const heap: Hit[] = [];
  for (const n of hits) {
    const key = keyOf(n);
    if (heap.length === limit && byKey(key, (heap[0] as Hit).key) > 0) continue;
    const hit = { key, id: idOf(n) };
    if (from && compare(hit, from) <= 0) continue;
    if (heap.length === limit && compare(hit, heap[0] as Hit) >= 0) continue;
    if (heap.length < limit) {
      heap.push(hit);
      // Worst first is a heap.
      if (heap.length === limit) heap.sort((a, b) => compare(b, a));
    } else {
      heap[0] = hit;
      sink(heap, compare);
    }
  }
  return heap.sort(compare);
}

function sink(heap: Hit[], compare: (a: Hit, b: Hit) => number): void {
  const moved = heap[0] as Hit;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && compare(heap[child + 1] as Hit, heap[child] as Hit) > 0) child += 1;
    if (compare(heap[child] as Hit, moved) <= 0) break;
    heap[at] = heap[child] as Hit;
    at = child;
  }
  heap[at] = moved;
}
