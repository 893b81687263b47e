import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillSmallShop, SMALL_SHOP, STOCK } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { encodeId } from "#schema/values/ids.ts";
import { serveTestGraph, type ServedGraph, type Shape } from "./servedGraph.ts";

const SHAPES: readonly Shape[] = ["one process", "six processes"];

/** The client operations on the whole graph over the small shop and a warehouse that has published nothing yet, in both shapes. */
describe.each(SHAPES)("the graph in %s", (shape) => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let graph: ServedGraph;
  let ada: string;
  let admin: string;
  const product = (n: number): string => encodeId("prd", SMALL_SHOP.product(n));
  const variant = (n: number): string => encodeId("var", SMALL_SHOP.variant(n));
  beforeAll(async () => {
    await using owner = Database.open(databases.shop.config);
    await fillSmallShop(owner);
    graph = await serveTestGraph(shape, databases.shop, databases.warehouse);
    ada = await graph.tokenFor(SMALL_SHOP.ada, ["CUSTOMER"]);
    admin = await graph.tokenFor(SMALL_SHOP.root, ["ADMIN"]);
  });
  afterAll(() => graph?.close());

  test("is ready once all five subgraphs are", async () => {
    await expect.poll(async () => (await fetch(`${graph.url}/readyz`)).status, { timeout: 10_000 }).toBe(200);
  });

  test("FirstQuery, ProductList, ProductSearch: a guest looks around", async () => {
    const first = await graph.run("FirstQuery");
    expect(first.errors).toEqual([]);
    expect(first.data["products"].nodes.map(({ name }: { name: string }) => name)).toEqual(["Heart of Wicker", "Jumbo Bag Red Retrospot", "Party Bunting", "Priceless Vase", "Regency Cakestand"]);
    const cheap = await graph.run("ProductList", { first: 2, sort: "PRICE_LOW" });
    expect(cheap.data["products"].nodes[0]).toMatchObject({ name: "Party Bunting", price: { amount: { amount: "0.125", currency: "GBP" } } });
    const next = await graph.run("ProductList", { first: 2, sort: "PRICE_LOW", after: cheap.data["products"].pageInfo.endCursor });
    expect(next.data["products"].nodes[0].name).not.toBe(cheap.data["products"].nodes[1].name);
    expect((await graph.run("ProductSearch", { query: "lantern" })).data["search"].nodes[0]?.name).toBe("White Hanging Heart Lantern");
  });

  test("ProductPage: catalogue and vendor in one answer", async () => {
    const { data, status } = await graph.run("ProductPage", { id: product(1) });
    expect(status).toBe(200);
    expect(data["product"]).toMatchObject({
      name: "White Hanging Heart Lantern", status: "ACTIVE", vendor: { name: "Lantern House" }, category: { name: "Lights", parent: { name: "Home" } },
      price: { amount: { amount: "1.50", currency: "GBP" } }, availability: { available: STOCK, inStock: true }, variants: { nodes: [{ id: variant(1) }] },
    });
  });

  test("Register, Login, Me: a new customer", async () => {
    const input = { email: `${randomUUID()}@example.test`, password: "a long enough sentence", displayName: "Newcomer" };
    const registered = await graph.run("Register", { input });
    expect(registered.data["register"]).toMatchObject({ __typename: "TokenPair", user: { email: input.email, roles: ["CUSTOMER"] } });
    expect((await graph.run("Login", { input: { email: input.email, password: "wrong" } })).data["login"]).toMatchObject({ __typename: "InvalidCredentials", code: "INVALID_CREDENTIALS" });
    const login = await graph.run("Login", { input: { email: input.email.toUpperCase(), password: input.password } });
    const me = await graph.run("Me", {}, login.data["login"].accessToken);
    expect(me.data["me"]).toMatchObject({ email: input.email, displayName: "Newcomer" });
    expect((await graph.run("Me")).data["me"]).toBeNull();
  });

  test("CartCreate, CartLinesSet, CheckoutComplete, OrderDetails, OrderCancel: a purchase and its end", async () => {
    const { cart } = (await graph.run("CartCreate", { input: { countryCode: "GB" } }, ada)).data["cartCreate"];
    const lines = [{ variantId: variant(1), quantity: 2 }, { variantId: variant(3), quantity: 3 }];
    const set = await graph.run("CartLinesSet", { input: { cartId: cart.id, lines } }, ada);
    expect(set.errors).toEqual([]);
    expect(set.data["cartLinesSet"].cart.total.amount).toBe("3.38"); // 3.000 + 0.375, half to even
    expect(set.data["cartLinesSet"].cart.lines[0].variant).toMatchObject({ sku: "85121A", product: { id: product(1), name: "White Hanging Heart Lantern" } });

    const leftFor = async (token: string | undefined): Promise<number> => (await graph.run("ProductPage", { id: product(1) }, token)).data["product"].availability.available as number;
    const input = { cartId: cart.id, idempotencyKey: randomUUID() };
    const [bought, repeated] = [await graph.run("CheckoutComplete", { input }, ada), await graph.run("CheckoutComplete", { input }, ada)];
    const order = bought.data["checkoutComplete"].order;
    expect(bought.data["checkoutComplete"]).toMatchObject({ __typename: "CheckoutCompleteSuccess", order: { state: "PAID", total: { amount: "3.38", minorUnits: "338" } } });
    expect(repeated.data["checkoutComplete"].order.id).toBe(order.id);
    // Who bought sees it at once, everybody else within the seconds that the catalogue keeps what it has read.
    expect(await leftFor(ada)).toBe(STOCK - 2);
    await expect.poll(() => leftFor(undefined), { timeout: 5_000 }).toBe(STOCK - 2);

    const details = await graph.run("OrderDetails", { id: order.id }, ada);
    expect(details.data["order"]).toMatchObject({ number: order.number, buyer: { displayName: "ada" }, lines: { nodes: [{ product: { slug: "white-hanging-heart-lantern" } }, {}] } });
    const bob = await graph.tokenFor(SMALL_SHOP.bob, ["CUSTOMER"]);
    expect((await graph.run("OrderDetails", { id: order.id }, bob)).data["order"]).toBeNull();
    expect((await graph.run("OrderDetails", { id: order.id })).data["order"]).toBeNull();

    const cancelled = await graph.run("OrderCancel", { input: { orderId: order.id, idempotencyKey: randomUUID() } }, ada);
    expect(cancelled.data["orderCancel"]).toMatchObject({ __typename: "OrderCancelSuccess", order: { state: "CANCELLED" }, refund: { total: { amount: "3.38" } } });
    expect(await leftFor(ada)).toBe(STOCK);
  });

  test("FiveSubgraphs: one answer over all five; what is not published yet costs its own part only", async () => {
    const { cart } = (await graph.run("CartCreate", {}, ada)).data["cartCreate"];
    await graph.run("CartLinesSet", { input: { cartId: cart.id, lines: [{ variantId: variant(2), quantity: 1 }] } }, ada);
    await graph.run("CheckoutComplete", { input: { cartId: cart.id, idempotencyKey: randomUUID() } }, ada);
    const { data, status, errors } = await graph.run("FiveSubgraphs", { userId: encodeId("usr", SMALL_SHOP.ada) }, admin);
    expect(status).toBe(200);
    const line = data["user"].orders.nodes[0].lines.nodes[0];
    expect(line).toMatchObject({ quantity: 1, product: { id: product(2), name: "Regency Cakestand", price: { amount: { amount: "2.50" } }, availability: { inStock: true } } });
    expect(line.product.similar).toMatchObject({ source: "FALLBACK" });
    expect(data["user"].recommendations).toMatchObject({ source: "FALLBACK", modelVersion: null });
    expect(data["user"].churnRisk).toMatchObject({ source: "FALLBACK", probability: null });
    expect(line.product.analytics).toBeNull();
    expect(errors.map(({ extensions }) => extensions["code"]).every((code) => code === "UNAVAILABLE")).toBe(true);
  });

  test("MyShopping for a customer; figures of the shop are not for customers", async () => {
    const mine = await graph.run("MyShopping", {}, ada);
    expect(mine.data["me"]).toMatchObject({ displayName: "ada", recommendations: { source: "FALLBACK" } });
    expect(mine.data["me"].orders.nodes.length).toBeGreaterThan(0);
    const metrics = await graph.run("MetricQuery", { metrics: ["revenue"], range: { from: "2011-01-01", to: "2012-01-01" } }, ada);
    expect(metrics.errors[0]?.extensions["code"]).toBe("FORBIDDEN");
    expect((await graph.run("MetricQuery", { metrics: ["revenue"], range: { from: "2011-01-01", to: "2012-01-01" } })).errors[0]?.extensions["code"]).toBe("UNAUTHENTICATED");
    expect((await graph.run("MetricCatalogue", {}, admin)).data["metrics"].map(({ name }: { name: string }) => name)).toContain("revenue");
  });

  test("CustomerLookup and VendorProducts: each role sees its own part", async () => {
    const userId = encodeId("usr", SMALL_SHOP.ada);
    const support = await graph.tokenFor(SMALL_SHOP.sam, ["SUPPORT"]);
    expect((await graph.run("CustomerLookup", { id: userId }, support)).data["user"]).toMatchObject({ email: "ada@example.test" });
    const bob = await graph.tokenFor(SMALL_SHOP.bob, ["CUSTOMER"]);
    expect((await graph.run("CustomerLookup", { id: userId }, bob)).data["user"]).toBeNull();
    const vera = await graph.tokenFor(SMALL_SHOP.vera, ["VENDOR"], [SMALL_SHOP.vendor]);
    const vendors = await graph.run("VendorProducts", { filter: { vendorId: encodeId("ven", SMALL_SHOP.vendor) } }, vera);
    expect(vendors.data["me"].vendors).toMatchObject([{ name: "Lantern House" }]);
    expect(vendors.data["products"].nodes[0].name).toBe("White Hanging Heart Lantern");
  });

  test("InventoryAdjust and StockOfProduct: stock is changed by those who keep it, and seen by its vendor", async () => {
    const input = { variantId: variant(1), warehouseId: encodeId("whs", "01900000-0000-7000-8000-000000000001"), delta: -3, kind: "WRITE_OFF", reason: "broken", idempotencyKey: randomUUID() };
    const vera = await graph.tokenFor(SMALL_SHOP.vera, ["VENDOR"], [SMALL_SHOP.vendor]);
    const slug = { slug: "white-hanging-heart-lantern" };
    const seen = async () => (await graph.run("StockOfProduct", slug, vera)).data["product"].variants.nodes[0];
    const before = (await seen()).inventory[0].onHand;
    const [once, again] = [await graph.run("InventoryAdjust", { input }, vera), await graph.run("InventoryAdjust", { input }, vera)];
    expect(again.data).toEqual(once.data);
    const after = await seen();
    expect(after.inventory).toMatchObject([{ warehouse: { code: "MAIN" }, onHand: before - 3 }]);
    expect(after.stockMovements.nodes[0]).toMatchObject({ kind: "WRITE_OFF", quantity: -3, onHandAfter: before - 3 });
    expect((await graph.run("InventoryAdjust", { input: { ...input, variantId: variant(2), idempotencyKey: randomUUID() } }, vera)).data["inventoryAdjust"].__typename).toBe("VariantNotFound");
    expect((await graph.run("InventoryAdjust", { input }, ada)).errors[0]?.extensions["code"]).toBe("FORBIDDEN");
    expect((await graph.run("StockOfProduct", slug)).data["product"].variants.nodes[0].inventory).toBeNull();
    await graph.run("InventoryAdjust", { input: { ...input, delta: 3, kind: "FOUND", idempotencyKey: randomUUID() } }, vera);
  });

  test("no port of a subgraph answers an unsigned call; in one process there is no such port", async () => {
    expect(Object.keys(graph.endpoints)).toHaveLength(shape === "six processes" ? 5 : 0);
    for (const url of Object.values(graph.endpoints)) {
      const reply = await fetch(url, { method: "POST", body: '{"query":"{ __typename }"}', headers: { "content-type": "application/json" } });
      expect(reply.status).toBe(401);
    }
  });
});
