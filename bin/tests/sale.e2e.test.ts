import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillSmallShop, SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { encodeId } from "#schema/values/ids.ts";
import { expectBooksBalance } from "#subgraphs/orders/tests/books.ts";
import { type Data, serveTestGraph, type ServedGraph } from "./servedGraph.ts";

// One sale from the first look to the last penny, over HTTP, as the people of a shop do it.
const databases = useTestDatabases({ shop: true, warehouse: true });
let graph: ServedGraph;
let owner: Database;

beforeAll(async () => {
  owner = Database.open({ ...databases.shop.config, max: 2 });
  await fillSmallShop(owner);
  graph = await serveTestGraph("one process", databases.shop, databases.warehouse);
});
afterAll(async () => {
  await graph?.close();
  await owner?.close();
});

async function ask(query: string, variables: object = {}, token?: string): Promise<Data> {
  const response = await fetch(`${graph.url}/graphql`, {
    method: "POST", body: JSON.stringify({ query, variables }), headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: { message: string }[] };
  expect(errors?.map(({ message }) => message)).toBeUndefined();
  return data;
}

/** Calls a mutation with one input and answers its success; anything else fails with what it says. */
async function call(name: string, input: object, selection: string, token?: string, inputType?: string): Promise<Data> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const data = await ask(`mutation ($input: ${inputType ?? `${type}Input`}!) { ${name}(input: $input) { __typename ... on ${type}Success { ${selection} } ... on UserError { code message path } } }`, { input }, token);
  expect(data[name], JSON.stringify(data[name])).toMatchObject({ __typename: `${type}Success` });
  return data[name];
}

const key = () => ({ idempotencyKey: randomUUID() });
const pence = (money: { amount: string }) => BigInt(money.amount.replace(".", ""));
const TOTALS = "totals { subtotal { amount } discount { amount } shipping { amount } tax { amount } taxIncluded { amount } total { amount } paid { amount } refunded { amount } due { amount } }";

