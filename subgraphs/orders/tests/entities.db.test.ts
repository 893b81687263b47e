import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { expectEntitiesKeepOrder, type KnownEntity } from "#kit/testing/entitiesProperty.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { expectBooksBalance } from "./books.ts";
import { till } from "./till.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const viewers = { ada: person(SMALL_SHOP.ada), bob: person(SMALL_SHOP.bob), sam: person(SMALL_SHOP.sam, "SUPPORT"), guest: GUEST } satisfies Record<string, Viewer>;
type Name = keyof typeof viewers;

test("_entities of Order, Cart, Checkout, User and Vendor: in the order asked, null for what is absent or another's, never an error", async () => {
  const known: KnownEntity[] = [];
  const know = (__typename: string, id: string, seenBy: readonly Name[] | "ALL", answer: object = { id }) =>
    known.push({ ref: { __typename, id }, answerFor: (viewer) => (seenBy === "ALL" || seenBy.includes(viewer as Name) ? { __typename, ...answer } : null) });
  for (const name of ["ada", "bob", "guest"] as const) {
    const buyer = till(slice.graph, viewers[name]);
    const owners: readonly Name[] = name === "guest" ? [] : [name];
    const cartId = await buyer.cartWith({ 1: 1 });
    const { order } = await buyer.pay({ cartId });
    // Who holds the id of a guest's cart holds the cart; its order and its checkout want it as a proof beside their own id.
    know("Cart", cartId, name === "guest" ? "ALL" : [...owners, "sam"]);
    know("Order", order.id, [...owners, "sam"], { id: order.id, number: order.number });
    const { checkout } = await buyer.checkoutStart({ cartId: await buyer.cartWith({ 2: 1 }) });
    know("Checkout", checkout.id, [...owners, "sam"]);
    if (name !== "guest") know("User", encodeId("usr", SMALL_SHOP[name]), "ALL");
  }
  know("User", encodeId("usr", randomUUID()), "ALL");
  know("Vendor", encodeId("ven", SMALL_SHOP.vendor), "ALL");
  for (const [type, prefix] of [["Order", "ord"], ["Cart", "crt"], ["Checkout", "chk"]] as const) know(type, encodeId(prefix, randomUUID()), []);
  for (const [type, prefix] of [["Order", "crt"], ["Cart", "usr"], ["Checkout", "ord"], ["User", "ven"], ["Vendor", "usr"]] as const) know(type, encodeId(prefix, SMALL_SHOP.ada), []);

  await expectEntitiesKeepOrder(slice.graph, {
    query: `query ($refs: [_Any!]!) { _entities(representations: $refs) { __typename ... on Order { id number } ... on Cart { id } ... on Checkout { id } ... on User { id } ... on Vendor { id } } }`,
    known, stubs: { User: "usr", Vendor: "ven" }, viewers, maxStatements: 3,
  });
  await expectBooksBalance(slice.owner);
});

test("_entities reach what hangs on them for everybody at once: orders of people and lines of orders in one statement each", async () => {
  const orders: string[] = [];
  for (const name of ["ada", "bob"] as const) {
    const buyer = till(slice.graph, viewers[name]);
    orders.push((await buyer.pay({ cartId: await buyer.cartWith({ 1: 1, 2: 2 }) })).order.id);
  }
  const refs = [...orders.map((id) => ({ __typename: "Order", id })), ...[SMALL_SHOP.ada, SMALL_SHOP.bob].map((id) => ({ __typename: "User", id: encodeId("usr", id) }))];
  const query = "query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Order { lines { nodes { sku } } payments { state } } ... on User { orders(first: 1) { nodes { id } } } } }";
  const counts = [];
  for (const times of [1, 20]) {
    const { data, errors, statements } = await slice.graph.as(viewers.sam).run(query, { refs: Array.from({ length: times }, () => refs).flat() });
    expect([errors, data["_entities"].length, data["_entities"].every(Boolean)]).toEqual([undefined, times * refs.length, true]);
    counts.push(statements.length);
  }
  expect(counts).toEqual([4, 4]);
});
