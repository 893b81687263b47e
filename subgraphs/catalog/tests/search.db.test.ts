import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Database } from "#platform/db/database.ts";
import { encodeId, uuidV7 } from "#schema/values/ids.ts";
import { openProductSearch, type ProductSearch } from "../search/productSearch.ts";
import { createCatalogSubgraph } from "../subgraph.ts";
import { silentLog } from "#platform/log.ts";
import { testClocks } from "#kit/testing/testClocks.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);

const FOUND = "query ($query: String, $filter: ProductFilter, $sort: SearchSort) { search(query: $query, filter: $filter, sort: $sort, first: 100) { nodes { id name } totalCount appliedMode didYouMean facets { attributes { code unit values { value label count isSelected } ranges { min below count isSelected } } brands { count brand { name } } categories { count category { slug } } } } }";
const found = async (query: string, filter: object = {}) => (await slice.graph.run(FOUND, { query, filter })).data["search"];
const names = async (query: string, filter: object = {}): Promise<string[]> => {
  const { nodes, appliedMode } = await found(query, filter);
  return appliedMode === "POPULAR" ? [] : nodes.map(({ name }: { name: string }) => name).sort();
};

async function plant(name: string, more: { status?: string; categoryId?: string; brandId?: string } = {}, db: Pick<Database, "raw"> = slice.owner): Promise<string> {
  const id = uuidV7(new Date());
  await db.raw("insert into catalog.products (id, slug, name, status, category_id, brand_id, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, now(), now())", [id, id, name, more.status ?? "ACTIVE", more.categoryId ?? null, more.brandId ?? null]);
  const variant = uuidV7(new Date());
  await db.raw("insert into catalog.variants (id, product_id, sku, name, created_at) values ($1, $2, upper($3), 'one', now())", [variant, id, `s-${id}`]);
  await db.raw("insert into catalog.stock_levels (variant_id, on_hand, updated_at) values ($1, 5, now())", [variant]);
  await db.raw("insert into catalog.prices (variant_id, currency, unit_amount, exponent, valid_from) values ($1, 'GBP', 500, 2, now() - interval '1 day')", [variant]);
  return id;
}

