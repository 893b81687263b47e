import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP, STOCK } from "#kit/testing/smallShop.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
const productId = (n: number) => encodeId("prd", SMALL_SHOP.product(n));

describe("product", () => {
  const PRODUCT = `query ($id: ID, $slug: String) { product(id: $id, slug: $slug) {
    id slug name description status createdAt vendor { id } category { slug parent { slug parent { slug } } }
    price { amount { amount minorUnits currency exponent } validFrom } availability { available inStock }
    variants { nodes { id sku name product { id } price { amount { amount exponent } } availability { available inStock } } }
  } }`;

  test("by id: everything of it, with exact price and stock", async () => {
    const { data, errors } = await slice.graph.run(PRODUCT, { id: productId(3) });
    expect(errors).toBeUndefined();
    expect(data["product"]).toMatchObject({
      slug: "party-bunting", status: "ACTIVE", vendor: null, createdAt: "2011-02-03T10:00:00.000Z",
      category: { slug: "lights", parent: { slug: "home", parent: null } },
      price: { amount: { amount: "0.125", minorUnits: "125", currency: "GBP", exponent: 3 } },
      availability: { available: STOCK, inStock: true },
      variants: { nodes: [{ sku: "85123A", product: { id: productId(3) }, price: { amount: { amount: "0.125", exponent: 3 } } }] },
    });
  });

  test("by slug; the vendor is a reference", async () => {
    const { data } = await slice.graph.run(PRODUCT, { slug: "white-hanging-heart-lantern" });
    expect(data["product"]).toMatchObject({ id: productId(1), vendor: { id: encodeId("ven", SMALL_SHOP.vendor) } });
  });

  test.each([["an unknown id", { id: encodeId("prd", SMALL_SHOP.ada) }], ["an id of another kind", { id: encodeId("var", SMALL_SHOP.product(1)) }], ["no id at all", { id: "1 or 1=1" }], ["an unknown slug", { slug: "nothing\0" }]])(
    "%s is null", async (_name, variables) => expect((await slice.graph.run(PRODUCT, variables)).data["product"]).toBeNull());

  test("both or neither argument is refused", async () => {
    for (const variables of [{}, { id: productId(1), slug: "x" }]) {
      const { errors } = await slice.graph.run(PRODUCT, variables);
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    }
  });

  test("a draft is there for its vendor, SUPPORT and ADMIN only; an archived product is there but not for sale", async () => {
    const draft = { id: productId(6) };
    expect((await slice.graph.run(PRODUCT, draft)).data["product"]).toBeNull();
    expect((await slice.graph.as(person(SMALL_SHOP.ada)).run(PRODUCT, draft)).data["product"]).toBeNull();
    expect((await slice.graph.as({ ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] }).run(PRODUCT, draft)).data["product"]).toMatchObject({ status: "DRAFT" });
    expect((await slice.graph.as(person(SMALL_SHOP.sam, "SUPPORT")).run(PRODUCT, draft)).data["product"]).toMatchObject({ status: "DRAFT" });
    expect((await slice.graph.run(PRODUCT, { id: productId(7) })).data["product"]).toMatchObject({ status: "ARCHIVED", availability: { available: 0, inStock: false } });
  });
});

