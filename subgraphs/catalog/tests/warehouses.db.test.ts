import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
const root = person(SMALL_SHOP.root, "ADMIN");
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
const UPSERT = `mutation ($input: WarehouseUpsertInput!) { warehouseUpsert(input: $input) { __typename
  ... on WarehouseUpsertSuccess { warehouse { code name countryCode priority isDefault } } ... on UserError { code path } ... on TooManyWarehouses { limit } } }`;
const upsert = async (input: object, viewer: Viewer = root) => {
  const { data, errors } = await slice.graph.as(viewer).run(UPSERT, { input });
  return errors ? errors[0]?.extensions?.["code"] : data["warehouseUpsert"];
};
const WAREHOUSES = "{ warehouses(first: 50) { nodes { code isDefault } pageInfo { hasNextPage } } }";
const codes = async () => (await slice.graph.as(root).run(WAREHOUSES)).data["warehouses"].nodes;

describe("warehouseUpsert", () => {
  test("WarehouseUpsertSuccess: opens one, changes it, keeps what is not given, takes a country away", async () => {
    expect(await upsert({ code: "LEEDS", name: "Leeds", countryCode: "GB" })).toEqual({ __typename: "WarehouseUpsertSuccess", warehouse: { code: "LEEDS", name: "Leeds", countryCode: "GB", priority: 100, isDefault: false } });
    expect((await upsert({ code: "LEEDS", priority: 7 })).warehouse).toEqual({ code: "LEEDS", name: "Leeds", countryCode: "GB", priority: 7, isDefault: false });
    expect((await upsert({ code: "LEEDS", countryCode: null })).warehouse.countryCode).toBeNull();
  });

  test("there is one default, always", async () => {
    await upsert({ code: "PARIS", name: "Paris" });
    await Promise.all([upsert({ code: "PARIS", isDefault: true }), upsert({ code: "LEEDS", isDefault: true }), upsert({ code: "MAIN", isDefault: true })]);
    await upsert({ code: "PARIS", isDefault: true });
    expect((await codes()).filter((one: { isDefault: boolean }) => one.isDefault)).toEqual([{ code: "PARIS", isDefault: true }]);
    // What nobody gave a warehouse lands there.
    await slice.owner.raw("update catalog.stock_levels set on_hand = on_hand + 5 where variant_id = $1", [SMALL_SHOP.variant(4)]);
    const { data } = await slice.graph.as(root).run(`{ variant(id: "${encodeId("var", SMALL_SHOP.variant(4))}") { inventory { warehouse { code } onHand } } }`);
    expect(data["variant"].inventory).toEqual([{ warehouse: { code: "MAIN" }, onHand: 1_000 }, { warehouse: { code: "PARIS" }, onHand: 5 }]);
  });

  test("DefaultWarehouseNeeded: the default cannot be unmade", async () => {
    await upsert({ code: "MAIN", isDefault: true });
    expect(await upsert({ code: "MAIN", isDefault: false })).toMatchObject({ __typename: "DefaultWarehouseNeeded", path: ["input", "isDefault"] });
  });

  test.each([[{ code: "lower", name: "x" }], [{ code: "", name: "x" }], [{ code: "X".repeat(31), name: "x" }], [{ code: "A B", name: "x" }], [{ code: "NEW" }], [{ code: "NEW", name: " " }], [{ code: "NEW", name: "x".repeat(201) }],
    [{ code: "NEW", name: "a\0" }], [{ code: "NEW", name: "x", priority: -1 }], [{ code: "NEW", name: "x", priority: 10_001 }]])("InvalidWarehouse: %j", async (input) => {
    expect((await upsert(input)).__typename).toBe("InvalidWarehouse");
  });

  test("only ADMIN", async () => {
    expect(await upsert({ code: "MINE", name: "Mine" }, vera)).toBe("FORBIDDEN");
    expect(await upsert({ code: "MINE", name: "Mine" }, person(SMALL_SHOP.sam, "SUPPORT"))).toBe("FORBIDDEN");
  });
});

