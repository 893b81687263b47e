import { expect, test } from "vitest";
import { person, type Run } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { GUEST } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter, SAM, VERA } from "./afterSale.ts";
import { shopper } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const [ada, bob] = [person(SMALL_SHOP.ada), person(SMALL_SHOP.bob)];
const placedBy = async (viewer = ada) => {
  const buyer = shopper(slice.graph, viewer);
  return (await buyer.checkoutComplete(await buyer.cartWith({ 2: 1 }))).order as { id: string; number: string; lines: { nodes: { id: string }[] } };
};
const EVENTS = "query ($id: ID!, $first: Int, $after: String) { order(id: $id) { events(first: $first, after: $after) { nodes { type text actor user { id } } edges { cursor } pageInfo { hasNextPage endCursor } } } }";
const NOTE = `mutation ($input: OrderNoteAddInput!) { orderNoteAdd(input: $input) { __typename ... on OrderNoteAddSuccess { order { id } event { type text actor } } ... on UserError { code path } } }`;
const note = async (orderId: string, text: string, viewer = SAM) => (await slice.graph.as(viewer).run(NOTE, { input: { orderId, text } }));

test("Order.events tells in sentences what happened, page by page; who did it is told to the shop's people alone", async () => {
  const { id, number, lines } = await placedBy();
  await counter(slice.graph).sent(id, [{ lineId: lines.nodes[0]?.id as string, quantity: 1 }]);
  const read = async (viewer = ada, more = {}) => (await slice.graph.as(viewer).run(EVENTS, { id, ...more })).data["order"].events;
  const mine = (await read()).nodes as { type: string; text: string; actor: string; user: unknown }[];
  const told = mine.map((event) => event.text);
  expect(told).toContain(`Parcel ${number}-F1 was shipped.`);
  expect(told).toContain("The order is delivered.");
  expect(told[0]).toMatch(/placed for 2\.50 GBP|\./);
  expect(mine.every((event) => event.user === null)).toBe(true);
  expect(mine.filter((event) => event.type.startsWith("Fulfilment")).every((event) => event.actor === "SHOP")).toBe(true);
  expect((await read(SAM)).nodes.find((event: { type: string }) => event.type === "FulfilmentShipped").user).toEqual({ id: encodeId("usr", SMALL_SHOP.sam) });
  const paged: string[] = [];
  let after: string | null = null;
  do {
    const page: { nodes: { text: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = await read(ada, { first: 2, after });
    paged.push(...page.nodes.map((event) => event.text));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
  expect(paged).toEqual(told);
});

test("OrderNoteAddSuccess, OrderNotFound, InvalidNote: a note is for SUPPORT and ADMIN and never in the outbox", async () => {
  const { id } = await placedBy();
  expect((await note(id, " called twice ")).data["orderNoteAdd"]).toMatchObject({ __typename: "OrderNoteAddSuccess", event: { type: "NoteAdded", text: "called twice", actor: "SHOP" } });
  expect((await note(encodeId("ord", SMALL_SHOP.ada), "x")).data["orderNoteAdd"].__typename).toBe("OrderNotFound");
  for (const text of ["", "  ", "x".repeat(2_001), "a\0"]) expect((await note(id, text)).data["orderNoteAdd"].__typename).toBe("InvalidNote");
  const types = async (viewer: typeof ada) => (await slice.graph.as(viewer).run(EVENTS, { id })).data["order"].events.nodes.map((event: { type: string }) => event.type) as string[];
  expect([(await types(SAM)).includes("NoteAdded"), (await types(ada)).includes("NoteAdded")]).toEqual([true, false]);
  for (const viewer of [ada, VERA, GUEST]) expect((await note(id, "x", viewer)).errors).toHaveLength(1);
  expect((await slice.owner.raw("select 1 from platform.outbox where type = 'NoteAdded'")).rowCount).toBe(0);
  await expect(slice.owner.raw("delete from orders.order_events where order_id = $1", [decodeId("ord", id)])).rejects.toThrow("append-only");
});

test("Query.orders: filters and both directions by pages, for SUPPORT and ADMIN", async () => {
  for (let n = 0; n < 3; n += 1) await placedBy(bob);
  const cancelled = await placedBy(bob);
  await shopper(slice.graph, bob).orderCancel(cancelled.id);
  const QUERY = "query ($where: OrderWhere, $sort: OrderSort, $first: Int, $after: String) { orders(where: $where, sort: $sort, first: $first, after: $after) { nodes { number state buyer { id } } pageInfo { hasNextPage endCursor } } }";
  const all = async (variables: object) => {
    const numbers: string[] = [];
    let after: string | null = null;
    do {
      const { data, errors }: Run = await slice.graph.as(SAM).run(QUERY, { ...variables, first: 2, after });
      expect(errors).toBeUndefined();
      numbers.push(...data["orders"].nodes.map((order: { number: string }) => order.number));
      after = data["orders"].pageInfo.hasNextPage ? data["orders"].pageInfo.endCursor : null;
    } while (after);
    return numbers;
  };
  const his = await all({ where: { buyerId: encodeId("usr", SMALL_SHOP.bob) } });
  expect(his).toHaveLength(4);
  expect(await all({ where: { buyerId: encodeId("usr", SMALL_SHOP.bob) }, sort: "OLDEST" })).toEqual([...his].reverse());
  expect(await all({ where: { states: ["CANCELLED"] } })).toEqual([cancelled.number]);
  expect(await all({ where: { placedTo: "2000-01-01T00:00:00Z" } })).toEqual([]);
  expect(await all({ where: { countryCode: "FR" } })).toEqual([]);
  expect((await slice.graph.as(SAM).run(QUERY, { where: { buyerId: "x" } })).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  for (const viewer of [bob, VERA, GUEST]) expect((await slice.graph.as(viewer).run(QUERY, {})).errors).toHaveLength(1);
});
