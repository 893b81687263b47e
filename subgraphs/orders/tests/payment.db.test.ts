import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { graphOf, person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import { silentLog } from "#platform/log.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { sweepUnfinished } from "../commands/sweepUnfinished.ts";
import { createParts } from "../parts.ts";
import { createFakePayments } from "../ports/fake/createFakePayments.ts";
import type { FraudPort } from "../ports/fraud.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { expectBooksBalance } from "./books.ts";
import { till } from "./till.ts";
import { unreliablePayments } from "./unreliable.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const [ada, sam] = [person(SMALL_SHOP.ada), person(SMALL_SHOP.sam, "SUPPORT")];
const her = () => till(slice.graph, ada);
const support = () => till(slice.graph, sam);
const given = () => ({ db: slice.db, clocks: testClocks, log: silentLog });
const withFraud = async (assess: FraudPort["assess"]) => till(graphOf(await createOrdersSubgraph({ ...given(), fraud: { assess }, sweepSeconds: 0 })), ada);
const reservedOf = async (n: number) => (await slice.owner.raw<{ n: number }>("select reserved::int as n from catalog.stock_levels where variant_id = $1", [SMALL_SHOP.variant(n)])).rows[0]?.n;
const intentOf = async (checkoutId: string) => (await slice.owner.raw("select state, captured_units::int as taken from payment_fake.intents where metadata ->> 'martgraph_checkout' = $1", [decodeId("chk", checkoutId)])).rows[0];

afterEach(() => expectBooksBalance(slice.owner));

describe("fraud review", () => {
  test("FraudReview: money and goods are held, nothing is taken; FraudReviewResolveSuccess places the order and takes it; ReviewAlreadyResolved", async () => {
    const asked = { cartId: await her().cartWith({ 1: 2 }), idempotencyKey: randomUUID(), paymentToken: "tok_review" };
    const review = await her().pay(asked);
    expect(review).toMatchObject({ __typename: "FraudReview", code: "FRAUD_REVIEW", checkout: { state: "REVIEW" } });
    expect(await her().pay(asked)).toMatchObject({ __typename: "FraudReview" });
    expect((await her().pay({ ...asked, idempotencyKey: randomUUID() }))["__typename"]).toBe("FraudReview");
    expect((await her().checkoutStart({ cartId: asked.cartId }))["__typename"]).toBe("FraudReview");
    expect(await intentOf(review["checkout"].id)).toEqual({ state: "AUTHORIZED", taken: 0 });
    expect(await reservedOf(1)).toBe(2);
    expect((await sweepUnfinished(createParts(given()))).checkouts).toBe(0);

    expect(await support().fraudReviews()).toMatchObject({ nodes: [{ reasons: ["MEANS_OF_PAYMENT_FLAGGED"], buyer: { id: encodeId("usr", SMALL_SHOP.ada) }, checkout: { id: review["checkout"].id, totals: { total: { amount: "3.00" } } } }] });
    const decision = { checkoutId: review["checkout"].id, verdict: "APPROVE", idempotencyKey: randomUUID() };
    const resolved = await support().fraudReviewResolve(decision);
    expect(resolved).toMatchObject({ __typename: "FraudReviewResolveSuccess", checkout: { state: "COMPLETED", order: { state: "PAID" } } });
    expect(await support().fraudReviewResolve(decision)).toEqual(resolved);
    expect(await intentOf(review["checkout"].id)).toEqual({ state: "CAPTURED", taken: 300 });
    expect((await her().pay(asked))["order"].id).toBe(resolved["checkout"].order.id);
    expect(await support().fraudReviewResolve({ ...decision, idempotencyKey: randomUUID() })).toMatchObject({ __typename: "ReviewAlreadyResolved", verdict: "APPROVE" });
    const { rows } = await slice.owner.raw("select type from platform.outbox where aggregate_id = $1 order by event_id", [decodeId("chk", review["checkout"].id)]);
    expect(rows).toEqual([{ type: "FraudReviewOpened" }, { type: "FraudReviewResolved" }]);
  });

  test("rejected: nothing is taken, everything is let go, and the buyer is not told why", async () => {
    const asked = { cartId: await her().cartWith({ 1: 2 }), idempotencyKey: randomUUID(), paymentToken: "tok_review" };
    const { checkout } = await her().pay(asked);
    expect(await support().fraudReviewResolve({ checkoutId: checkout.id, verdict: "REJECT" })).toMatchObject({ __typename: "FraudReviewResolveSuccess", checkout: { state: "DECLINED", order: null } });
    expect(await her().pay(asked)).toMatchObject({ __typename: "PaymentDeclined", reason: "NOT_ACCEPTED" });
    expect([await intentOf(checkout.id), await reservedOf(1)]).toEqual([{ state: "CANCELLED", taken: 0 }, 0]);
  });

  test("nobody decides: it runs out and everything is let go", async () => {
    const { checkout } = await her().pay({ cartId: await her().cartWith({ 1: 2 }), paymentToken: "tok_review" });
    await slice.owner.raw("update orders.checkouts set expires_at = now() - interval '1 second', wake_at = now() - interval '1 second' where id = $1", [decodeId("chk", checkout.id)]);
    expect((await sweepUnfinished(createParts(given()))).checkouts).toBe(1);
    expect([(await her().checkout(checkout.id))["state"], await intentOf(checkout.id), await reservedOf(1)]).toEqual(["EXPIRED", { state: "CANCELLED", taken: 0 }, 0]);
  });

  test("it fails to review, never open: late, throwing, or answering nonsense", async () => {
    const never = withFraud(() => new Promise(() => {}));
    const thrown = withFraud(async () => { throw new Error("no"); });
    const nonsense = withFraud(async () => ({ verdict: "FINE", reasons: [] }) as never);
    for (const [buyer, reason] of [[await never, "NO_ANSWER_IN_TIME"], [await thrown, "CHECK_FAILED"], [await nonsense, "NO_VERDICT"]] as const) {
      const { __typename, checkout } = await buyer.pay({ cartId: await her().cartWith({ 1: 1 }) });
      expect(__typename).toBe("FraudReview");
      expect((await support().fraudReviews())["nodes"].map((node: { reasons: string[] }) => node.reasons)).toContainEqual([reason]);
      await support().fraudReviewResolve({ checkoutId: checkout.id, verdict: "REJECT" });
    }
  });

  test("what is blocked is never tried, in one call or in two", async () => {
    const buyer = await withFraud(async () => ({ verdict: "BLOCK", reasons: ["KNOWN"] }));
    expect(await buyer.pay({ cartId: await her().cartWith({ 1: 1 }) })).toMatchObject({ __typename: "PaymentDeclined", reason: "NOT_ACCEPTED" });
    const cartId = await her().cartWith({ 1: 1 });
    const { checkout } = await her().checkoutStart({ cartId });
    expect(await buyer.pay({ checkoutId: checkout.id })).toMatchObject({ __typename: "PaymentDeclined", reason: "NOT_ACCEPTED" });
    expect([(await her().checkout(checkout.id))["state"], await intentOf(checkout.id), await reservedOf(1)]).toEqual(["DECLINED", { state: "CANCELLED", taken: 0 }, 0]);
  });

  test("thresholds are data: a large first order of a guest, many declines", async () => {
    await slice.owner.raw("update orders.checkout_settings set review_first_order_above_units = 500");
    const guest = till(slice.graph);
    const first = await guest.pay({ cartId: await guest.cartWith({ 5: 1 }) });
    expect(first["__typename"]).toBe("FraudReview");
    await support().fraudReviewResolve({ checkoutId: first["checkout"].id, verdict: "REJECT" });
    expect((await her().pay({ cartId: await her().cartWith({ 5: 1 }) }))["__typename"]).toBe("CheckoutCompleteSuccess");
    await slice.owner.raw("update orders.checkout_settings set review_first_order_above_units = null, review_declines_per_day = 1");
    const cartId = await guest.cartWith({ 1: 1 });
    for (let n = 0; n < 2; n += 1) expect((await guest.pay({ cartId, paymentToken: "tok_declined" }))["__typename"]).toBe("PaymentDeclined");
    const flagged = await guest.pay({ cartId });
    expect(flagged["__typename"]).toBe("FraudReview");
    await support().fraudReviewResolve({ checkoutId: flagged["checkout"].id, verdict: "APPROVE" });
    await slice.owner.raw("update orders.checkout_settings set review_first_order_above_units = 100000, review_declines_per_day = 10");
  });

  test("CheckoutNotFound, InvalidIdempotencyKey, IdempotencyConflict; only SUPPORT and ADMIN see and decide", async () => {
    expect((await support().fraudReviewResolve({ checkoutId: "chk_x", verdict: "APPROVE" }))["__typename"]).toBe("CheckoutNotFound");
    const cartId = await her().cartWith({ 1: 1 });
    const { checkout } = await her().checkoutStart({ cartId });
    expect(await support().fraudReviewResolve({ checkoutId: checkout.id, verdict: "APPROVE" })).toMatchObject({ __typename: "ReviewAlreadyResolved", verdict: null });
    expect((await support().fraudReviewResolve({ checkoutId: checkout.id, verdict: "APPROVE", idempotencyKey: "" }))["__typename"]).toBe("InvalidIdempotencyKey");
    await expect(her().fraudReviewResolve({ checkoutId: checkout.id, verdict: "APPROVE" })).rejects.toThrow();
    await expect(her().fraudReviews()).rejects.toThrow();
    await her().checkoutCancel({ cartId });
  });
});

describe("paymentCapture, paymentVoid", () => {
  const placed = async (quantity = 2) => {
    const { order } = await her().pay({ cartId: await her().cartWith({ 1: quantity }), paymentToken: "tok_manual" });
    expect(order).toMatchObject({ state: "PLACED", totals: { paid: { amount: "0.00" }, due: { amount: `${quantity + quantity / 2}.00` } } });
    const { payments: [payment] } = await support().orderMoney(order.id);
    expect(payment).toMatchObject({ state: "AUTHORIZED", method: "CARD", authorized: { amount: `${quantity + quantity / 2}.00` }, amount: { amount: "0.00" }, events: [{ kind: "AUTHORIZED" }] });
    return { order, payment };
  };

  test("PaymentCaptureSuccess: all of it; the order is paid; the same key answers the same", async () => {
    const { order, payment } = await placed();
    const input = { paymentId: payment.id, idempotencyKey: randomUUID() };
    const first = await support().paymentCapture(input);
    expect(first).toMatchObject({ __typename: "PaymentCaptureSuccess", payment: { state: "CAPTURED", amount: { amount: "3.00" }, events: [{ kind: "AUTHORIZED" }, { kind: "CAPTURED", amount: { amount: "3.00" } }] }, order: { state: "PAID" } });
    expect(await support().paymentCapture(input)).toEqual(first);
    expect((await slice.owner.raw("select type from platform.outbox where aggregate_id = $1 order by event_id", [decodeId("ord", order.id)])).rows).toEqual([{ type: "OrderPlaced" }, { type: "OrderPaid" }]);
    expect(await support().paymentCapture({ paymentId: payment.id })).toMatchObject({ __typename: "PaymentNotAuthorized", state: "CAPTURED" });
    expect((await her().orderCancel(order.id)).order.payments).toMatchObject([{ state: "REFUNDED" }]);
  });

  test("PaymentCaptureSuccess: a part; what is left is let go and owed no more; InvalidCaptureAmount above what is held", async () => {
    const { order, payment } = await placed();
    for (const amount of ["0", "3.01", "-1", "1.001", "x"]) {
      const refused = support().paymentCapture({ paymentId: payment.id, amount });
      if (amount === "x") await expect(refused).rejects.toThrow();
      else expect(await refused).toMatchObject({ __typename: "InvalidCaptureAmount", authorized: { amount: "3.00" } });
    }
    expect(await support().paymentCapture({ paymentId: payment.id, amount: "1.5" })).toMatchObject({ payment: { state: "CAPTURED", amount: { amount: "1.50" } }, order: { state: "PAID" } });
    expect((await support().orderMoney(order.id))["totals"]).toMatchObject({ paid: { amount: "1.50" } });
  });

  test("PaymentVoidSuccess: nothing is taken; PaymentNotFound, PaymentNotAuthorized", async () => {
    const { payment } = await placed();
    expect(await support().paymentVoid({ paymentId: payment.id })).toMatchObject({ __typename: "PaymentVoidSuccess", payment: { state: "VOIDED", events: [{ kind: "AUTHORIZED" }, { kind: "VOIDED" }] }, order: { state: "PLACED" } });
    expect(await support().paymentVoid({ paymentId: payment.id })).toMatchObject({ __typename: "PaymentNotAuthorized", state: "VOIDED" });
    for (const verb of [support().paymentCapture, support().paymentVoid]) {
      expect((await verb({ paymentId: "pay_x" }))["__typename"]).toBe("PaymentNotFound");
      expect((await verb({ paymentId: payment.id, idempotencyKey: "" }))["__typename"]).toBe("InvalidIdempotencyKey");
    }
    await expect(her().paymentCapture({ paymentId: payment.id })).rejects.toThrow();
  });

  test("an order that is called off lets held money go", async () => {
    const { order, payment } = await placed();
    expect(await her().orderCancel(order.id)).toMatchObject({ __typename: "OrderCancelSuccess", refund: null, order: { state: "CANCELLED" } });
    expect((await support().orderMoney(order.id))["payments"]).toMatchObject([{ id: payment.id, state: "VOIDED" }]);
  });

  test("PaymentUnavailable: a lost answer is found by the same key, or by the sweeper", async () => {
    let lost = true;
    const payments = unreliablePayments(createFakePayments(slice.db), (moment, verb) => lost && verb === "capture" && moment === "after");
    const staff = till(graphOf(await createOrdersSubgraph({ ...given(), payments, sweepSeconds: 0 })), sam);
    const [one, two] = [await placed(), await placed(4)];
    const input = { paymentId: one.payment.id, idempotencyKey: randomUUID() };
    expect((await staff.paymentCapture(input))["__typename"]).toBe("PaymentUnavailable");
    const swept = { paymentId: two.payment.id, idempotencyKey: randomUUID() };
    expect((await staff.paymentCapture(swept))["__typename"]).toBe("PaymentUnavailable");
    lost = false;
    expect((await staff.paymentCapture(input))["__typename"]).toBe("PaymentCaptureSuccess");
    expect((await sweepUnfinished(createParts(given()))).payments).toBe(1);
    expect((await support().orderMoney(two.order.id))["payments"]).toMatchObject([{ state: "CAPTURED", amount: { amount: "6.00" } }]);
    // What the sweeper found done is what the call did: its key answers so, any other that it is done already.
    expect(await staff.paymentCapture(swept)).toMatchObject({ __typename: "PaymentCaptureSuccess", payment: { state: "CAPTURED" }, order: { state: "PAID" } });
    expect((await staff.paymentCapture({ ...swept, idempotencyKey: randomUUID() }))["__typename"]).toBe("PaymentNotAuthorized");
  });

  test("eight who capture and let go at once: one thing happens", async () => {
    const { payment } = await placed();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? support().paymentCapture({ paymentId: payment.id, ...(n === 2 ? { amount: "1.00" } : {}) }) : support().paymentVoid({ paymentId: payment.id }))));
    expect(answers.filter((answer) => answer["__typename"].endsWith("Success"))).toHaveLength(1);
    expect(answers.every((answer) => answer["__typename"].endsWith("Success") || ["RequestInProgress", "PaymentNotAuthorized"].includes(answer["__typename"]))).toBe(true);
  });

  test("the shop's policy: held when the order is placed, in two calls too", async () => {
    await slice.owner.raw("update orders.checkout_settings set capture = 'MANUAL'");
    const { checkout } = await her().checkoutStart({ cartId: await her().cartWith({ 1: 2 }) });
    const { order } = await her().pay({ checkoutId: checkout.id });
    await slice.owner.raw("update orders.checkout_settings set capture = 'AUTOMATIC'");
    expect(order).toMatchObject({ state: "PLACED", payments: [{ state: "AUTHORIZED" }] });
    await her().orderCancel(order.id);
  });
});

