import { finite, indexes, list, numbers, object, text, type Json } from "./json.ts";
import { ModelRefused } from "./modelRefused.ts";

export const RECOMMENDATIONS_FORMAT = "martgraph.recommendations/1";

/** A product that a customer bought, once per order. `ageDays` >= 0, with fractions, at the time of scoring. */
export interface Purchase {
  readonly productId: string;
  readonly ageDays: number;
}

/** The same with the product by its place in the model's `products`. */
export interface KnownPurchase {
  readonly index: number;
  readonly ageDays: number;
}

/** By place in `products`: 0 for a product that must not be suggested. */
export type Allowed = Uint8Array;

/** Best first; a score is comparable inside of its own list only. */
export interface ScoredProducts {
  readonly productIds: readonly string[];
  readonly scores: readonly number[];
}

/**
 * Next-basket scores. For a customer u and a product p:
 *   personal(u, p) / max personal + weight * near(u, p) / max near + popularityWeight * popularity(p)
 *   personal(u, p) = liveness(p) * sum over purchases of p of exp(-age / personalDecay)
 *   near(u, p)     = sum over purchased j among p's neighbours of similarity(p, j) * sum of exp(-age / neighbourDecay)
 * The same formula as martgraph_training/next_basket.py. Not safe for concurrent use inside one call: it scores in own buffers.
 */
export class RecommendationsModel {
  readonly kind = "recommendations";
  readonly name: string;
  /** Every product the model knows, in the order of its indexes. */
  readonly products: readonly string[];
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #personalDecay: number | null;
  readonly #liveness: Float64Array;
  readonly #nearDecay: number | null;
  readonly #nearWeight: number;
  readonly #popularityWeight: number;
  readonly #popularity: Float64Array;
  /** Row p: p's neighbours, most similar first. */
  readonly #neighbours: readonly Int32Array[];
  readonly #similarities: readonly Float64Array[];
  /** Row j: the products that have j among their neighbours, and how similar they are. */
  readonly #reverse: Reverse;
  readonly #personal: Float64Array;
  readonly #near: Float64Array;

  constructor(document: Json) {
    this.name = text(document["name"], "name");
    this.products = list(document["products"], "products").map((one) => text(one, "a product"));
    this.#indexOf = new Map(this.products.map((id, index) => [id, index]));
    const count = this.products.length;
    if (this.#indexOf.size !== count) throw new ModelRefused("a product stands in the model twice");
    const personal = object(document["personal"], "personal");
    this.#personalDecay = decay(personal["decayDays"], "personal.decayDays");
    this.#liveness = sized(numbers(personal["liveness"], "personal.liveness"), count, "personal.liveness");
    const neighbours = object(document["neighbours"], "neighbours");
    this.#nearDecay = decay(neighbours["decayDays"], "neighbours.decayDays");
    this.#nearWeight = finite(neighbours["weight"], "neighbours.weight");
    this.#neighbours = sizedList(neighbours["products"], count, "neighbours.products").map((row) => indexes(row, "neighbours.products", 0, count));
    this.#similarities = sizedList(neighbours["similarities"], count, "neighbours.similarities").map((row) => numbers(row, "neighbours.similarities"));
    this.#neighbours.forEach((row, index) => sized(this.#similarities[index] as Float64Array, row.length, "neighbours.similarities"));
    const popularity = object(document["popularity"], "popularity");
    this.#popularityWeight = finite(popularity["weight"], "popularity.weight");
    this.#popularity = sized(numbers(popularity["values"], "popularity.values"), count, "popularity.values");
    this.#reverse = reverse(this.#neighbours, this.#similarities);
    this.#personal = new Float64Array(count);
    this.#near = new Float64Array(count);
  }

  knows(productId: string): boolean {
    return this.#indexOf.has(productId);
  }

  /** The `first` best products for a history; purchases of products that the model does not know are passed over. */
  recommend(history: readonly Purchase[], first: number, allowed?: Allowed): ScoredProducts {
    const known = history.flatMap(({ productId, ageDays }) => {
      const index = this.#indexOf.get(productId);
      return index === undefined ? [] : [{ index, ageDays }];
    });
    return this.recommendKnown(known, first, allowed);
  }

  /** As `recommend`, for purchases that name products by their places in `products`. */
  recommendKnown(history: readonly KnownPurchase[], first: number, allowed?: Allowed): ScoredProducts {
    return this.#named(this.#best(this.#scores(history), first, allowed));
  }

  /** The `first` products most similar to one; empty where the model does not know it. */
  similar(productId: string, first: number, allowed?: Allowed): ScoredProducts {
    const index = this.#indexOf.get(productId);
    const productIds: string[] = [];
    const scores: number[] = [];
    if (index === undefined) return { productIds, scores };
    const similarities = this.#similarities[index] as Float64Array;
    (this.#neighbours[index] as Int32Array).forEach((place, rank) => {
      if (productIds.length >= first || allowed?.[place] === 0) return;
      productIds.push(this.products[place] as string);
      scores.push(similarities[rank] as number);
    });
    return { productIds, scores };
  }

