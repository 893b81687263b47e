import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { CHECKOUT_COMPLETE, shopper, variantId } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const ada = person(SMALL_SHOP.ada);
const her = () => shopper(slice.graph, ada);
const guest = () => shopper(slice.graph);
const count = async (sql: string, params: unknown[] = []) => Number((await slice.owner.raw<{ n: bigint }>(`select count(*)::int as n from ${sql}`, params)).rows[0]?.n);
const stockOf = async (n: number) => (await slice.owner.raw("select on_hand::int, reserved::int from catalog.stock_levels where variant_id = $1", [SMALL_SHOP.variant(n)])).rows[0];

describe("checkoutComplete", () => {
  test("CheckoutCompleteSuccess: order, lines, payment, stock, event and cart, each exact", async () => {
    const before = (await stockOf(1)) as { on_hand: number };
    const cartId = await her().cartWith({ 1: 2, 3: 3 }, { countryCode: "FR" });
    const { __typename, order } = await her().checkoutComplete(cartId, { expectedTotal: "3.38" });
    expect(__typename).toBe("CheckoutCompleteSuccess");
    expect(order).toMatchObject({
      number: expect.stringMatching(/^\d{7}$/), state: "PAID", nextStates: ["IN_FULFILMENT", "CANCELLED"], placedAt: NOW.business.toISOString(),
      country: "France", countryCode: "FR", currency: "GBP", customerType: "REGISTERED", buyer: { id: encodeId("usr", SMALL_SHOP.ada) },
      total: { amount: "3.38", minorUnits: "338", currency: "GBP", exponent: 2 },
      lines: { nodes: [
        { sku: "85121A", quantity: 2, variant: { id: variantId(1) }, product: { id: encodeId("prd", SMALL_SHOP.product(1)) }, unitPrice: { amount: "1.50" }, amount: { amount: "3.00" } },
        { sku: "85123A", quantity: 3, unitPrice: { amount: "0.125" }, amount: { amount: "0.375", exponent: 3 } },
      ] },
      charges: [], refunds: [], payments: [{ provider: "fake", state: "CAPTURED", amount: { amount: "3.38" }, refunded: { amount: "0.00" }, paidAt: NOW.business.toISOString() }],
    });
    expect(await stockOf(1)).toEqual({ on_hand: before.on_hand - 2, reserved: 0 });
    const orderId = decodeId("ord", order.id);
    expect((await slice.owner.raw("select type, payload, occurred_at from platform.outbox where aggregate_id = $1", [orderId])).rows).toMatchObject([{ type: "OrderPlaced", payload: { total: "3.38", currency: "GBP" }, occurred_at: NOW.business }]);
    expect(await count("catalog.stock_movements where order_id = $1 and kind = 'SALE'", [orderId])).toBe(2);
  });

  test("CheckoutCompleteSuccess: for a guest, in a cart without country", async () => {
    const { order } = await guest().checkoutComplete(await guest().cartWith({ 2: 1 }, {}));
    expect(order).toMatchObject({ customerType: "GUEST", buyer: null, country: "Unspecified", countryCode: null });
  });

  test("who logs in with a guest's cart in hand buys as themselves", async () => {
    expect((await her().checkoutComplete(await guest().cartWith({ 2: 1 }))).order).toMatchObject({ customerType: "REGISTERED", buyer: { id: encodeId("usr", SMALL_SHOP.ada) } });
  });

  test("the same key and content give the stored answer, also for a guest; nothing happens twice", async () => {
    for (const someone of [her(), guest()]) {
      const [cartId, idempotencyKey] = [await someone.cartWith({ 1: 1 }), randomUUID()];
      const first = await someone.checkoutComplete(cartId, { idempotencyKey });
      const stock = await stockOf(1);
      expect(await someone.checkoutComplete(cartId, { idempotencyKey })).toEqual(first);
      expect(await stockOf(1)).toEqual(stock);
    }
  });

  test("IdempotencyConflict: the same key for another cart or another token; keys of two people do not meet", async () => {
    const idempotencyKey = randomUUID();
    const cartId = await her().cartWith({ 1: 1 });
    await her().checkoutComplete(cartId, { idempotencyKey });
    expect(await her().checkoutComplete(await her().cartWith({ 1: 1 }), { idempotencyKey })).toMatchObject({ __typename: "IdempotencyConflict", code: "IDEMPOTENCY_CONFLICT", path: ["input", "idempotencyKey"] });
    expect((await her().checkoutComplete(cartId, { idempotencyKey, paymentToken: "tok_other" })).__typename).toBe("IdempotencyConflict");
    const bob = shopper(slice.graph, person(SMALL_SHOP.bob));
    expect((await bob.checkoutComplete(await bob.cartWith({ 1: 1 }), { idempotencyKey })).__typename).toBe("CheckoutCompleteSuccess");
  });

  test("RequestInProgress: the same key at the same moment buys once", async () => {
    const [cartId, idempotencyKey] = [await her().cartWith({ 1: 1 }), randomUUID()];
    const answers = await Promise.all(Array.from({ length: 6 }, () => her().checkoutComplete(cartId, { idempotencyKey })));
    const kinds = new Set(answers.map((answer) => answer.__typename));
    expect(kinds.has("CheckoutCompleteSuccess")).toBe(true);
    expect([...kinds].every((kind) => kind === "CheckoutCompleteSuccess" || kind === "RequestInProgress")).toBe(true);
    expect(await count("orders.orders where cart_id = $1", [decodeId("crt", cartId)])).toBe(1);
    expect(await count("payment_fake.intents i join orders.checkouts k on k.id::text = i.metadata ->> 'martgraph_checkout' where k.cart_id = $1 and i.state = 'CAPTURED'", [decodeId("crt", cartId)])).toBe(1);
  });

  test("CartBusy, CartAlreadyOrdered: other keys at the same moment buy the cart once, charge it once", async () => {
    const cartId = await her().cartWith({ 1: 1 });
    const answers = await Promise.all(Array.from({ length: 6 }, () => her().checkoutComplete(cartId)));
    expect(answers.filter((answer) => answer.__typename === "CheckoutCompleteSuccess")).toHaveLength(1);
    expect(answers.every((answer) => ["CheckoutCompleteSuccess", "CartBusy", "CartAlreadyOrdered"].includes(answer.__typename))).toBe(true);
    expect(await count("payment_fake.intents i join orders.checkouts k on k.id::text = i.metadata ->> 'martgraph_checkout' where k.cart_id = $1 and i.state = 'CAPTURED'", [decodeId("crt", cartId)])).toBe(1);
    expect(await her().checkoutComplete(cartId)).toMatchObject({ __typename: "CartAlreadyOrdered", orderId: expect.stringMatching(/^ord_/) });
  });

  test("EmptyCart, CartNotFound", async () => {
    expect((await her().checkoutComplete(await her().cartWith({}))).__typename).toBe("EmptyCart");
    const hers = await her().cartWith({ 1: 1 });
    for (const cartId of ["crt_x", encodeId("crt", SMALL_SHOP.ada)]) expect((await her().checkoutComplete(cartId)).__typename).toBe("CartNotFound");
    expect((await guest().checkoutComplete(hers)).__typename).toBe("CartNotFound");
    expect((await shopper(slice.graph, person(SMALL_SHOP.root, "ADMIN")).checkoutComplete(hers)).__typename).toBe("CartNotFound");
  });

  test("InsufficientStock: names what is short and holds nothing; the same key succeeds once there is enough", async () => {
    const [cartId, idempotencyKey] = [await her().cartWith({ 1: 1, 2: 2_000 }), randomUUID()];
    const stock = [await stockOf(1), await stockOf(2)];
    expect(await her().checkoutComplete(cartId, { idempotencyKey })).toMatchObject({
      __typename: "InsufficientStock", shortages: [{ variant: { id: variantId(2) }, requested: 2_000, available: (stock[1] as { on_hand: number }).on_hand }],
    });
    expect([await stockOf(1), await stockOf(2)]).toEqual(stock);
    await her().cartLinesSet(cartId, [{ variantId: variantId(2), quantity: 2 }]);
    expect((await her().checkoutComplete(cartId, { idempotencyKey })).__typename).toBe("CheckoutCompleteSuccess");
  });

  test("PriceChanged: nothing is bought at a price the buyer does not expect", async () => {
    const cartId = await her().cartWith({ 1: 2 });
    expect(await her().checkoutComplete(cartId, { expectedTotal: "2.99" })).toMatchObject({ __typename: "PriceChanged", expected: { amount: "2.99" }, actual: { amount: "3.00" } });
    expect((await her().checkoutComplete(cartId, { expectedTotal: "3" })).__typename).toBe("CheckoutCompleteSuccess");
  });

  test("VariantUnavailable: what was taken off sale meanwhile", async () => {
    const cartId = await her().cartWith({ 5: 1 });
    await slice.owner.raw("update catalog.products set status = 'ARCHIVED' where id = $1", [SMALL_SHOP.product(5)]);
    expect(await her().checkoutComplete(cartId)).toMatchObject({ __typename: "VariantUnavailable", variant: { id: variantId(5) } });
    await slice.owner.raw("update catalog.products set status = 'ACTIVE' where id = $1", [SMALL_SHOP.product(5)]);
  });

  test("OrderTooLarge: above ten million", async () => {
    await slice.owner.raw("update catalog.prices set unit_amount = 9000000000000000000 where variant_id = $1", [SMALL_SHOP.variant(5)]);
    expect((await her().checkoutComplete(await her().cartWith({ 5: 100_000 }))).__typename).toBe("OrderTooLarge");
    await slice.owner.raw("update catalog.prices set unit_amount = 550 where variant_id = $1", [SMALL_SHOP.variant(5)]);
  });

  test("PaymentDeclined: lets the stock go, is remembered under its key, and a new key may pay otherwise", async () => {
    const [cartId, idempotencyKey, stock] = [await her().cartWith({ 1: 4 }), randomUUID(), await stockOf(1)];
    const declined = await her().checkoutComplete(cartId, { idempotencyKey, paymentToken: "tok_insufficient_funds" });
    expect(declined).toMatchObject({ __typename: "PaymentDeclined", reason: "INSUFFICIENT_FUNDS" });
    expect(await stockOf(1)).toEqual(stock);
    expect(await her().checkoutComplete(cartId, { idempotencyKey, paymentToken: "tok_insufficient_funds" })).toEqual(declined);
    expect((await her().checkoutComplete(cartId)).__typename).toBe("CheckoutCompleteSuccess");
  });

  test("PaymentUnavailable: nothing is lost; another key finds the earlier charge void and buys", async () => {
    const [cartId, idempotencyKey] = [await her().cartWith({ 1: 1 }), randomUUID()];
    expect(await her().checkoutComplete(cartId, { idempotencyKey, paymentToken: "tok_unavailable" })).toMatchObject({ __typename: "PaymentUnavailable", retryAfterSeconds: 5 });
    expect((await her().checkoutComplete(cartId)).__typename).toBe("CheckoutCompleteSuccess");
    expect(await stockOf(1)).toMatchObject({ reserved: 0 });
  });

  test.each(["", " ", "x".repeat(201), "k\u00e9y", "a b"])("InvalidIdempotencyKey: %j", async (idempotencyKey) => {
    expect((await her().checkoutComplete(await her().cartWith({ 1: 1 }), { idempotencyKey })).__typename).toBe("InvalidIdempotencyKey");
  });

  test("a purchase costs the same few statements for one line and for four", async () => {
    const costOf = async (quantities: Record<number, number>) => {
      const cartId = await her().cartWith(quantities);
      return (await slice.graph.as(ada).run(CHECKOUT_COMPLETE, { input: { cartId, idempotencyKey: randomUUID() } })).statements.length;
    };
    const one = await costOf({ 1: 1 });
    expect(await costOf({ 1: 1, 2: 1, 3: 1, 4: 1 })).toBe(one);
    expect(one).toBeLessThanOrEqual(20);
  });
});

