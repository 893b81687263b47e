import { type FacetCounts, MAX_GROUPS, PRICE_EDGES, type RangeCounts, type ValueCounts } from "../domain/facets.ts";
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
  const carriers = new Int32Array(index.attributes.size);
  // The group that an attribute's own condition has, or one that nothing fails.
  const groupOf = Int8Array.from({ length: index.attributes.size }, (_, attribute) => {
    const at = attributeCodes.indexOf(index.attributes.keyOf(attribute));
    return at === -1 ? 127 : GROUP.attributes + at;
  });
  const attributeOf = Int32Array.from({ length: index.values.size }, (_, value) => index.values.infoOf(value).attribute);
  const valueGroup = Int8Array.from(attributeOf, (attribute) => groupOf[attribute] as number);
  for (let n = 0; n < docs.length; n += 1) {
    const verdict = verdicts[n] as number;
    const row = verdict === OUT ? undefined : index.row(docs[n] as number);
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
    for (const one of row.values) {
      if (verdict !== PASSES && verdict !== valueGroup[one]) continue;
      (values[one] as number) += 1;
      (carriers[attributeOf[one] as number] as number) += 1;
    }
    for (const { attribute, value } of row.numbers) {
      if (verdict !== PASSES && verdict !== groupOf[attribute]) continue;
      const size = sizes[attribute] as number;
      let list = numbers[attribute] ?? new Float64Array(16);
      if (size === list.length) {
        const larger = new Float64Array(size * 2);
        larger.set(list);
        list = larger;
      }
      list[size] = value;
      numbers[attribute] = list;
      sizes[attribute] = size + 1;
    }
  }
  const offers = new Map<number, { values: ValueCounts[]; ranges: RangeCounts[]; carried: number }>();
  const offerOf = (attribute: number) => {
    let offer = offers.get(attribute);
    if (!offer) offers.set(attribute, (offer = { values: [], ranges: [], carried: (carriers[attribute] as number) + (sizes[attribute] as number) }));
    return offer;
  };
  for (let n = 0; n < values.length; n += 1) {
    if (values[n] === 0) continue;
    const { attribute, value, label } = index.values.infoOf(n);
    offerOf(attribute).values.push({ value, label, count: values[n] as number });
  }
  for (const [attribute, list] of numbers.entries()) {
    if (!list) continue;
    const code = index.attributes.keyOf(attribute);
    offerOf(attribute).ranges.push(...rangesOf(list.subarray(0, sizes[attribute] as number), filter.attributes?.find((one) => one.code === code)));
  }
  return {
    total: passing,
    categories: fullest(categories, index.categories),
    brands: fullest(brands, index.brands),
    vendors: fullest(vendors, index.vendors),
    prices: [...prices.entries()].flatMap(([edge, count]) => (count > 0 ? [{ edge, count }] : [])),
    availability: [true, false].flatMap((inStock) => ((stock[inStock ? 1 : 0] as number) > 0 ? [{ inStock, count: stock[inStock ? 1 : 0] as number }] : [])),
    attributes: [...offers.entries()].map(([attribute, offer]) => ({ ...index.attributes.infoOf(attribute), ...offer }))
      .sort((a, b) => b.carried - a.carried || (a.code < b.code ? -1 : 1)).slice(0, MAX_ATTRIBUTES)
      .map(({ code, name, unit, values: all, ranges }) => ({ code, name, unit, ranges, values: all.sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1)).slice(0, MAX_GROUPS) })),
  };
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
