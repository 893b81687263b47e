import { expect, test } from "vitest";
import { person, type Run } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { GUEST } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { insertVendorOrders } from "../queries/vendorOrders.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter, plantParts, SAM, STRANGER, VERA } from "./afterSale.ts";
import { shopper } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const ada = person(SMALL_SHOP.ada);
const VENDOR = encodeId("ven", SMALL_SHOP.vendor);
const OTHER = encodeId("ven", STRANGER.vendorIds[0] as string);

const QUERY = `query ($refs: [_Any!]!, $first: Int, $after: String) { _entities(representations: $refs) { ... on Vendor { id balance { amount currency }
  orders(first: $first, after: $after) { nodes { id number orderId state placedAt gross { amount } discount { amount } net { amount } commissionBps commission { amount } share { amount } reversed { amount }
    lines { id sku quantity shippedQuantity } fulfilments { number lines { quantity line { sku } } } shipTo { name line1 city postalCode countryCode phone } } pageInfo { hasNextPage endCursor } } } } }`;
const ask = (viewer = VERA, ids: string[] = [VENDOR], more: object = { first: 50 }) => slice.graph.as(viewer).run(QUERY, { refs: ids.map((id) => ({ __typename: "Vendor", id })), ...more });

async function placed(quantities: Record<number, number> = { 1: 3, 2: 2 }) {
  const buyer = shopper(slice.graph, ada);
  // Placing splits and books by itself; parts that are planted are split by hand.
  await slice.owner.raw("update catalog.products set vendor_id = null");
  const { order } = await buyer.checkoutComplete(await buyer.cartWith(quantities));
  const orderId = decodeId("ord", order.id) as string;
  await plantParts(slice.owner, orderId, { lines: [{ discount: 51, vendor: true }, {}] });
  await slice.db.tx((tx) => insertVendorOrders(tx, orderId, NOW.business));
  await slice.owner.raw("insert into orders.order_contacts (order_id, email, name, line1, city, postal_code, country_code, phone) values ($1, 'ada@example.test', 'Ada L', '1 Mill Lane', 'Bath', 'BA1', 'GB', '0123') on conflict (order_id) do update set email = excluded.email, name = excluded.name, line1 = excluded.line1, city = excluded.city, postal_code = excluded.postal_code, country_code = excluded.country_code, phone = excluded.phone", [orderId]);
  return { id: order.id as string, orderId, number: order.number as string, lines: order.lines.nodes.map((line: { id: string }) => line.id) as string[] };
}

test("a vendor sees its lines, its share and where the goods go, and nothing else of the order", async () => {
  const { id, number, lines: [lantern, stand] } = await placed();
  const { data, errors } = await ask();
  expect(errors).toBeUndefined();
  const [mine] = data["_entities"][0].orders.nodes;
  expect(mine).toMatchObject({
    number: `${number}-1`, orderId: id, state: "PAID", gross: { amount: "4.50" }, discount: { amount: "0.51" }, net: { amount: "3.99" }, commissionBps: 1000, commission: { amount: "0.40" },
    share: { amount: "3.59" }, reversed: { amount: "0.00" }, lines: [{ id: lantern, sku: "85121A", quantity: 3 }], fulfilments: [],
    shipTo: { name: "Ada L", line1: "1 Mill Lane", city: "Bath", postalCode: "BA1", countryCode: "GB", phone: "0123" },
  });
  expect(JSON.stringify(data)).not.toMatch(/85122A|ada@example|usr_/);
  // A parcel with lines of the shop too shows the vendor's alone; the vendor's state follows its own lines.
  const sent = await counter(slice.graph).sent(id, [{ lineId: lantern as string, quantity: 3 }, { lineId: stand as string, quantity: 1 }]);
  expect(sent).toMatch(/^ful_/);
  const [after] = (await ask()).data["_entities"][0].orders.nodes;
  expect(after).toMatchObject({ state: "DELIVERED", lines: [{ shippedQuantity: 3 }], fulfilments: [{ number: `${number}-F1`, lines: [{ quantity: 3, line: { sku: "85121A" } }] }], shipTo: null });
  expect((await slice.graph.as(VERA).run("query ($id: ID!) { order(id: $id) { number } }", { id })).data["order"]).toBeNull();
});

test("its balance is what the books owe it, refunds taken back", async () => {
  const before = Number((await ask()).data["_entities"][0].balance.amount);
  const { id, lines: [lantern] } = await placed();
  expect(Number((await ask()).data["_entities"][0].balance.amount)).toBeCloseTo(before + 3.59, 6);
  await counter(slice.graph).refundCreate(id, { lines: [{ lineId: lantern, quantity: 3 }] });
  const { data } = await ask();
  expect(Number(data["_entities"][0].balance.amount)).toBeCloseTo(before, 6);
  expect(data["_entities"][0].orders.nodes[0]).toMatchObject({ share: { amount: "3.59" }, reversed: { amount: "3.59" } });
});

test("only its people, SUPPORT and ADMIN look; each vendor is judged by itself", async () => {
  for (const viewer of [VERA, SAM]) expect((await ask(viewer)).errors).toBeUndefined();
  for (const viewer of [ada, STRANGER, GUEST]) {
    const { data, errors } = await ask(viewer);
    expect([data["_entities"][0].orders, data["_entities"][0].balance, errors?.length]).toEqual([null, null, 2]);
  }
  const both = await ask(STRANGER, [VENDOR, OTHER, VENDOR]);
  expect(both.data["_entities"].map((vendor: { orders: unknown }) => vendor.orders !== null)).toEqual([false, true, false]);
});

test("Order.vendorOrders is for SUPPORT and ADMIN; a buyer's order stays whole without it", async () => {
  const { id, number } = await placed();
  const query = "query ($id: ID!) { order(id: $id) { number vendorOrders { number share { amount } } } }";
  expect((await slice.graph.as(SAM).run(query, { id })).data["order"]).toEqual({ number, vendorOrders: [{ number: `${number}-1`, share: { amount: "3.59" } }] });
  const hers = await slice.graph.as(ada).run(query, { id });
  expect([hers.data["order"], hers.errors]).toEqual([{ number, vendorOrders: null }, undefined]);
});

test("pages, newest first; a page of ten costs as many statements as one of one", async () => {
  for (let n = 0; n < 4; n += 1) await placed();
  const numbers: string[] = [];
  let after: string | null = null;
  do {
    const { data }: Run = await ask(VERA, [VENDOR], { first: 2, after });
    const { nodes, pageInfo } = data["_entities"][0].orders;
    numbers.push(...nodes.map((node: { number: string }) => node.number));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers).toHaveLength((await slice.owner.raw("select 1 from orders.vendor_orders where vendor_id = $1", [SMALL_SHOP.vendor])).rowCount);
  const newest = await placed();
  await counter(slice.graph).sent(newest.id, [{ lineId: newest.lines[0] as string, quantity: 1 }]);
  await ask(VERA, [VENDOR], { first: 1 });
  expect((await ask(VERA, [VENDOR], { first: 50 })).statements.length).toBe((await ask(VERA, [VENDOR], { first: 1 })).statements.length);
});