describe("products", () => {
  const LIST = `query ($first: Int, $after: String, $filter: ProductFilter, $sort: ProductSort) {
    products(first: $first, after: $after, filter: $filter, sort: $sort) { nodes { name } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  }`;
  const names = async (variables: Record<string, unknown>) => (await slice.graph.run(LIST, variables)).data["products"].nodes.map((node: { name: string }) => node.name);

  test.each([
    ["NAME", ["Heart of Wicker", "Jumbo Bag Red Retrospot", "Party Bunting", "Priceless Vase", "Regency Cakestand", "White Hanging Heart Lantern"]],
    ["NEWEST", ["Priceless Vase", "Heart of Wicker", "Jumbo Bag Red Retrospot", "Party Bunting", "Regency Cakestand", "White Hanging Heart Lantern"]],
    ["OLDEST", ["White Hanging Heart Lantern", "Regency Cakestand", "Party Bunting", "Jumbo Bag Red Retrospot", "Heart of Wicker", "Priceless Vase"]],
    ["PRICE_LOW", ["Party Bunting", "White Hanging Heart Lantern", "Regency Cakestand", "Jumbo Bag Red Retrospot", "Heart of Wicker", "Priceless Vase"]],
    ["PRICE_HIGH", ["Heart of Wicker", "Jumbo Bag Red Retrospot", "Regency Cakestand", "White Hanging Heart Lantern", "Party Bunting", "Priceless Vase"]],
  ])("%s: pages of two meet without gap or repeat", async (sort, expected) => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 5; page += 1) {
      const { data } = await slice.graph.run(LIST, { first: 2, after, sort });
      seen.push(...data["products"].nodes.map((node: { name: string }) => node.name));
      expect(data["products"].pageInfo.hasPreviousPage).toBe(page > 0);
      after = data["products"].pageInfo.endCursor;
      if (!data["products"].pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(expected);
  });

  test("filters narrow, also together", async () => {
    expect(await names({ filter: { categoryId: encodeId("cat", SMALL_SHOP.subcategory), priceMin: "1.50", priceMax: "2.5" } })).toEqual(["Regency Cakestand", "White Hanging Heart Lantern"]);
    expect(await names({ filter: { vendorId: encodeId("ven", SMALL_SHOP.vendor) } })).toEqual(["White Hanging Heart Lantern"]);
    expect(await names({ filter: { ids: [productId(4), productId(7), "nonsense"] } })).toEqual(["Jumbo Bag Red Retrospot"]);
    expect(await names({ filter: { ids: ["nonsense"] } })).toEqual([]);
    expect(await names({ filter: { status: "ARCHIVED" } })).toEqual(["Old Teapot"]);
    expect(await names({ filter: { status: "DRAFT" } })).toEqual([]);
    expect(await names({ filter: { priceMax: "0.125" }, sort: "PRICE_HIGH" })).toEqual(["Party Bunting"]);
  });

  test.each([
    ["first of 0", { first: 0 }],
    ["first of -1", { first: -1 }],
    ["first of 101", { first: 101 }],
    ["a cursor that is none", { after: "abc" }],
    ["a cursor of another order", { after: Buffer.from('["products NEWEST","2011-02-01T10:00:00.000000Z","01900004-0000-7000-8000-000000000001"]').toString("base64url") }],
    ["101 ids", { filter: { ids: Array.from({ length: 101 }, () => "prd_x") } }],
    ["a price that is no number", { filter: { priceMin: "1e400" } }],
  ])("%s is refused with a sentence", async (_name, variables) => {
    const { errors } = await slice.graph.run(LIST, variables);
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
    expect(errors?.[0]?.message).not.toMatch(/select|catalog\./);
  });

  test("a page of 6 costs as many statements as a page of 1", async () => {
    const PAGE = `query ($first: Int) { products(first: $first) { nodes { name category { name parent { name } } price { amount { amount } } availability { available }
      variants(first: 5) { nodes { sku price { amount { amount } } availability { available } product { slug } } } } } }`;
    const one = await slice.graph.run(PAGE, { first: 1 });
    const all = await slice.graph.run(PAGE, { first: 6 });
    expect(all.data["products"].nodes).toHaveLength(6);
    expect([...all.statements].sort()).toEqual([...one.statements, "catalog.categoriesByIds", "catalog.categoriesByIds"].sort());
    expect(all.statements.length).toBeLessThanOrEqual(9);
  });
});

