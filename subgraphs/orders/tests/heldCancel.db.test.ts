import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { graphOf, person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import { silentLog } from "#platform/log.ts";
import { decodeId } from "#schema/values/ids.ts";
import { sweepUnfinished } from "../commands/sweepUnfinished.ts";
import { createParts, type PartsGiven } from "../parts.ts";
import { createFakePayments } from "../ports/fake/createFakePayments.ts";
import type { PaymentProvider } from "../ports/paymentProvider.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { expectBooksBalance } from "./books.ts";
import { desk } from "./promotions/desk.ts";
import { till } from "./till.ts";
import { crashingDatabase, endLeases, unreliablePayments } from "./unreliable.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const [ada, sam] = [person(SMALL_SHOP.ada), person(SMALL_SHOP.sam, "SUPPORT")];
const her = () => till(slice.graph, ada);
const support = () => till(slice.graph, sam);
const given = (over: Partial<PartsGiven> = {}): PartsGiven => ({ db: slice.db, clocks: testClocks, log: silentLog, ...over });
const graphWith = async (over: Partial<PartsGiven>) => graphOf(await createOrdersSubgraph({ ...given(over), sweepSeconds: 0 }));
const journalsOf = async (orderId: string) => (await slice.owner.raw<{ kind: string }>("select kind from orders.ledger_journals where order_id = $1 and kind not like 'VENDOR%' order by kind", [decodeId("ord", orderId)])).rows.map((row) => row.kind);
const intentOf = async (orderId: string) =>
  (await slice.owner.raw("select i.state, i.captured_units::int as taken, i.refunded_units::int as back from payment_fake.intents i join orders.payments p on p.provider_ref = i.ref where p.order_id = $1", [decodeId("ord", orderId)])).rows[0];
const stockOf = async () => (await slice.owner.raw("select on_hand::int, reserved::int from catalog.stock_levels where variant_id = $1", [SMALL_SHOP.variant(1)])).rows[0];
const balanceOf = async (cardId: string) => (await slice.owner.raw<{ units: number }>("select balance_units::int as units from orders.gift_cards where id = $1", [decodeId("gft", cardId)])).rows[0]?.units;
/** The tax that the books still owe of an order. */
const taxOwed = async (orderId: string) => (await slice.owner.raw<{ units: number }>("select coalesce(sum(e.units), 0)::int as units from orders.ledger_entries e join orders.ledger_journals j on j.id = e.journal_id where e.account = 'tax' and j.order_id = $1", [decodeId("ord", orderId)])).rows[0]?.units;

/** An order of 3.00 and its tax of 0.50 in it, whose money is held; `card` pays a part of it. */
async function placed(card?: { secret: string }) {
  const cartId = await her().cartWith({ 1: 2 });
  if (card) expect((await desk(slice.graph, ada).cartGiftCardAdd(cartId, card.secret))["__typename"]).toBe("CartGiftCardAddSuccess");
  const { order } = await her().pay({ cartId, paymentToken: "tok_manual" });
  expect(order).toMatchObject({ state: "PLACED", total: { amount: "3.00" } });
  const payment = (await support().orderMoney(order.id))["payments"].find((one: { method: string }) => one.method === "CARD");
  expect(payment).toMatchObject({ state: "AUTHORIZED" });
  return { id: order.id as string, paymentId: payment.id as string };
}

beforeAll(async () => {
  await slice.owner.raw("insert into orders.tax_rates (id, country_code, tax_class, name, rate_bps, is_included, valid_from) values (uuidv7(), 'GB', 'standard', 'VAT', 2000, true, '2000-01-01')");
});
afterEach(() => expectBooksBalance(slice.owner));

describe("orderCancel of an order whose money is held", () => {
  test("nothing was taken: the provider lets it go, no refund is written, the goods are back, the books end at nothing", async () => {
    const before = await stockOf();
    const { id, paymentId } = await placed();
    expect(await her().orderCancel(id)).toMatchObject({ __typename: "OrderCancelSuccess", refund: null, order: { state: "CANCELLED", refunds: [] } });
    expect(await intentOf(id)).toEqual({ state: "CANCELLED", taken: 0, back: 0 });
    expect((await support().orderMoney(id))["payments"]).toMatchObject([{ id: paymentId, state: "VOIDED", events: [{ kind: "AUTHORIZED" }, { kind: "VOIDED" }] }]);
    expect((await support().orderMoney(id))["totals"]).toMatchObject({ paid: { amount: "0.00" }, due: { amount: "0.00" } });
    expect([await journalsOf(id), await taxOwed(id), await stockOf()]).toEqual([["ORDER_PLACED", "PAYMENT_VOIDED"], 0, before]);
    expect(await support().paymentCapture({ paymentId })).toMatchObject({ __typename: "PaymentNotAuthorized", state: "VOIDED" });
  });

  test("a gift card paid a part: that part goes back to the card and is the whole refund, with its share of the tax", async () => {
    const card = await desk(slice.graph).giftCard("1.01");
    const { id } = await placed(card);
    expect(await balanceOf(card.id)).toBe(0);
    expect(await her().orderCancel(id)).toMatchObject({ __typename: "OrderCancelSuccess", refund: { total: { amount: "1.01" } }, order: { state: "CANCELLED", refunds: [{ total: { amount: "1.01" } }] } });
    expect([await balanceOf(card.id), await intentOf(id), await taxOwed(id)]).toEqual([101, { state: "CANCELLED", taken: 0, back: 0 }, 0]);
    expect(await journalsOf(id)).toEqual(["GIFT_CARD_SPENT", "ORDER_PLACED", "PAYMENT_VOIDED", "REFUND"]);
  });

  test("a part was taken and the rest let go: what was taken goes back, no more", async () => {
    const { id, paymentId } = await placed();
    expect((await support().paymentCapture({ paymentId, amount: "1.25" }))["__typename"]).toBe("PaymentCaptureSuccess");
    expect(await her().orderCancel(id)).toMatchObject({ __typename: "OrderCancelSuccess", refund: { total: { amount: "1.25" } }, order: { payments: [{ state: "REFUNDED", amount: { amount: "1.25" }, refunded: { amount: "1.25" } }] } });
    expect([await intentOf(id), await taxOwed(id)]).toEqual([{ state: "CAPTURED", taken: 125, back: 125 }, 0]);
  });

  test("let go by the shop's people first: the order is called off without a refund", async () => {
    const { id, paymentId } = await placed();
    expect((await support().paymentVoid({ paymentId }))["__typename"]).toBe("PaymentVoidSuccess");
    expect(await her().orderCancel(id)).toMatchObject({ __typename: "OrderCancelSuccess", refund: null });
    expect([await journalsOf(id), await taxOwed(id)]).toEqual([["ORDER_PLACED", "PAYMENT_VOIDED"], 0]);
  });

  test("PaymentUnavailable: the answer is lost before or after; the same key goes on, or the sweeper does, and it is done once", async () => {
    for (const moment of ["before", "after"] as const) {
      const card = await desk(slice.graph).giftCard("1.00");
      const { id, paymentId } = await placed(card);
      const payments = unreliablePayments(createFakePayments(slice.db), (at, verb) => verb === "cancel" && at === moment);
      const unlucky = till(await graphWith({ payments }), ada);
      const idempotencyKey = randomUUID();
      expect((await unlucky.orderCancel(id, { idempotencyKey }))["__typename"]).toBe("PaymentUnavailable");
      // The goods and the card wait until it is known what became of the held money; nobody takes it meanwhile.
      expect((await support().paymentCapture({ paymentId }))["__typename"]).toBe("RequestInProgress");
      if (moment === "before") expect((await her().orderCancel(id, { idempotencyKey }))["__typename"]).toBe("OrderCancelSuccess");
      else {
        await endLeases(slice.owner);
        expect((await sweepUnfinished(createParts(given()))).cancellations).toBe(1);
      }
      expect(await her().orderCancel(id, { idempotencyKey })).toMatchObject({ __typename: "OrderCancelSuccess", refund: { total: { amount: "1.00" } } });
      expect([await balanceOf(card.id), await intentOf(id)]).toEqual([100, { state: "CANCELLED", taken: 0, back: 0 }]);
    }
  });

  test("a process that dies before or after any of its transactions: the sweeper ends it, and all of it happened once", async () => {
    for (let step = 1, survived = false; !survived; step += 1) {
      const card = await desk(slice.graph).giftCard("1.00");
      const { id } = await placed(card);
      let moments = 0;
      const dying = till(await graphWith({ db: crashingDatabase(slice.db, () => ++moments === step) }), ada);
      const idempotencyKey = randomUUID();
      survived = await dying.orderCancel(id, { idempotencyKey }).then(() => true, () => false);
      await endLeases(slice.owner);
      await sweepUnfinished(createParts(given()));
      expect(await her().orderCancel(id, { idempotencyKey })).toMatchObject({ __typename: "OrderCancelSuccess", order: { state: "CANCELLED" }, refund: { total: { amount: "1.00" } } });
      expect([await balanceOf(card.id), await intentOf(id), await taxOwed(id)]).toEqual([100, { state: "CANCELLED", taken: 0, back: 0 }, 0]);
      if (survived) expect(step).toBeGreaterThan(6);
    }
  });
});

describe("paymentCapture beside orderCancel", () => {
  test("RequestInProgress while the order is being called off, PaymentNotAuthorized after: nothing is taken", async () => {
    const { id, paymentId } = await placed();
    const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const real = createFakePayments(slice.db);
    const cancel: PaymentProvider["cancel"] = async (request) => { reached.resolve(); await gate.promise; return real.cancel(request); };
    const cancelling = till(await graphWith({ payments: { ...real, cancel } }), ada).orderCancel(id);
    await reached.promise;
    // Even when the lease of the one at work has run out.
    await slice.owner.raw("update orders.payments set busy_until = null where id = $1", [decodeId("pay", paymentId)]);
    expect((await support().paymentCapture({ paymentId }))["__typename"]).toBe("RequestInProgress");
    gate.resolve();
    expect(await cancelling).toMatchObject({ __typename: "OrderCancelSuccess", refund: null });
    expect(await support().paymentCapture({ paymentId })).toMatchObject({ __typename: "PaymentNotAuthorized", state: "VOIDED" });
    expect(await intentOf(id)).toEqual({ state: "CANCELLED", taken: 0, back: 0 });
  });

  test("a capture under way that wins at the provider: what it took goes back", async () => {
    const { id, paymentId } = await placed();
    const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const real = createFakePayments(slice.db);
    const capture: PaymentProvider["capture"] = async (request) => { const taken = await real.capture(request); reached.resolve(); await gate.promise; return taken; };
    const capturing = till(await graphWith({ payments: { ...real, capture } }), sam).paymentCapture({ paymentId, amount: "2.00" });
    await reached.promise;
    expect(await her().orderCancel(id)).toMatchObject({ __typename: "OrderCancelSuccess", refund: { total: { amount: "2.00" } } });
    gate.resolve();
    expect(await capturing).toMatchObject({ __typename: "PaymentCaptureSuccess", payment: { state: "REFUNDED" }, order: { state: "CANCELLED" } });
    expect([await intentOf(id), await taxOwed(id)]).toEqual([{ state: "CAPTURED", taken: 200, back: 200 }, 0]);
  });

  test("eight who take and call off at once: the money is with the shop for an order that stands, or with the buyer", async () => {
    for (let round = 0; round < 6; round += 1) {
      const { id, paymentId } = await placed();
      const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? support().paymentCapture({ paymentId }) : her().orderCancel(id))));
      expect(answers.filter((answer) => answer["__typename"] === "OrderCancelSuccess").length).toBeLessThanOrEqual(1);
      if (!answers.some((answer) => answer["__typename"] === "OrderCancelSuccess")) expect((await her().orderCancel(id))["__typename"]).toBe("OrderCancelSuccess");
      const intent = (await intentOf(id)) as { taken: number; back: number };
      expect([intent.taken - intent.back, await taxOwed(id)]).toEqual([0, 0]);
    }
  });
});
