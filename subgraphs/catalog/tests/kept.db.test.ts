import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { subgraphExecutor } from "#kit/execute.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { silentLog } from "#platform/log.ts";
import { encodeId } from "#schema/values/ids.ts";
import { MAX_AGE_MS } from "../queries/kept.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", (deps) => createCatalogSubgraph({ ...deps, keep: true }));
const productId = (n: number) => encodeId("prd", SMALL_SHOP.product(n));
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };

/** As the gateway asks for somebody who has just changed something. */
async function fresh(query: string, viewer: Viewer = GUEST) {
  const { data, errors } = await subgraphExecutor(slice.subgraph, silentLog)({ query, variables: {}, request: { viewer, requestId: "test-0001", signal: new AbortController().signal, fresh: true } });
  expect(errors).toBeUndefined();
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  return data as Record<string, any>;
}

describe("what the catalogue keeps", () => {
  test("spares the statements of what was just read, by id, by slug, in lists, in searches and for variants", async () => {
    const CARD = "id slug name price { amount { amount } } availability { available } variants(first: 5) { nodes { id price { amount { amount } } availability { available } } } category { name parent { name } }";
    const queries = [
      `{ products(first: 3) { nodes { ${CARD} } totalCount facets { categories { count category { name } } } } }`,
      `{ search(query: "heart") { nodes { ${CARD} } totalCount facets { prices { count } } } }`,
      `{ product(slug: "party-bunting") { ${CARD} } }`, `{ product(id: "${productId(3)}") { ${CARD} } }`,
      `{ variant(id: "${encodeId("var", SMALL_SHOP.variant(3))}") { sku price { amount { amount } } product { name } } }`,
    ];
    for (const query of queries) {
      const first = await slice.graph.run(query);
      const second = await slice.graph.run(query);
      expect(second.data).toEqual(first.data);
      expect(second.statements).toEqual([]);
    }
  });

  test("a draft that its vendor has read is still none for the next person, in any order", async () => {
    const DRAFT = `{ product(id: "${productId(6)}") { name } slug: product(slug: "secret-lantern") { name } variant(id: "${encodeId("var", SMALL_SHOP.variant(6))}") { sku } products(filter: { status: DRAFT }) { nodes { name } totalCount } }`;
    const nothing = { product: null, slug: null, variant: null, products: { nodes: [], totalCount: 0 } };
    const all = { product: { name: "Secret Lantern" }, slug: { name: "Secret Lantern" }, variant: { sku: "85126A" }, products: { nodes: [{ name: "Secret Lantern" }], totalCount: 1 } };
    for (const [viewer, expected] of [[vera, all], [GUEST, nothing], [person(SMALL_SHOP.ada), nothing], [person(SMALL_SHOP.sam, "SUPPORT"), all], [GUEST, nothing], [vera, all]] as const) {
      expect((await slice.graph.as(viewer).run(DRAFT)).data).toEqual(expected);
    }
  });

  test("different filters, pages, words and currencies are different questions", async () => {
    const names = async (args: string) => (await slice.graph.run(`{ found: ${args} { nodes { name price(currency: "GBP") { amount { amount } } euros: price(currency: "EUR") { amount { amount } } } totalCount } }`)).data["found"];
    const seen = new Set<string>();
    for (const args of ["products(first: 2)", "products(first: 3)", "products(first: 2, sort: NEWEST)", "products(first: 2, filter: { inStock: false })", "search(query: \"heart\")", "search(query: \"heart\", filter: { priceMin: \"3\" })", "search(query: \"bag\")"]) {
      seen.add(JSON.stringify(await names(args)));
    }
    expect(seen.size).toBe(7);
    expect((await names("products(first: 1)")).nodes[0].euros).toBeNull();
  });

  test("a changed price is seen at once by who has just changed something, and by everybody within the age", async () => {
    const PRICE = "{ product(slug: \"regency-cakestand\") { price { amount { amount } } availability { available } variants(first: 1) { nodes { price { amount { amount } } } } } }";
    const before = (await slice.graph.run(PRICE)).data["product"];
    expect(before.price.amount.amount).toBe("2.50");
    await slice.owner.raw("update catalog.prices set unit_amount = 999 where variant_id = $1", [SMALL_SHOP.variant(2)]);
    expect((await fresh(PRICE))["product"]).toMatchObject({ price: { amount: { amount: "9.99" } }, variants: { nodes: [{ price: { amount: { amount: "9.99" } } }] } });
    await slice.owner.raw("update catalog.prices set unit_amount = 250 where variant_id = $1", [SMALL_SHOP.variant(2)]);
    await sleep(MAX_AGE_MS.shelf + 50);
    expect((await slice.graph.run(PRICE)).data["product"]).toEqual(before);
  });

  test("a product with more variants than are kept together is read page by page, with the same answers", async () => {
    const id = "01900099-0000-7000-8000-000000000001";
    await slice.owner.raw("insert into catalog.products (id, slug, name, status, created_at, updated_at) values ($1, 'many', 'Many Forms', 'ACTIVE', now(), now())", [id]);
    await slice.owner.raw("with v as (insert into catalog.variants (product_id, sku, name, created_at) select $1, 'M' || lpad(n::text, 4, '0'), 'form ' || n, now() from generate_series(1, 130) n returning id, sku), p as (insert into catalog.prices (variant_id, currency, unit_amount, exponent, valid_from) select id, 'GBP', 1000 - substr(sku, 2)::int, 2, now() from v) insert into catalog.stock_levels (variant_id, on_hand, updated_at) select id, 1, now() from v", [id]);
    const skus: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { data } = await slice.graph.run("query ($after: String) { product(slug: \"many\") { price { amount { amount } } availability { available } variants(first: 60, after: $after) { nodes { sku price { amount { amount } } availability { available } } pageInfo { hasNextPage endCursor } } } }", { after });
      const { price, availability, variants } = data["product"];
      expect([price.amount.amount, availability.available]).toEqual(["8.70", 130]);
      expect(variants.nodes.every((one: { price: unknown; availability: { available: number } }) => one.price && one.availability.available === 1)).toBe(true);
      skus.push(...variants.nodes.map((one: { sku: string }) => one.sku));
      if (!variants.pageInfo.hasNextPage) break;
      after = variants.pageInfo.endCursor;
    }
    expect(skus).toEqual(Array.from({ length: 130 }, (_, n) => `M${String(n + 1).padStart(4, "0")}`));
  });
});
