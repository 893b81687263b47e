import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillSmallShop, SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { encodeId } from "#schema/values/ids.ts";
import { expectBooksBalance } from "#subgraphs/orders/tests/books.ts";
import { type Data, serveTestGraph, type ServedGraph } from "./servedGraph.ts";

// The operations that a shop's own frontends send for a sale and what comes after it, each as it stands in schema/graphql/operations.
const databases = useTestDatabases({ shop: true, warehouse: true });
let graph: ServedGraph;
let owner: Database;
let tokens: Record<"ada" | "sam" | "vera" | "root", string>;
const key = () => ({ idempotencyKey: randomUUID() });

beforeAll(async () => {
  owner = Database.open({ ...databases.shop.config, max: 2 });
  await fillSmallShop(owner);
  graph = await serveTestGraph("one process", databases.shop, databases.warehouse);
  tokens = {
    ada: await graph.tokenFor(SMALL_SHOP.ada, ["CUSTOMER"]), sam: await graph.tokenFor(SMALL_SHOP.sam, ["SUPPORT"]),
    vera: await graph.tokenFor(SMALL_SHOP.vera, ["VENDOR"], [SMALL_SHOP.vendor]), root: await graph.tokenFor(SMALL_SHOP.root, ["ADMIN"]),
  };
});
afterAll(async () => {
  await graph?.close();
  await expectBooksBalance(owner).finally(() => owner.close());
});

/** The answer of the operation's first field. */
async function ask(operation: string, variables: object = {}, who?: keyof typeof tokens): Promise<Data> {
  const { data, errors } = await graph.run(operation, variables, who && tokens[who]);
  expect(errors, operation).toEqual([]);
  return data[Object.keys(data)[0] as string];
}
/** The same of a mutation that must succeed. */
async function done(operation: string, input: object, who?: keyof typeof tokens): Promise<Data> {
  const answer = await ask(operation, { input }, who);
  expect(answer, JSON.stringify(answer)).toMatchObject({ __typename: `${operation}Success` });
  return answer;
}

async function cartOf(n: number, quantity: number): Promise<string> {
  const { cart } = await done("CartCreate", { currency: "GBP", countryCode: "GB" }, "ada");
  await done("CartLinesSet", { cartId: cart.id, lines: [{ variantId: encodeId("var", SMALL_SHOP.variant(n)), quantity }] }, "ada");
  return cart.id;
}

test("PromotionUpsert, PromotionCodesCreate, GiftCardIssue, CartApplyCode, CartGiftCardAdd, CheckoutStart, CheckoutComplete: a purchase with a code and a card", async () => {
  const { promotion } = await done("PromotionUpsert", { name: "Spring", kind: "PERCENTAGE_OFF", percent: "10", needsCode: true, usageLimit: 100, usageLimitPerCustomer: 1 }, "root");
  await done("PromotionCodesCreate", { promotionId: promotion.id, codes: ["SPRING10"] }, "root");
  const { secret } = await done("GiftCardIssue", { ...key(), amount: "1.00" }, "root");
  const cartId = await cartOf(1, 4);
  expect((await done("CartApplyCode", { cartId, code: "spring-10" }, "ada"))["cart"]).toMatchObject({ discounts: [{ amount: { amount: "0.60" } }], totals: { total: { amount: "5.40" } } });
  expect((await done("CartGiftCardAdd", { cartId, code: secret }, "ada"))["cart"].totals).toMatchObject({ giftCards: { amount: "1.00" }, due: { amount: "4.40" } });
  const { checkout } = await done("CheckoutStart", { cartId, ...key() }, "ada");
  expect(checkout).toMatchObject({ state: "HELD", totals: { due: { amount: "4.40" } }, payment: { due: { amount: "4.40" }, clientSecret: expect.any(String) } });
  expect(await ask("CheckoutComplete", { input: { cartId, ...key(), paymentToken: "tok_3ds" } }, "ada")).toMatchObject({
    __typename: "PaymentActionRequired", actionUrl: expect.any(String), clientSecret: expect.any(String), checkout: { id: checkout.id, state: "HELD" },
  });
  expect((await done("CheckoutComplete", { cartId, ...key(), paymentToken: "tok_pays" }, "ada"))["order"]).toMatchObject({ state: "PAID", total: { amount: "5.40" } });
});

