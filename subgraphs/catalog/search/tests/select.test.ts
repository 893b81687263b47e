import { expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import type { ProductFilter } from "../../domain/productFilter.ts";
import type { DocumentAttribute, SearchDocument } from "../document.ts";
import { ProductIndex } from "../productIndex.ts";
import { type Place, select, type SearchRequest } from "../select.ts";

const WORDS = ["zinc", "felt", "linen"] as const;
const CATEGORIES = ["home", "lights", "garden"] as const;
const NOW = new Date("2011-12-10T09:00:00.000Z");
const synonyms = new Map();

const attribute = (code: string, type: DocumentAttribute["type"], value: Partial<DocumentAttribute>): DocumentAttribute =>
  ({ code, name: code, type, unit: null, isFilterable: true, isSearchable: false, option: null, label: null, text: null, number: null, flag: null, ...value });

const documents = fc.array(fc.record({
  word: fc.constantFrom(...WORDS), second: fc.constantFrom(...WORDS), brand: fc.constantFrom(null, "b1", "b2"), vendor: fc.constantFrom(null, "v1", "v2"),
  category: fc.constantFrom(null, ...CATEGORIES), inStock: fc.boolean(), prices: fc.array(fc.constantFrom(0.5, 1, 1.99, 2, 7.5, 30), { maxLength: 2 }), later: fc.boolean(),
  rating: fc.constantFrom(null, 1, 2.99, 3, 4.5, 5),
  colour: fc.constantFrom(null, "red", "blue"), size: fc.constantFrom(null, 1, 2, 3.5, 10), washable: fc.constantFrom(null, true, false), createdAt: fc.integer({ min: 0, max: 5 }),
}), { minLength: 1, maxLength: 40 }).map((drawn) => drawn.map((one, n): SearchDocument => ({
  id: `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`, name: `Thing of ${one.word} and ${one.second}`, names: [], description: null, productType: null, externalRef: null,
  vendorId: one.vendor, brandId: one.brand, brand: one.brand, createdAt: one.createdAt, collectionIds: [], variants: [], inStock: one.inStock,
  // "lights" stands below "home".
  categories: one.category === null ? [] : one.category === "lights" ? [{ id: "lights", name: "Lights" }, { id: "home", name: "Home" }] : [{ id: one.category, name: one.category }],
  prices: one.prices.map((amount) => ({ currency: "GBP", amount, from: one.later ? NOW.getTime() + 1 : 0, to: Infinity })),
  rating: one.rating, ratingRank: one.rating,
  attributes: [
    ...(one.colour === null ? [] : [attribute("colour", "OPTION", { option: one.colour, label: one.colour.toUpperCase() })]),
    ...(one.size === null ? [] : [attribute("size", "NUMBER", { number: one.size })]),
    ...(one.washable === null ? [] : [attribute("washable", "BOOLEAN", { flag: one.washable })]),
  ],
})));

const filters: fc.Arbitrary<Partial<ProductFilter>> = fc.record({
  categoryIds: fc.subarray([...CATEGORIES, "unknown"], { minLength: 1 }), brandIds: fc.subarray(["b1", "b2"], { minLength: 1 }), vendorIds: fc.subarray(["v1", "v2"], { minLength: 1 }),
  price: fc.constantFrom({ min: "1", max: "Infinity", below: "2", currency: "GBP" }, { min: "0", max: "7.5", below: "Infinity", currency: "GBP" }, { min: "0", max: "9", below: "Infinity", currency: "EUR" }),
  inStock: fc.boolean(), ratingMin: fc.constantFrom("1", "3", "4.5"),
  attributes: fc.subarray([{ code: "colour", values: ["red"] }, { code: "size", min: "2", below: "10" }, { code: "washable", values: ["true", "false"] }, { code: "unknown", values: ["x"] }], { minLength: 1 }),
}, { requiredKeys: [] });

function indexOf(all: readonly SearchDocument[]): ProductIndex {
  const index = new ProductIndex();
  // Each was something else before, so that dead entries lie between.
  for (const one of all) index.put({ ...one, name: "linen", inStock: !one.inStock, rating: 5, attributes: [] });
  for (const one of all) index.put(one);
  return index;
}

type Group = "category" | "brand" | "vendor" | "price" | "stock" | "rating" | "colour" | "size" | "washable" | "unknown";

/** Each part of the filter by itself, over one document. */
function checks(one: SearchDocument, filter: Partial<ProductFilter>): Record<Group, boolean> {
  const amounts = (currency: string) => one.prices.filter((price) => price.currency === currency && price.from <= NOW.getTime()).map(({ amount }) => amount);
  const of = (code: string) => {
    const asked = filter.attributes?.find((condition) => condition.code === code);
    if (!asked) return true;
    return one.attributes.some((has) => has.code === code && (asked.values ? asked.values.includes(has.option ?? String(has.flag)) : has.number !== null && has.number >= Number(asked.min) && has.number < Number(asked.below)));
  };
  const { price } = filter;
  return {
    category: !filter.categoryIds || one.categories.some(({ id }) => filter.categoryIds?.includes(id)), brand: !filter.brandIds || filter.brandIds.includes(one.brandId ?? ""),
    vendor: !filter.vendorIds || filter.vendorIds.includes(one.vendorId ?? ""), stock: filter.inStock === undefined || one.inStock === filter.inStock,
    rating: filter.ratingMin === undefined || (one.rating ?? 0) >= Number(filter.ratingMin),
    price: !price || amounts(price.currency).some((amount) => amount >= Number(price.min) && amount <= Number(price.max) && amount < Number(price.below)),
    colour: of("colour"), size: of("size"), washable: of("washable"), unknown: of("unknown"),
  };
}

test("what is found and every facet's counts are those of a count by hand, the facet's own selection left out", () => {
  fc.assert(fc.property(documents, filters, fc.constantFrom(undefined, ...WORDS), (all, part, text) => {
    const filter: ProductFilter = { status: "ACTIVE", ...part };
    const selection = select(indexOf(all), synonyms, () => 0, { text, filter, sort: "RELEVANCE", currency: "GBP", now: NOW });
    const among = all.filter(({ name }) => text === undefined || name.includes(text));
    if (text !== undefined && among.length === 0) return;
    const without = (group: Group | undefined) => among.filter((one) => Object.entries(checks(one, filter)).every(([name, holds]) => holds || name === group));
    const tally = <K extends string | boolean>(group: Group, keysOf: (one: SearchDocument) => readonly K[]) => {
      const counts: Record<string, number> = {};
      for (const one of without(group)) for (const key of new Set(keysOf(one))) counts[String(key)] = (counts[String(key)] ?? 0) + 1;
      return counts;
    };
    const facets = selection.facets();
    const counted = <T extends { count: number }>(list: readonly T[], key: (one: T) => unknown) => Object.fromEntries(list.map((one) => [String(key(one)), one.count]));
    expect(selection.total).toBe(without(undefined).length);
    expect(new Set(selection.page(undefined, 100).map(({ id }) => id))).toEqual(new Set(without(undefined).map(({ id }) => id)));
    expect(counted(facets.categories, ({ id }) => id)).toEqual(tally("category", (one) => one.categories.map(({ id }) => id)));
    expect(counted(facets.brands, ({ id }) => id)).toEqual(tally("brand", (one) => (one.brandId === null ? [] : [one.brandId])));
    expect(counted(facets.vendors, ({ id }) => id)).toEqual(tally("vendor", (one) => (one.vendorId === null ? [] : [one.vendorId])));
    expect(counted(facets.availability, ({ inStock }) => inStock)).toEqual(tally("stock", (one) => [one.inStock]));
    expect(counted(facets.ratings, ({ min }) => min)).toEqual(tally("rating", (one) => ["1", "2", "3", "4"].filter((min) => (one.rating ?? 0) >= Number(min))));
    const ofAttribute = (code: string) => facets.attributes.find((one) => one.code === code);
    expect(counted(ofAttribute("colour")?.values ?? [], ({ value }) => value)).toEqual(tally("colour", (one) => one.attributes.flatMap(({ option }) => option ?? [])));
    expect(counted(ofAttribute("washable")?.values ?? [], ({ value }) => value)).toEqual(tally("washable", (one) => one.attributes.flatMap(({ flag }) => flag ?? [])));
    for (const { min, below, count } of ofAttribute("size")?.ranges ?? []) {
      expect(without("size").filter((one) => one.attributes.some(({ number }) => number !== null && number >= (min ?? -Infinity) && number < (below ?? Infinity)))).toHaveLength(count);
    }
  }), { numRuns: 300, seed: 21 });
});

test("pages meet without gap or repeat in every order, also while other products come, change and go", () => {
  const sorts = ["RELEVANCE", "PRICE_LOW", "PRICE_HIGH", "NEWEST", "NAME", "RATING"] as const;
  fc.assert(fc.property(documents, fc.constantFrom(undefined, "felt"), fc.constantFrom(...sorts), fc.integer({ min: 1, max: 7 }), (all, text, sort, size) => {
    // A word that nothing has is another question once something has it.
    if (text !== undefined && !all.some(({ name }) => name.includes(text))) return;
    const index = indexOf(all);
    const request: SearchRequest = { text, filter: { status: "ACTIVE" }, sort, currency: "GBP", now: NOW };
    const whole = select(index, synonyms, () => 0, request);
    const expected = whole.page(undefined, 100).map(({ id }) => id);
    const seen: string[] = [];
    for (let after: Place | undefined, n = 0; n < 60; n += 1) {
      // Others come and go between the pages; what is told apart by weights of words sees them shift.
      const other = { ...(all[0] as SearchDocument), id: `ffffffff-ffff-7000-8000-${String(n).padStart(12, "0")}`, name: "felt felt other" };
      index.put(other);
      if (n % 2 === 0) index.remove(other.id);
      const page = select(index, synonyms, () => 0, request).page(after, size);
      seen.push(...page.map(({ id }) => id).filter((id) => !id.startsWith("ffffffff")));
      if (page.length < size) break;
      after = page.at(-1);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(new Set(seen)).toEqual(new Set(expected));
  }), { numRuns: 200, seed: 8 });
});

test("a price holds from its beginning on, by the time of the answer", () => {
  const index = new ProductIndex();
  const base = fc.sample(documents, { numRuns: 1, seed: 1 })[0]?.[0] as SearchDocument;
  index.put({ ...base, prices: [{ currency: "GBP", amount: 5, from: 0, to: NOW.getTime() }, { currency: "GBP", amount: 3, from: NOW.getTime(), to: Infinity }] });
  const total = (now: Date, below: string) => select(index, synonyms, () => 0, { text: undefined, filter: { status: "ACTIVE", price: { min: "0", max: "Infinity", below, currency: "GBP" } }, sort: "PRICE_LOW", currency: "GBP", now }).total;
  expect([total(new Date(NOW.getTime() - 1), "4"), total(NOW, "4"), total(NOW, "3")]).toEqual([0, 1, 0]);
});