test("a guest buys with a code, a gift card and 3-D Secure; two parcels go out, one line comes back, the vendor has a share, and the books balance", async () => {
  const admin = await graph.tokenFor(SMALL_SHOP.root, ["ADMIN"]);
  const vendor = await graph.tokenFor(SMALL_SHOP.vera, ["VENDOR"], [SMALL_SHOP.vendor]);

  // The shop gets a tax, a way of delivery, a code and a gift card.
  await call("taxRateUpsert", { countryCode: "GB", name: "VAT", rateBps: 2000, isIncluded: true }, "taxRate { id }", admin);
  const { zone } = await call("shippingZoneUpsert", { name: "United Kingdom", places: [{ countryCode: "GB" }] }, "zone { id }", admin);
  await call("shippingMethodUpsert", { zoneId: zone.id, name: "Standard", basis: "FLAT", bands: [{ price: "3.95" }] }, "method { id }", admin);
  const { promotion } = await call("promotionUpsert", { name: "Welcome", kind: "PERCENTAGE_OFF", percent: "10", needsCode: true }, "promotion { id }", admin, "PromotionInput");
  await call("promotionCodesCreate", { promotionId: promotion.id, codes: ["WELCOME10"] }, "__typename", admin, "PromotionCodesInput");
  const { secret } = await call("giftCardIssue", { ...key(), amount: "5.00" }, "secret", admin);

  // The guest: three of the vendor's lanterns at 1.50, two cake stands at 2.50, one bunting at 0.125.
  const { cart } = await call("cartCreate", { currency: "GBP" }, "cart { id }");
  const variant = (n: number) => encodeId("var", SMALL_SHOP.variant(n));
  await call("cartLinesSet", { cartId: cart.id, lines: [{ variantId: variant(1), quantity: 3 }, { variantId: variant(2), quantity: 2 }, { variantId: variant(3), quantity: 1 }] }, "cart { id }");
  await call("cartSetDelivery", {
    cartId: cart.id, email: "guest@example.test", address: { name: "G. Uest", line1: "1 High Street", city: "Leeds", postalCode: "LS1 1AA", countryCode: "GB" },
  }, "cart { id }");
  const { shippingOptions } = (await ask("query ($id: ID!) { cart(id: $id) { shippingOptions { methodId amount { amount } } } }", { id: cart.id }))["cart"];
  expect(shippingOptions).toMatchObject([{ amount: { amount: "3.95" } }]);
  await call("cartSetDelivery", { cartId: cart.id, methodId: shippingOptions[0].methodId }, "cart { id }");
  await call("cartApplyCode", { cartId: cart.id, code: "welcome-10" }, "cart { id }", undefined, "CartCodeInput");
  await call("cartGiftCardAdd", { cartId: cart.id, code: secret }, "cart { id }", undefined, "CartGiftCardInput");
  const CART = "query ($id: ID!) { cart(id: $id) { problems { message } totals { subtotal { amount } discount { amount } shipping { amount } tax { amount } total { amount } giftCards { amount } due { amount } } } }";
  const priced = (await ask(CART, { id: cart.id }))["cart"];
  // 9.625 rounds half to even to 9.62; a tenth of it is 0.96.
  expect(priced).toEqual({ problems: [], totals: {
    subtotal: { amount: "9.62" }, discount: { amount: "0.96" }, shipping: { amount: "3.95" }, tax: { amount: "0.00" }, total: { amount: "12.61" }, giftCards: { amount: "5.00" }, due: { amount: "7.61" },
  } });

  // Checkout, with a challenge.
  const { checkout } = await call("checkoutStart", { cartId: cart.id, ...key(), expectedTotal: "12.61" }, "checkout { id totals { due { amount } } payment { due { amount } } }");
  expect(checkout.payment.due.amount).toBe("7.61");
  const purchase = { cartId: cart.id, checkoutId: checkout.id, ...key(), paymentToken: "tok_3ds" };
  const COMPLETE = `mutation ($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) { __typename ... on PaymentActionRequired { actionUrl }
    ... on CheckoutCompleteSuccess { order { id number state ${TOTALS} payments { method amount { amount } } lines { nodes { id quantity sku total { amount } } } discounts { code amount { amount } } contact { email city } } } ... on UserError { code message } } }`;
  const challenged = (await ask(COMPLETE, { input: purchase }))["checkoutComplete"];
  expect(challenged).toMatchObject({ __typename: "PaymentActionRequired" });
  const challenge = new URL(challenged.actionUrl, graph.url);
  expect((await fetch(challenge)).status).toBe(200);
  expect((await fetch(challenge, { method: "POST", body: new URLSearchParams({ answer: "approve" }) })).ok).toBe(true);
  const { order, __typename } = (await ask(COMPLETE, { input: purchase }))["checkoutComplete"];
  expect(__typename).toBe("CheckoutCompleteSuccess");
  expect(order).toMatchObject({
    state: "PAID", contact: { email: "guest@example.test", city: "Leeds" },
    totals: { subtotal: { amount: "9.62" }, discount: { amount: "0.96" }, shipping: { amount: "3.95" }, total: { amount: "12.61" }, paid: { amount: "12.61" }, refunded: { amount: "0.00" }, due: { amount: "0.00" } },
  });
  expect(order.payments.map((payment: Data) => [payment["method"], payment["amount"].amount]).sort()).toEqual([["CARD", "7.61"], ["GIFT_CARD", "5.00"]]);
  const lines = order.lines.nodes as { id: string; quantity: number; sku: string; total: { amount: string } }[];
  // A line is exact; the order is rounded once.
  expect(lines.map(({ total }) => total.amount)).toEqual(["4.05", "4.50", "0.115"]);
  expect(order.discounts.reduce((sum: bigint, one: Data) => sum + pence(one["amount"]), 0n)).toBe(96n);
  await expectBooksBalance(owner);

  // Two parcels.
  const [lanterns, stands, bunting] = lines as [typeof lines[0], typeof lines[0], typeof lines[0]];
  for (const parcel of [[{ lineId: lanterns.id, quantity: 3 }, { lineId: stands.id, quantity: 1 }], [{ lineId: stands.id, quantity: 1 }, { lineId: bunting.id, quantity: 1 }]]) {
    const { fulfilment } = await call("fulfilmentCreate", { orderId: order.id, lines: parcel, tracking: { carrier: "Royal Mail", number: "RM1" }, ...key() }, "fulfilment { id }", admin);
    await call("fulfilmentShip", { fulfilmentId: fulfilment.id }, "order { state fulfilmentState }", admin);
    await ask("mutation ($id: ID!) { fulfilmentDeliver(fulfilmentId: $id) { __typename } }", { id: fulfilment.id }, admin);
  }

  // The guest gives the cake stands back.
  const GUEST_ORDER = `query ($id: ID!, $key: ID) { order(id: $id, guestKey: $key) { state fulfilmentState fulfilments { number state trackingNumber lines { quantity } } ${TOTALS} refunds { total { amount } } returns { state } } }`;
  expect((await ask(GUEST_ORDER, { id: order.id }))["order"]).toBeNull();
  expect((await ask(GUEST_ORDER, { id: order.id, key: cart.id }))["order"]).toMatchObject({ state: "DELIVERED", fulfilments: [{ state: "DELIVERED" }, { state: "DELIVERED" }] });
  const { return: { id: returnId } } = await call("returnRequest", { orderId: order.id, guestKey: cart.id, lines: [{ lineId: stands.id, quantity: 2, reason: "too small" }], ...key() }, "return { id }");
  await call("returnResolve", { returnId, verdict: "APPROVE", restock: true, ...key() }, "__typename", admin);
  await ask("mutation ($id: ID!) { returnReceive(returnId: $id) { __typename } }", { id: returnId }, admin);
  const after = (await ask(GUEST_ORDER, { id: order.id, key: cart.id }))["order"];
  expect(after.refunds).toEqual([{ total: { amount: stands.total.amount } }]);
  expect(after.totals.refunded.amount).toBe(stands.total.amount);
  expect(after.returns).toMatchObject([{ state: "COMPLETED" }]);
  expect((await owner.raw("select on_hand from catalog.stock_levels where variant_id = $1", [SMALL_SHOP.variant(2)])).rows).toEqual([{ on_hand: 1000n }]);

  // The vendor sees the own part alone.
  const VENDOR = "{ me { vendors { orders(first: 5) { nodes { number lines { sku } gross { amount } discount { amount } net { amount } commissionBps commission { amount } share { amount } } } balance { amount } } } }";
  const [own] = (await ask(VENDOR, {}, vendor))["me"].vendors as [Data];
  expect(own["orders"].nodes).toHaveLength(1);
  expect(own["orders"].nodes[0]).toMatchObject({ lines: [{ sku: lanterns.sku }], gross: { amount: "4.50" }, commissionBps: 1000 });
  const [part] = own["orders"].nodes as [Data];
  expect(pence(part["commission"]) + pence(part["share"])).toBe(pence(part["net"]));
  expect(own["balance"]).toEqual(part["share"]);
  await expectBooksBalance(owner);
}, 120_000);