describe("search", () => {
  const SEARCH = "query ($query: String!, $first: Int, $after: String) { search(query: $query, first: $first, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }";
  const found = async (query: string) => (await slice.graph.run(SEARCH, { query })).data["search"].nodes.map((node: { name: string }) => node.name);

  test("finds by stem, by description, by code and in spite of a slip, best first", async () => {
    expect(await found("hearts")).toEqual(expect.arrayContaining(["White Hanging Heart Lantern", "Heart of Wicker"]));
    expect((await found("scone"))).toEqual(["Regency Cakestand"]);
    expect((await found("85124a"))[0]).toBe("Jumbo Bag Red Retrospot");
    expect(await found("cakestnd")).toEqual(["Regency Cakestand"]);
    expect(await found("regancy cakstand")).toEqual(["Regency Cakestand"]);
    expect((await found("white heart lantern"))[0]).toBe("White Hanging Heart Lantern");
  });

  test.each(["submarine", "secret", "teapot"])("where nothing matches, drafts and archived products least of all, it says so and shows what others like: %s", async (query) => {
    const { data } = await slice.graph.run("query ($query: String!) { search(query: $query) { nodes { name } totalCount appliedMode didYouMean facets { prices { count } } } }", { query });
    expect(data["search"]).toMatchObject({ totalCount: 0, appliedMode: "POPULAR", didYouMean: null, facets: { prices: [] } });
    const names = data["search"].nodes.map((node: { name: string }) => node.name);
    expect(names).toHaveLength(6);
    expect(names).not.toContain("Secret Lantern");
    expect(names).not.toContain("Old Teapot");
  });

  test.each(["", "   "])("a query of %j finds everything on sale", async (query) => {
    const { data } = await slice.graph.run("query ($query: String) { search(query: $query) { totalCount appliedMode } }", { query });
    expect(data["search"]).toEqual({ totalCount: 6, appliedMode: "EXACT" });
  });

  test("pages meet without gap or repeat", async () => {
    const first = await slice.graph.run(SEARCH, { query: "heart", first: 1 });
    const second = await slice.graph.run(SEARCH, { query: "heart", first: 1, after: first.data["search"].pageInfo.endCursor });
    const both = [...first.data["search"].nodes, ...second.data["search"].nodes].map((node: { name: string }) => node.name);
    expect(first.data["search"].pageInfo.hasNextPage).toBe(true);
    expect(second.data["search"].pageInfo.hasNextPage).toBe(false);
    expect(both.sort()).toEqual(["Heart of Wicker", "White Hanging Heart Lantern"]);
  });

  test.each(["x".repeat(201)])("a query of %j is refused", async (query) => {
    expect((await slice.graph.run(SEARCH, { query })).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });

  test.each(["'; drop table catalog.products; --", "a & | ! ( :*", "\\", "%_%", "\0"])("%j is only text", async (query) => {
    const { errors } = await slice.graph.run(SEARCH, { query: `x${query}` });
    expect(errors).toBeUndefined();
  });
});

describe("_entities", () => {
  const ENTITIES = `query ($refs: [_Any!]!) { _entities(representations: $refs) {
    ... on Product { name } ... on ProductVariant { sku } ... on Category { slug } } }`;

  test("keeps order over mixed types, duplicates, missing and invisible ones, in one statement per type", async () => {
    const refs = [
      { __typename: "ProductVariant", id: encodeId("var", SMALL_SHOP.variant(2)) },
      { __typename: "Product", id: productId(1) },
      { __typename: "Product", id: productId(6) },
      { __typename: "Product", slug: "party-bunting" },
      { __typename: "Category", id: encodeId("cat", SMALL_SHOP.category) },
      { __typename: "Product", id: "prd_wrong" },
      { __typename: "ProductVariant", id: encodeId("var", SMALL_SHOP.variant(6)) },
      { __typename: "Product", id: productId(1) },
    ];
    const { data, statements } = await slice.graph.run(ENTITIES, { refs });
    expect(data["_entities"]).toEqual([
      { sku: "85122A" }, { name: "White Hanging Heart Lantern" }, null, { name: "Party Bunting" }, { slug: "home" }, null, null, { name: "White Hanging Heart Lantern" },
    ]);
    expect(statements.length).toBeLessThanOrEqual(5);
  });
});

test("variant and categories", async () => {
  const { data } = await slice.graph.run(`{ variant(id: "${encodeId("var", SMALL_SHOP.variant(1))}") { sku product { name } } hidden: variant(id: "${encodeId("var", SMALL_SHOP.variant(6))}") { sku }
    categories(first: 1) { nodes { slug } edges { cursor } pageInfo { hasNextPage } } }`);
  expect(data).toMatchObject({ variant: { sku: "85121A", product: { name: "White Hanging Heart Lantern" } }, hidden: null, categories: { nodes: [{ slug: "home" }], pageInfo: { hasNextPage: true } } });
});
