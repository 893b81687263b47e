import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { graphOf, person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import { proofMode } from "#platform/config.ts";
import { silentLog } from "#platform/log.ts";
import { sweepUnfinished } from "../commands/sweepUnfinished.ts";
import { createParts, type PartsGiven } from "../parts.ts";
import { createFakePayments } from "../ports/fake/createFakePayments.ts";
import type { PaymentProvider } from "../ports/paymentProvider.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { shopper } from "./shopper.ts";
import { auditShop, crashingDatabase, endLeases, unreliablePayments } from "./unreliable.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const ada = person(SMALL_SHOP.ada);
const given = (over: Partial<PartsGiven>): PartsGiven => ({ db: slice.db, clocks: testClocks, log: silentLog, ...over });
const parts = (over: Partial<PartsGiven> = {}) => createParts(given(over));
const buyerWith = async (over: Partial<PartsGiven>) => shopper(graphOf(await createOrdersSubgraph({ ...given(over), sweepSeconds: 0 })), ada);
const her = () => shopper(slice.graph, ada);

/** A provider that stops at a charge until it is let go, before or after charging: the process that waits for it may as well be dead. */
function stoppedPayments(moment: "before" | "after"): { payments: PaymentProvider; reached: Promise<void>; letGo: () => void } {
  const real = createFakePayments(slice.db);
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const stop = () => { reached.resolve(); return gate.promise; };
  const confirm: PaymentProvider["confirm"] = async (request) => {
    if (moment === "before") await stop();
    const outcome = await real.confirm(request);
    if (moment === "after") await stop();
    return outcome;
  };
  return { payments: { ...real, confirm }, reached: reached.promise, letGo: gate.resolve };
}

describe("a process that dies in the middle of a purchase", () => {
  test.each(["before", "after"] as const)("%s the charge: the same key goes on and buys once, even when the dead one comes back", async (moment) => {
    const stopped = stoppedPayments(moment);
    const [cartId, idempotencyKey] = [await her().cartWith({ 1: 2 }), randomUUID()];
    const dead = (await buyerWith({ payments: stopped.payments })).checkoutComplete(cartId, { idempotencyKey });
    await stopped.reached;
    expect(await her().checkoutComplete(cartId, { idempotencyKey })).toMatchObject({ __typename: "RequestInProgress", retryAfterSeconds: 30 });
    await endLeases(slice.owner);
    const resumed = await her().checkoutComplete(cartId, { idempotencyKey });
    expect(resumed.__typename).toBe("CheckoutCompleteSuccess");
    stopped.letGo();
    expect((await dead).order.id).toBe(resumed.order.id);
    expect(await auditShop(slice.owner)).toEqual([]);
  });

  test("after the charge: the sweeper places the order, and the buyer finds it under the same key", async () => {
    const stopped = stoppedPayments("after");
    const [cartId, idempotencyKey] = [await her().cartWith({ 1: 2 }), randomUUID()];
    const dead = (await buyerWith({ payments: stopped.payments })).checkoutComplete(cartId, { idempotencyKey });
    await stopped.reached;
    expect(await sweepUnfinished(parts())).toMatchObject({ checkouts: 0, cancellations: 0 });
    await endLeases(slice.owner);
    expect(await sweepUnfinished(parts())).toMatchObject({ checkouts: 1, cancellations: 0 });
    const found = await her().checkoutComplete(cartId, { idempotencyKey });
    expect(found.__typename).toBe("CheckoutCompleteSuccess");
    stopped.letGo();
    expect((await dead).order.id).toBe(found.order.id);
    expect(await auditShop(slice.owner)).toEqual([]);
  });

  test("before the charge: the sweeper lets the stock go and voids the key; a late charge takes no money", async () => {
    const stopped = stoppedPayments("before");
    const cartId = await her().cartWith({ 1: 2 });
    const dead = (await buyerWith({ payments: stopped.payments })).checkoutComplete(cartId);
    await stopped.reached;
    await endLeases(slice.owner);
    expect(await sweepUnfinished(parts())).toMatchObject({ checkouts: 1, cancellations: 0 });
    expect((await slice.owner.raw("select 1 from catalog.reservations")).rowCount).toBe(0);
    expect((await her().checkoutComplete(cartId)).__typename).toBe("CheckoutCompleteSuccess");
    stopped.letGo();
    expect((await dead).__typename).toBe("CartAlreadyOrdered");
    expect(await auditShop(slice.owner)).toEqual([]);
  });

  test("a payment whose answer is lost: the sweeper finds the money and places the order", async () => {
    const [cartId, idempotencyKey] = [await her().cartWith({ 1: 1 }), randomUUID()];
    const lost = { idempotencyKey, paymentToken: "tok_lost_answer" };
    expect((await her().checkoutComplete(cartId, lost)).__typename).toBe("PaymentUnavailable");
    expect((await sweepUnfinished(parts())).checkouts).toBe(1);
    expect((await her().checkoutComplete(cartId, lost)).__typename).toBe("CheckoutCompleteSuccess");
    expect(await auditShop(slice.owner)).toEqual([]);
  });

  test("a hold that somebody else let go: taken anew while there is enough, else the money goes back", async () => {
    for (const [left, outcome] of [[5, "CheckoutCompleteSuccess"], [1, "InsufficientStock"]] as const) {
      const stopped = stoppedPayments("after");
      const cartId = await her().cartWith({ 5: 2 });
      const buying = (await buyerWith({ payments: stopped.payments })).checkoutComplete(cartId);
      await stopped.reached;
      await slice.owner.raw("select catalog.release_stock(reference_id) from (select distinct reference_id from catalog.reservations) r");
      await slice.owner.raw("update catalog.stock_levels set on_hand = $2 where variant_id = $1", [SMALL_SHOP.variant(5), left]);
      stopped.letGo();
      expect((await buying).__typename).toBe(outcome);
      expect(await auditShop(slice.owner)).toEqual([]);
    }
  });
});

test.each([null, "before", "after"] as const)("money of a purchase that is over, a part of which was given back by hand meanwhile: the rest goes back, once (answer lost: %s)", async (lost) => {
  const real = createFakePayments(slice.db);
  let [ref, isFirst] = ["", true];
  const payments = unreliablePayments(real, (moment, verb) => verb === "refund" && moment === lost && isFirst && !(isFirst = false));
  const confirm: PaymentProvider["confirm"] = async (request) => {
    const outcome = await real.confirm(request);
    ref = outcome.ref;
    await slice.owner.raw("select catalog.release_stock(reference_id) from (select distinct reference_id from catalog.reservations) r");
    await slice.owner.raw("update catalog.stock_levels set on_hand = 1 where variant_id = $1", [SMALL_SHOP.variant(5)]);
    await real.act(ref, { type: "REFUND", ref: `re_hand_${lost}`, units: 1n, metadata: {} });
    return outcome;
  };
  await slice.owner.raw("update catalog.stock_levels set on_hand = 5 where variant_id = $1", [SMALL_SHOP.variant(5)]);
  const answer = await (await buyerWith({ payments: { ...payments, confirm } })).checkoutComplete(await her().cartWith({ 5: 2 }));
  expect(answer.__typename).toBe(lost === null ? "InsufficientStock" : "PaymentUnavailable");
  for (let round = 0; round < 2; round += 1) {
    await endLeases(slice.owner);
    await sweepUnfinished(parts());
  }
  const intent = await real.find(ref);
  expect([intent.state, intent.refundedUnits]).toEqual(["CAPTURED", intent.capturedUnits]);
  const undone = await slice.owner.raw<{ units: bigint }>(`select e.units from orders.ledger_journals j join orders.ledger_entries e on e.journal_id = j.id and e.units > 0
    join orders.checkouts k on k.id::text = j.reference where j.kind = 'CHARGE_UNDONE' and k.intent_ref = $1`, [ref]);
  expect(undone.rows.map(({ units }) => BigInt(units))).toEqual([intent.capturedUnits]);
  expect(await auditShop(slice.owner)).toEqual([]);
});

test("a database that goes away midway is an incident to the caller, and nothing is lost", async () => {
  let transactions = 0;
  const buyer = await buyerWith({ db: crashingDatabase(slice.db, (moment) => moment === "before" && ++transactions === 2) });
  const [cartId, idempotencyKey] = [await her().cartWith({ 1: 1 }), randomUUID()];
  await expect(buyer.checkoutComplete(cartId, { idempotencyKey })).rejects.toThrow(/^checkoutComplete: Something went wrong on our side\. Incident [0-9a-f-]{36}\.$/);
  expect((await her().checkoutComplete(cartId, { idempotencyKey })).__typename).toBe("CheckoutCompleteSuccess");
  expect(await auditShop(slice.owner)).toEqual([]);
});

test("seeded crashes and lost answers at every step: after the sweep the books agree", async () => {
  const rounds = proofMode() ? 400 : 60;
  let seed = 20_111_209;
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const payments = unreliablePayments(createFakePayments(slice.db), () => random() < 0.15);
  const buyer = await buyerWith({ payments, db: crashingDatabase(slice.db, () => random() < 0.12) });
  const attempt = (work: Promise<{ __typename: string }>) => work.then((answer) => answer.__typename, () => "Crash");
  const seen = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    const [cartId, idempotencyKey, cancelKey] = [await her().cartWith({ 1: 1 + Math.floor(random() * 3), 3: 1 }), randomUUID(), randomUUID()];
    const paymentToken = round % 4 === 0 ? "tok_declined" : undefined;
    for (let call = 0; call <= Math.floor(random() * 3); call += 1) {
      const outcome = await attempt(buyer.checkoutComplete(cartId, { idempotencyKey, ...(paymentToken ? { paymentToken } : {}) }));
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      if (random() < 0.3) await endLeases(slice.owner);
    }
    const { rows: [placed] } = await slice.owner.raw<{ id: string }>("select 'ord_' || replace(id::text, '-', '') as id from orders.orders where cart_id::text = $1", [
      cartId.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
    ]);
    if (placed && random() < 0.5) {
      const outcome = `cancel ${await attempt(buyer.orderCancel(placed.id, { idempotencyKey: cancelKey }))}`;
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    if (random() < 0.2) {
      await endLeases(slice.owner);
      await sweepUnfinished(parts({ payments, db: crashingDatabase(slice.db, () => random() < 0.2) }));
    }
  }
  await endLeases(slice.owner);
  while ((await sweepUnfinished(parts())).checkouts > 0) await endLeases(slice.owner);
  // Each kind of trouble was met, else the test proves nothing.
  for (const outcome of ["CheckoutCompleteSuccess", "PaymentUnavailable", "PaymentDeclined", "Crash", "cancel OrderCancelSuccess", "cancel Crash"]) expect([...seen.keys()]).toContain(outcome);
  const { rows } = await slice.owner.raw("select 1 from orders.checkouts where state in ('HELD', 'REVIEW', 'UNDOING') or undo_since is not null union all select 1 from orders.payment_refunds where state = 'PENDING' union all select 1 from orders.cancellations where state = 'RUNNING'");
  expect(rows).toEqual([]);
  expect(await auditShop(slice.owner)).toEqual([]);
});
