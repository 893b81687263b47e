import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { insertReplacementOrder } from "../queries/afterSale/returns.ts";
import { insertVendorOrders } from "../queries/vendorOrders.ts";
import { findBreaches } from "../queries/audit/auditCheck.ts";
import { checks } from "../queries/audit/afterSale.ts";
import { checks as stockChecks } from "../queries/audit/stock.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter, type Parts, plantParts, VERA } from "./afterSale.ts";
import { shopper, variantId } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const [ada, bob] = [person(SMALL_SHOP.ada), person(SMALL_SHOP.bob)];

/** A delivered order of which everything may go back. */
async function delivered(quantities: Record<number, number>, parts?: Parts, viewer: Viewer = ada) {
  const buyer = shopper(slice.graph, viewer);
  // Placing splits and books by itself; parts that are planted are split by hand.
  await slice.owner.raw("update catalog.products set vendor_id = null");
  const cartId = await buyer.cartWith(quantities);
  const { order } = await buyer.checkoutComplete(cartId);
  const orderId = decodeId("ord", order.id) as string;
  const total = parts ? await plantParts(slice.owner, orderId, parts) : 0;
  await slice.db.tx((tx) => insertVendorOrders(tx, orderId, NOW.business));
  const lines = order.lines.nodes as { id: string; quantity: number }[];
  await counter(slice.graph).sent(order.id, lines.map((line) => of(line.id, line.quantity)));
  return { id: order.id as string, orderId, cartId, total, number: order.number as string, lines: lines.map((line) => line.id) };
}
const of = (lineId: string | undefined, quantity: number, reason?: string) => ({ lineId: lineId as string, quantity, ...(reason ? { reason } : {}) });
const pennies = (amount: string) => Number(amount.replace(".", ""));
const onHand = async (n: number) => (await slice.owner.raw<{ n: number }>("select on_hand::int as n from catalog.stock_levels where variant_id = $1", [SMALL_SHOP.variant(n)])).rows[0]?.n;
const PARTS: Parts = { lines: [{ discount: 51, tax: 67, vendor: true }, { tax: 100 }], shipping: 395, shippingTax: 79 };