describe("the index follows what is committed", () => {
  test("whatever is written, by whoever: names, status, price, stock, brands, translations", async () => {
    const id = await plant("Quartz paperweight");
    expect(await names("quartz")).toEqual(["Quartz paperweight"]);
    await slice.owner.raw("update catalog.products set name = 'Marble paperweight' where id = $1", [id]);
    expect(await names("quartz")).toEqual([]);
    expect(await names("marble")).toEqual(["Marble paperweight"]);
    expect(await names("marble", { priceMin: "6" })).toEqual([]);
    await slice.owner.raw("insert into catalog.prices (variant_id, currency, unit_amount, exponent, valid_from) select v.id, 'EUR', 900, 2, now() - interval '1 day' from catalog.variants v where v.product_id = $1", [id]);
    expect(await names("marble", { priceMin: "6", currency: "EUR" })).toEqual(["Marble paperweight"]);
    expect(await names("marble", { inStock: true })).toEqual(["Marble paperweight"]);
    await slice.owner.raw("update catalog.stock_levels set reserved = on_hand where variant_id in (select v.id from catalog.variants v where v.product_id = $1)", [id]);
    expect(await names("marble", { inStock: true })).toEqual([]);
    await slice.owner.raw("insert into catalog.translations (kind, target_id, locale, field, value, updated_at) values ('PRODUCT', $1, 'de', 'NAME', 'Briefbeschwerer', now())", [id]);
    expect(await names("briefbeschwerer")).toEqual(["Marble paperweight"]);
    for (const status of ["DRAFT", "ARCHIVED"]) {
      await slice.owner.raw("update catalog.products set status = $2 where id = $1", [id, status]);
      expect(await names("marble")).toEqual([]);
    }
    await slice.owner.raw("update catalog.products set status = 'ACTIVE' where id = $1", [id]);
    expect(await names("marble")).toEqual(["Marble paperweight"]);
  });

  test("in whatever order transactions begin and commit: one that began first and commits last is not missed", async () => {
    const [early, late] = [await plant("Earlybird clock"), await plant("Latecomer clock")];
    await slice.owner.tx(async (first) => {
      await first.raw("update catalog.products set name = 'Renamed earlybird' where id = $1", [early]);
      await slice.owner.raw("update catalog.products set name = 'Renamed latecomer' where id = $1", [late]);
      expect(await names("renamed")).toEqual(["Renamed latecomer"]);
      await slice.owner.raw("update catalog.products set description = 'again' where id = $1", [late]);
      expect(await names("renamed")).toEqual(["Renamed latecomer"]);
    });
    expect(await names("renamed")).toEqual(["Renamed earlybird", "Renamed latecomer"]);
  });

  test("a change of very many products at once, and of a name that many show, comes with a new index", async () => {
    await slice.owner.raw("insert into catalog.products (slug, name, status, category_id, created_at, updated_at) select 'bulk-' || n, 'Bulkware ' || n, 'ACTIVE', $1, now(), now() from generate_series(1, 1200) n", [SMALL_SHOP.subcategory]);
    expect((await found("bulkware")).totalCount).toBe(1_200);
    await slice.owner.raw("update catalog.categories set name = 'Chandeliers' where id = $1", [SMALL_SHOP.subcategory]);
    expect((await found("chandelier")).totalCount).toBeGreaterThanOrEqual(1_200);
    await slice.owner.raw("update catalog.products set status = 'ARCHIVED' where slug like 'bulk-%'");
    expect(await names("bulkware")).toEqual([]);
  });

  test("an index that nobody asks follows by itself, and is built anew under load without losing a change", async () => {
    const search: ProductSearch = openProductSearch({ db: slice.db, clocks: testClocks, log: silentLog, synonyms: new Map(), lagMs: 3_600_000 });
    const total = async (text: string) => {
      const selection = await search.search({ text, filter: { status: "ACTIVE" }, sort: "RELEVANCE", currency: "GBP" });
      return selection?.mode === "POPULAR" ? 0 : (selection?.total ?? 0);
    };
    try {
      const seen = async (text: string, wanted: number) => {
        for (let n = 0; n < 200 && (await total(text)) !== wanted; n += 1) await sleep(50);
        return total(text);
      };
      await total("x");
      await plant("Selfmade bowl");
      expect(await seen("selfmade", 1)).toBe(1);
      let rebuilding = true;
      const rebuilds = (async () => { for (let n = 0; n < 5; n += 1) await search.rebuild(); rebuilding = false; })();
      let planted = 0;
      const gone: string[] = [];
      while (rebuilding || planted < 40) {
        const id = await plant("Underload cup");
        planted += 1;
        if (planted % 3 === 0) {
          await slice.owner.raw("update catalog.products set status = 'ARCHIVED' where id = $1", [id]);
          gone.push(id);
        }
        // It goes on answering.
        expect(await total("selfmade")).toBe(1);
      }
      await rebuilds;
      expect(await seen("underload", planted - gone.length)).toBe(planted - gone.length);
    } finally {
      await search.close();
    }
  });
});

