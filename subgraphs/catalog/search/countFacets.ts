import { type AttributeCounts, type FacetCounts, MAX_GROUPS, PRICE_EDGES, RATING_EDGES, type ValueCounts } from "../domain/facets.ts";
import type { ProductFilter } from "../domain/productFilter.ts";
import type { Interned } from "./interned.ts";
import { GROUP, type Narrowed, OUT, PASSES } from "./narrow.ts";
import { rangesOf } from "./numberRanges.ts";
import type { ProductIndex } from "./productIndex.ts";

/** Attributes that are offered; those that most of the products have. */
const MAX_ATTRIBUTES = 20;
const EDGES = PRICE_EDGES.map(Number);

/** Counts by group over what was narrowed: each facet takes what passes, and what its own part of the filter alone keeps back. */
export function countFacets(index: ProductIndex, docs: Uint32Array, { verdicts, passing, attributeCodes }: Narrowed, filter: ProductFilter, currency: string, now: number): FacetCounts {
  // The group that an attribute's own condition has, or one that nothing fails.
  const groupOf = Int8Array.from({ length: index.attributes.size }, (_, attribute) => {
    const at = attributeCodes.indexOf(index.attributes.keyOf(attribute));
    return at === -1 ? 127 : GROUP.attributes + at;
  });
  const { columns } = index;
  const categories = countLists(columns.categories.cells, columns.categoryStarts.cells, docs, verdicts, new Int32Array(index.categories.size), GROUP.category);
  const [brands, vendors] = [countOnes(columns.brands.cells, docs, verdicts, new Int32Array(index.brands.size), GROUP.brand), countOnes(columns.vendors.cells, docs, verdicts, new Int32Array(index.vendors.size), GROUP.vendor)];
  const stock = countOnes(columns.inStock.cells, docs, verdicts, new Int32Array(2), GROUP.stock);
  const prices = countPrices(index, docs, verdicts, currency, now);
  const values = countValues(index, docs, verdicts, groupOf);
  const numbers = numbersOf(index, docs, verdicts, groupOf);
  return {
    total: passing,
    categories: fullest(categories, index.categories),
    brands: fullest(brands, index.brands),
    vendors: fullest(vendors, index.vendors),
    prices: [...prices.entries()].flatMap(([edge, count]) => (count > 0 ? [{ edge, count }] : [])),
    availability: [true, false].flatMap((inStock) => ((stock[inStock ? 1 : 0] as number) > 0 ? [{ inStock, count: stock[inStock ? 1 : 0] as number }] : [])),
    ratings: countRatings(columns.ratings.cells, docs, verdicts),
    attributes: attributesOf(index, values, numbers, filter),
  };
}

/** Documents by the one thing of a kind that each has; below 0 is none. */
function countOnes(cells: Int32Array | Uint8Array, docs: Uint32Array, verdicts: Int8Array, counts: Int32Array, group: number): Int32Array {
  for (let n = 0; n < verdicts.length; n += 1) {
    const verdict = verdicts[n] as number;
    const one = verdict === PASSES || verdict === group ? (cells[docs[n] as number] as number) : -1;
    if (one >= 0) (counts[one] as number) += 1;
  }
  return counts;
}

function countLists(cells: Uint32Array, starts: Uint32Array, docs: Uint32Array, verdicts: Int8Array, counts: Int32Array, group: number): Int32Array {
  for (let n = 0; n < verdicts.length; n += 1) {
    const verdict = verdicts[n] as number;
    if (verdict !== PASSES && verdict !== group) continue;
    const doc = docs[n] as number;
    for (let at = starts[doc] as number, end = starts[doc + 1] as number; at < end; at += 1) (counts[cells[at] as number] as number) += 1;
  }
  return counts;
}

function countPrices(index: ProductIndex, docs: Uint32Array, verdicts: Int8Array, currencyCode: string, now: number): Int32Array {
  const counts = new Int32Array(EDGES.length);
  const currency = index.currencies.find(currencyCode) ?? -1;
  let seen = 0;
  const count = (amount: number): void => {
    const edge = edgeOf(amount);
    if (edge < 0 || (seen & (1 << edge)) !== 0) return;
    seen |= 1 << edge;
    (counts[edge] as number) += 1;
  };
  for (let n = 0; n < verdicts.length; n += 1) {
    if (verdicts[n] !== PASSES && verdicts[n] !== GROUP.price) continue;
    seen = 0;
    index.columns.eachPrice(docs[n] as number, currency, now, count);
  }
  return counts;
}

/** Each edge counts what is rated so or better. */
function countRatings(ratings: Float64Array, docs: Uint32Array, verdicts: Int8Array): { min: number; count: number }[] {
  const counts = new Int32Array(RATING_EDGES.length);
  for (let n = 0; n < verdicts.length; n += 1) {
    if (verdicts[n] !== PASSES && verdicts[n] !== GROUP.rating) continue;
    const rating = ratings[docs[n] as number] as number;
    for (let edge = 0; edge < RATING_EDGES.length; edge += 1) if (rating >= (RATING_EDGES[edge] as number)) (counts[edge] as number) += 1;
  }
  return RATING_EDGES.flatMap((min, edge) => ((counts[edge] as number) > 0 ? [{ min, count: counts[edge] as number }] : []));
}