describe("returns", () => {
  test("ReturnRequestSuccess, ReturnResolveSuccess, ReturnReceiveSuccess: money at once, goods on the shelf when they are here, RETURNED when all is", async () => {
    const { id, orderId, number, total, lines: [lantern, stand] } = await delivered({ 1: 3, 2: 2 }, PARTS);
    const [her, sam, before] = [counter(slice.graph, ada), counter(slice.graph), await onHand(1)];
    const asked = await her.returnRequest(id, [of(lantern, 2, "too dark")]);
    expect(asked).toMatchObject({ __typename: "ReturnRequestSuccess", return: { number: `${number}-R1`, state: "REQUESTED", lines: [{ quantity: 2, reason: "too dark" }], refund: null }, order: { state: "DELIVERED" } });
    const resolved = await sam.returnResolve(asked.return.id, "APPROVE", { note: "send it back" });
    expect(resolved).toMatchObject({ __typename: "ReturnResolveSuccess", return: { state: "APPROVED", restock: true, note: "send it back", refund: { total: { amount: "3.11" } } }, order: { state: "DELIVERED", refunds: [{ cause: "RETURN" }] } });
    expect(await onHand(1)).toBe(before);
    expect(await sam.returnReceive(asked.return.id)).toMatchObject({ __typename: "ReturnReceiveSuccess", return: { state: "COMPLETED" }, order: { lines: { nodes: [{ returnedQuantity: 2 }, {}] } } });
    expect(await onHand(1)).toBe((before ?? 0) + 2);
    const rest = await her.returnRequest(id, [of(lantern, 1), of(stand, 2)]);
    await sam.returnReceive(rest.return.id);
    const last = await sam.returnResolve(rest.return.id, "APPROVE", { refundShipping: true, restock: false });
    expect(last).toMatchObject({ return: { state: "COMPLETED" }, order: { state: "RETURNED", nextStates: [], payments: [{ state: "REFUNDED", refunded: { amount: `${(total / 100).toFixed(2)}` } }] } });
    expect(await onHand(1)).toBe((before ?? 0) + 2);
    expect((await slice.owner.raw("select share_units = reversed_units as whole from orders.vendor_orders where order_id = $1", [orderId])).rows).toEqual([{ whole: true }]);
  });

  test("ReturnResolveSuccess: rejected, the units are the buyer's and may be asked for again; ReturnInWrongState for the rejected one", async () => {
    const { id, lines: [stand] } = await delivered({ 2: 1 });
    const [her, sam] = [counter(slice.graph, ada), counter(slice.graph)];
    const asked = await her.returnRequest(id, [of(stand, 1)]);
    expect(await her.returnRequest(id, [of(stand, 1)])).toMatchObject({ __typename: "NotEnoughUnits", available: 0 });
    expect(await sam.returnResolve(asked.return.id, "REJECT", { note: "worn" })).toMatchObject({ return: { state: "REJECTED", note: "worn", refund: null } });
    expect(await sam.returnReceive(asked.return.id)).toMatchObject({ __typename: "ReturnInWrongState", state: "REJECTED" });
    expect(await sam.returnResolve(asked.return.id, "APPROVE")).toMatchObject({ __typename: "ReturnInWrongState", state: "REJECTED" });
    expect((await her.returnRequest(id, [of(stand, 1)])).__typename).toBe("ReturnRequestSuccess");
  });

  test("a guest asks by the cart's id; OrderNotFound without it, and for others", async () => {
    const { id, cartId, lines: [stand] } = await delivered({ 2: 1 }, undefined, GUEST);
    for (const [viewer, guestKey] of [[GUEST, undefined], [GUEST, id], [bob, undefined], [VERA, undefined]] as const) {
      expect((await counter(slice.graph, viewer).returnRequest(id, [of(stand, 1)], { guestKey })).__typename).toBe("OrderNotFound");
    }
    expect((await counter(slice.graph, GUEST).returnRequest(id, [of(stand, 1)], { guestKey: cartId })).__typename).toBe("ReturnRequestSuccess");
  });

  test("ReturnWindowClosed for buyers after the days of the setting; SUPPORT may still take it back", async () => {
    const { id, orderId, lines: [stand] } = await delivered({ 2: 1 });
    await slice.owner.raw("update orders.fulfilments set delivered_at = delivered_at - interval '31 days' where order_id = $1", [orderId]);
    expect(await counter(slice.graph, ada).returnRequest(id, [of(stand, 1)])).toMatchObject({ __typename: "ReturnWindowClosed", lineId: stand, closedAt: "2011-12-09T09:00:00.000Z" });
    expect((await counter(slice.graph).returnRequest(id, [of(stand, 1)])).__typename).toBe("ReturnRequestSuccess");
  });

  test("NotEnoughUnits: not shipped; OrderLineNotFound, InvalidReason, InvalidIdempotencyKey, IdempotencyConflict, RequestInProgress", async () => {
    const buyer = shopper(slice.graph, ada);
    const { order } = await buyer.checkoutComplete(await buyer.cartWith({ 2: 2 }));
    const stand = order.lines.nodes[0].id as string;
    const [her, idempotencyKey, orderId] = [counter(slice.graph, ada), randomUUID(), decodeId("ord", order.id)];
    expect(await her.returnRequest(order.id, [of(stand, 1)])).toMatchObject({ __typename: "NotEnoughUnits", available: 0 });
    await counter(slice.graph).sent(order.id, [of(stand, 1)], false);
    expect((await her.returnRequest(order.id, [of("oln_x", 1)])).__typename).toBe("OrderLineNotFound");
    expect(await her.returnRequest(order.id, [of(stand, 1, "x".repeat(501))])).toMatchObject({ __typename: "InvalidReason", path: ["input", "lines", "0", "reason"] });
    expect((await her.returnRequest(order.id, [of(stand, 1)], { idempotencyKey: "" })).__typename).toBe("InvalidIdempotencyKey");
    const first = await her.returnRequest(order.id, [of(stand, 1)], { idempotencyKey });
    expect(await her.returnRequest(order.id, [of(stand, 1)], { idempotencyKey })).toEqual(first);
    expect((await her.returnRequest(order.id, [of(stand, 2)], { idempotencyKey })).__typename).toBe("IdempotencyConflict");
    await slice.owner.raw("insert into orders.cancellations (order_id, refund_id, actor, idempotency_key, state, lease_until) values ($1, uuidv7(), 'x', 'x', 'RUNNING', now() + interval '1 hour')", [orderId]);
    expect((await her.returnRequest(order.id, [of(stand, 1)])).__typename).toBe("RequestInProgress");
    expect((await counter(slice.graph).returnResolve(first.return.id, "APPROVE")).__typename).toBe("RequestInProgress");
    expect((await counter(slice.graph).returnReceive(first.return.id)).__typename).toBe("RequestInProgress");
    await slice.owner.raw("delete from orders.cancellations where order_id = $1", [orderId]);
  });

  test("returnResolve: ReturnNotFound, InvalidReason, the keys; a stored answer gives nothing back twice; only SUPPORT and ADMIN", async () => {
    const { id, lines: [stand] } = await delivered({ 2: 2 });
    const [sam, idempotencyKey] = [counter(slice.graph), randomUUID()];
    const asked = await counter(slice.graph, ada).returnRequest(id, [of(stand, 1)]);
    for (const wrong of [encodeId("ret", SMALL_SHOP.ada), id, "x"]) {
      expect((await sam.returnResolve(wrong, "APPROVE")).__typename).toBe("ReturnNotFound");
      expect((await sam.returnReceive(wrong)).__typename).toBe("ReturnNotFound");
    }
    expect((await sam.returnResolve(asked.return.id, "APPROVE", { note: "x".repeat(501) })).__typename).toBe("InvalidReason");
    expect((await sam.returnResolve(asked.return.id, "APPROVE", { idempotencyKey: "" })).__typename).toBe("InvalidIdempotencyKey");
    const first = await sam.returnResolve(asked.return.id, "APPROVE", { idempotencyKey });
    expect(await sam.returnResolve(asked.return.id, "APPROVE", { idempotencyKey })).toEqual(first);
    expect((await sam.returnResolve(asked.return.id, "REJECT", { idempotencyKey })).__typename).toBe("IdempotencyConflict");
    expect(first.order.refunds).toHaveLength(1);
    await sam.returnReceive(asked.return.id);
    expect((await sam.returnReceive(asked.return.id)).__typename).toBe("ReturnReceiveSuccess");
    for (const viewer of [ada, VERA]) {
      await expect(counter(slice.graph, viewer).returnResolve(asked.return.id, "APPROVE")).rejects.toThrow("You may not");
      await expect(counter(slice.graph, viewer).returnReceive(asked.return.id)).rejects.toThrow("You may not");
    }
  });

  test("eight who decide at once: one does", async () => {
    const { id, orderId, lines: [stand] } = await delivered({ 2: 2 });
    const asked = await counter(slice.graph, ada).returnRequest(id, [of(stand, 2)]);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => counter(slice.graph).returnResolve(asked.return.id, index % 3 === 0 ? "REJECT" : "APPROVE")));
    expect(answers.filter((answer) => answer.__typename === "ReturnResolveSuccess")).toHaveLength(1);
    expect((await slice.owner.raw("select count(*)::int as n from orders.refunds where order_id = $1", [orderId])).rows[0]?.["n"]).toBeLessThanOrEqual(1);
  });

  test("in whatever steps everything goes back, exactly what was paid for the lines does", async () => {
    const penny = fc.integer({ min: 0, max: 149 });
    await fc.assert(fc.asyncProperty(fc.tuple(penny, penny, penny), fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 1, max: 2 })), { maxLength: 6 }), async ([off, tax, included], steps) => {
      const { id, total, lines } = await delivered({ 1: 3, 3: 5 }, { lines: [{ discount: off, tax, taxIncluded: included, vendor: true }, { discount: off % 60 }] });
      const [her, sam] = [counter(slice.graph, ada), counter(slice.graph)];
      const giveBack = async (asked: ReturnType<typeof of>[]) => {
        const answer = await her.returnRequest(id, asked);
        if (answer.__typename !== "ReturnRequestSuccess") return;
        await sam.returnResolve(answer.return.id, "APPROVE");
        await sam.returnReceive(answer.return.id);
      };
      for (const [line, quantity] of steps) await giveBack([of(lines[line], quantity)]);
      const left = (await her.order(id)).lines.nodes.map((line: { id: string; quantity: number; returnedQuantity: number }) => of(line.id, line.quantity - line.returnedQuantity)).filter((line: { quantity: number }) => line.quantity > 0);
      if (left.length > 0) await giveBack(left);
      const order = await her.order(id);
      expect([order.state, order.refunds.reduce((so: number, refund: { total: { amount: string } }) => so + pennies(refund.total.amount), 0)]).toEqual(["RETURNED", total]);
    }), { numRuns: 8 });
  }, 120_000);
});