test("50 buyers at once on the last 10 units: exactly 10 orders, 10 charges, an empty shelf", async () => {
  const variant = SMALL_SHOP.variant(4);
  await slice.owner.raw("update catalog.stock_levels set on_hand = 10 where variant_id = $1", [variant]);
  const linesBefore = await count("orders.order_lines where variant_id = $1", [variant]);
  const buyers = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? her() : guest()));
  const carts = await Promise.all(buyers.map((buyer, index) => buyer.cartWith({ 4: 1, ...(index % 3 === 0 ? { 1: 1 } : { 2: 1 }) })));
  const answers = await Promise.all(buyers.map((buyer, index) => buyer.checkoutComplete(carts[index] as string)));
  const kinds = Map.groupBy(answers, (answer) => answer.__typename as string);
  expect([kinds.get("CheckoutCompleteSuccess")?.length, kinds.get("InsufficientStock")?.length]).toEqual([10, 40]);
  expect(await stockOf(4)).toEqual({ on_hand: 0, reserved: 0 });
  expect(await count("orders.order_lines where variant_id = $1", [variant])).toBe(linesBefore + 10);
  expect(await count("payment_fake.intents where state = 'CAPTURED'")).toBe(await count("orders.orders"));
  expect(await count("catalog.reservations")).toBe(0);
});