function countValues({ columns, attributeOfValue, values }: ProductIndex, docs: Uint32Array, verdicts: Int8Array, groupOf: Int8Array): Int32Array {
  const counts = new Int32Array(values.size);
  const [cells, starts, attributeOf] = [columns.values.cells, columns.valueStarts.cells, attributeOfValue.cells];
  for (let n = 0; n < verdicts.length; n += 1) {
    const verdict = verdicts[n] as number;
    if (verdict === OUT) continue;
    const doc = docs[n] as number;
    for (let at = starts[doc] as number, end = starts[doc + 1] as number; at < end; at += 1) {
      const value = cells[at] as number;
      if (verdict === PASSES || verdict === groupOf[attributeOf[value] as number]) (counts[value] as number) += 1;
    }
  }
  return counts;
}

/** Of each attribute the numbers that count, in one array: counted first, then put in their places. */
function numbersOf({ columns, attributes }: ProductIndex, docs: Uint32Array, verdicts: Int8Array, groupOf: Int8Array): Float64Array[] {
  const [cells, of, starts] = [columns.numbers.cells, columns.numberAttributes.cells, columns.numberStarts.cells];
  const places = new Uint32Array(attributes.size + 1);
  const pass = (each: (at: number) => void): void => {
    for (let n = 0; n < verdicts.length; n += 1) {
      const verdict = verdicts[n] as number;
      if (verdict === OUT) continue;
      const doc = docs[n] as number;
      for (let at = starts[doc] as number, end = starts[doc + 1] as number; at < end; at += 1) if (verdict === PASSES || verdict === groupOf[of[at] as number]) each(at);
    }
  };
  pass((at) => { (places[(of[at] as number) + 1] as number) += 1; });
  for (let attribute = 0; attribute < attributes.size; attribute += 1) (places[attribute + 1] as number) += places[attribute] as number;
  const all = new Float64Array(places[attributes.size] as number);
  const next = places.slice();
  pass((at) => {
    const attribute = of[at] as number;
    all[next[attribute] as number] = cells[at] as number;
    (next[attribute] as number) += 1;
  });
  return Array.from({ length: attributes.size }, (_, attribute) => all.subarray(places[attribute], places[attribute + 1]));
}

/** The attributes that most products carry, each with its fullest values and its ranges. Of a value that is not shown nothing is looked up. */
function attributesOf(index: ProductIndex, values: Int32Array, numbers: readonly Float64Array[], filter: ProductFilter): AttributeCounts[] {
  const attributeOf = index.attributeOfValue.cells;
  const carried = Int32Array.from({ length: index.attributes.size }, (_, attribute) => (numbers[attribute] as Float64Array).length);
  for (let n = 0; n < values.length; n += 1) (carried[attributeOf[n] as number] as number) += values[n] as number;
  const shown = [...carried.keys()].filter((attribute) => carried[attribute] !== 0).map((attribute) => ({ attribute, ...index.attributes.infoOf(attribute), best: [] as ValueCounts[], least: 0 }))
    .sort((a, b) => (carried[b.attribute] as number) - (carried[a.attribute] as number) || (a.code < b.code ? -1 : 1)).slice(0, MAX_ATTRIBUTES);
  const place = new Int8Array(index.attributes.size).fill(-1);
  for (const [n, { attribute }] of shown.entries()) place[attribute] = n;
  for (let n = 0; n < values.length; n += 1) {
    const count = values[n] as number;
    const one = count === 0 ? undefined : shown[place[attributeOf[n] as number] as number];
    if (!one || count < one.least) continue;
    const { value, label } = index.values.infoOf(n);
    keepFullest(one.best, { value, label, count });
    if (one.best.length === MAX_GROUPS) one.least = one.best.at(-1)?.count ?? 0;
  }
  return shown.map(({ attribute, code, name, unit, best }) => {
    const list = numbers[attribute];
    return { code, name, unit, values: best, ranges: list && list.length > 0 ? rangesOf(list, filter.attributes?.find((one) => one.code === code)) : [] };
  });
}

/** Puts one in its place among the fullest, by label among equals. */
function keepFullest(best: ValueCounts[], one: ValueCounts): void {
  const isBefore = (a: ValueCounts, b: ValueCounts): boolean => a.count > b.count || (a.count === b.count && a.label < b.label);
  let [low, high] = [0, best.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(best[middle] as ValueCounts, one)) low = middle + 1;
    else high = middle;
  }
  if (low >= MAX_GROUPS) return;
  best.splice(low, 0, one);
  if (best.length > MAX_GROUPS) best.pop();
}

/** Place in PRICE_EDGES of the range that the amount is in; -1 below all of them. */
function edgeOf(amount: number): number {
  let [low, high] = [0, EDGES.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((EDGES[middle] as number) <= amount) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function fullest(counts: Int32Array, table: Interned<unknown>): { id: string; count: number }[] {
  const groups: { id: string; count: number }[] = [];
  for (let n = 0; n < counts.length; n += 1) if ((counts[n] as number) > 0) groups.push({ id: table.keyOf(n), count: counts[n] as number });
  return groups.sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1)).slice(0, MAX_GROUPS);
}