describe("exchanges", () => {
  /** Product 5 as dear as product 2 and of the same seller. */
  const priced = (n: number, amount: number) => slice.owner.raw("update catalog.prices set unit_amount = $2 where variant_id = $1 and valid_to is null", [SMALL_SHOP.variant(n), amount]);

  test("ReturnResolveSuccess: an order of the wanted variant that costs nothing goes out; no money moves; the guest sees it; ReturnNotPossible of it", async () => {
    await priced(5, 250);
    const { id, cartId, lines: [stand] } = await delivered({ 2: 2 }, undefined, GUEST);
    const before = await onHand(5);
    const asked = await counter(slice.graph, GUEST).returnRequest(id, [of(stand, 2)], { guestKey: cartId, exchange: { variantId: variantId(5) } });
    expect(asked).toMatchObject({ __typename: "ReturnRequestSuccess", return: { exchangeVariant: { id: variantId(5) }, replacement: null } });
    const { return: settled, order } = await counter(slice.graph).returnResolve(asked.return.id, "APPROVE");
    expect(settled).toMatchObject({ state: "APPROVED", refund: null, replacement: { state: "PAID", total: { amount: "0.00" }, lines: { nodes: [{ sku: "85125A", quantity: 2 }] } } });
    expect(order.refunds).toEqual([]);
    expect(await onHand(5)).toBe((before ?? 0) - 2);
    const replacement = await counter(slice.graph).order(settled.replacement.id);
    await counter(slice.graph).sent(replacement.id, [of(replacement.lines.nodes[0].id, 2)]);
    expect((await counter(slice.graph, GUEST).returnRequest(replacement.id, [of(replacement.lines.nodes[0].id, 1)], { guestKey: cartId })).__typename).toBe("ReturnNotPossible");
    // Whoever wants the money after all gets it for the order it was paid for.
    expect((await counter(slice.graph).refundCreate(id, { lines: [of(stand, 2)] })).__typename).toBe("RefundCreateSuccess");
  });

  test("VariantNotFound, ExchangePriceDiffers, ExchangeNotPossible", async () => {
    await priced(5, 275);
    const { id, lines: [stand] } = await delivered({ 2: 2 });
    const ask = (variant: string) => counter(slice.graph, ada).returnRequest(id, [of(stand, 2)], { exchange: { variantId: variant } });
    for (const unknown of [variantId(8), variantId(7), "var_1", id]) expect((await ask(unknown)).__typename).toBe("VariantNotFound");
    expect(await ask(variantId(5))).toMatchObject({ __typename: "ExchangePriceDiffers", difference: { amount: "0.50" } });
    await slice.owner.raw("update catalog.products set vendor_id = $2 where id = $1", [SMALL_SHOP.product(1), SMALL_SHOP.vendor]);
    expect((await ask(variantId(1))).__typename).toBe("ExchangeNotPossible");
  });

  test("InsufficientStock, VariantNotFound, ExchangePriceDiffers, ExchangeNotPossible: what has changed by the time it is decided; nothing is decided then", async () => {
    await priced(5, 250);
    const { id, lines: [stand] } = await delivered({ 2: 2 });
    const sam = counter(slice.graph);
    const asked = await counter(slice.graph, ada).returnRequest(id, [of(stand, 2)], { exchange: { variantId: variantId(5) } });
    await priced(5, 300);
    expect((await sam.returnResolve(asked.return.id, "APPROVE")).__typename).toBe("ExchangePriceDiffers");
    await priced(5, 250);
    const product = SMALL_SHOP.product(5);
    await slice.owner.raw("update catalog.products set vendor_id = $2 where id = $1", [product, SMALL_SHOP.vendor]);
    expect((await sam.returnResolve(asked.return.id, "APPROVE")).__typename).toBe("ExchangeNotPossible");
    await slice.owner.raw("update catalog.products set vendor_id = null, status = 'ARCHIVED' where id = $1", [product]);
    expect((await sam.returnResolve(asked.return.id, "APPROVE")).__typename).toBe("VariantNotFound");
    await slice.owner.raw("update catalog.products set status = 'ACTIVE' where id = $1", [product]);
    const buyer = shopper(slice.graph, bob);
    await buyer.checkoutComplete(await buyer.cartWith({ 5: (await onHand(5)) as number - 1 }));
    expect(await sam.returnResolve(asked.return.id, "APPROVE")).toMatchObject({ __typename: "InsufficientStock", shortages: [{ requested: 2, available: 1 }] });
    expect((await sam.returnResolve(asked.return.id, "REJECT")).__typename).toBe("ReturnResolveSuccess");
  });
});

test("an exchange never hands out what is not on sale, also where that changed after the check", async () => {
  const { id } = await delivered({ 2: 2 });
  const replace = () => slice.db.tx((tx) => insertReplacementOrder(tx, { orderId: decodeId("ord", id) as string, variantId: SMALL_SHOP.variant(5), quantity: 1n, subtotal: 250n, at: NOW.business }));
  const offSale: [string, string][] = [["products set status = 'ARCHIVED' where id", SMALL_SHOP.product(5)], ["products set status = 'DRAFT' where id", SMALL_SHOP.product(5)], ["variants set is_archived = true where id", SMALL_SHOP.variant(5)]];
  for (const [change, of] of offSale) {
    await slice.owner.raw(`update catalog.${change} = $1`, [of]);
    expect(await replace(), change).toBeUndefined();
    await slice.owner.raw("update catalog.products set status = 'ACTIVE' where id = $1", [SMALL_SHOP.product(5)]);
  }
  expect((await slice.owner.raw("select from orders.orders where replaces_order_id = $1", [decodeId("ord", id)])).rows).toEqual([]);
});

test("after all of this, what must hold does", async () => {
  expect(await findBreaches(slice.owner, [...checks, ...stockChecks])).toEqual([]);
});