  /** How far the scores of one golden row are from ours; a product of the row that would not be chosen counts by its score. */
  goldenGap(row: Json): number {
    const count = this.products.length;
    const history = list(row["history"], "history").map((one) => {
      const pair = list(one, "history");
      return { index: indexes([pair[0]], "history", 0, count)[0] as number, ageDays: finite(pair[1], "an age") };
    });
    const wanted = indexes(row["products"], "products", 0, count);
    const expected = sized(numbers(row["scores"], "scores"), wanted.length, "scores");
    const scores = this.#scores(history);
    const chosen = this.#best(scores, wanted.length);
    let gap = chosen.length === wanted.length ? 0 : Number.POSITIVE_INFINITY;
    wanted.forEach((index, rank) => {
      gap = Math.max(gap, Math.abs((scores[index] as number) - (expected[rank] as number)), Math.abs((scores[chosen[rank] as number] as number) - (expected[rank] as number)));
    });
    return gap;
  }

  /** Scores of all products; the buffer is overwritten by the next call. */
  #scores(history: readonly KnownPurchase[]): Float64Array {
    const personal = this.#personal.fill(0);
    for (const { index, ageDays } of history) personal[index] = (personal[index] as number) + faded(ageDays, this.#personalDecay);
    for (let index = 0; index < personal.length; index += 1) personal[index] = (personal[index] as number) * (this.#liveness[index] as number);
    toUnit(personal, 1);
    if (this.#nearWeight > 0) this.#addNear(history, personal);
    for (let index = 0; index < personal.length; index += 1) personal[index] = (personal[index] as number) + this.#popularityWeight * (this.#popularity[index] as number);
    return personal;
  }

  #addNear(history: readonly KnownPurchase[], total: Float64Array): void {
    // What was bought several times walks its neighbours once.
    const weights = new Map<number, number>();
    for (const { index, ageDays } of history) weights.set(index, (weights.get(index) ?? 0) + faded(ageDays, this.#nearDecay));
    const near = this.#near.fill(0);
    const { offsets, products, similarities } = this.#reverse;
    for (const [index, weight] of weights) {
      const end = offsets[index + 1] as number;
      for (let at = offsets[index] as number; at < end; at += 1) {
        const product = products[at] as number;
        near[product] = (near[product] as number) + weight * (similarities[at] as number);
      }
    }
    toUnit(near, this.#nearWeight);
    for (let index = 0; index < total.length; index += 1) total[index] = (total[index] as number) + (near[index] as number);
  }

  /** Indexes of the `first` highest scores, best first, ties by index. */
  #best(scores: Float64Array, first: number, allowed?: Allowed): number[] {
    const best: number[] = [];
    if (first < 1) return best;
    for (let index = 0; index < scores.length; index += 1) {
      const value = scores[index] as number;
      if (allowed?.[index] === 0) continue;
      if (best.length === first && value <= (scores[best[first - 1] as number] as number)) continue;
      let low = 0;
      let high = best.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((scores[best[middle] as number] as number) >= value) low = middle + 1;
        else high = middle;
      }
      best.splice(low, 0, index);
      if (best.length > first) best.pop();
    }
    return best;
  }

  #named(chosen: readonly number[]): ScoredProducts {
    return { productIds: chosen.map((index) => this.products[index] as string), scores: chosen.map((index) => this.#personal[index] as number) };
  }
}

interface Reverse {
  readonly offsets: Int32Array;
  readonly products: Int32Array;
  readonly similarities: Float64Array;
}

function reverse(neighbours: readonly Int32Array[], similarities: readonly Float64Array[]): Reverse {
  const offsets = new Int32Array(neighbours.length + 1);
  for (const row of neighbours) for (const index of row) offsets[index + 1] = (offsets[index + 1] as number) + 1;
  for (let index = 0; index < neighbours.length; index += 1) offsets[index + 1] = (offsets[index + 1] as number) + (offsets[index] as number);
  const size = offsets[neighbours.length] as number;
  const reversed: Reverse = { offsets, products: new Int32Array(size), similarities: new Float64Array(size) };
  const filled = Int32Array.from(offsets);
  neighbours.forEach((row, product) => {
    row.forEach((index, rank) => {
      const at = filled[index] as number;
      filled[index] = at + 1;
      reversed.products[at] = product;
      reversed.similarities[at] = similarities[product]?.[rank] as number;
    });
  });
  return reversed;
}

const faded = (ageDays: number, decayDays: number | null) => (decayDays === null ? 1 : Math.exp(-ageDays / decayDays));

/** Scales to a greatest value of `top`; leaves a buffer without anything above zero as it is. */
function toUnit(values: Float64Array, top: number): void {
  let greatest = 0;
  for (const value of values) if (value > greatest) greatest = value;
  if (greatest === 0) return;
  for (let index = 0; index < values.length; index += 1) values[index] = ((values[index] as number) / greatest) * top;
}

function decay(value: unknown, what: string): number | null {
  if (value === null) return null;
  const days = finite(value, what);
  if (days <= 0) throw new ModelRefused(`${what} must be above 0`);
  return days;
}

function sized<T extends { readonly length: number }>(values: T, length: number, what: string): T {
  if (values.length !== length) throw new ModelRefused(`${what} has ${values.length} entries, ${length} must be`);
  return values;
}

function sizedList(value: unknown, length: number, what: string): readonly unknown[] {
  return sized(list(value, what), length, what);
}
