import { splitWords } from "../text/words.ts";

export const KINDS = ["QUERY", "PRODUCT", "CATEGORY", "BRAND"] as const;
export type SuggestKind = (typeof KINDS)[number];

interface Entry {
  readonly kind: SuggestKind;
  readonly id: string;
  readonly text: string;
  readonly keys: readonly string[];
  weight: number;
  isDead: boolean;
}
interface Bucket {
  keys: { key: string; entry: Entry }[];
  isSorted: boolean;
  dead: number;
}

/** Words of a text that suggestions begin at. */
const STARTS = 6;
const BUCKET = 2;
/** Keys that one question looks at, at most. */
const MOST_KEYS = 20_000;

/**
 * What begins with what was typed: sorted arrays of every text from each of its words on, in buckets by their first two letters. Texts
 * come and go one by one; a bucket puts itself in order when it is next asked, so that there is never much to do at once.
 */
export class SuggestIndex {
  readonly #buckets = new Map<string, Bucket>();
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  put(kind: SuggestKind, id: string, text: string, weight: number): void {
    const name = `${kind} ${id}`;
    const known = this.#entries.get(name);
    if (known?.text === text) {
      known.weight = weight;
      return;
    }
    if (known) this.remove(kind, id);
    const words = splitWords(text, 12).words;
    const keys = words.slice(0, STARTS).map((_, n) => words.slice(n).join(" "));
    const entry: Entry = { kind, id, text, keys, weight, isDead: false };
    this.#entries.set(name, entry);
    for (const key of keys) {
      const at = key.slice(0, BUCKET);
      let bucket = this.#buckets.get(at);
      if (!bucket) this.#buckets.set(at, (bucket = { keys: [], isSorted: true, dead: 0 }));
      bucket.keys.push({ key, entry });
      bucket.isSorted = false;
    }
  }

  remove(kind: SuggestKind, id: string): void {
    const name = `${kind} ${id}`;
    const entry = this.#entries.get(name);
    if (!entry) return;
    this.#entries.delete(name);
    entry.isDead = true;
    for (const key of entry.keys) {
      const bucket = this.#buckets.get(key.slice(0, BUCKET));
      if (bucket) bucket.dead += 1;
    }
  }

  /** The best of each kind that begin, at one of their words, with the prefix (folded words with single spaces between), at most `most`. */
  find(prefix: string, most: number): Record<SuggestKind, { id: string; text: string }[]> {
    const best = { QUERY: [], PRODUCT: [], CATEGORY: [], BRAND: [] } as Record<SuggestKind, { entry: Entry; rank: number }[]>;
    const seen = new Set<Entry>();
    let looked = 0;
    for (const bucket of this.#bucketsOf(prefix)) {
      order(bucket);
      for (let at = firstFrom(bucket.keys, prefix); at < bucket.keys.length; at += 1) {
        const { key, entry } = bucket.keys[at] as Bucket["keys"][number];
        if (!key.startsWith(prefix) || (looked += 1) > MOST_KEYS) break;
        if (entry.isDead || seen.has(entry)) continue;
        seen.add(entry);
        // What begins so before what has it further inside, what is asked for more often first, the shorter first.
        keep(best[entry.kind], { entry, rank: entry.weight * (entry.keys[0]?.startsWith(prefix) ? 4 : 1) - entry.text.length / 1_000 }, most);
      }
    }
    const shown = (kind: SuggestKind) => best[kind].map(({ entry }) => ({ id: entry.id, text: entry.text }));
    return { QUERY: shown("QUERY"), PRODUCT: shown("PRODUCT"), CATEGORY: shown("CATEGORY"), BRAND: shown("BRAND") };
  }

  /** Puts all in order, one bucket per step. */
  *warm(): Iterable<void> {
    for (const bucket of this.#buckets.values()) {
      order(bucket);
      yield;
    }
  }

  *#bucketsOf(prefix: string): Iterable<Bucket> {
    if (prefix === "") return;
    if (prefix.length >= BUCKET) {
      const bucket = this.#buckets.get(prefix.slice(0, BUCKET));
      if (bucket) yield bucket;
      return;
    }
    for (const [start, bucket] of this.#buckets) if (start.startsWith(prefix)) yield bucket;
  }
}

function keep(best: { entry: Entry; rank: number }[], one: { entry: Entry; rank: number }, most: number): void {
  if (best.length === most && (best.at(-1)?.rank ?? 0) >= one.rank) return;
  let at = best.length;
  while (at > 0 && (best[at - 1] as typeof one).rank < one.rank) at -= 1;
  best.splice(at, 0, one);
  if (best.length > most) best.pop();
}

function order(bucket: Bucket): void {
  if (bucket.dead > bucket.keys.length / 4) {
    bucket.keys = bucket.keys.filter(({ entry }) => !entry.isDead);
    bucket.dead = 0;
  }
  if (bucket.isSorted) return;
  bucket.keys.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  bucket.isSorted = true;
}

function firstFrom(keys: readonly { key: string }[], prefix: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as { key: string }).key < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}
