import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import { silentLog } from "#platform/log.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { sweepUnfinished } from "../commands/sweepUnfinished.ts";
import { createParts } from "../parts.ts";
import { createFakePayments, type FakePayments } from "../ports/fake/createFakePayments.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { expectBooksBalance } from "./books.ts";
import { variantId } from "./shopper.ts";
import { till } from "./till.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const [ada, bob] = [person(SMALL_SHOP.ada), person(SMALL_SHOP.bob)];
const her = () => till(slice.graph, ada);
const guest = () => till(slice.graph);
const stockOf = async (n: number) => (await slice.owner.raw("select on_hand::int, reserved::int from catalog.stock_levels where variant_id = $1", [SMALL_SHOP.variant(n)])).rows[0];
const expire = (checkoutId: string) => slice.owner.raw("update orders.checkouts set expires_at = now() - interval '1 second', wake_at = now() - interval '1 second' where id = $1", [decodeId("chk", checkoutId)]);
const sweep = () => sweepUnfinished(createParts({ db: slice.db, clocks: testClocks, log: silentLog }));
let bank: FakePayments;
/** The payer's answer to the bank's question. */
async function answerChallenge(clientSecret: string, approved: boolean) {
  await bank.answerChallenge(clientSecret.split("_secret")[0] as string, clientSecret, approved);
}

beforeAll(() => { bank = createFakePayments(slice.db); });
afterEach(() => expectBooksBalance(slice.owner));

