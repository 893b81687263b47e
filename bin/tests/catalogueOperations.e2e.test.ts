import { afterAll, beforeAll, expect, test } from "vitest";
import { fillSmallShop, SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { encodeId } from "#schema/values/ids.ts";
import { type Data, serveTestGraph, type ServedGraph } from "./servedGraph.ts";

// The operations of schema/graphql/operations by which a shop's catalogue is kept, browsed and spoken of.
const databases = useTestDatabases({ shop: true, warehouse: true });
let graph: ServedGraph;
let vera: string;
let ada: string;
beforeAll(async () => {
  await using owner = Database.open({ ...databases.shop.config, max: 2 });
  await fillSmallShop(owner);
  graph = await serveTestGraph("one process", databases.shop, databases.warehouse);
  vera = await graph.tokenFor(SMALL_SHOP.vera, ["VENDOR"], [SMALL_SHOP.vendor]);
  ada = await graph.tokenFor(SMALL_SHOP.ada, ["CUSTOMER"]);
});
afterAll(() => graph?.close());

/** The answer of the operation's first field. */
async function ask(operation: string, variables: object, token?: string): Promise<Data> {
  const { data, errors } = await graph.run(operation, variables, token);
  expect(errors, operation).toEqual([]);
  return data[Object.keys(data)[0] as string];
}

test("ProductCreate, ProductUpdate, PriceSchedule: a vendor's new product, changed once, with a price to come", async () => {
  const variants = [{ sku: "lantern-1", weightGrams: 400 }];
  const { product } = await ask("ProductCreate", { input: { name: "Enamel lantern", descriptionHtml: "<p>For candles.</p>", variants } }, vera);
  expect(product).toMatchObject({ slug: "enamel-lantern", status: "DRAFT", version: 1, variants: { nodes: [{ sku: "LANTERN-1" }] } });
  expect(await ask("ProductCreate", { input: { name: "Another", variants } }, vera)).toMatchObject({ __typename: "SkuTaken", path: ["input", "variants", "0", "sku"] });
  const input = { id: product.id, expectedVersion: 1, name: "Enamel lantern, green" };
  expect((await ask("ProductUpdate", { input }, vera))["product"]).toMatchObject({ name: "Enamel lantern, green", description: "For candles.", version: 2 });
  expect(await ask("ProductUpdate", { input }, vera)).toMatchObject({ __typename: "VersionConflict", expected: 1, actual: 2 });
  const day = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString();
  const price = { variantId: encodeId("var", SMALL_SHOP.variant(1)), currency: "GBP", amount: "1.20", compareAt: "1.50", validFrom: day(7), validTo: day(14) };
  expect((await ask("PriceSchedule", { input: price }, vera))["price"]).toMatchObject({ amount: { amount: "1.20" }, compareAt: { amount: "1.50" }, state: "PLANNED", isTemporary: true, variant: { sku: "85121A" } });
});

test("CategoryTree, ReviewSubmit, WishlistAdd: the menu, and what a customer thinks of a product", async () => {
  expect(await ask("CategoryTree", {})).toMatchObject([{ slug: "home", children: [{ slug: "lights", children: [] }] }]);
  const productId = encodeId("prd", SMALL_SHOP.product(1));
  expect((await ask("ReviewSubmit", { input: { productId, rating: 5, title: "Burns well" } }, ada))["review"]).toMatchObject({ rating: 5, isVerifiedPurchase: false, version: 1, product: { id: productId } });
  expect((await ask("WishlistAdd", { input: { productId } }, ada))["wishlist"]).toMatchObject({ isDefault: true, itemCount: 1, items: { nodes: [{ product: { id: productId }, variant: null }] } });
});
