import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, expect, test } from "vitest";
import { graphOf, person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import { GUEST } from "#kit/viewer.ts";
import { silentLog } from "#platform/log.ts";
import { decodeId } from "#schema/values/ids.ts";
import { sweepUnfinished } from "../commands/sweepUnfinished.ts";
import { createParts } from "../parts.ts";
import { createFakePayments } from "../ports/fake/createFakePayments.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter, SAM } from "./afterSale.ts";
import { expectBooksBalance } from "./books.ts";
import { ADDRESS, cartShopper, plantDelivery, WORLD_STANDARD } from "./cartShopper.ts";
import { variantId } from "./shopper.ts";
import { till } from "./till.ts";
import { endLeases, unreliablePayments } from "./unreliable.ts";

// Ends that meet: half taken and called off, half called off and called off as a whole, disputed and called off.
const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const ada = person(SMALL_SHOP.ada);
const her = () => till(slice.graph, ada);
const given = () => ({ db: slice.db, clocks: testClocks, log: silentLog });
const onHand = async (n: number) => (await slice.owner.raw<{ n: number }>("select on_hand::int as n from catalog.stock_levels where variant_id = $1", [SMALL_SHOP.variant(n)])).rows[0]?.n ?? 0;
const lineOf = async (orderId: string): Promise<string> => (await counter(slice.graph).order(orderId)).lines.nodes[0].id;
const taxBooked = async (orderId: string) => (await slice.owner.raw<{ n: number }>(
  "select coalesce(sum(e.units), 0)::int as n from orders.ledger_entries e join orders.ledger_journals j on j.id = e.journal_id where j.order_id = $1 and e.account = 'tax'", [decodeId("ord", orderId)])).rows[0]?.n;

beforeAll(() => plantDelivery(slice.owner));
afterEach(() => expectBooksBalance(slice.owner));

test("half of the held money was taken, then the order is called off: what was taken goes back, with its tax once", async () => {
  const { order } = await her().pay({ cartId: await her().cartWith({ 1: 4 }), paymentToken: "tok_manual" });
  const money = await her().orderMoney(order.id);
  expect((await till(slice.graph, SAM).paymentCapture({ paymentId: money.payments[0].id, amount: "2.00" }))["__typename"]).toBe("PaymentCaptureSuccess");
  expect(await her().orderCancel(order.id)).toMatchObject({ __typename: "OrderCancelSuccess", refund: { total: { amount: "2.00" } } });
  expect(await taxBooked(order.id)).toBe(0);
});

test("a line was called off and its money is on its way: calling off the rest waits for it, and nothing is stuck", async () => {
  let isAway = true;
  const payments = unreliablePayments(createFakePayments(slice.db), (moment, verb) => isAway && moment === "before" && verb === "refund");
  const graph = graphOf(await createOrdersSubgraph({ ...given(), payments, sweepSeconds: 0 }));
  const before = await onHand(1);
  const { order } = await till(graph, ada).pay({ cartId: await her().cartWith({ 1: 3 }) });
  expect((await counter(graph, ada).orderLinesCancel(order.id, [{ lineId: await lineOf(order.id), quantity: 1 }]))["__typename"]).toBe("OrderLinesCancelSuccess");
  const answer = await till(graph, ada).orderCancel(order.id);
  expect(answer["__typename"]).toBe("OrderNotCancellable");
  isAway = false;
  await endLeases(slice.owner);
  await sweepUnfinished(createParts(given()));
  expect((await counter(graph, ada).orderLinesCancel(order.id, [{ lineId: await lineOf(order.id), quantity: 2 }]))["order"].state).toBe("CANCELLED");
  expect(await onHand(1)).toBe(before);
});

test("what replaces returned goods is not called off by its buyer, who would lose the money too; the shop may, and each unit is put back once", async () => {
  const { order } = await her().pay({ cartId: await her().cartWith({ 1: 2 }) });
  const shop = counter(slice.graph);
  const lineId = await lineOf(order.id);
  await shop.sent(order.id, [{ lineId, quantity: 2 }]);
  const { return: asked } = await counter(slice.graph, ada).returnRequest(order.id, [{ lineId, quantity: 2 }], { exchange: { variantId: variantId(1) } });
  const resolved = await shop.returnResolve(asked.id, "APPROVE", { restock: true });
  const replacement = resolved["return"].replacement;
  expect(await her().orderCancel(replacement.id)).toMatchObject({ __typename: "OrderNotCancellable" });
  const replaced = await lineOf(replacement.id);
  expect(await counter(slice.graph, ada).orderLinesCancel(replacement.id, [{ lineId: replaced, quantity: 1 }])).toMatchObject({ __typename: "OrderNotCancellable" });

  const before = await onHand(1);
  expect(await shop.orderLinesCancel(replacement.id, [{ lineId: replaced, quantity: 1 }])).toMatchObject({ __typename: "OrderLinesCancelSuccess" });
  expect(await till(slice.graph, SAM).orderCancel(replacement.id)).toMatchObject({ __typename: "OrderCancelSuccess", refund: null });
  expect(await onHand(1)).toBe(before + 2);
});

test("a disputed payment: its order is not called off while the bank has the money, and nothing is stuck", async () => {
  const { order } = await her().pay({ cartId: await her().cartWith({ 1: 1 }) });
  const dispute = (state: string) => slice.owner.raw("with p as (update orders.payments set state = $2 where order_id = $1 returning id) select id from p", [decodeId("ord", order.id), state]);
  await dispute("DISPUTED");
  expect(await her().orderCancel(order.id)).toMatchObject({ __typename: "OrderNotCancellable" });
  await dispute("CAPTURED");
  expect(await her().orderCancel(order.id)).toMatchObject({ __typename: "OrderCancelSuccess" });
});

test("the shop's people do not see by what a guest pays", async () => {
  const guest = till(slice.graph, GUEST);
  const cartId = await guest.cartWith({ 1: 1 });
  const { checkout } = await guest.checkoutStart({ cartId });
  expect(checkout.payment.clientSecret).toEqual(expect.any(String));
  expect((await till(slice.graph, SAM).checkout(checkout.id)).payment).toMatchObject({ clientSecret: null, actionUrl: null });
  expect((await guest.checkout(checkout.id, cartId)).payment.clientSecret).toBe(checkout.payment.clientSecret);
  await guest.checkoutCancel({ cartId });
});

test("two guests may choose one idempotency key: neither hears of the other", async () => {
  const guest = till(slice.graph, GUEST);
  const idempotencyKey = "order-1";
  const [one, two] = [await guest.cartWith({ 1: 1 }), await guest.cartWith({ 1: 2 })];
  const first = await guest.pay({ cartId: one, idempotencyKey });
  const second = await guest.pay({ cartId: two, idempotencyKey });
  expect([first["__typename"], second["__typename"]]).toEqual(["CheckoutCompleteSuccess", "CheckoutCompleteSuccess"]);
  expect((await guest.pay({ cartId: one, idempotencyKey }))["order"].id).toBe(first["order"].id);
});

test.each(["half a pair: \ud83d", "nothing: \0", "turned: \u202e"])("InvalidReason for what no one can read, before anything moves (%j)", async (reason) => {
  const { order } = await her().pay({ cartId: await her().cartWith({ 1: 2 }) });
  const lineId = await lineOf(order.id);
  expect((await her().orderCancel(order.id, { reason }))["__typename"]).toBe("InvalidReason");
  expect((await counter(slice.graph, ada).orderLinesCancel(order.id, [{ lineId, quantity: 1 }], { reason }))["__typename"]).toBe("InvalidReason");
  expect((await counter(slice.graph).refundCreate(order.id, { amount: "1.00", reason }))["__typename"]).toBe("InvalidReason");
  expect((await counter(slice.graph).fulfilmentCreate(order.id, [{ lineId, quantity: 1 }], { tracking: { carrier: "C", number: reason } }))["__typename"]).toBe("InvalidTracking");
  const parcel = (await counter(slice.graph).fulfilmentCreate(order.id, [{ lineId, quantity: 2 }]))["fulfilment"];
  expect((await counter(slice.graph).fulfilmentShip(parcel.id, { number: reason }))["__typename"]).toBe("InvalidTracking");
  await counter(slice.graph).fulfilmentShip(parcel.id);
  expect((await counter(slice.graph, ada).returnRequest(order.id, [{ lineId, quantity: 1, reason }]))["__typename"]).toBe("InvalidReason");
  const { return: asked } = await counter(slice.graph, ada).returnRequest(order.id, [{ lineId, quantity: 1, reason: "wrong\nsize" }]);
  expect((await counter(slice.graph).returnResolve(asked.id, "REJECT", { note: reason }))["__typename"]).toBe("InvalidReason");
});

test("a key is a person's: another person's content under it is another call", async () => {
  const idempotencyKey = randomUUID();
  const bob = till(slice.graph, person(SMALL_SHOP.bob));
  const [hers, his] = [await her().pay({ cartId: await her().cartWith({ 1: 1 }), idempotencyKey }), await bob.pay({ cartId: await bob.cartWith({ 1: 1 }), idempotencyKey })];
  expect(hers["order"].id).not.toBe(his["order"].id);
});

test("tax that is added, postage and a price of a third decimal: the order, its payment, each refund and the books say the same to the penny", async () => {
  await slice.owner.raw("update catalog.prices set unit_amount = 5005, exponent = 3 where variant_id = $1", [SMALL_SHOP.variant(1)]);
  const cartId = await cartShopper(slice.graph, ada).cartWith({ 1: 3, 5: 1 }, {});
  await cartShopper(slice.graph, ada).deliver(cartId, { email: "ada@example.test", address: { ...ADDRESS, countryCode: "NO" }, methodId: WORLD_STANDARD });
  const { order } = await her().pay({ cartId });
  const { totals, payments } = await her().orderMoney(order.id);
  expect(payments[0].amount.amount).toBe(totals.total.amount);
  expect(await taxBooked(order.id)).toBe(-Number(totals.tax.amount.replace(".", "")));
  const [first, second] = (await counter(slice.graph).order(order.id)).lines.nodes as { id: string; quantity: number }[];
  for (let unit = 0; unit < 3; unit += 1) await counter(slice.graph, ada).orderLinesCancel(order.id, [{ lineId: first?.id as string, quantity: 1 }]);
  const after = await counter(slice.graph, ada).orderLinesCancel(order.id, [{ lineId: second?.id as string, quantity: 1 }]);
  expect(after["order"]).toMatchObject({ state: "CANCELLED", payments: [{ state: "REFUNDED", refunded: totals.total }] });
  expect(await taxBooked(order.id)).toBe(0);
});

test("an amount that goes back by agreement takes its share of the tax along; with the last penny, whichever way, the last of the tax goes", async () => {
  const sell = async () => (await her().pay({ cartId: await her().cartWith({ 1: 3, 5: 1 }) }))["order"] as { id: string; total: { amount: string } };
  const whole = await sell();
  await counter(slice.graph).refundCreate(whole.id, { amount: "1.01" });
  expect(await taxBooked(whole.id)).toBeGreaterThan(-Number((await her().orderMoney(whole.id)).totals.taxIncluded.amount.replace(".", "")));
  await counter(slice.graph).refundCreate(whole.id, { amount: (Number(whole.total.amount) - 1.01).toFixed(2) });
  expect(await taxBooked(whole.id)).toBe(0);

  const mixed = await sell();
  await counter(slice.graph).refundCreate(mixed.id, { amount: "1.01" });
  for (const line of (await counter(slice.graph).order(mixed.id)).lines.nodes as { id: string; quantity: number }[]) {
    for (let unit = 0; unit < line.quantity; unit += 1) await counter(slice.graph, ada).orderLinesCancel(mixed.id, [{ lineId: line.id, quantity: 1 }]);
  }
  expect(await taxBooked(mixed.id)).toBe(0);
  expect(await counter(slice.graph, ada).order(mixed.id)).toMatchObject({ state: "CANCELLED", payments: [{ state: "REFUNDED" }] });
});
