import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { findBreaches } from "../queries/audit/auditCheck.ts";
import { checks } from "../queries/audit/afterSale.ts";
import { checks as stockChecks } from "../queries/audit/stock.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter, STRANGER, VERA } from "./afterSale.ts";
import { shopper } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const ada = person(SMALL_SHOP.ada);

/** Two lines: the vendor's lantern and the shop's own cakestand. */
async function placed(quantities: Record<number, number> = { 1: 3, 2: 2 }) {
  const buyer = shopper(slice.graph, ada);
  const { order } = await buyer.checkoutComplete(await buyer.cartWith(quantities));
  await slice.owner.raw("update orders.order_lines set vendor_id = case when variant_id = $2 then $3::uuid end where order_id = $1", [decodeId("ord", order.id), SMALL_SHOP.variant(1), SMALL_SHOP.vendor]);
  return { id: order.id as string, number: order.number as string, lines: order.lines.nodes.map((line: { id: string }) => line.id) as string[] };
}
const of = (lineId: string | undefined, quantity: number) => ({ lineId: lineId as string, quantity });

describe("parcels", () => {
  test("FulfilmentCreateSuccess, FulfilmentShipSuccess, FulfilmentDeliverSuccess: two parcels, and the order follows", async () => {
    const { id, number, lines: [lantern, stand] } = await placed();
    const sam = counter(slice.graph);
    const first = await sam.fulfilmentCreate(id, [of(lantern, 3), of(stand, 1)], { tracking: { carrier: "Royal Mail", number: " RM1 ", url: "https://track.example/RM1" } });
    expect(first).toMatchObject({
      __typename: "FulfilmentCreateSuccess", order: { state: "IN_FULFILMENT", fulfilmentState: "PARTIALLY_FULFILLED" },
      fulfilment: { number: `${number}-F1`, state: "CREATED", carrier: "Royal Mail", trackingNumber: "RM1", lines: [{ quantity: 3 }, { quantity: 1 }], shippedAt: null },
    });
    expect(await sam.fulfilmentShip(first.fulfilment.id, { number: "RM2" })).toMatchObject({
      __typename: "FulfilmentShipSuccess", fulfilment: { state: "SHIPPED", trackingNumber: "RM2", trackingUrl: "https://track.example/RM1" }, order: { state: "IN_FULFILMENT", fulfilmentState: "PARTIALLY_SHIPPED" },
    });
    const second = await sam.fulfilmentCreate(id, [of(stand, 1)]);
    expect(second).toMatchObject({ fulfilment: { number: `${number}-F2` }, order: { fulfilmentState: "PARTIALLY_SHIPPED" } });
    expect((await sam.fulfilmentShip(second.fulfilment.id)).order).toMatchObject({ state: "SHIPPED", fulfilmentState: "SHIPPED" });
    await sam.fulfilmentDeliver(first.fulfilment.id);
    expect(await sam.fulfilmentDeliver(second.fulfilment.id)).toMatchObject({
      __typename: "FulfilmentDeliverSuccess", order: { state: "DELIVERED", fulfilmentState: "DELIVERED", nextStates: ["RETURNED"], lines: { nodes: [{ quantity: 3, deliveredQuantity: 3 }, { quantity: 2, deliveredQuantity: 2 }] } },
    });
    const { rows } = await slice.owner.raw("select type from orders.order_events where order_id = $1 order by id", [decodeId("ord", id)]);
    expect(rows.map((row) => row["type"]).filter((type) => type === "OrderStateChanged" || String(type).startsWith("Fulfilment"))).toEqual([
      "FulfilmentCreated", "OrderStateChanged", "FulfilmentShipped", "FulfilmentCreated", "FulfilmentShipped", "OrderStateChanged", "FulfilmentDelivered", "FulfilmentDelivered", "OrderStateChanged",
    ]);
  });

  test("FulfilmentCancelSuccess: what was unpacked may be packed again; the order is paid again", async () => {
    const { id, lines: [lantern] } = await placed();
    const sam = counter(slice.graph);
    const { fulfilment } = await sam.fulfilmentCreate(id, [of(lantern, 3)]);
    expect(await sam.fulfilmentCancel(fulfilment.id)).toMatchObject({ __typename: "FulfilmentCancelSuccess", fulfilment: { state: "CANCELLED" }, order: { state: "PAID", lines: { nodes: [{ fulfilledQuantity: 0 }, {}] } } });
    expect((await sam.fulfilmentCreate(id, [of(lantern, 3)])).__typename).toBe("FulfilmentCreateSuccess");
  });

  test("steps that were taken are answered again; FulfilmentInWrongState for steps that lead nowhere", async () => {
    const { id, lines: [lantern] } = await placed();
    const sam = counter(slice.graph);
    const { fulfilment } = await sam.fulfilmentCreate(id, [of(lantern, 1)]);
    expect(await sam.fulfilmentDeliver(fulfilment.id)).toMatchObject({ __typename: "FulfilmentInWrongState", state: "CREATED" });
    const shipped = await sam.fulfilmentShip(fulfilment.id);
    expect(await sam.fulfilmentShip(fulfilment.id)).toEqual(shipped);
    expect(await sam.fulfilmentCancel(fulfilment.id)).toMatchObject({ __typename: "FulfilmentInWrongState", state: "SHIPPED", path: ["fulfilmentId"] });
    await sam.fulfilmentDeliver(fulfilment.id);
    expect(await sam.fulfilmentShip(fulfilment.id)).toMatchObject({ __typename: "FulfilmentInWrongState", state: "DELIVERED" });
  });

  test("NotEnoughUnits: beyond what is left, also by naming a line twice; nothing is packed", async () => {
    const { id, lines: [lantern, stand] } = await placed();
    const sam = counter(slice.graph);
    expect(await sam.fulfilmentCreate(id, [of(stand, 1), of(lantern, 2), of(lantern, 2)]))
      .toMatchObject({ __typename: "NotEnoughUnits", lineId: lantern, requested: 4, available: 3, path: ["input", "lines", "2", "quantity"] });
    expect((await sam.order(id)).fulfilments).toEqual([]);
  });

  test("OrderNotFound, OrderLineNotFound, FulfilmentNotFound: unknown ids, ids of another kind, lines of another order", async () => {
    const [one, other] = [await placed(), await placed()];
    const sam = counter(slice.graph);
    for (const id of [encodeId("ord", SMALL_SHOP.ada), encodeId("crt", SMALL_SHOP.ada), "x"]) expect((await sam.fulfilmentCreate(id, [of(one.lines[0], 1)])).__typename).toBe("OrderNotFound");
    for (const lineId of [other.lines[0], "oln_1", one.id]) expect(await sam.fulfilmentCreate(one.id, [of(lineId, 1)])).toMatchObject({ __typename: "OrderLineNotFound", lineId });
    for (const id of [encodeId("ful", SMALL_SHOP.ada), "x"]) for (const verb of ["fulfilmentDeliver", "fulfilmentCancel", "fulfilmentShip"] as const) expect((await sam[verb](id)).__typename).toBe("FulfilmentNotFound");
  });

  test("OrderNotFulfillable: not paid, cancelled", async () => {
    const [unpaid, cancelled] = [await placed(), await placed()];
    await slice.owner.raw("update orders.orders set state = 'PLACED' where id = $1", [decodeId("ord", unpaid.id)]);
    await shopper(slice.graph, ada).orderCancel(cancelled.id);
    const sam = counter(slice.graph);
    expect(await sam.fulfilmentCreate(unpaid.id, [of(unpaid.lines[0], 1)])).toMatchObject({ __typename: "OrderNotFulfillable", state: "PLACED" });
    expect(await sam.fulfilmentCreate(cancelled.id, [of(cancelled.lines[0], 1)])).toMatchObject({ __typename: "OrderNotFulfillable", state: "CANCELLED" });
  });

  test("InvalidTracking, InvalidIdempotencyKey, IdempotencyConflict; the same key gives the stored answer", async () => {
    const { id, lines: [lantern] } = await placed();
    const [sam, idempotencyKey] = [counter(slice.graph), randomUUID()];
    for (const tracking of [{ url: "javascript:alert(1)" }, { url: "https://user:pass@x.example" }, { carrier: "x".repeat(101) }, { number: "a\nb" }]) {
      expect((await sam.fulfilmentCreate(id, [of(lantern, 1)], { tracking })).__typename).toBe("InvalidTracking");
    }
    expect((await sam.fulfilmentCreate(id, [of(lantern, 1)], { idempotencyKey: " " })).__typename).toBe("InvalidIdempotencyKey");
    const first = await sam.fulfilmentCreate(id, [of(lantern, 1)], { idempotencyKey });
    expect(await sam.fulfilmentCreate(id, [of(lantern, 1)], { idempotencyKey })).toEqual(first);
    expect((await sam.fulfilmentCreate(id, [of(lantern, 2)], { idempotencyKey })).__typename).toBe("IdempotencyConflict");
    expect((await sam.fulfilmentShip(first.fulfilment.id, { url: "ftp://x" })).__typename).toBe("InvalidTracking");
  });

  test("RequestInProgress: while the order is being cancelled", async () => {
    const { id, lines: [lantern] } = await placed();
    const orderId = decodeId("ord", id);
    const { fulfilment } = await counter(slice.graph).fulfilmentCreate(id, [of(lantern, 1)]);
    await slice.owner.raw("insert into orders.cancellations (order_id, refund_id, actor, idempotency_key, state, lease_until) values ($1, uuidv7(), 'x', 'x', 'RUNNING', now() + interval '1 hour')", [orderId]);
    const sam = counter(slice.graph);
    expect((await sam.fulfilmentCreate(id, [of(lantern, 1)])).__typename).toBe("RequestInProgress");
    for (const verb of ["fulfilmentShip", "fulfilmentCancel"] as const) expect((await sam[verb](fulfilment.id)).__typename).toBe("RequestInProgress");
    await slice.owner.raw("delete from orders.cancellations where order_id = $1", [orderId]);
    await sam.fulfilmentShip(fulfilment.id);
    await slice.owner.raw("insert into orders.cancellations (order_id, refund_id, actor, idempotency_key, state, lease_until) values ($1, uuidv7(), 'x', 'x', 'RUNNING', now() + interval '1 hour')", [orderId]);
    expect((await sam.fulfilmentDeliver(fulfilment.id)).__typename).toBe("RequestInProgress");
    await slice.owner.raw("delete from orders.cancellations where order_id = $1", [orderId]);
  });
});

