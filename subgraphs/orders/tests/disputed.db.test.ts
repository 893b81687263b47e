import { afterEach, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { decodeId } from "#schema/values/ids.ts";
import { createFakePayments, type FakePayments } from "../ports/fake/createFakePayments.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter } from "./afterSale.ts";
import { expectBooksBalance } from "./books.ts";
import { variantId } from "./shopper.ts";
import { till } from "./till.ts";
import { handIn, toldBy } from "./webhooks.ts";

// A bank takes money back for a dispute while the shop is about to give it back: the buyer gets it once.
let payments: FakePayments;
const slice = useSlice("martgraph_orders", async (deps) => {
  payments = createFakePayments(deps.db, { keepEvents: true });
  return createOrdersSubgraph({ ...deps, payments, clocks: { ...deps.clocks, wall: { now: () => new Date() } }, sweepSeconds: 0 });
});
afterEach(() => expectBooksBalance(slice.owner));

const ada = person(SMALL_SHOP.ada);
const [her, hers, shop] = [() => till(slice.graph, ada), () => counter(slice.graph, ada), () => counter(slice.graph)];
const refOf = async (orderId: string) => (await slice.owner.raw<{ ref: string }>("select provider_ref as ref from orders.payments where order_id = $1 and method = 'CARD'", [decodeId("ord", orderId)])).rows[0]?.ref as string;
const linesOf = async (orderId: string): Promise<{ id: string; refunded: number }[]> => (await slice.owner.raw<{ id: string; refunded: number }>(
  "select id, refunded_quantity::int as refunded from orders.order_lines where order_id = $1 order by position", [decodeId("ord", orderId)])).rows;
const onHand = async (n: number) => (await slice.owner.raw<{ n: number }>("select on_hand::int as n from catalog.stock_levels where variant_id = $1", [SMALL_SHOP.variant(n)])).rows[0]?.n ?? 0;
const tell = async (ref: string, type: string) => {
  for (const event of (await toldBy(payments, ref)).filter((told) => told.type === type)) expect(await handIn(slice.graph, event)).toBe("ACCEPTED");
};
const dispute = async (ref: string, units: bigint | null = null) => {
  await payments.act(ref, { type: "DISPUTE", ref: `dp_${ref.slice(3)}`, units });
  await tell(ref, "charge.dispute.created");
};
const decide = async (ref: string, won: boolean) => {
  await payments.act(ref, { type: "CLOSE_DISPUTE", ref: `dp_${ref.slice(3)}`, won });
  await tell(ref, "charge.dispute.closed");
};

/** Three delivered lanterns of 4.50 in all, two of which are to go back. */
async function asked(more: object = {}) {
  const { order } = await her().pay({ cartId: await her().cartWith({ 1: 3 }) });
  const { id: lineId } = (await shop().order(order.id)).lines.nodes[0];
  await shop().sent(order.id, [{ lineId, quantity: 3 }]);
  const { return: wanted } = await hers().returnRequest(order.id, [{ lineId, quantity: 2 }], more);
  return { id: order.id as string, ref: await refOf(order.id), returnId: wanted.id as string };
}

describe("returnResolve", () => {
  test("PaymentInDispute: nothing changes while the bank has the money; won, the approval pays exactly what was paid for the units", async () => {
    const { id, ref, returnId } = await asked();
    await dispute(ref);
    const before = await onHand(1);
    expect(await shop().returnResolve(returnId, "APPROVE")).toMatchObject({ __typename: "PaymentInDispute", code: "PAYMENT_IN_DISPUTE", path: ["input", "returnId"] });
    expect(await shop().order(id)).toMatchObject({ state: "DELIVERED", refunds: [], payments: [{ state: "DISPUTED", refunded: { amount: "0.00" } }] });
    expect([await onHand(1), (await linesOf(id))[0]?.refunded]).toEqual([before, 0]);
    await decide(ref, true);
    expect(await shop().returnResolve(returnId, "APPROVE")).toMatchObject({
      __typename: "ReturnResolveSuccess", return: { state: "APPROVED", refund: { total: { amount: "3.00" } } }, order: { payments: [{ state: "PARTIALLY_REFUNDED", refunded: { amount: "3.00" } }] },
    });
  });

  test("PaymentInDispute: lost, the buyer has the money already and gets neither it nor other goods; the return may be rejected", async () => {
    for (const more of [{}, { exchange: { variantId: variantId(1) } }]) {
      const { ref, returnId } = await asked(more);
      await dispute(ref);
      await decide(ref, false);
      expect((await shop().returnResolve(returnId, "APPROVE"))["__typename"]).toBe("PaymentInDispute");
      expect(await shop().returnResolve(returnId, "REJECT")).toMatchObject({ __typename: "ReturnResolveSuccess", return: { state: "REJECTED", refund: null, replacement: null } });
    }
  });
});
