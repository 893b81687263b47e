import { type FacetCounts, MAX_GROUPS, PRICE_EDGES, type RangeCounts, type ValueCounts } from "../domain/facets.ts";
import type { ProductFilter } from "../domain/productFilter.ts";
import type { Interned } from "./interned.ts";
import { GROUP, type Narrowed, OUT, PASSES, pricesAt } from "./narrow.ts";
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
  const valueGroup = Int8Array.from({ length: index.values.size }, (_, value) => groupOf[index.values.infoOf(value).attribute] as number);
  for (let n = 0; n < docs.length; n += 1) {
    const verdict = verdicts[n] as number;
    const row = verdict === OUT ? undefined : index.row(docs[n] as number);
    if (!row) continue;
    const counts = (group: number): boolean => verdict === PASSES || verdict === group;
    if (counts(GROUP.category)) for (const one of row.categories) (categories[one] as number) += 1;
    if (row.brand >= 0 && counts(GROUP.brand)) (brands[row.brand] as number) += 1;
    if (row.vendor >= 0 && counts(GROUP.vendor)) (vendors[row.vendor] as number) += 1;
    if (counts(GROUP.price)) for (const edge of edgesOf(pricesAt(row, currency, now))) (prices[edge] as number) += 1;
    if (counts(GROUP.stock)) (stock[row.inStock ? 1 : 0] as number) += 1;
    for (const one of row.values) {
      if (verdict !== PASSES && verdict !== valueGroup[one]) continue;
      (values[one] as number) += 1;
      (carriers[index.values.infoOf(one).attribute] as number) += 1;
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

/** Places in PRICE_EDGES of the ranges that the prices are in, each once. */
function edgesOf(amounts: readonly number[]): Iterable<number> {
  const edges = amounts.map((amount) => EDGES.findLastIndex((edge) => edge <= amount)).filter((edge) => edge >= 0);
  return edges.length > 1 ? new Set(edges) : edges;
}

function fullest(counts: Int32Array, table: Interned<unknown>): { id: string; count: number }[] {
  const groups: { id: string; count: number }[] = [];
  for (let n = 0; n < counts.length; n += 1) if ((counts[n] as number) > 0) groups.push({ id: table.keyOf(n), count: counts[n] as number });
  return groups.sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1)).slice(0, MAX_GROUPS);
}