describe("vendors", () => {
  test("pack and move their own lines, and get no order back", async () => {
    const { id, lines: [lantern, stand] } = await placed();
    const vera = counter(slice.graph, VERA);
    expect(await vera.fulfilmentCreate(id, [of(stand, 1)])).toMatchObject({ __typename: "OrderLineNotFound", lineId: stand });
    const { fulfilment, order } = await vera.fulfilmentCreate(id, [of(lantern, 3)]);
    expect([fulfilment.lines.length, order]).toEqual([1, null]);
    expect(await vera.fulfilmentShip(fulfilment.id)).toMatchObject({ __typename: "FulfilmentShipSuccess", order: null });
  });

  test("other vendors' orders and parcels are not there; buyers may not ask", async () => {
    const { id, lines: [lantern, stand] } = await placed();
    const stranger = counter(slice.graph, STRANGER);
    expect((await stranger.fulfilmentCreate(id, [of(lantern, 1)])).__typename).toBe("OrderNotFound");
    const mixed = await counter(slice.graph).fulfilmentCreate(id, [of(lantern, 1), of(stand, 1)]);
    const own = await counter(slice.graph).fulfilmentCreate(id, [of(lantern, 1)]);
    for (const { fulfilment } of [mixed, own]) expect((await stranger.fulfilmentShip(fulfilment.id)).__typename).toBe("FulfilmentNotFound");
    expect((await counter(slice.graph, VERA).fulfilmentShip(mixed.fulfilment.id)).__typename).toBe("FulfilmentNotFound");
    expect((await counter(slice.graph, VERA).fulfilmentShip(own.fulfilment.id)).__typename).toBe("FulfilmentShipSuccess");
    await expect(counter(slice.graph, ada).fulfilmentCreate(id, [of(lantern, 1)])).rejects.toThrow("You may not");
  });
});

