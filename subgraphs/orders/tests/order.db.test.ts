import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { graphOf, person, type Run } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW, testClocks } from "#kit/testing/testClocks.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { silentLog } from "#platform/log.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { createFakePayments } from "../ports/fake/createFakePayments.ts";
import { createParts } from "../parts.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { sweepUnfinished } from "../commands/sweepUnfinished.ts";
import { ORDER, shopper, variantId } from "./shopper.ts";
import { auditShop, endLeases, unreliablePayments } from "./unreliable.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const [ada, bob] = [person(SMALL_SHOP.ada), person(SMALL_SHOP.bob)];
const [sam, root] = [person(SMALL_SHOP.sam, "SUPPORT"), person(SMALL_SHOP.root, "ADMIN")];
const placedBy = async (viewer: Viewer, quantities: Record<number, number> = { 1: 2, 3: 1 }) => {
  const buyer = shopper(slice.graph, viewer);
  return (await buyer.checkoutComplete(await buyer.cartWith(quantities))).order;
};

describe("order", () => {
  const QUERY = `query ($id: ID!) { order(id: $id) { ${ORDER} } }`;
  const seenBy = async (viewer: Viewer, id: string) => (await slice.graph.as(viewer).run(QUERY, { id })).data["order"];

  test("only its buyer, SUPPORT and ADMIN see it; a guest's order only SUPPORT and ADMIN", async () => {
    const [hers, guests] = [await placedBy(ada), await placedBy(GUEST)];
    for (const viewer of [ada, sam, root]) expect(await seenBy(viewer, hers.id)).toEqual(hers);
    for (const viewer of [GUEST, bob, person(SMALL_SHOP.vera, "VENDOR", "ANALYST")]) expect(await seenBy(viewer, hers.id)).toBeNull();
    for (const viewer of [GUEST, ada, bob]) expect(await seenBy(viewer, guests.id)).toBeNull();
    expect(await seenBy(sam, guests.id)).toEqual(guests);
  });

  test("unknown ids, ids of another kind and no ids are null", async () => {
    for (const id of [encodeId("ord", SMALL_SHOP.ada), encodeId("crt", SMALL_SHOP.ada), "", "1 or true"]) expect(await seenBy(root, id)).toBeNull();
  });

  test("lines come by pages", async () => {
    const { id } = await placedBy(ada, { 1: 1, 2: 1, 3: 1 });
    const LINES = "query ($id: ID!, $after: String) { order(id: $id) { lines(first: 2, after: $after) { nodes { sku } pageInfo { hasNextPage endCursor } } } }";
    const first = (await slice.graph.as(ada).run(LINES, { id })).data["order"].lines;
    expect(first).toMatchObject({ nodes: [{ sku: "85121A" }, { sku: "85122A" }], pageInfo: { hasNextPage: true } });
    const second = (await slice.graph.as(ada).run(LINES, { id, after: first.pageInfo.endCursor })).data["order"].lines;
    expect(second).toMatchObject({ nodes: [{ sku: "85123A" }], pageInfo: { hasNextPage: false } });
  });

  test("an imported order shows its country by label and its charges", async () => {
    const { rows: [row] } = await slice.owner.raw<{ id: string }>(`insert into orders.orders (number, user_id, state, currency, country_label, placed_at, total_units, exponent, source)
      values ('489434', $1, 'DELIVERED', 'GBP', 'EIRE', '2009-12-01T07:45:00Z', 1495, 2, 'IMPORT') returning id`, [SMALL_SHOP.bob]);
    await slice.owner.raw("insert into orders.order_charges (order_id, position, kind, code, name, quantity, unit_amount, exponent) values ($1, 1, 'SHIPPING', 'POST', 'POSTAGE', 1, 14950, 3)", [row?.id]);
    const { data } = await slice.graph.as(bob).run("query ($id: ID!) { order(id: $id) { country nextStates placedAt charges { id kind code quantity unitPrice { amount } amount { amount } } lines { nodes { id } } } }", { id: encodeId("ord", row?.id ?? "") });
    expect(data["order"]).toMatchObject({ country: "Ireland", nextStates: ["RETURNED"], placedAt: "2009-12-01T07:45:00.000Z", charges: [{ kind: "SHIPPING", code: "POST", unitPrice: { amount: "14.950" } }], lines: { nodes: [] } });
  });
});