describe("checkoutStart", () => {
  test("CheckoutStartSuccess: prices fixed, goods held, payment open, nothing taken; the same key answers the same", async () => {
    const [cartId, idempotencyKey, before] = [await her().cartWith({ 1: 2, 3: 3 }), randomUUID(), await stockOf(1)];
    const first = await her().checkoutStart({ cartId, idempotencyKey, expectedTotal: "3.38" });
    expect(first).toMatchObject({
      __typename: "CheckoutStartSuccess",
      checkout: {
        id: expect.stringMatching(/^chk_/), state: "HELD", expiresAt: expect.any(String), cart: { id: cartId }, order: null,
        lines: [{ variant: { id: variantId(1) }, quantity: 2, amount: { amount: "3.00" } }, { quantity: 3, unitPrice: { amount: "0.125" }, amount: { amount: "0.375" } }],
        totals: { subtotal: { amount: "3.38" }, total: { amount: "3.38" }, due: { amount: "3.38" } },
        payment: { provider: "fake", due: { amount: "3.38" }, clientSecret: expect.stringContaining("_secret"), actionUrl: null },
      },
    });
    expect(await stockOf(1)).toEqual({ ...before, reserved: (before?.["reserved"] as number) + 2 });
    expect(await her().checkoutStart({ cartId, idempotencyKey, expectedTotal: "3.38" })).toEqual(first);
    expect(await her().checkout(first["checkout"].id)).toEqual(first["checkout"]);
    await her().checkoutCancel({ cartId });
  });

  test("begun anew with another key, the earlier purchase is let go", async () => {
    const cartId = await her().cartWith({ 1: 2 });
    const [first, second] = [await her().checkoutStart({ cartId }), await her().checkoutStart({ cartId })];
    expect(second["__typename"]).toBe("CheckoutStartSuccess");
    expect((await her().checkout(first["checkout"].id))["state"]).toBe("CANCELLED");
    await her().checkoutCancel({ cartId });
    expect(await stockOf(1)).toMatchObject({ reserved: 0 });
  });

  test("CartNotFound, EmptyCart, VariantUnavailable, PriceChanged, InsufficientStock, OrderTooLarge, InvalidIdempotencyKey, IdempotencyConflict", async () => {
    const start = async (input: Record<string, unknown>) => (await her().checkoutStart(input))["__typename"];
    const cartId = await her().cartWith({ 5: 2 });
    expect(await start({ cartId: encodeId("crt", SMALL_SHOP.ada) })).toBe("CartNotFound");
    expect(await start({ cartId: await her().cartWith({}) })).toBe("EmptyCart");
    expect(await start({ cartId, expectedTotal: "1.00" })).toBe("PriceChanged");
    expect(await start({ cartId, idempotencyKey: "" })).toBe("InvalidIdempotencyKey");
    expect(await her().checkoutStart({ cartId: await her().cartWith({ 1: 5_000 }) })).toMatchObject({ __typename: "InsufficientStock", shortages: [{ requested: 5_000 }] });
    await slice.owner.raw("update catalog.products set status = 'ARCHIVED' where id = $1", [SMALL_SHOP.product(5)]);
    expect(await start({ cartId })).toBe("VariantUnavailable");
    await slice.owner.raw("update catalog.products set status = 'ACTIVE' where id = $1", [SMALL_SHOP.product(5)]);
    await slice.owner.raw("update catalog.prices set unit_amount = 9000000000000000 where variant_id = $1", [SMALL_SHOP.variant(5)]);
    expect(await start({ cartId })).toBe("OrderTooLarge");
    await slice.owner.raw("update catalog.prices set unit_amount = 550 where variant_id = $1", [SMALL_SHOP.variant(5)]);
    const idempotencyKey = randomUUID();
    await her().checkoutStart({ cartId, idempotencyKey });
    expect(await start({ cartId: await her().cartWith({ 1: 1 }), idempotencyKey })).toBe("IdempotencyConflict");
    await her().checkoutCancel({ cartId });
  });

  test("OrderTooLarge: above what the provider takes; nothing stays held", async () => {
    await slice.owner.raw("update catalog.prices set unit_amount = 100000000 where variant_id = $1", [SMALL_SHOP.variant(5)]);
    expect((await her().checkoutStart({ cartId: await her().cartWith({ 5: 1 }) }))["__typename"]).toBe("OrderTooLarge");
    expect((await her().pay({ cartId: await her().cartWith({ 5: 1 }) }))["__typename"]).toBe("OrderTooLarge");
    await slice.owner.raw("update catalog.prices set unit_amount = 550 where variant_id = $1", [SMALL_SHOP.variant(5)]);
    expect(await stockOf(5)).toMatchObject({ reserved: 0 });
  });

  test("a purchase is seen by its buyer, SUPPORT and ADMIN; a guest's with the cart's id; secrets by the payer alone", async () => {
    const cartId = await her().cartWith({ 1: 1 });
    const { checkout } = await her().checkoutStart({ cartId });
    expect(await till(slice.graph, bob).checkout(checkout.id)).toBeNull();
    expect(await guest().checkout(checkout.id)).toBeNull();
    expect((await till(slice.graph, person(SMALL_SHOP.sam, "SUPPORT")).checkout(checkout.id))["payment"]).toMatchObject({ clientSecret: null });
    await her().checkoutCancel({ cartId });
    const guests = await guest().cartWith({ 1: 1 });
    const begun = await guest().checkoutStart({ cartId: guests });
    expect(await guest().checkout(begun["checkout"].id)).toBeNull();
    expect(await guest().checkout(begun["checkout"].id, cartId)).toBeNull();
    expect(await guest().checkout(begun["checkout"].id, guests)).toMatchObject({ id: begun["checkout"].id });
    expect((await guest().pay({ checkoutId: begun["checkout"].id }))["__typename"]).toBe("CartNotFound");
    expect((await guest().pay({ checkoutId: begun["checkout"].id, cartId: guests }))["__typename"]).toBe("CheckoutCompleteSuccess");
  });
});

