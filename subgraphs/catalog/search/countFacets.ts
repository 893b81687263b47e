import { type AttributeCounts, type FacetCounts, MAX_GROUPS, PRICE_EDGES, type ValueCounts } from "../domain/facets.ts";
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
  const [categories, brands, vendors] = [new Int32Array(index.categories.size), new Int32Array(index.brands.size), new Int32Array(index.vendors.size)];
  const prices = new Int32Array(EDGES.length);
  const stock = [0, 0];
  const values = new Int32Array(index.values.size);
  const numbers: Float64Array[] = [];
  const sizes = new Int32Array(index.attributes.size);
  // The group that an attribute's own condition has, or one that nothing fails.
  const groupOf = Int8Array.from({ length: index.attributes.size }, (_, attribute) => {
    const at = attributeCodes.indexOf(index.attributes.keyOf(attribute));
    return at === -1 ? 127 : GROUP.attributes + at;
  });
  const attributeOf = index.attributeOfValue.cells;
  const { values: valueColumn, valueStarts, numbers: numberColumn, numberAttributes, numberStarts } = index.columns;
  const [valueCells, valueAt, numberCells, numberOf, numberAt] = [valueColumn.cells, valueStarts.cells, numberColumn.cells, numberAttributes.cells, numberStarts.cells];
  for (let n = 0; n < docs.length; n += 1) {
    const verdict = verdicts[n] as number;
    const doc = docs[n] as number;
    const row = verdict === OUT ? undefined : index.row(doc);
    if (!row) continue;
    const passes = verdict === PASSES;
    if (passes || verdict === GROUP.category) for (const one of row.categories) (categories[one] as number) += 1;
    if (row.brand >= 0 && (passes || verdict === GROUP.brand)) (brands[row.brand] as number) += 1;
    if (row.vendor >= 0 && (passes || verdict === GROUP.vendor)) (vendors[row.vendor] as number) += 1;
    if (passes || verdict === GROUP.price) {
      let seen = 0;
      for (const one of row.prices) {
        if (one.currency !== currency || one.from > now || now >= one.to) continue;
        const edge = edgeOf(one.amount);
        if (edge < 0 || (seen & (1 << edge)) !== 0) continue;
        seen |= 1 << edge;
        (prices[edge] as number) += 1;
      }
    }
    if (passes || verdict === GROUP.stock) (stock[row.inStock ? 1 : 0] as number) += 1;
    for (let at = valueAt[doc] as number, end = valueAt[doc + 1] as number; at < end; at += 1) {
      const value = valueCells[at] as number;
      if (passes || verdict === groupOf[attributeOf[value] as number]) (values[value] as number) += 1;
    }
    for (let at = numberAt[doc] as number, end = numberAt[doc + 1] as number; at < end; at += 1) {
      const attribute = numberOf[at] as number;
      if (!passes && verdict !== groupOf[attribute]) continue;
      const size = sizes[attribute] as number;
      let list = numbers[attribute] ?? new Float64Array(16);
      if (size === list.length) {
        const larger = new Float64Array(size * 2);
        larger.set(list);
        list = larger;
      }
      list[size] = numberCells[at] as number;
      numbers[attribute] = list;
      sizes[attribute] = size + 1;
    }
  }
  return {
    total: passing,
    categories: fullest(categories, index.categories),
    brands: fullest(brands, index.brands),
    vendors: fullest(vendors, index.vendors),
    prices: [...prices.entries()].flatMap(([edge, count]) => (count > 0 ? [{ edge, count }] : [])),
    availability: [true, false].flatMap((inStock) => ((stock[inStock ? 1 : 0] as number) > 0 ? [{ inStock, count: stock[inStock ? 1 : 0] as number }] : [])),
    attributes: attributesOf(index, values, numbers.map((list, attribute) => list.subarray(0, sizes[attribute] as number)), filter),
  };
}

/** The attributes that most products carry, each with its fullest values and its ranges. Of a value that is not shown nothing is looked up. */
function attributesOf(index: ProductIndex, values: Int32Array, numbers: readonly (Float64Array | undefined)[], filter: ProductFilter): AttributeCounts[] {
  const attributeOf = index.attributeOfValue.cells;
  const carried = Int32Array.from({ length: index.attributes.size }, (_, attribute) => numbers[attribute]?.length ?? 0);
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
    return { code, name, unit, values: best, ranges: list ? rangesOf(list, filter.attributes?.find((one) => one.code === code)) : [] };
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
