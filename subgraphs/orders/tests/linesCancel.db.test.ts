import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { insertVendorOrders } from "../queries/vendorOrders.ts";
import { findBreaches } from "../queries/audit/auditCheck.ts";
import { checks } from "../queries/audit/afterSale.ts";
import { checks as stockChecks } from "../queries/audit/stock.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter, type Parts, plantParts, VERA } from "./afterSale.ts";
import { shopper } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const [ada, bob] = [person(SMALL_SHOP.ada), person(SMALL_SHOP.bob)];

async function placed(quantities: Record<number, number>, parts?: Parts, viewer: Viewer = ada) {
  const buyer = shopper(slice.graph, viewer);
  // Placing splits and books by itself; parts that are planted are split by hand.
  await slice.owner.raw("update catalog.products set vendor_id = null");
  const cartId = await buyer.cartWith(quantities);
  const { order } = await buyer.checkoutComplete(cartId);
  const orderId = decodeId("ord", order.id) as string;
  const total = parts ? await plantParts(slice.owner, orderId, parts) : 0;
  await slice.db.tx((tx) => insertVendorOrders(tx, orderId, NOW.business));
  return { id: order.id as string, orderId, cartId, total, lines: order.lines.nodes.map((line: { id: string }) => line.id) as string[] };
}
const of = (lineId: string | undefined, quantity: number) => ({ lineId: lineId as string, quantity });
const pennies = (amount: string) => Number(amount.replace(".", ""));
const booksOf = async (orderId: string) => Object.fromEntries((await slice.owner.raw<{ account: string; units: number }>(
  "select e.account, sum(e.units)::int as units from orders.ledger_entries e join orders.ledger_journals j on j.id = e.journal_id where j.order_id = $1 and j.kind not in ('ORDER_PLACED', 'PAYMENT_CAPTURED') group by 1", [orderId])).rows.map((row) => [row.account, row.units]));

/** 3 lanterns at 1.50 with 0.51 off and 0.67 tax; 2 stands at 2.50 with 1.00 tax; postage 3.95 with 0.79 tax. */
const PARTS: Parts = { lines: [{ discount: 51, tax: 67, vendor: true }, { tax: 100 }], shipping: 395, shippingTax: 79 };