test("OrdersList, FulfilmentCreate, FulfilmentShip, ReturnRequest, ReturnQueue, ReturnResolve, RefundCreate, OrderTimeline, OrderInvoice, VendorOrders: what comes after it", async () => {
  const { order: bought } = await done("CheckoutComplete", { cartId: await cartOf(1, 3), ...key() }, "ada");
  const orders = await ask("OrdersList", { where: { states: ["PAID"] }, sort: "NEWEST", first: 1 }, "sam");
  const [order] = orders["nodes"];
  expect(order).toMatchObject({ number: bought.number, fulfilmentState: "UNFULFILLED", buyer: { displayName: "ada" } });
  const [{ id: lineId }] = order.lines.nodes;
  const { fulfilment } = await done("FulfilmentCreate", { orderId: order.id, lines: [{ lineId, quantity: 3 }], ...key() }, "sam");
  expect(await done("FulfilmentShip", { fulfilmentId: fulfilment.id, tracking: { carrier: "Royal Mail", number: "AB123456789GB" } }, "sam")).toMatchObject({ fulfilment: { state: "SHIPPED" }, order: { state: "SHIPPED" } });
  const { return: asked } = await done("ReturnRequest", { orderId: order.id, lines: [{ lineId, quantity: 1, reason: "one too many" }], ...key() }, "ada");
  expect(await ask("ReturnQueue", { state: "REQUESTED", first: 5 }, "sam")).toMatchObject({
    nodes: [{ id: asked.id, order: { number: bought.number, buyer: { displayName: "ada" } }, lines: [{ quantity: 1, line: { allocations: [{ quantity: 3, putBackQuantity: 0 }] } }] }],
  });
  expect(await done("ReturnResolve", { returnId: asked.id, verdict: "APPROVE", ...key() }, "sam")).toMatchObject({ return: { state: "APPROVED", refund: { state: "PAID", total: { amount: "1.50" } } } });
  expect((await done("RefundCreate", { orderId: order.id, amount: "0.50", reason: "late", ...key() }, "sam"))["order"].totals).toMatchObject({ paid: { amount: "4.50" }, refunded: { amount: "2.00" } });
  const told = await ask("OrderTimeline", { id: order.id }, "ada");
  expect(told["events"].nodes.map(({ type }: { type: string }) => type)).toEqual(expect.arrayContaining(["OrderPlaced", "FulfilmentShipped", "ReturnRequested", "ReturnResolved"]));
  expect(told).toMatchObject({ fulfilments: [{ carrier: "Royal Mail" }], returns: [{ refund: { total: { amount: "1.50" } } }] });
  const { invoice, creditNotes } = await done("OrderInvoice", { orderId: order.id }, "ada");
  expect([Buffer.from(invoice.pdf, "base64").subarray(0, 5).toString(), creditNotes.length]).toEqual(["%PDF-", 2]);
  const [vendor] = (await ask("VendorOrders", { first: 1 }, "vera"))["vendors"];
  expect(vendor).toMatchObject({ name: "Lantern House", balance: { currency: "GBP" }, orders: { nodes: [{ state: "SHIPPED", gross: { amount: "4.50" } }] } });
});

test("OrderCancel: money that is held and not taken yet is let go", async () => {
  const { order } = await done("CheckoutComplete", { cartId: await cartOf(2, 1), ...key(), paymentToken: "tok_manual" }, "ada");
  expect(order).toMatchObject({ state: "PLACED", payments: [{ state: "AUTHORIZED" }] });
  expect(await done("OrderCancel", { orderId: order.id, ...key() }, "ada")).toMatchObject({ order: { state: "CANCELLED", refunds: [] }, refund: null });
});

test("FraudReviews, WebhookEndpointUpsert, TrackEvents", async () => {
  expect(await ask("CheckoutComplete", { input: { cartId: await cartOf(2, 1), ...key(), paymentToken: "tok_review" } }, "ada")).toMatchObject({ __typename: "FraudReview", checkout: { state: "REVIEW" } });
  expect(await ask("FraudReviews", { first: 5 }, "sam")).toMatchObject({ nodes: [{ buyer: { displayName: "ada" }, checkout: { totals: { due: { amount: "2.50" } } } }] });
  expect((await done("WebhookEndpointUpsert", { url: "https://example.com/martgraph", eventTypes: ["OrderPlaced"] }, "root"))["secret"]).toMatch(/^whsec_/);
  const event = { id: randomUUID(), type: "SEARCH", occurredAt: new Date().toISOString(), searchText: "lantern" };
  expect(await done("TrackEvents", { consent: true, sessionId: randomUUID(), events: [event] })).toMatchObject({ accepted: 1, rejected: [] });
});

test("ProductSuggest, ProductSearch, ProductFacets: from the first letters to a narrowed list", async () => {
  const { products } = await ask("ProductSuggest", { prefix: "lant", first: 3 });
  expect(products[0]).toMatchObject({ id: expect.stringMatching(/^prd_/), name: expect.stringMatching(/lantern/i), price: { amount: { currency: "GBP" } } });
  const query = products[0].name as string;
  expect((await ask("ProductSearch", { query, first: 5 }))["nodes"][0]).toMatchObject({ id: products[0].id });
  const all = await ask("ProductFacets", { query, first: 5 });
  const [range] = all["facets"].prices;
  const narrowed = await ask("ProductFacets", { query, first: 5, sort: "PRICE_LOW", filter: { priceMin: range.min, priceBelow: range.below } });
  expect(narrowed).toMatchObject({ totalCount: range.count, appliedMode: expect.any(String), facets: { brands: expect.any(Array), ratings: [], attributes: expect.any(Array) } });
});

test("TokenRefresh, Sessions, PasswordResetRequest: an account's sessions, and a password that is forgotten", async () => {
  const password = "correct horse battery";
  const registered = await graph.run("Register", { input: { email: "op@example.test", password } });
  const first = registered.data["register"] as Data;
  const login = await graph.run("Login", { input: { email: "op@example.test", password } });
  const token = (login.data["login"] as Data)["accessToken"] as string;
  const mine = await graph.run("Sessions", {}, token);
  expect(mine.errors).toEqual([]);
  expect(mine.data).toMatchObject({ me: { email: "op@example.test", emailVerified: false, status: "ACTIVE" }, sessions: [{ current: true }, { current: false }] });
  expect((await graph.run("TokenRefresh", { input: { refreshToken: first["refreshToken"] } })).data["tokenRefresh"]).toMatchObject({ __typename: "TokenPair", refreshToken: expect.any(String) });
  const answers = await Promise.all(["op@example.test", "nobody@example.test"].map(async (email) => (await graph.run("PasswordResetRequest", { input: { email } })).data["passwordResetRequest"]["__typename"] as string));
  expect(answers).toEqual(["PasswordResetRequestSuccess", "PasswordResetRequestSuccess"]);
});
