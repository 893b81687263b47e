import { beforeAll, describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { encodeId, uuidV7 } from "#schema/values/ids.ts";
import { PRICE_EDGES, priceRange } from "../domain/facets.ts";
import type { ProductFilterInput } from "../domain/productFilter.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);

interface Made { id: string; name: string; category: string | null; vendor: string | null; status: string; prices: number[]; free: number }

const made: Made[] = [];
const categories = Array.from({ length: 4 }, () => uuidV7(new Date()));
const vendors = Array.from({ length: 3 }, () => uuidV7(new Date()));
const WORDS = ["zinc", "felt", "linen"];

/** Products of all kinds: with and without category, vendor, price and stock; several variants; drafts. In pence. */
beforeAll(async () => {
  const any = fc.record({
    word: fc.constantFrom(...WORDS), second: fc.constantFrom(...WORDS), category: fc.constantFrom(null, ...categories), vendor: fc.constantFrom(null, ...vendors),
    status: fc.constantFrom("ACTIVE", "ACTIVE", "ACTIVE", "DRAFT", "ARCHIVED"),
    prices: fc.array(fc.constantFrom(0, 99, 100, 101, 199, 200, 450, 500, 999, 1_000, 4_999, 250_000_000), { maxLength: 3 }), free: fc.constantFrom(0, 0, 5),
  });
  const drawn = fc.sample(any, { numRuns: 120, seed: 7 });
  await Promise.all(categories.map((id, n) => slice.owner.raw("insert into catalog.categories (id, slug, name) values ($1, $2, $2)", [id, `facet-${n}`])));
  for (const [n, one] of drawn.entries()) {
    const id = uuidV7(new Date());
    made.push({ ...one, id, name: `Thing of ${one.word} and ${one.second} ${n}` });
    await slice.owner.raw("insert into catalog.products (id, slug, name, status, vendor_id, category_id, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, now(), now())",
      [id, `thing-${n}`, `Thing of ${one.word} and ${one.second} ${n}`, one.status, one.vendor, one.category]);
    // At least one variant; the stock is all on the last.
    const variants = one.prices.length > 0 ? one.prices : [undefined];
    for (const [v, price] of variants.entries()) {
      const variant = uuidV7(new Date());
      await slice.owner.raw("insert into catalog.variants (id, product_id, sku, name, created_at) values ($1, $2, $3, 'one', now())", [variant, id, `T${n}-${v}`]);
      await slice.owner.raw("insert into catalog.stock_levels (variant_id, on_hand, reserved, updated_at) values ($1, $2, 3, now())", [variant, 3 + (v === variants.length - 1 ? one.free : 0)]);
      if (price !== undefined) await slice.owner.raw("insert into catalog.prices (variant_id, currency, unit_amount, exponent, valid_from) values ($1, 'GBP', $2, 2, now()), ($1, 'EUR', 1, 0, now())", [variant, price]);
    }
  }
});

interface Counts { total: number; categories: Record<string, number>; vendors: Record<string, number>; prices: Record<string, number>; availability: Record<string, number> }

/** The same by hand: every count over all products, each group's own filter left out. */
function countNaively(products: readonly Made[], filter: ProductFilterInput): Counts {
  const has = {
    category: (one: Made) => !filter.categoryIds || (one.category !== null && filter.categoryIds.includes(encodeId("cat", one.category))),
    vendor: (one: Made) => !filter.vendorIds || (one.vendor !== null && filter.vendorIds.includes(encodeId("ven", one.vendor))),
    price: (one: Made) => (filter.priceMin == null && filter.priceMax == null && filter.priceBelow == null)
      || one.prices.some((price) => price >= Number(filter.priceMin ?? 0) * 100 && price <= Number(filter.priceMax ?? Infinity) * 100 && price < Number(filter.priceBelow ?? Infinity) * 100),
    stock: (one: Made) => filter.inStock == null || one.free > 0 === filter.inStock,
  };
  const tally = (but: keyof typeof has | "none", groupsOf: (one: Made) => readonly string[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const one of products) {
      if (!(Object.keys(has) as (keyof typeof has)[]).every((key) => key === but || has[key](one))) continue;
      for (const group of new Set(groupsOf(one))) counts[group] = (counts[group] ?? 0) + 1;
    }
    return counts;
  };
  const edgeOf = (price: number) => String(PRICE_EDGES.findLastIndex((edge) => Number(edge) * 100 <= price));
  return {
    total: tally("none", () => ["all"])["all"] ?? 0,
    categories: tally("category", (one) => (one.category ? [encodeId("cat", one.category)] : [])),
    vendors: tally("vendor", (one) => (one.vendor ? [encodeId("ven", one.vendor)] : [])),
    prices: tally("price", (one) => one.prices.map((price) => priceRange(Number(edgeOf(price))).min)),
    availability: tally("stock", (one) => [String(one.free > 0)]),
  };
}

const FACETS = `totalCount facets { categories { count isSelected category { id } } vendors { count vendor { id } } prices { count min below } availability { count inStock } }`;
const SEARCH = `query ($query: String!, $filter: ProductFilter) { found: search(query: $query, filter: $filter, first: 100) { nodes { id } ${FACETS} } }`;
const LIST = `query ($filter: ProductFilter) { found: products(filter: $filter, first: 100) { nodes { id } ${FACETS} } }`;

/* eslint-disable typescript/no-explicit-any */
function countsOf(found: any): Counts {
  const { totalCount, facets } = found;
  return {
    total: totalCount,
    categories: Object.fromEntries(facets.categories.map((one: any) => [one.category.id, one.count])),
    vendors: Object.fromEntries(facets.vendors.map((one: any) => [one.vendor.id, one.count])),
    prices: Object.fromEntries(facets.prices.map((one: any) => [one.min, one.count])),
    availability: Object.fromEntries(facets.availability.map((one: any) => [String(one.inStock), one.count])),
  };
}

const money = fc.constantFrom("0", "1", "1.01", "2", "5", "10", "49.99", "2500000");
const filters: fc.Arbitrary<ProductFilterInput> = fc.record({
  categoryIds: fc.subarray(categories.map((id) => encodeId("cat", id)), { minLength: 1 }),
  vendorIds: fc.subarray(vendors.map((id) => encodeId("ven", id)), { minLength: 1 }),
  priceMin: money, priceMax: money, priceBelow: money, inStock: fc.boolean(),
}, { requiredKeys: [] });

describe("facets", () => {
  test("of a search and of a list count what a count by hand gives, for any filters", async () => {
    const byWord = (word: string | undefined) => made.filter((one) => one.status === "ACTIVE" && (word === undefined || one.name.includes(word)));
    await fc.assert(fc.asyncProperty(fc.constantFrom(undefined, ...WORDS), filters, async (word, filter) => {
      const ids = made.slice(0, 90).map((one) => encodeId("prd", one.id));
      const { data, errors } = word === undefined ? await slice.graph.run(LIST, { filter: { ...filter, ids } }) : await slice.graph.run(SEARCH, { query: word, filter });
      expect(errors).toBeUndefined();
      const among = word === undefined ? byWord(word).filter((one) => ids.includes(encodeId("prd", one.id))) : byWord(word);
      expect(countsOf(data["found"])).toEqual(countNaively(among, filter));
      // The page and the count agree.
      expect(data["found"].nodes).toHaveLength(Math.min(100, data["found"].totalCount));
    }), { numRuns: 60, seed: 11 });
  });

  test("choosing what a facet offers gives as many products as it said, and says that it is chosen", async () => {
    const { data } = await slice.graph.run(SEARCH, { query: "felt", filter: {} });
    const { facets } = data["found"];
    const total = async (filter: ProductFilterInput) => (await slice.graph.run(SEARCH, { query: "felt", filter })).data["found"];
    for (const { category, count } of facets.categories) {
      const found = await total({ categoryIds: [category.id] });
      expect(found.totalCount).toBe(count);
      expect(found.facets.categories.filter((one: any) => one.isSelected)).toMatchObject([{ category: { id: category.id }, count }]);
    }
    for (const { min, below, count } of facets.prices) expect((await total({ priceMin: min, ...(below === null ? {} : { priceBelow: below }) })).totalCount).toBe(count);
    for (const { inStock, count } of facets.availability) expect((await total({ inStock })).totalCount).toBe(count);
  });

  test("come fullest first and cost a statement for the categories' names, beside that for the products", async () => {
    const { data, statements } = await slice.graph.run(SEARCH, { query: "zinc" });
    const counts = data["found"].facets.categories.map((one: { count: number }) => one.count);
    expect(counts).toEqual(counts.toSorted((a: number, b: number) => b - a));
    expect([...statements].sort()).toEqual(["catalog.categoriesByIds", "catalog.shelvesByIds"]);
  });

  test("are not counted when they are not asked for", async () => {
    expect((await slice.graph.run("{ search(query: \"zinc\") { nodes { name } } }")).statements).toEqual(["catalog.shelvesByIds"]);
  });

  test("know no drafts and nothing archived", async () => {
    const { data } = await slice.graph.run(LIST, { filter: { status: "DRAFT" } });
    expect(countsOf(data["found"])).toEqual({ total: 0, categories: {}, vendors: {}, prices: {}, availability: {} });
    for (const status of ["DRAFT", "ARCHIVED"] as const) {
      const hidden = made.filter((one) => one.status === status).map((one) => encodeId("prd", one.id));
      const { data: found } = await slice.graph.run(SEARCH, { query: "thing", filter: { ids: hidden.slice(0, 100), status } });
      expect(found["found"].totalCount).toBe(0);
    }
  });

  test.each([
    ["no category", { categoryIds: [] }], ["51 vendors", { vendorIds: Array.from({ length: 51 }, () => "ven_x") }], ["a price that is no number", { priceBelow: "cheap" }],
  ])("a filter with %s is refused with a sentence", async (_name, filter) => {
    expect((await slice.graph.run(SEARCH, { query: "zinc", filter })).errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
  });

  test("a filter whose ids name nothing finds nothing", async () => {
    const { data } = await slice.graph.run(SEARCH, { query: "zinc", filter: { categoryIds: ["cat_nothing"] } });
    expect(data["found"]).toMatchObject({ totalCount: 0, nodes: [], facets: { categories: [], vendors: [], prices: [], availability: [] } });
  });
});