describe("checkoutComplete of what was begun", () => {
  test("CheckoutCompleteSuccess: at the price that was fixed, whatever the catalogue says now", async () => {
    const cartId = await her().cartWith({ 5: 2 });
    const { checkout } = await her().checkoutStart({ cartId });
    await slice.owner.raw("update catalog.prices set unit_amount = 999 where variant_id = $1", [SMALL_SHOP.variant(5)]);
    const { order } = await her().pay({ checkoutId: checkout.id, expectedTotal: "11.00" });
    await slice.owner.raw("update catalog.prices set unit_amount = 550 where variant_id = $1", [SMALL_SHOP.variant(5)]);
    expect(order).toMatchObject({ state: "PAID", total: { amount: "11.00" }, totals: { paid: { amount: "11.00" }, due: { amount: "0.00" } } });
    expect(await her().checkout(checkout.id)).toMatchObject({ state: "COMPLETED", expiresAt: null, order: { id: order.id }, payment: { clientSecret: null } });
    expect((await her().orderMoney(order.id))["payments"][0].events.map((event: { kind: string }) => event.kind)).toEqual(["CAPTURED"]);
  });

  test("PaymentDeclined: the goods stay held, and another card with a new key pays; PriceChanged, CartBusy to changes meanwhile", async () => {
    const [cartId, idempotencyKey] = [await her().cartWith({ 1: 3 }), randomUUID()];
    const { checkout } = await her().checkoutStart({ cartId });
    const declined = await her().pay({ checkoutId: checkout.id, idempotencyKey, paymentToken: "tok_declined" });
    expect(declined).toMatchObject({ __typename: "PaymentDeclined", reason: "CARD_DECLINED" });
    expect(await her().pay({ checkoutId: checkout.id, idempotencyKey, paymentToken: "tok_declined" })).toEqual(declined);
    expect(await her().checkout(checkout.id)).toMatchObject({ state: "HELD", payment: { declineReason: "CARD_DECLINED" } });
    expect((await her().cartLinesSet(cartId, [{ variantId: variantId(1), quantity: 9 }])).__typename).toBe("CartBusy");
    expect((await her().pay({ checkoutId: checkout.id, expectedTotal: "1.00" }))["__typename"]).toBe("PriceChanged");
    const { order } = await her().pay({ checkoutId: checkout.id });
    expect((await her().orderMoney(order.id))["payments"][0].events).toMatchObject([{ kind: "FAILED", detail: "CARD_DECLINED", providerRef: null }, { kind: "CAPTURED", amount: { amount: "4.50" } }]);
  });

  test("PaymentActionRequired: the same key completes once the challenge is answered; a failed one is PaymentDeclined", async () => {
    const cartId = await her().cartWith({ 1: 1 });
    const { checkout } = await her().checkoutStart({ cartId });
    const asked = { checkoutId: checkout.id, idempotencyKey: randomUUID(), paymentToken: "tok_3ds" };
    const challenge = await her().pay(asked);
    expect(challenge).toMatchObject({ __typename: "PaymentActionRequired", actionUrl: expect.stringContaining("/payments/challenge/"), clientSecret: checkout.payment.clientSecret, checkout: { id: checkout.id, state: "HELD" } });
    expect(await her().pay(asked)).toMatchObject({ __typename: "PaymentActionRequired" });
    expect((await her().checkout(checkout.id))["payment"].actionUrl).toBe(challenge["actionUrl"]);
    await answerChallenge(challenge["clientSecret"], true);
    const bought = await her().pay(asked);
    expect(bought["__typename"]).toBe("CheckoutCompleteSuccess");
    expect(await her().pay(asked)).toEqual(bought);

    const again = { cartId: await her().cartWith({ 1: 1 }), idempotencyKey: randomUUID(), paymentToken: "tok_3ds_fails" };
    const second = await her().pay(again);
    await answerChallenge(second["clientSecret"], true);
    expect(await her().pay(again)).toMatchObject({ __typename: "PaymentDeclined", reason: "AUTHENTICATION_FAILED" });
    expect(await stockOf(1)).toMatchObject({ reserved: 0 });
  });

  test("PaymentActionRequired in one call: the purchase waits for its payer until it expires, then everything is let go", async () => {
    const [cartId, idempotencyKey] = [await guest().cartWith({ 1: 1 }), randomUUID()];
    const asked = { cartId, idempotencyKey, paymentToken: "tok_3ds" };
    const { checkout } = await guest().pay(asked);
    expect((await sweep()).checkouts).toBe(0);
    await expire(checkout.id);
    expect((await sweep()).checkouts).toBe(1);
    expect(await guest().checkout(checkout.id, cartId)).toMatchObject({ state: "EXPIRED", payment: { clientSecret: null, actionUrl: null } });
    expect(await stockOf(1)).toMatchObject({ reserved: 0 });
    expect((await slice.owner.raw("select payload from platform.outbox where type = 'CheckoutExpired' and aggregate_id = $1", [decodeId("chk", checkout.id)])).rowCount).toBe(1);
    expect((await guest().pay({ ...asked, paymentToken: "tok_3ds" }))["__typename"]).toBe("PaymentActionRequired");
    await guest().checkoutCancel({ cartId });
  });

  test("CheckoutExpired, CheckoutNotFound: what is over is not paid; the cart may be bought anew", async () => {
    const cartId = await her().cartWith({ 1: 1 });
    const { checkout } = await her().checkoutStart({ cartId });
    await expire(checkout.id);
    expect((await her().pay({ checkoutId: checkout.id }))["__typename"]).toBe("CheckoutExpired");
    expect((await her().pay({ checkoutId: checkout.id, cartId: await her().cartWith({ 1: 1 }) }))["__typename"]).toBe("CheckoutNotFound");
    expect((await her().pay({ checkoutId: "chk_x", cartId }))["__typename"]).toBe("CheckoutNotFound");
    expect((await her().pay({ cartId }))["__typename"]).toBe("CheckoutCompleteSuccess");
  });

  test("a payment that the payer made past us is found: by the sweeper, for the order; and goes back when the purchase is over", async () => {
    const cartId = await her().cartWith({ 1: 1 });
    const { checkout } = await her().checkoutStart({ cartId });
    const ref = checkout.payment.clientSecret.split("_secret")[0];
    await bank.act(ref, { type: "CONFIRM", token: null });
    await expire(checkout.id);
    // It has run out: held money is let go, not taken.
    expect((await sweep()).checkouts).toBe(1);
    expect((await bank.find(ref)).state).toBe("CANCELLED");

    const { checkout: other } = await her().checkoutStart({ cartId });
    const otherRef = other.payment.clientSecret.split("_secret")[0];
    await bank.act(otherRef, { type: "CONFIRM", token: null });
    await bank.act(otherRef, { type: "CAPTURE", units: null });
    expect(await her().checkoutCancel({ cartId })).toMatchObject({ __typename: "CartAlreadyOrdered", orderId: expect.stringMatching(/^ord_/) });
  });

  test("a total of nothing needs no provider", async () => {
    await slice.owner.raw("update catalog.prices set unit_amount = 0 where variant_id = $1", [SMALL_SHOP.variant(5)]);
    const cartId = await her().cartWith({ 5: 1 });
    const { checkout } = await her().checkoutStart({ cartId });
    expect(checkout.payment).toBeNull();
    expect((await sweep()).checkouts).toBe(0);
    const { order } = await her().pay({ cartId });
    expect(order).toMatchObject({ state: "PAID", payments: [], total: { amount: "0.00" } });
    await slice.owner.raw("update catalog.prices set unit_amount = 550 where variant_id = $1", [SMALL_SHOP.variant(5)]);
  });
});

