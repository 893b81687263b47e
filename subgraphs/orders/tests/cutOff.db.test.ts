import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { graphOf } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import { silentLog } from "#platform/log.ts";
import { sweepUnfinished } from "../commands/sweepUnfinished.ts";
import { createParts } from "../parts.ts";
import { createFakePayments } from "../ports/fake/createFakePayments.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { expectBooksBalance } from "./books.ts";
import { till } from "./till.ts";
import { crashingDatabase, endLeases } from "./unreliable.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const given = () => ({ db: slice.db, clocks: testClocks, log: silentLog });
const sweep = () => sweepUnfinished(createParts(given()));
afterEach(() => expectBooksBalance(slice.owner));

/** A process that dies when it is about to try the means of payment: it neither answers nor clears up. */
async function dyingTill() {
  const died = Promise.withResolvers<void>();
  const payments = { ...createFakePayments(slice.db), confirm: () => { died.resolve(); return new Promise<never>(() => {}); } };
  return { till: till(graphOf(await createOrdersSubgraph({ ...given(), payments, sweepSeconds: 0 }))), died: died.promise };
}

test("a purchase in two calls whose process died may still be paid until it expires: the sweeper leaves it to its buyer", async () => {
  const guest = till(slice.graph);
  const [cartId, idempotencyKey] = [await guest.cartWith({ 1: 1 }), randomUUID()];
  const { checkout } = await guest.checkoutStart({ cartId });
  const dying = await dyingTill();
  void dying.till.pay({ cartId, checkoutId: checkout.id, idempotencyKey });
  await dying.died;
  await endLeases(slice.owner);
  await sweep();
  expect(await guest.checkout(checkout.id, cartId)).toMatchObject({ state: "HELD" });
  expect(await guest.pay({ cartId, checkoutId: checkout.id, idempotencyKey })).toMatchObject({ __typename: "CheckoutCompleteSuccess" });
});

test("a purchase in one call whose process died is let go, and its key buys anew", async () => {
  const guest = till(slice.graph);
  const [cartId, idempotencyKey] = [await guest.cartWith({ 1: 1 }), randomUUID()];
  const dying = await dyingTill();
  void dying.till.pay({ cartId, idempotencyKey });
  await dying.died;
  await endLeases(slice.owner);
  await sweep();
  expect((await slice.owner.raw("select state from orders.checkouts where idempotency_key = $1", [idempotencyKey])).rows).toEqual([{ state: "ABANDONED" }]);
  expect(await guest.pay({ cartId, idempotencyKey })).toMatchObject({ __typename: "CheckoutCompleteSuccess" });
});

test("giving up is answered by the same key, though the process died between letting go and keeping the answer", async () => {
  const guest = till(slice.graph);
  const [cartId, idempotencyKey] = [await guest.cartWith({ 1: 1 }), randomUUID()];
  const { checkout } = await guest.checkoutStart({ cartId });
  const crashing = crashingDatabase(slice.db, (moment) => moment === "before" && ++transactions === 3);
  let transactions = 0;
  const dying = till(graphOf(await createOrdersSubgraph({ ...given(), db: crashing, sweepSeconds: 0 })));
  // Begun, let go, and then the answer is not kept any more.
  await expect(dying.checkoutCancel({ cartId, idempotencyKey })).rejects.toThrow(/checkoutCancel/);
  await endLeases(slice.owner);
  expect(await guest.checkoutCancel({ cartId, idempotencyKey })).toMatchObject({ __typename: "CheckoutCancelSuccess", checkout: { id: checkout.id, state: "CANCELLED" } });
  expect(await guest.checkoutCancel({ cartId, idempotencyKey })).toMatchObject({ __typename: "CheckoutCancelSuccess", checkout: { id: checkout.id } });
});