describe("attributes and brands", () => {
  test("narrow searches and lists alike, and are counted", async () => {
    const [brand, colour, weight] = [uuidV7(new Date()), uuidV7(new Date()), uuidV7(new Date())];
    await slice.owner.raw("insert into catalog.brands (id, slug, name, created_at, updated_at) values ($1, 'fauna', 'Fauna', now(), now())", [brand]);
    await slice.owner.raw("insert into catalog.attributes (id, code, name, type, unit, is_filterable, is_searchable) values ($1, 'glaze', 'Glaze', 'OPTION', null, true, true), ($2, 'heft', 'Heft', 'NUMBER', 'g', true, false)", [colour, weight]);
    const options = [["celadon", uuidV7(new Date())], ["tenmoku", uuidV7(new Date())]] as const;
    for (const [code, id] of options) await slice.owner.raw("insert into catalog.attribute_options (id, attribute_id, code, label) values ($1, $2, $3, initcap($3))", [id, colour, code]);
    for (let n = 0; n < 6; n += 1) {
      const id = await plant(`Stoneware jar ${n}`, { brandId: brand });
      await slice.owner.raw("insert into catalog.product_attributes (product_id, attribute_id, option_id) values ($1, $2, $3)", [id, colour, options[n % 2]?.[1]]);
      await slice.owner.raw("insert into catalog.product_attributes (product_id, attribute_id, value_number) values ($1, $2, $3)", [id, weight, 100 * (n + 1)]);
    }
    expect(await names("fauna")).toHaveLength(6);
    // Those of another glaze come behind.
    expect((await found("celadon jar")).nodes.slice(0, 3).map(({ name }: { name: string }) => name).sort()).toEqual(["Stoneware jar 0", "Stoneware jar 2", "Stoneware jar 4"]);
    const filter = { brandIds: [encodeId("brd", brand)], attributes: [{ code: "glaze", values: ["celadon"] }, { code: "heft", min: "200", below: "600" }] };
    const narrowed = await found("stoneware", filter);
    expect(narrowed.nodes.map(({ name }: { name: string }) => name).sort()).toEqual(["Stoneware jar 2", "Stoneware jar 4"]);
    const glaze = narrowed.facets.attributes.find(({ code }: { code: string }) => code === "glaze");
    expect(glaze.values).toEqual([{ value: "celadon", label: "Celadon", count: 2, isSelected: true }, { value: "tenmoku", label: "Tenmoku", count: 2, isSelected: false }]);
    const heft = narrowed.facets.attributes.find(({ code }: { code: string }) => code === "heft");
    expect(heft).toMatchObject({ unit: "g", values: [] });
    expect(heft.ranges).toContainEqual({ min: "200", below: "600", count: 2, isSelected: true });
    expect(narrowed.facets.brands).toEqual([{ count: 2, brand: { name: "Fauna" } }]);
    const listed = (await slice.graph.run("query ($filter: ProductFilter) { products(filter: $filter) { nodes { name } totalCount } }", { filter })).data["products"];
    expect(listed).toEqual({ nodes: [{ name: "Stoneware jar 2" }, { name: "Stoneware jar 4" }], totalCount: 2 });
  });

  test("ratings narrow, sort and are counted, in searches and in lists, as soon as they are given", async () => {
    const ids = [await plant("Ratable ewer 0"), await plant("Ratable ewer 1"), await plant("Ratable ewer 2")];
    const asked = async (filter: object) => (await slice.graph.run(
      "query ($filter: ProductFilter) { search(query: \"ratable\", sort: RATING, filter: $filter) { nodes { name } facets { ratings { min count isSelected } } } products(filter: $filter) { totalCount } }", { filter })).data;
    // Many good ones before a single better one; none at all stands between.
    await slice.owner.raw("insert into catalog.product_ratings (product_id, fives, fours) values ($1, 20, 2)", [ids[2]]);
    await slice.owner.raw("insert into catalog.product_ratings (product_id, twos) values ($1, 3)", [ids[0]]);
    const all = (await asked({}))["search"];
    expect(all.nodes.map(({ name }: { name: string }) => name)).toEqual(["Ratable ewer 2", "Ratable ewer 1", "Ratable ewer 0"]);
    const good = await asked({ ratingMin: "4", ids: ids.map((id) => encodeId("prd", id)) });
    expect(good["search"].nodes).toEqual([{ name: "Ratable ewer 2" }]);
    expect(good["search"].facets.ratings).toEqual([{ min: 4, count: 1, isSelected: true }, { min: 3, count: 1, isSelected: false }, { min: 2, count: 2, isSelected: false }, { min: 1, count: 2, isSelected: false }]);
    expect(good["products"].totalCount).toBe(1);
    for (const ratingMin of ["0", "5.01", "-1"]) {
      const refused = await slice.graph.run("query ($filter: ProductFilter) { search(filter: $filter) { totalCount } }", { filter: { ratingMin } });
      expect(refused.errors?.[0]?.message, ratingMin).toContain("ratings go from 1 to 5");
    }
  });

  test("a category holds what stands below it, in searches and in lists", async () => {
    const filter = { categoryId: encodeId("cat", SMALL_SHOP.category) };
    const expected = ["Jumbo Bag Red Retrospot", "Party Bunting", "Regency Cakestand", "White Hanging Heart Lantern"];
    expect(await names("", filter)).toEqual(expected);
    expect((await slice.graph.run("query ($filter: ProductFilter) { products(filter: $filter) { nodes { name } } }", { filter })).data["products"].nodes.map(({ name }: { name: string }) => name)).toEqual(expected);
  });

  test.each([
    ["an unknown attribute", { attributes: [{ code: "nothing", values: ["x"] }] }], ["a code that is none", { attributes: [{ code: "'; drop table catalog.products; --", values: ["x"] }] }],
    ["values that are no text", { attributes: [{ code: "glaze", values: ["\0", "\ud800"] }] }], ["a brand's id that is a product's", { brandIds: [encodeId("prd", SMALL_SHOP.product(1))] }],
    ["a collection that is none", { collectionId: "col_x" }], ["somebody else's collection", { collectionId: encodeId("col", SMALL_SHOP.ada) }],
  ])("%s finds nothing", async (_name, filter) => {
    expect((await found("lantern", filter)).totalCount).toBe(0);
    expect((await slice.graph.run("query ($filter: ProductFilter) { products(filter: $filter) { totalCount nodes { name } } }", { filter })).data["products"]).toEqual({ totalCount: 0, nodes: [] });
  });

  test.each([
    ["values and a range", { attributes: [{ code: "glaze", values: ["a"], min: "1" }] }], ["neither", { attributes: [{ code: "glaze" }] }], ["no values", { attributes: [{ code: "glaze", values: [] }] }],
    ["one attribute twice", { attributes: [{ code: "glaze", values: ["a"] }, { code: "glaze", values: ["b"] }] }], ["21 attributes", { attributes: Array.from({ length: 21 }, (_, n) => ({ code: `a${n}`, values: ["x"] })) }],
  ])("a filter with %s is refused with a sentence", async (_name, filter) => {
    expect((await slice.graph.run(FOUND, { query: "x", filter })).errors?.[0]).toMatchObject({ extensions: { code: "BAD_USER_INPUT" } });
  });
});