describe("inventory and ledger", () => {
  const VARIANT = "query ($id: ID!, $after: String) { variant(id: $id) { sku inventory { warehouse { code } onHand version } lowStockThreshold stockMovements(first: 2, after: $after) { nodes { id kind quantity onHandAfter order { id } } edges { cursor } pageInfo { hasNextPage endCursor } } } }";
  const read = (n: number, viewer?: Viewer, after?: string) => (viewer ? slice.graph.as(viewer) : slice.graph).run(VARIANT, { id: encodeId("var", SMALL_SHOP.variant(n)), after });

  test("seen by ADMIN, SUPPORT and the vendor's own people; nobody else, and the rest of the variant stays", async () => {
    for (const viewer of [root, person(SMALL_SHOP.sam, "SUPPORT"), vera]) expect((await read(1, viewer)).data["variant"].inventory).toMatchObject([{ warehouse: { code: "MAIN" }, onHand: 1_000 }]);
    for (const viewer of [undefined, person(SMALL_SHOP.ada)]) {
      const { data, errors } = await read(1, viewer);
      expect(data["variant"]).toEqual({ sku: "85121A", inventory: null, lowStockThreshold: null, stockMovements: null });
      expect(errors).toHaveLength(3);
    }
    expect((await read(2, vera)).data["variant"].inventory).toBeNull();
    expect((await slice.graph.run(WAREHOUSES)).errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
  });

  test("reached by _entities it is guarded all the same, each variant by itself", async () => {
    const refs = [1, 2, 1, 99].map((n) => ({ __typename: "ProductVariant", id: encodeId("var", SMALL_SHOP.variant(n)) }));
    const { data } = await slice.graph.as(vera).run("query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on ProductVariant { sku inventory { onHand } } } }", { refs });
    expect(data["_entities"]).toEqual([{ sku: "85121A", inventory: [{ onHand: 1_000 }] }, { sku: "85122A", inventory: null }, { sku: "85121A", inventory: [{ onHand: 1_000 }] }, null]);
  });

  test("the ledger is paged newest first without gap or repeat, history before the count stands aside", async () => {
    const variant = SMALL_SHOP.variant(1);
    await slice.owner.raw("insert into catalog.stock_movements (variant_id, quantity, kind, occurred_at) values ($1, -3, 'WRITE_OFF', '2010-05-05T10:00:00Z')", [variant]);
    for (const units of [3, 4, -2]) await slice.owner.raw("update catalog.stock_levels set on_hand = on_hand + $2 where variant_id = $1", [variant, units]);
    const first = (await read(1, root)).data["variant"].stockMovements;
    const second = (await read(1, root, first.pageInfo.endCursor)).data["variant"].stockMovements;
    const third = (await read(1, root, second.pageInfo.endCursor)).data["variant"].stockMovements;
    expect([...first.nodes, ...second.nodes, ...third.nodes].map((one) => [one.kind, one.quantity, one.onHandAfter])).toEqual([
      ["ADJUSTMENT", -2, 1_005], ["ADJUSTMENT", 4, 1_007], ["ADJUSTMENT", 3, 1_003], ["INITIAL", 1_000, 1_000], ["WRITE_OFF", -3, null],
    ]);
    expect(third.pageInfo.hasNextPage).toBe(false);
  });

  test("the number of statements does not grow with the page", async () => {
    const source = (n: number) => `{ products(first: ${n}) { nodes { variants { nodes { inventory { warehouse { code } onHand } lowStockThreshold availability(quantity: 2) { inStock } stockMovements(first: 3) { nodes { kind warehouse { code } } } } } } } }`;
    const [few, many] = [await slice.graph.as(root).run(source(2)), await slice.graph.as(root).run(source(6))];
    expect(many.errors).toBeUndefined();
    expect(many.statements).toHaveLength(few.statements.length);
  });

  test("nobody changes a movement, not even the owner", async () => {
    for (const sql of ["update catalog.stock_movements set quantity = 9", "delete from catalog.stock_movements"]) await expect(slice.owner.raw(sql)).rejects.toThrow("append-only");
    await expect(slice.db.raw("update catalog.stock_levels set on_hand = 9")).rejects.toThrow("permission denied");
    await expect(slice.db.raw("update catalog.inventory_levels set on_hand = 9")).rejects.toThrow("permission denied");
  });
});

test("availability(quantity): whether as many can be bought", async () => {
  const ask = async (quantity: number) => (await slice.graph.run(`{ variant(id: "${encodeId("var", SMALL_SHOP.variant(5))}") { availability(quantity: ${quantity}) { available inStock } } }`));
  expect((await ask(1_000)).data["variant"].availability).toEqual({ available: 1_000, inStock: true });
  expect((await ask(1_001)).data["variant"].availability).toEqual({ available: 1_000, inStock: false });
  for (const quantity of [0, -1, 100_001]) expect((await ask(quantity)).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
});

test("TooManyWarehouses: a hundred, and no more", async () => {
  await slice.owner.raw("insert into catalog.warehouses (code, name) select 'W' || n, 'Shed ' || n from generate_series(1, 100) n");
  expect(await upsert({ code: "ONEMORE", name: "One more" })).toMatchObject({ __typename: "TooManyWarehouses", limit: 100 });
  expect((await upsert({ code: "MAIN", priority: 1 })).__typename).toBe("WarehouseUpsertSuccess");
});