test("twelve who pack the last units at once: never more than was ordered", async () => {
  const { id, lines: [lantern] } = await placed({ 1: 5 });
  const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => counter(slice.graph, index % 2 === 0 ? VERA : undefined).fulfilmentCreate(id, [of(lantern, 1)])));
  expect(answers.filter((answer) => answer.__typename === "FulfilmentCreateSuccess")).toHaveLength(5);
  expect(new Set((await counter(slice.graph).order(id)).fulfilments.map((parcel: { number: string }) => parcel.number)).size).toBe(5);
  await expect(slice.owner.raw("update orders.order_lines set fulfilled_quantity = 6 where order_id = $1", [decodeId("ord", id)])).rejects.toThrow("fulfilled_within_ordered");
});

test("packing ten lines costs as many statements as packing one", async () => {
  const big = await placed({ 1: 9, 2: 9, 3: 9, 4: 9, 5: 9 });
  const run = async (lines: (string | undefined)[]) => (await slice.graph.as(person(SMALL_SHOP.sam, "SUPPORT")).run(
    "mutation ($input: FulfilmentCreateInput!) { fulfilmentCreate(input: $input) { ... on FulfilmentCreateSuccess { fulfilment { lines { line { sku } } } order { state lines { nodes { fulfilledQuantity } } } } } }",
    { input: { orderId: big.id, lines: lines.map((line) => of(line, 1)), idempotencyKey: randomUUID() } })).statements.length;
  await run([big.lines[0]]);
  expect(await run(big.lines)).toBe(await run([big.lines[0]]));
});

test("after all of this, what must hold does", async () => {
  expect(await findBreaches(slice.owner, [...checks, ...stockChecks])).toEqual([]);
});
