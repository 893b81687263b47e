import { afterEach, describe, expect, test } from "vitest";
import { graphOf, person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import { silentLog } from "#platform/log.ts";
import { decodeId } from "#schema/values/ids.ts";
import { sweepUnfinished } from "../commands/sweepUnfinished.ts";
import { createParts } from "../parts.ts";
import { createFakePayments, type FakePayments } from "../ports/fake/createFakePayments.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter } from "./afterSale.ts";
import { expectBooksBalance } from "./books.ts";
import { variantId } from "./shopper.ts";
import { till } from "./till.ts";
import { endLeases } from "./unreliable.ts";
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

describe("orderCancel", () => {
  const stood = async (orderId: string) => (await slice.owner.raw<{ state: string }>("select state from orders.cancellations where order_id = $1", [decodeId("ord", orderId)])).rows[0]?.state;
  const sweep = async () => {
    await endLeases(slice.owner);
    await sweepUnfinished(createParts({ db: slice.db, payments, clocks: testClocks, log: silentLog }));
  };
  /** Calls an order of 4.50 off; a dispute opens after the first transaction, or as the refund is asked for. */
  async function overtaken(moment: "decided" | "promised", decidedAtOnce: boolean | null) {
    const before = await onHand(1);
    const { order } = await her().pay({ cartId: await her().cartWith({ 1: 3 }) });
    const ref = await refOf(order.id);
    let isFirst = true;
    const open = async () => {
      if (!isFirst) return;
      isFirst = false;
      await dispute(ref);
      if (decidedAtOnce !== null) await decide(ref, decidedAtOnce);
    };
    let transactions = 0;
    const tx: typeof slice.db.tx = async (work, options) => {
      if (moment === "decided" && ++transactions === 2) await open();
      return slice.db.tx(work, options);
    };
    const db = new Proxy(slice.db, { get: (target, name) => {
      if (name === "tx") return tx;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    } });
    const refund: FakePayments["refund"] = async (request) => {
      if (moment === "promised") await open();
      return payments.refund(request);
    };
    const graph = graphOf(await createOrdersSubgraph({ db, payments: { ...payments, refund }, clocks: testClocks, log: silentLog, sweepSeconds: 0 }));
    const answer = await till(graph, ada).orderCancel(order.id);
    return { id: order.id as string, ref, before, answer };
  }

  test.each([["decided", true], ["decided", false], ["promised", true], ["promised", false]] as const)("a dispute opens once it was %s and is lost (at once: %s): cancelled, and nothing goes back twice", async (moment, atOnce) => {
    const { id, ref, before, answer } = await overtaken(moment, atOnce ? false : null);
    expect(answer).toMatchObject({ __typename: "OrderCancelSuccess", order: { state: "CANCELLED" } });
    if (!atOnce) {
      await sweep();
      expect((await shop().order(id)).refunds).toMatchObject([{ state: "PENDING", total: { amount: "4.50" } }]);
      await decide(ref, false);
    }
    await sweep();
    expect([await stood(id), await onHand(1)]).toEqual(["DONE", before]);
    expect(await shop().order(id)).toMatchObject({ state: "CANCELLED", payments: [{ state: "DISPUTED", refunded: { amount: "0.00" } }], refunds: [{ state: "FAILED", total: { amount: "4.50" } }] });
    expect((await payments.find(ref)).refundedUnits).toBe(0n);
    expect((await slice.owner.raw("select kind from orders.payment_events e join orders.payments p on p.id = e.payment_id where p.order_id = $1 and kind = 'REFUND_FAILED'", [decodeId("ord", id)])).rowCount).toBe(1);
  });

  test.each(["decided", "promised"] as const)("a dispute opens once it was %s and is won: the money goes back once", async (moment) => {
    const { id, ref } = await overtaken(moment, null);
    await decide(ref, true);
    for (let round = 0; round < 2; round += 1) await sweep();
    expect(await shop().order(id)).toMatchObject({ state: "CANCELLED", payments: [{ state: "REFUNDED", refunded: { amount: "4.50" } }], refunds: [{ state: "PAID" }] });
    expect([await stood(id), (await payments.find(ref)).refundedUnits]).toEqual(["DONE", 450n]);
  });
});
