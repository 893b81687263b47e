import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter, SAM, VERA } from "./afterSale.ts";
import { expectBooksBalance } from "./books.ts";
import { shopper } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const ada = person(SMALL_SHOP.ada);

afterEach(() => expectBooksBalance(slice.owner));

/** A paid order of ada's with `lines` lines of two units each. */
async function bought(lines: number): Promise<{ id: string; lines: { lineId: string; quantity: number }[] }> {
  const buyer = shopper(slice.graph, ada);
  const { order } = await buyer.checkoutComplete(await buyer.cartWith(Object.fromEntries(Array.from({ length: lines }, (_, n) => [n + 1, 2]))));
  return { id: order.id, lines: order.lines.nodes.map(({ id }: { id: string }) => ({ lineId: id, quantity: 1 })) };
}
const each = (lines: readonly { lineId: string }[], quantity: number) => lines.map(({ lineId }) => ({ lineId, quantity }));

describe("returns", () => {
  const QUEUE = `query ($state: ReturnState, $first: Int, $after: String) { returns(state: $state, first: $first, after: $after) {
    nodes { id number state order { id number } lines { quantity line { sku } } } edges { cursor } pageInfo { hasNextPage endCursor } } }`;
  const queue = async (variables: object = {}, viewer = SAM) => slice.graph.as(viewer).run(QUEUE, { ...variables });

  test("all that wait, longest first, page by page, each once; by state; with its order and lines in a fixed number of statements", async () => {
    const asked: { id: string; order: string }[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { id, lines } = await bought(2);
      await counter(slice.graph).sent(id, each(lines, 2));
      asked.push({ id: (await counter(slice.graph, ada).returnRequest(id, each(lines, 1))).return.id, order: id });
    }
    // The clock of tests stands still: give them an order, two of one moment.
    await slice.owner.raw("update orders.returns set requested_at = requested_at - interval '1 hour' where number = (select min(number) from orders.returns)");
    const seen: string[] = [];
    const counts: number[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { data, errors, statements } = await queue({ first: 2, after });
      expect(errors).toBeUndefined();
      for (const one of data["returns"].nodes) expect(asked).toContainEqual({ id: one.id, order: one.order.id });
      seen.push(...data["returns"].nodes.map(({ id }: { id: string }) => id));
      counts.push(statements.length);
      ({ hasNextPage: more, endCursor: after } = data["returns"].pageInfo);
    }
    expect(seen).toEqual(asked.map(({ id }) => id));
    expect((await queue({ first: 100 })).statements.length).toBe(counts[0]);
    expect(new Set(counts)).toEqual(new Set([4]));

    await counter(slice.graph).returnResolve(seen[0] as string, "APPROVE");
    await counter(slice.graph).returnReceive(seen[1] as string);
    const ids = async (state: string) => (await queue({ state })).data["returns"].nodes.map(({ id }: { id: string }) => id);
    expect([await ids("REQUESTED"), await ids("APPROVED"), await ids("RECEIVED"), await ids("REJECTED")]).toEqual([seen.slice(2), [seen[0]], [seen[1]], []]);
  });

  test("only SUPPORT and ADMIN; a page of 1 to 100; a cursor of another list is refused", async () => {
    for (const viewer of [ada, VERA]) expect((await queue({}, viewer)).errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
    for (const wrong of [{ first: 0 }, { first: 101 }, { after: "nonsense" }, { after: "" }]) expect((await queue(wrong)).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });
});

describe("OrderLine.allocations", () => {
  const ALLOCATIONS = "query ($id: ID!) { order(id: $id) { lines { nodes { sku allocations { warehouseCode warehouseName quantity putBackQuantity } } } } }";
  const read = (id: string, viewer = SAM) => slice.graph.as(viewer).run(ALLOCATIONS, { id });

  test("tells the shop's people from where units leave and what was put back, in one statement for all lines; nobody else", async () => {
    // One unit of the third here, one there: no warehouse has both.
    await slice.owner.raw("insert into catalog.warehouses (code, name, country_code, priority) values ('NEAR', 'Next door', 'GB', 10)");
    await slice.owner.raw("select catalog.move_stock($1, w.id, 1 - coalesce(l.on_hand, 0), 'ADJUSTMENT', 'system', null, null) from catalog.warehouses w left join catalog.inventory_levels l on l.variant_id = $1 and l.warehouse_id = w.id", [SMALL_SHOP.variant(3)]);
    const { id, lines } = await bought(3);
    await counter(slice.graph).orderLinesCancel(id, each(lines.slice(0, 1), 1));
    const { data, errors, statements } = await read(id);
    expect(errors).toBeUndefined();
    const from = (warehouseCode: string, quantity: number, putBackQuantity = 0) => expect.objectContaining({ warehouseCode, quantity, putBackQuantity });
    const { rows: [main] } = await slice.owner.raw<{ code: string }>("select code from catalog.warehouses where is_default");
    expect(data["order"].lines.nodes.map((line: { allocations: unknown }) => line.allocations)).toEqual([
      [from(main?.code as string, 2, 1)], [from(main?.code as string, 2)], expect.arrayContaining([from(main?.code as string, 1), from("NEAR", 1)]),
    ]);
    expect(statements.filter((name) => name === "orders.allocationsOfLines")).toHaveLength(1);
    const hers = await read(id, ada);
    expect([hers.errors, hers.data["order"].lines.nodes.map((line: { allocations: unknown }) => line.allocations)]).toEqual([undefined, [null, null, null]]);
    expect(hers.statements).not.toContain("orders.allocationsOfLines");
    await slice.owner.raw("select catalog.move_stock($1, w.id, 1000, 'ADJUSTMENT', 'system', null, null) from catalog.warehouses w where w.is_default", [SMALL_SHOP.variant(3)]);
  });
});

describe("statements do not grow with the lines of an order", () => {
  /** How many statements a mutation takes for an order of one line, of three and of five. */
  async function countsOf(act: (order: Awaited<ReturnType<typeof bought>>) => Promise<number>): Promise<number[]> {
    const counts = [];
    for (const lines of [1, 3, 5]) counts.push(await act(await bought(lines)));
    return counts;
  }
  const LINES = "lines { nodes { id cancelledQuantity returnedQuantity } }";
  const count = async (source: string, input: object, viewer = SAM) => {
    const { data, errors, statements } = await slice.graph.as(viewer).run(source, { input: { ...input, idempotencyKey: randomUUID() } });
    expect([errors, Object.values(data)[0].__typename]).toEqual([undefined, expect.stringMatching(/Success$/)]);
    return statements.length;
  };
  const same = (counts: readonly number[]) => expect(counts, counts.join()).toEqual(counts.map(() => counts[0]));

  test("orderLinesCancel", async () => {
    const source = `mutation ($input: OrderLinesCancelInput!) { orderLinesCancel(input: $input) { __typename ... on OrderLinesCancelSuccess { order { ${LINES} refunds { lines { code } } } } } }`;
    same(await countsOf(({ id, lines }) => count(source, { orderId: id, lines })));
  });

  test("returnRequest, returnResolve", async () => {
    const [requested, resolved]: [number[], number[]] = [[], []];
    for (const size of [1, 3, 5]) {
      const { id, lines } = await bought(size);
      await counter(slice.graph).sent(id, each(lines, 2));
      requested.push(await count(`mutation ($input: ReturnRequestInput!) { returnRequest(input: $input) { __typename ... on ReturnRequestSuccess { return { lines { line { sku } } } order { ${LINES} } } } }`, { orderId: id, lines }, ada));
      const returnId = (await slice.graph.as(SAM).run("query ($id: ID!) { order(id: $id) { returns { id } } }", { id })).data["order"].returns[0].id;
      resolved.push(await count(`mutation ($input: ReturnResolveInput!) { returnResolve(input: $input) { __typename ... on ReturnResolveSuccess { return { refund { lines { code } } } order { ${LINES} } } } }`, { returnId, verdict: "APPROVE" }));
    }
    same(requested);
    same(resolved);
  });

  test("orderCancel", async () => {
    const source = `mutation ($input: OrderCancelInput!) { orderCancel(input: $input) { __typename ... on OrderCancelSuccess { order { ${LINES} } refund { lines { code } } } } }`;
    same(await countsOf(({ id }) => count(source, { orderId: id })));
  });

  test("fulfilmentCreate", async () => {
    const source = `mutation ($input: FulfilmentCreateInput!) { fulfilmentCreate(input: $input) { __typename ... on FulfilmentCreateSuccess { fulfilment { lines { line { sku } } } order { ${LINES} } } } }`;
    same(await countsOf(({ id, lines }) => count(source, { orderId: id, lines })));
  });

  test("Query.orders: nor with the length of the page", async () => {
    await bought(5);
    const source = `query ($first: Int) { orders(first: $first) { nodes { id state fulfilmentState totals { due { amount } } ${LINES} payments { state } refunds { lines { code } } fulfilments { lines { line { sku allocations { quantity } } } } returns { lines { quantity } } events { nodes { text } } } } }`;
    for (const first of [1, 5, 15]) {
      const { data, errors, statements } = await slice.graph.as(SAM).run(source, { first });
      expect([errors, data["orders"].nodes.length]).toEqual([undefined, first]);
      // A page without parcels or returns asks for fewer; none asks for anything twice.
      expect(statements.toSorted()).toEqual([...new Set(statements)].toSorted());
      expect(statements.length).toBeLessThanOrEqual(15);
    }
  });
});
