import { afterEach, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { decodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter, SAM, VERA } from "./afterSale.ts";
import { expectBooksBalance } from "./books.ts";
import { desk } from "./promotions/desk.ts";
import { CART, variantId } from "./shopper.ts";
import { till } from "./till.ts";

// Money that is nobody's daily case: paid by several means, or by none; disputed; never taken; above what 64 bits hold.
const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const ada = person(SMALL_SHOP.ada);
const her = () => till(slice.graph, ada);
const shop = () => counter(slice.graph);
const hers = () => counter(slice.graph, ada);
const onHand = async (n: number) => (await slice.owner.raw<{ n: number }>("select on_hand::int as n from catalog.stock_levels where variant_id = $1", [SMALL_SHOP.variant(n)])).rows[0]?.n ?? 0;
const lineOf = async (orderId: string): Promise<string> => (await shop().order(orderId)).lines.nodes[0].id;
const balanceOf = async (giftCardId: string) => (await slice.owner.raw<{ n: number }>("select balance_units::int as n from orders.gift_cards where id = $1", [decodeId("gft", giftCardId)])).rows[0]?.n;
const run = async (verb: string, source: string, variables: object, viewer = SAM) => (await slice.graph.as(viewer).run(source, { ...variables })).data[verb];
const refundedBy = async (orderId: string) => Object.fromEntries((await slice.owner.raw<{ provider: string; n: number }>(
  "select provider, sum(refunded_units)::int as n from orders.payments where order_id = $1 group by provider", [decodeId("ord", orderId)])).rows.map(({ provider, n }) => [provider, n]));

afterEach(() => expectBooksBalance(slice.owner));

test("card and gift card: money goes back to the card first, then to the gift card, and never more than each has paid", async () => {
  const card = await desk(slice.graph).giftCard("2.50");
  const cartId = await her().cartWith({ 1: 4 });
  await desk(slice.graph, ada).cartGiftCardAdd(cartId, card.secret);
  const { order } = await her().pay({ cartId });
  expect(await balanceOf(card.id)).toBe(0);
  await shop().refundCreate(order.id, { amount: "3.00" });
  expect(await refundedBy(order.id)).toEqual({ fake: 300, gift_card: 0 });
  await shop().refundCreate(order.id, { amount: "1.00" });
  expect(await refundedBy(order.id)).toEqual({ fake: 350, gift_card: 50 });
  expect(await shop().refundCreate(order.id, { amount: "2.01" })).toMatchObject({ __typename: "RefundTooLarge", refundable: { amount: "2.00" } });
  expect((await hers().orderLinesCancel(order.id, [{ lineId: await lineOf(order.id), quantity: 4 }]))["order"].state).toBe("CANCELLED");
  expect([await refundedBy(order.id), await balanceOf(card.id)]).toEqual([{ fake: 350, gift_card: 250 }, 250]);
});

test("a gift card alone: no provider is asked, and calling the order off gives all of it back", async () => {
  const card = await desk(slice.graph).giftCard("10.00");
  const before = await onHand(1);
  const cartId = await her().cartWith({ 1: 2 });
  await desk(slice.graph, ada).cartGiftCardAdd(cartId, card.secret);
  const { order } = await her().pay({ cartId });
  expect([await balanceOf(card.id), (await her().orderMoney(order.id)).payments.map((payment: { method: string }) => payment.method)]).toEqual([700, ["GIFT_CARD"]]);
  expect((await her().orderCancel(order.id))["__typename"]).toBe("OrderCancelSuccess");
  expect([await balanceOf(card.id), await onHand(1)]).toEqual([1_000, before]);
});

test("an order of nothing to pay: units called off one by one, then as a whole, are put back once", async () => {
  const promotion = await desk(slice.graph).promotion({ name: "All", percent: "100" }, ["ALLFREE"]);
  const before = await onHand(2);
  const cartId = await her().cartWith({ 2: 3 });
  await desk(slice.graph, ada).cartApplyCode(cartId, "ALLFREE");
  const { order } = await her().pay({ cartId });
  await desk(slice.graph).promotionDisable(promotion.id);
  expect(order).toMatchObject({ state: "PAID", total: { amount: "0.00" } });
  expect(await hers().orderLinesCancel(order.id, [{ lineId: await lineOf(order.id), quantity: 1 }])).toMatchObject({ __typename: "OrderLinesCancelSuccess", refund: null });
  expect(await her().orderCancel(order.id)).toMatchObject({ __typename: "OrderCancelSuccess", refund: null });
  expect(await onHand(2)).toBe(before);
});

test("a disputed payment: its lines are not called off for nothing while the bank has the money", async () => {
  const { order } = await her().pay({ cartId: await her().cartWith({ 1: 2 }) });
  const stand = (state: string) => slice.owner.raw("update orders.payments set state = $2 where order_id = $1", [decodeId("ord", order.id), state]);
  await stand("DISPUTED");
  const lineId = await lineOf(order.id);
  expect(await hers().orderLinesCancel(order.id, [{ lineId, quantity: 1 }])).toMatchObject({ __typename: "OrderNotCancellable" });
  await stand("CAPTURED");
  expect((await hers().orderLinesCancel(order.id, [{ lineId, quantity: 1 }]))["refund"]).toMatchObject({ total: { amount: "1.50" } });
});

test("OrderNotInvoiceable: what was called off before anything was taken was never sold", async () => {
  const { order } = await her().pay({ cartId: await her().cartWith({ 1: 1 }), paymentToken: "tok_manual" });
  await her().orderCancel(order.id);
  const source = "mutation ($orderId: ID!) { orderInvoice(input: { orderId: $orderId }) { __typename ... on OrderNotInvoiceable { state } } }";
  expect(await run("orderInvoice", source, { orderId: order.id }, ada)).toEqual({ __typename: "OrderNotInvoiceable", state: "CANCELLED" });
});

test.each(["half a pair: \ud83d", "nothing: \0"])("InvalidNote for what no one can read (%j)", async (text) => {
  const { order } = await her().pay({ cartId: await her().cartWith({ 1: 1 }) });
  const source = "mutation ($orderId: ID!, $text: String!) { orderNoteAdd(input: { orderId: $orderId, text: $text }) { __typename } }";
  expect(await run("orderNoteAdd", source, { orderId: order.id, text })).toEqual({ __typename: "InvalidNote" });
});

test("OrderTooLarge: prices near the end of 64 bits times many are told, not overflown", async () => {
  const { rows: [price] } = await slice.owner.raw<{ unit_amount: string }>("select unit_amount::text from catalog.prices where variant_id = $1", [SMALL_SHOP.variant(3)]);
  const set = (amount: string) => slice.owner.raw("update catalog.prices set unit_amount = $2 where variant_id = $1", [SMALL_SHOP.variant(3), amount]);
  const cartId = await her().cartWith({ 3: 1 });
  await set("9000000000000000000");
  try {
    const { data, errors } = await slice.graph.as(ada).run(`mutation ($input: CartLinesSetInput!) { cartLinesSet(input: $input) { __typename ... on CartLinesSetSuccess { cart { ${CART} totals { total { amount } due { amount } } } } } }`,
      { input: { cartId, lines: [{ variantId: variantId(3), quantity: 100_000 }] } });
    expect([errors, data["cartLinesSet"]?.cart?.totals.total.amount]).toEqual([undefined, "900000000000000000000.00"]);
    expect((await her().checkoutStart({ cartId }))["__typename"]).toBe("OrderTooLarge");
    expect((await her().pay({ cartId }))["__typename"]).toBe("OrderTooLarge");
  } finally {
    await set(price?.unit_amount ?? "1");
  }
});

test("a vendor's people see and move nothing of what is not theirs, by any verb of the shop's people", async () => {
  const { order } = await her().pay({ cartId: await her().cartWith({ 1: 1 }) });
  const lineId = await lineOf(order.id);
  const vera = counter(slice.graph, VERA);
  expect(await vera.order(order.id)).toBeNull();
  expect((await vera.orderLinesCancel(order.id, [{ lineId, quantity: 1 }]))["__typename"]).toBe("OrderNotFound");
  for (const verb of [() => vera.refundCreate(order.id, { amount: "0.01" }), () => vera.returnResolve(order.id, "APPROVE"), () => vera.returnReceive(order.id)]) await expect(verb()).rejects.toThrow(/may not|not allowed|FORBIDDEN|only/i);
});