describe("checkoutCancel", () => {
  test("CheckoutCancelSuccess: goods let go, payment closed, the cart can be changed; the same key answers the same", async () => {
    const [cartId, idempotencyKey] = [await her().cartWith({ 1: 4 }), randomUUID()];
    const { checkout } = await her().checkoutStart({ cartId });
    const first = await her().checkoutCancel({ cartId, checkoutId: checkout.id, idempotencyKey });
    expect(first).toMatchObject({ __typename: "CheckoutCancelSuccess", checkout: { id: checkout.id, state: "CANCELLED", expiresAt: null } });
    expect(await her().checkoutCancel({ cartId, checkoutId: checkout.id, idempotencyKey })).toEqual(first);
    expect((await bank.find(checkout.payment.clientSecret.split("_secret")[0])).state).toBe("CANCELLED");
    expect(await stockOf(1)).toMatchObject({ reserved: 0 });
    expect((await her().cartLinesSet(cartId, [{ variantId: variantId(1), quantity: 1 }])).__typename).toBe("CartLinesSetSuccess");
    expect((await her().checkoutCancel({ cartId }))["__typename"]).toBe("CheckoutNotFound");
  });

  test("CartNotFound, CartAlreadyOrdered, InvalidIdempotencyKey, IdempotencyConflict", async () => {
    const cartId = await her().cartWith({ 1: 1 });
    expect((await till(slice.graph, bob).checkoutCancel({ cartId }))["__typename"]).toBe("CartNotFound");
    expect((await her().checkoutCancel({ cartId, idempotencyKey: " " }))["__typename"]).toBe("InvalidIdempotencyKey");
    const idempotencyKey = randomUUID();
    await her().checkoutStart({ cartId });
    await her().checkoutCancel({ cartId, idempotencyKey });
    expect((await her().checkoutCancel({ cartId: await her().cartWith({}), idempotencyKey }))["__typename"]).toBe("IdempotencyConflict");
    await her().pay({ cartId });
    expect((await her().checkoutCancel({ cartId }))["__typename"]).toBe("CartAlreadyOrdered");
  });
});
