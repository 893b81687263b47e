import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { graphOf, person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import type { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { sweepUnfinished } from "../commands/sweepUnfinished.ts";
import { createParts, type PartsGiven } from "../parts.ts";
import { createFakePayments } from "../ports/fake/createFakePayments.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { till } from "./till.ts";
import { auditShop, endLeases, unreliablePayments } from "./unreliable.ts";

// Somebody settles a purchase between the transaction in which a step takes it on and the one in which the step holds its goods: the
// step holds for nobody then, and must let go whichever way it ends.
const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const ada = person(SMALL_SHOP.ada);
const given = (over: Partial<PartsGiven> = {}): PartsGiven => ({ db: slice.db, clocks: testClocks, log: silentLog, ...over });
const her = () => till(slice.graph, ada);
afterEach(async () => expect(await auditShop(slice.owner)).toEqual([]));

/** The lease of whoever is slow ends, and the sweeper settles what they were at. */
async function settleMeanwhile(): Promise<void> {
  await endLeases(slice.owner);
  expect((await sweepUnfinished(createParts(given()))).checkouts).toBe(1);
}

/** A till whose first transaction commits, and then `meanwhile` happens. */
async function slowTill(meanwhile: () => Promise<void>, over: Partial<PartsGiven> = {}) {
  let isFirst = true;
  const db = new Proxy(slice.db, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (name !== "tx") return typeof value === "function" ? value.bind(target) : value;
      return async (...args: Parameters<Database["tx"]>) => {
        const result = await target.tx(...args);
        if (isFirst) {
          isFirst = false;
          await meanwhile();
        }
        return result;
      };
    },
  });
  return till(graphOf(await createOrdersSubgraph({ ...given({ db, ...over }), sweepSeconds: 0 })), ada);
}
const silentBank = () => unreliablePayments(createFakePayments(slice.db), (moment, verb) => moment === "before" && verb === "open");
const states = async (key: string) => (await slice.owner.raw<{ state: string }>("select state from orders.checkouts where idempotency_key = $1", [key])).rows.map(({ state }) => state);

test("the payment came through: the order is found, and its goods are not held once more", async () => {
  const [cartId, idempotencyKey, paymentToken] = [await her().cartWith({ 1: 2 }), randomUUID(), "tok_lost_answer"];
  expect((await her().pay({ cartId, idempotencyKey, paymentToken })).__typename).toBe("PaymentUnavailable");
  expect((await (await slowTill(settleMeanwhile)).pay({ cartId, idempotencyKey, paymentToken })).__typename).toBe("CheckoutCompleteSuccess");
});

test("the payment came through, and took the last units: the order is found, not a shortage told", async () => {
  const [cartId, idempotencyKey, paymentToken] = [await her().cartWith({ 5: 2 }), randomUUID(), "tok_lost_answer"];
  await slice.owner.raw("update catalog.stock_levels set on_hand = 2 where variant_id = $1", [SMALL_SHOP.variant(5)]);
  expect((await her().pay({ cartId, idempotencyKey, paymentToken })).__typename).toBe("PaymentUnavailable");
  expect((await (await slowTill(settleMeanwhile)).pay({ cartId, idempotencyKey, paymentToken })).__typename).toBe("CheckoutCompleteSuccess");
});

test("it was let go, and the provider does not answer: nothing stays held", async () => {
  const [cartId, idempotencyKey] = [await her().cartWith({ 1: 2 }), randomUUID()];
  expect((await (await slowTill(settleMeanwhile, { payments: silentBank() })).pay({ cartId, idempotencyKey })).__typename).toBe("PaymentUnavailable");
  expect(await states(idempotencyKey)).toEqual(["ABANDONED"]);
});

test("it was let go, and what it would have been judged to wait for a person: it begins anew, and holds once", async () => {
  const [cartId, idempotencyKey] = [await her().cartWith({ 1: 2 }), randomUUID()];
  expect((await (await slowTill(settleMeanwhile)).pay({ cartId, idempotencyKey, paymentToken: "tok_review" })).__typename).toBe("FraudReview");
  expect((await states(idempotencyKey)).toSorted()).toEqual(["ABANDONED", "REVIEW"]);
});

test("begun only, it ran out, and the provider does not answer: nothing stays held", async () => {
  const cartId = await her().cartWith({ 1: 2 });
  const runOut = async () => {
    await slice.owner.raw("update orders.checkouts set expires_at = now() - interval '1 second', wake_at = now() - interval '1 second' where state = 'HELD'");
    await settleMeanwhile();
  };
  expect((await (await slowTill(runOut, { payments: silentBank() })).checkoutStart({ cartId })).__typename).toBe("PaymentUnavailable");
});