describe("User.orders", () => {
  const ORDERS = `query ($refs: [_Any!]!, $first: Int, $after: String) { _entities(representations: $refs) { ... on User { id
    orders(first: $first, after: $after) { nodes { number total { amount } lines(first: 10) { nodes { sku product { id } } } payments { state } refunds { number } charges { code } buyer { id } } pageInfo { hasNextPage endCursor } } } } }`;
  const refs = (...ids: string[]) => ids.map((id) => ({ __typename: "User", id: encodeId("usr", id) }));

  test("newest first, page by page, for the person and for SUPPORT and ADMIN", async () => {
    for (let n = 0; n < 5; n += 1) await placedBy(ada, { 1: 1 });
    for (const viewer of [ada, sam, root]) {
      const numbers: string[] = [];
      let after: string | null = null;
      do {
        const { data, errors }: Run = await slice.graph.as(viewer).run(ORDERS, { refs: refs(SMALL_SHOP.ada), first: 2, after });
        expect(errors).toBeUndefined();
        const { nodes, pageInfo } = data["_entities"][0].orders;
        numbers.push(...nodes.map((node: { number: string }) => node.number));
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after);
      expect(numbers).toEqual([...numbers].sort().reverse());
      expect(new Set(numbers).size).toBe((await slice.owner.raw("select 1 from orders.orders where user_id = $1", [SMALL_SHOP.ada])).rowCount);
    }
  });

  test("everyone else is refused, though reached by _entities, and each person is judged by themselves", async () => {
    const { data, errors } = await slice.graph.as(bob).run(ORDERS, { refs: refs(SMALL_SHOP.bob, SMALL_SHOP.ada, SMALL_SHOP.bob), first: 1 });
    expect(data["_entities"].map((user: { orders: unknown }) => user.orders === null)).toEqual([false, true, false]);
    expect(errors).toMatchObject([{ path: ["_entities", 1, "orders"], extensions: { code: "FORBIDDEN" } }]);
    const guest = await slice.graph.run(ORDERS, { refs: refs(SMALL_SHOP.ada), first: 1 });
    expect(guest.errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
  });

  test("two people with all their orders cost as many statements as one order", async () => {
    await placedBy(bob);
    const one = await slice.graph.as(sam).run(ORDERS, { refs: refs(SMALL_SHOP.ada), first: 1 });
    const all = await slice.graph.as(sam).run(ORDERS, { refs: refs(SMALL_SHOP.ada, SMALL_SHOP.bob), first: 50 });
    expect(all.statements.sort()).toEqual(one.statements.sort());
    expect(one.statements).toHaveLength(5);
  });

  test("Order by _entities keeps to the rules of order(id)", async () => {
    const [hers, his] = [await placedBy(ada), await placedBy(bob)];
    const orders = [his.id, "ord_x", hers.id].map((id) => ({ __typename: "Order", id }));
    const { data } = await slice.graph.as(ada).run("query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Order { number } } }", { refs: orders });
    expect(data["_entities"]).toEqual([null, null, { number: hers.number }]);
  });
});

describe("orderCancel", () => {
  test("OrderCancelSuccess: money back, goods back, a refund by reference with all lines, events", async () => {
    const stock = async () => (await slice.owner.raw("select on_hand::int from catalog.stock_levels where variant_id = any($1) order by variant_id", [[SMALL_SHOP.variant(1), SMALL_SHOP.variant(3)]])).rows;
    const before = await stock();
    const order = await placedBy(ada);
    const answer = await shopper(slice.graph, ada).orderCancel(order.id, { reason: "ordered twice" });
    const refund = { number: `C${order.number}`, total: { amount: "3.12" }, reason: "ordered twice", matchQuality: "REFERENCED" };
    expect(answer).toMatchObject({
      __typename: "OrderCancelSuccess", refund,
      order: { id: order.id, state: "CANCELLED", nextStates: [], payments: [{ state: "REFUNDED", amount: { amount: "3.12" }, refunded: { amount: "3.12" } }], refunds: [{ ...refund, refundedAt: NOW.business.toISOString() }] },
    });
    expect(await stock()).toEqual(before);
    const orderId = decodeId("ord", order.id);
    expect((await slice.owner.raw("select type from platform.outbox where aggregate_id = $1 order by event_id", [orderId])).rows).toEqual([{ type: "OrderPlaced" }, { type: "OrderCancelled" }]);
    expect((await slice.owner.raw("select l.kind, l.quantity::int, l.amount_units::int, l.exponent from orders.refund_lines l join orders.refunds r on r.id = l.refund_id where r.order_id = $1 order by l.position", [orderId])).rows)
      .toEqual([{ kind: "PRODUCT", quantity: 2, amount_units: 300, exponent: 2 }, { kind: "PRODUCT", quantity: 1, amount_units: 125, exponent: 3 }]);
    expect(await auditShop(slice.owner)).toEqual([]);
  });

  test("OrderCancelSuccess: SUPPORT cancels a guest's order; the same key gives the stored answer", async () => {
    const order = await placedBy(GUEST);
    const [support, idempotencyKey] = [shopper(slice.graph, sam), randomUUID()];
    const first = await support.orderCancel(order.id, { idempotencyKey });
    expect(first.__typename).toBe("OrderCancelSuccess");
    expect(await support.orderCancel(order.id, { idempotencyKey })).toEqual(first);
  });

  test("OrderCancelSuccess: an order that cost nothing has no refund", async () => {
    await slice.owner.raw("update catalog.prices set unit_amount = 0 where variant_id = $1", [SMALL_SHOP.variant(5)]);
    const order = await placedBy(ada, { 5: 1 });
    await slice.owner.raw("update catalog.prices set unit_amount = 550 where variant_id = $1", [SMALL_SHOP.variant(5)]);
    expect(await shopper(slice.graph, ada).orderCancel(order.id)).toMatchObject({ __typename: "OrderCancelSuccess", refund: null, order: { state: "CANCELLED" } });
  });

  test("OrderNotFound: unknown, no id at all, somebody else's, and a guest's for guests", async () => {
    const [hers, guests] = [await placedBy(ada), await placedBy(GUEST)];
    for (const id of [encodeId("ord", SMALL_SHOP.ada), "ord_1"]) expect((await shopper(slice.graph, ada).orderCancel(id)).__typename).toBe("OrderNotFound");
    expect(await shopper(slice.graph, bob).orderCancel(hers.id)).toMatchObject({ __typename: "OrderNotFound", path: ["input", "orderId"] });
    expect((await shopper(slice.graph).orderCancel(guests.id)).__typename).toBe("OrderNotFound");
  });

  test("OrderNotCancellable: cancelled before, delivered", async () => {
    const [cancelled, delivered] = [await placedBy(ada), await placedBy(ada)];
    await shopper(slice.graph, ada).orderCancel(cancelled.id);
    expect(await shopper(slice.graph, ada).orderCancel(cancelled.id)).toMatchObject({ __typename: "OrderNotCancellable", state: "CANCELLED" });
    await slice.owner.raw("update orders.orders set state = 'DELIVERED' where id = $1", [decodeId("ord", delivered.id)]);
    expect(await shopper(slice.graph, ada).orderCancel(delivered.id)).toMatchObject({ __typename: "OrderNotCancellable", state: "DELIVERED" });
    await slice.owner.raw("update orders.orders set state = 'PAID' where id = $1", [decodeId("ord", delivered.id)]);
  });

  test("IdempotencyConflict, InvalidIdempotencyKey, InvalidReason", async () => {
    const [one, two, idempotencyKey] = [await placedBy(ada), await placedBy(ada), randomUUID()];
    const her = shopper(slice.graph, ada);
    await her.orderCancel(one.id, { idempotencyKey });
    expect((await her.orderCancel(two.id, { idempotencyKey })).__typename).toBe("IdempotencyConflict");
    expect((await her.orderCancel(two.id, { idempotencyKey: "" })).__typename).toBe("InvalidIdempotencyKey");
    expect((await her.orderCancel(two.id, { reason: "x".repeat(501) })).__typename).toBe("InvalidReason");
  });

  test("PaymentUnavailable, RequestInProgress: a lost answer gives nothing back twice; same key or sweeper finish it", async () => {
    const order = await placedBy(ada);
    let lost = true;
    const payments = unreliablePayments(createFakePayments(slice.db), (moment, verb) => lost && verb === "refund" && moment === "after");
    const subgraph = await createOrdersSubgraph({ db: slice.db, clocks: testClocks, log: silentLog, payments, sweepSeconds: 0 });
    const [her, idempotencyKey] = [shopper(graphOf(subgraph), ada), randomUUID()];
    expect((await her.orderCancel(order.id, { idempotencyKey })).__typename).toBe("PaymentUnavailable");
    expect(await her.orderCancel(order.id)).toMatchObject({ __typename: "RequestInProgress" });
    lost = false;
    expect((await her.orderCancel(order.id, { idempotencyKey })).__typename).toBe("OrderCancelSuccess");

    const other = await placedBy(ada);
    lost = true;
    expect((await her.orderCancel(other.id)).__typename).toBe("PaymentUnavailable");
    lost = false;
    await endLeases(slice.owner);
    expect((await sweepUnfinished(createParts({ db: slice.db, clocks: testClocks, log: silentLog, payments }))).cancellations).toBe(1);
    expect((await her.orderCancel(other.id))).toMatchObject({ __typename: "OrderNotCancellable", state: "CANCELLED" });
    expect(await auditShop(slice.owner)).toEqual([]);
  });

  test("eight who cancel one order at once give the money back once", async () => {
    const order = await placedBy(ada);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => shopper(slice.graph, index % 2 === 0 ? ada : sam).orderCancel(order.id)));
    expect(answers.filter((answer) => answer.__typename === "OrderCancelSuccess")).toHaveLength(1);
    expect(answers.every((answer) => ["OrderCancelSuccess", "OrderNotCancellable", "RequestInProgress"].includes(answer.__typename))).toBe(true);
    expect(await auditShop(slice.owner)).toEqual([]);
  });
});

test("nothing of a variant is asked of the catalogue: lines are references", async () => {
  const order = await placedBy(ada, { 2: 1 });
  expect(order.lines.nodes[0]).toMatchObject({ variant: { id: variantId(2) }, product: { id: encodeId("prd", SMALL_SHOP.product(2)) } });
});