describe("orderLinesCancel", () => {
  test("OrderLinesCancelSuccess: one unit gives its part back, the last one all the rest with postage; goods, books and shares follow", async () => {
    const stock = async () => (await slice.owner.raw("select on_hand::int from catalog.stock_levels where variant_id = any($1) order by variant_id", [[SMALL_SHOP.variant(1), SMALL_SHOP.variant(2)]])).rows;
    const before = await stock();
    const { id, orderId, total, lines: [lantern, stand] } = await placed({ 1: 3, 2: 2 }, PARTS);
    expect(total).toBe(450 - 51 + 67 + 500 + 100 + 395 + 79);
    const her = counter(slice.graph, ada);
    const first = await her.orderLinesCancel(id, [of(lantern, 1)], { reason: "one too many" });
    expect(first).toMatchObject({
      __typename: "OrderLinesCancelSuccess", refund: { state: "PAID", total: { amount: "1.55" } },
      order: { state: "PAID", lines: { nodes: [{ cancelledQuantity: 1 }, { cancelledQuantity: 0 }] }, refunds: [{ cause: "CANCELLATION", tax: { amount: "0.22" }, reason: "one too many", lines: [{ code: "85121A", quantity: 1, amount: { amount: "1.55" } }] }] },
    });
    const last = await her.orderLinesCancel(id, [of(stand, 2), of(lantern, 2)]);
    expect(last.order).toMatchObject({ state: "CANCELLED", payments: [{ state: "REFUNDED" }] });
    expect(pennies(first.refund.total.amount) + pennies(last.refund.total.amount)).toBe(total);
    expect(last.order.refunds[0]).toMatchObject({ shipping: { amount: "4.74" } });
    expect(await stock()).toEqual(before);
    expect(await booksOf(orderId)).toMatchObject({ refunds: total - 67 - 100 - 79, tax: 67 + 100 + 79, "provider:fake": -total, vendor_shares: 0, [`vendor:${SMALL_SHOP.vendor}`]: 0 });
    expect((await slice.owner.raw("select share_units = reversed_units as whole, refunded_net_units = net_units as all from orders.vendor_orders where order_id = $1", [orderId])).rows).toEqual([{ whole: true, all: true }]);
  });

  test("OrderLinesCancelSuccess: a guest by the cart's id, and what is in a parcel stays in it", async () => {
    const { id, cartId, lines: [lantern] } = await placed({ 1: 3 }, { lines: [{}] }, GUEST);
    await counter(slice.graph).fulfilmentCreate(id, [of(lantern, 2)]);
    const guest = counter(slice.graph, GUEST);
    expect(await guest.orderLinesCancel(id, [of(lantern, 2)], { guestKey: cartId })).toMatchObject({ __typename: "NotEnoughUnits", available: 1 });
    expect(await guest.orderLinesCancel(id, [of(lantern, 1)], { guestKey: cartId })).toMatchObject({ __typename: "OrderLinesCancelSuccess", order: { state: "IN_FULFILMENT" } });
  });

  test("OrderNotFound: somebody else's, a guest's without the key or with another cart's, a vendor's own sale", async () => {
    const [hers, guests, other] = [await placed({ 1: 1 }, { lines: [{ vendor: true }] }), await placed({ 2: 1 }, undefined, GUEST), await placed({ 2: 1 }, undefined, GUEST)];
    for (const viewer of [bob, GUEST, VERA]) expect((await counter(slice.graph, viewer).orderLinesCancel(hers.id, [of(hers.lines[0], 1)], { guestKey: hers.cartId })).__typename).toBe("OrderNotFound");
    for (const guestKey of [undefined, other.cartId, guests.id, "x"]) expect((await counter(slice.graph, GUEST).orderLinesCancel(guests.id, [of(guests.lines[0], 1)], { guestKey })).__typename).toBe("OrderNotFound");
    expect((await counter(slice.graph, ada).orderLinesCancel(encodeId("ord", SMALL_SHOP.ada), [of(hers.lines[0], 1)])).__typename).toBe("OrderNotFound");
  });

  test("OrderNotCancellable, OrderLineNotFound, InvalidReason, InvalidIdempotencyKey, IdempotencyConflict, RequestInProgress", async () => {
    const { id, orderId, lines: [stand] } = await placed({ 2: 2 });
    const other = await placed({ 2: 1 });
    const [her, idempotencyKey] = [counter(slice.graph, ada), randomUUID()];
    expect((await her.orderLinesCancel(id, [of(other.lines[0], 1)])).__typename).toBe("OrderLineNotFound");
    expect((await her.orderLinesCancel(id, [of(stand, 1)], { reason: "x".repeat(501) })).__typename).toBe("InvalidReason");
    expect((await her.orderLinesCancel(id, [of(stand, 1)], { idempotencyKey: "" })).__typename).toBe("InvalidIdempotencyKey");
    const first = await her.orderLinesCancel(id, [of(stand, 1)], { idempotencyKey });
    expect(await her.orderLinesCancel(id, [of(stand, 1)], { idempotencyKey })).toEqual(first);
    expect((await her.orderLinesCancel(id, [of(stand, 2)], { idempotencyKey })).__typename).toBe("IdempotencyConflict");
    await slice.owner.raw("insert into orders.cancellations (order_id, refund_id, actor, idempotency_key, state, lease_until) values ($1, uuidv7(), 'x', 'x', 'RUNNING', now() + interval '1 hour')", [orderId]);
    expect((await her.orderLinesCancel(id, [of(stand, 1)])).__typename).toBe("RequestInProgress");
    expect((await counter(slice.graph).refundCreate(id, { amount: "0.01" })).__typename).toBe("RequestInProgress");
    await slice.owner.raw("delete from orders.cancellations where order_id = $1", [orderId]);
    await counter(slice.graph).sent(id, [of(stand, 1)]);
    expect(await her.orderLinesCancel(id, [of(stand, 1)])).toMatchObject({ __typename: "OrderNotCancellable", state: "DELIVERED" });
  });

  test("ten at once for four units: four are cancelled, and the money of four goes back", async () => {
    const { id, orderId, lines: [stand] } = await placed({ 2: 4 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => counter(slice.graph, ada).orderLinesCancel(id, [of(stand, 1)])));
    expect(answers.filter((answer) => answer.__typename === "OrderLinesCancelSuccess")).toHaveLength(4);
    expect((await slice.owner.raw("select refunded_units::int, amount_units::int from orders.payments where order_id = $1", [orderId])).rows).toEqual([{ refunded_units: 1000, amount_units: 1000 }]);
  });

  test("in whatever steps all units are cancelled, exactly what was paid goes back, and no share or tax is left", async () => {
    const penny = fc.integer({ min: 0, max: 149 });
    await fc.assert(fc.asyncProperty(fc.tuple(penny, penny, penny), fc.tuple(penny, penny), fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 1, max: 3 })), { maxLength: 8 }), async ([off, tax, included], [shipping, shippingTax], steps) => {
      const { id, orderId, total, lines } = await placed({ 1: 5, 3: 7 }, { lines: [{ discount: off, tax, taxIncluded: included, vendor: true }, { discount: off % 80, taxIncluded: tax % 8 }], shipping, shippingTax });
      const her = counter(slice.graph, ada);
      for (const [line, quantity] of steps) await her.orderLinesCancel(id, [of(lines[line], quantity)]);
      const left = (await her.order(id)).lines.nodes.map((line: { id: string; quantity: number; cancelledQuantity: number }) => of(line.id, line.quantity - line.cancelledQuantity)).filter((line: { quantity: number }) => line.quantity > 0);
      if (left.length > 0) await her.orderLinesCancel(id, left);
      const order = await her.order(id);
      expect(order.state).toBe("CANCELLED");
      expect(order.refunds.reduce((so: number, refund: { total: { amount: string } }) => so + pennies(refund.total.amount), 0)).toBe(total);
      const books = await booksOf(orderId);
      expect([books["provider:fake"] ?? 0, books["tax"] ?? 0, books["vendor_shares"] ?? 0]).toEqual([-total, tax + included + (tax % 8) + shippingTax, 0].map((units) => units + 0));
    }), { numRuns: 12 });
  }, 120_000);
});