describe("suggest", () => {
  const SUGGEST = "query ($prefix: String!, $first: Int) { suggest(prefix: $prefix, first: $first) { queries { text } products { name } categories { slug } brands { name } } }";
  const suggest = async (prefix: string, first = 5) => (await slice.graph.run(SUGGEST, { prefix, first })).data["suggest"];

  test("products, categories and words that begin so, in spite of a slip; never drafts", async () => {
    expect(await suggest("reg")).toMatchObject({ products: [{ name: "Regency Cakestand" }], queries: [{ text: "regency" }] });
    expect((await suggest("cakst")).products).toEqual([{ name: "Regency Cakestand" }]);
    expect((await suggest("hom")).categories).toEqual([{ slug: "home" }]);
    expect((await suggest("white lan")).products[0]).toEqual({ name: "White Hanging Heart Lantern" });
    expect(JSON.stringify(await suggest("secr"))).not.toContain("Secret");
    for (const nothing of ["", " ", "?!", "\ud800"]) expect(await suggest(nothing)).toEqual({ queries: [], products: [], categories: [], brands: [] });
  });

  test("what at least five sessions looked for is offered, without what could be somebody's", async () => {
    const asked = [["lantern with heart", 6], ["bunting", 4], ["ada@example.test lantern", 9], ["lantern 07700900123", 9]] as const;
    for (const [text, sessions] of asked) {
      for (let n = 0; n < sessions; n += 1) await slice.owner.raw("insert into events.behaviour_events (session_id, type, search_text, occurred_at) values ($1, 'SEARCH', $2, $3)", [uuidV7(new Date()), text, new Date("2011-12-01T00:00:00Z")]);
    }
    const own = await createCatalogSubgraph({ db: slice.db, clocks: testClocks, log: silentLog });
    try {
      const { graphOf } = await import("#kit/testing/graphOf.ts");
      const texts = (await graphOf(own).run(SUGGEST, { prefix: "lan" })).data["suggest"].queries.map(({ text }: { text: string }) => text);
      expect(texts[0]).toBe("lantern with heart");
      expect(JSON.stringify(texts)).not.toMatch(/ada|07700/);
      expect((await graphOf(own).run(SUGGEST, { prefix: "bunt" })).data["suggest"].queries).toEqual([{ text: "bunting" }]);
    } finally {
      await own.close();
    }
  });

  test.each([["first of 0", { prefix: "a", first: 0 }], ["first of 21", { prefix: "a", first: 21 }], ["a prefix of 101 characters", { prefix: "x".repeat(101) }]])("%s is refused with a sentence", async (_name, variables) => {
    expect((await slice.graph.run(SUGGEST, variables)).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });
});

test("a slip is put right and said, a search for more than there is shows what comes near", async () => {
  await plant("Bluetooth speaker");
  await plant("Bluetooth headset");
  expect(await found("blutooth speeker")).toMatchObject({ nodes: [{ name: "Bluetooth speaker" }, { name: "Bluetooth headset" }], appliedMode: "RELAXED", didYouMean: "bluetooth speaker" });
  expect(await found("regancy")).toMatchObject({ nodes: [{ name: "Regency Cakestand" }], appliedMode: "CORRECTED", didYouMean: "regency" });
  expect(await found("regency")).toMatchObject({ appliedMode: "EXACT", didYouMean: null });
});
