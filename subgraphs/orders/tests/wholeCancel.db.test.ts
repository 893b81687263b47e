import { expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { GUEST } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { insertVendorOrders } from "../queries/vendorOrders.ts";
import { findBreaches } from "../queries/audit/auditCheck.ts";
import { checks } from "../queries/audit/afterSale.ts";
import { checks as stockChecks } from "../queries/audit/stock.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter, plantParts } from "./afterSale.ts";
import { shopper } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const ada = person(SMALL_SHOP.ada);
const pennies = (amount: string) => Number(amount.replace(".", ""));

test("an order called off as a whole cancels all its units, takes back every share, and its refund is its lines, discounts, tax and postage", async () => {
  await slice.owner.raw("update catalog.products set vendor_id = null");
  const buyer = shopper(slice.graph, ada);
  const { order: { id } } = await buyer.checkoutComplete(await buyer.cartWith({ 1: 3, 2: 2 }));
  const orderId = decodeId("ord", id) as string;
  const total = await plantParts(slice.owner, orderId, { lines: [{ discount: 51, tax: 67, vendor: true }, { tax: 100 }], shipping: 395, shippingTax: 79 });
  await slice.db.tx((tx) => insertVendorOrders(tx, orderId, NOW.business));
  expect((await buyer.orderCancel(id)).__typename).toBe("OrderCancelSuccess");
  const order = await counter(slice.graph, ada).order(id);
  expect(order).toMatchObject({ state: "CANCELLED", lines: { nodes: [{ cancelledQuantity: 3 }, { cancelledQuantity: 2 }] }, refunds: [{ state: "PAID", cause: "CANCELLATION", tax: { amount: "2.46" } }] });
  expect(order.refunds[0].lines.reduce((so: number, line: { amount: { amount: string } }) => so + pennies(line.amount.amount), 0)).toBe(total);
  expect((await slice.owner.raw("select reversed_units = share_units as whole from orders.vendor_orders where order_id = $1", [orderId])).rows).toEqual([{ whole: true }]);
});

test("a guest sees and cancels an order by its cart's id, also by number; nobody without it, nor with another's", async () => {
  const guest = shopper(slice.graph, GUEST);
  const [cartId, otherCart] = [await guest.cartWith({ 2: 1 }), await guest.cartWith({ 2: 1 })];
  const { order } = await guest.checkoutComplete(cartId);
  await guest.checkoutComplete(otherCart);
  const query = "query ($id: ID, $number: String, $guestKey: ID) { order(id: $id, number: $number, guestKey: $guestKey) { id number } }";
  const seen = async (variables: object, viewer = GUEST) => (await slice.graph.as(viewer).run(query, { ...variables })).data["order"];
  const mine = { id: order.id, number: order.number };
  expect(await seen({ id: order.id, guestKey: cartId })).toEqual(mine);
  expect(await seen({ number: order.number, guestKey: cartId }, ada)).toEqual(mine);
  expect(await seen({ ...mine, guestKey: cartId })).toEqual(mine);
  expect(await seen({ number: order.number }, person(SMALL_SHOP.sam, "SUPPORT"))).toEqual(mine);
  for (const wrong of [{ id: order.id }, { number: order.number }, { id: order.id, guestKey: otherCart }, { id: order.id, guestKey: order.id }, { id: order.id, number: "1", guestKey: cartId }, { id: "x", guestKey: cartId }, { number: "' or 1=1", guestKey: cartId }]) {
    expect(await seen(wrong)).toBeNull();
  }
  expect((await slice.graph.run(query, {})).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  for (const guestKey of [undefined, otherCart, encodeId("crt", SMALL_SHOP.ada)]) expect((await guest.orderCancel(order.id, { guestKey })).__typename).toBe("OrderNotFound");
  expect((await guest.orderCancel(order.id, { guestKey: cartId })).__typename).toBe("OrderCancelSuccess");
});

test("a person's order is not shown to whoever knows its cart: only guests' orders are proven so", async () => {
  const buyer = shopper(slice.graph, ada);
  const cartId = await buyer.cartWith({ 2: 1 });
  const { order } = await buyer.checkoutComplete(cartId);
  expect((await slice.graph.run("query ($id: ID, $guestKey: ID) { order(id: $id, guestKey: $guestKey) { id } }", { id: order.id, guestKey: cartId })).data["order"]).toBeNull();
});

test("after all of this, what must hold does", async () => {
  expect(await findBreaches(slice.owner, [...checks, ...stockChecks])).toEqual([]);
});