describe("refundCreate", () => {
  test("RefundCreateSuccess: an amount by agreement, then lines; RefundTooLarge beyond what is left", async () => {
    const { id, orderId, lines: [lantern, stand] } = await placed({ 1: 3, 2: 2 }, PARTS);
    const sam = counter(slice.graph);
    const share = async () => (await slice.owner.raw("select refunded_net_units::int as net, reversed_units::int as reversed, share_units = reversed_units as whole from orders.vendor_orders where order_id = $1", [orderId])).rows;
    expect(await sam.refundCreate(id, { amount: "2.50", reason: "late" })).toMatchObject({ __typename: "RefundCreateSuccess", refund: { state: "PAID", total: { amount: "2.50" }, lines: [{ code: "AGREED", quantity: 1 }] } });
    // The vendor's lines came to 3.99 of 15.40 without tax; of their share nine tenths are the vendor's.
    expect(await share()).toEqual([{ net: Math.floor((399 * 250) / 1540), reversed: 58, whole: false }]);
    expect(await sam.refundCreate(id, { lines: [of(stand, 1)], shipping: true })).toMatchObject({ refund: { total: { amount: "7.74" }, lines: [{ code: "85122A" }, { code: "SHIPPING", amount: { amount: "4.74" } }] } });
    expect(await sam.refundCreate(id, { amount: "5.17" })).toMatchObject({ __typename: "RefundTooLarge", refundable: { amount: "5.16" } });
    expect(await sam.refundCreate(id, { lines: [of(lantern, 3), of(stand, 1)] })).toMatchObject({ __typename: "RefundTooLarge" });
    expect((await sam.refundCreate(id, { amount: "5.16" })).order.payments).toMatchObject([{ state: "REFUNDED" }]);
    expect(await share()).toEqual([{ net: 399, reversed: 359, whole: true }]);
    expect(await booksOf(orderId)).toMatchObject({ vendor_shares: 0, [`vendor:${SMALL_SHOP.vendor}`]: 0 });
    expect(await sam.refundCreate(id, { amount: "0.01" })).toMatchObject({ __typename: "RefundTooLarge", refundable: { amount: "0.00" } });
  });

  test("NothingToRefund, NotEnoughUnits, OrderLineNotFound, OrderNotFound, InvalidRefundAmount, InvalidReason, and the keys", async () => {
    const { id, lines: [stand] } = await placed({ 2: 2 });
    const [sam, idempotencyKey] = [counter(slice.graph), randomUUID()];
    const first = await sam.refundCreate(id, { lines: [of(stand, 1)], idempotencyKey });
    expect(await sam.refundCreate(id, { lines: [of(stand, 1)], idempotencyKey })).toEqual(first);
    expect((await sam.refundCreate(id, { lines: [of(stand, 2)], idempotencyKey })).__typename).toBe("IdempotencyConflict");
    expect((await sam.refundCreate(id, { amount: "1.00", idempotencyKey: "" })).__typename).toBe("InvalidIdempotencyKey");
    expect((await sam.refundCreate(id, { shipping: true })).__typename).toBe("NothingToRefund");
    expect((await sam.refundCreate(id, { lines: [of(stand, 2)] })).__typename).toBe("NotEnoughUnits");
    expect((await sam.refundCreate(id, { lines: [of("oln_1", 1)] })).__typename).toBe("OrderLineNotFound");
    expect((await sam.refundCreate("ord_1", { amount: "1.00" })).__typename).toBe("OrderNotFound");
    for (const amount of ["0", "-1", "0.001", "0.00"]) expect((await sam.refundCreate(id, { amount })).__typename).toBe("InvalidRefundAmount");
    expect((await sam.refundCreate(id, { amount: "1.00", reason: "\0" })).__typename).toBe("InvalidReason");
    for (const wrong of [{}, { amount: "1.00", shipping: true }, { amount: "1.00", lines: [of(stand, 1)] }]) await expect(sam.refundCreate(id, wrong)).rejects.toThrow("either");
    for (const viewer of [ada, VERA]) await expect(counter(slice.graph, viewer).refundCreate(id, { amount: "1.00" })).rejects.toThrow("You may not");
  });

  test("after a refund by agreement, cancelling gives back what is left, never more", async () => {
    const { id, total, lines: [lantern, stand] } = await placed({ 1: 3, 2: 2 }, PARTS);
    await counter(slice.graph).refundCreate(id, { amount: "10.00" });
    const { order, refund } = await counter(slice.graph, ada).orderLinesCancel(id, [of(lantern, 3), of(stand, 2)]);
    expect(pennies(refund.total.amount)).toBe(total - 1000);
    expect(order.payments).toMatchObject([{ state: "REFUNDED" }]);
    expect(order.refunds[0].lines.reduce((so: number, line: { amount: { amount: string } }) => so + pennies(line.amount.amount), 0)).toBe(total - 1000);
  });

  test("twelve who refund at once: never above what was taken", async () => {
    const { id, orderId } = await placed({ 2: 4 });
    const answers = await Promise.all(Array.from({ length: 12 }, () => counter(slice.graph).refundCreate(id, { amount: "3.00" })));
    expect(answers.filter((answer) => answer.__typename === "RefundCreateSuccess")).toHaveLength(3);
    expect((await slice.owner.raw("select refunded_units::int, refunding_units::int from orders.payments where order_id = $1", [orderId])).rows).toEqual([{ refunded_units: 900, refunding_units: 0 }]);
  });
});

test("after all of this, what must hold does", async () => {
  expect(await findBreaches(slice.owner, [...checks, ...stockChecks])).toEqual([]);
});
