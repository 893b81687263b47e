import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import type { FraudAnswer } from "../ports/fraud.ts";
import { createFakePayments } from "../ports/fake/createFakePayments.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { shopper } from "./shopper.ts";
import { unreliablePayments } from "./unreliable.ts";

/** The fraud port's answers, one for each time it is asked. */
const verdicts: FraudAnswer["verdict"][] = [];
let lost: "before" | "after" | undefined;
const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({
  ...deps, sweepSeconds: 0,
  payments: unreliablePayments(createFakePayments(deps.db), (moment, verb) => verb === "confirm" && moment === lost),
  fraud: { assess: async () => ({ verdict: verdicts.shift() ?? "APPROVE", reasons: [] }) },
}));
const intents = async () => (await slice.owner.raw<{ state: string }>("select state from payment_fake.intents order by created_at, ref")).rows.map(({ state }) => state);

test("approved and cut off, then to be looked into: what would have taken the money is closed, and another intent holds it", async () => {
  const cartId = await shopper(slice.graph).cartWith({ 1: 2 });
  const call = { idempotencyKey: randomUUID(), paymentToken: "pm_card_visa" };
  verdicts.push("APPROVE", "REVIEW", "REVIEW");
  lost = "before";
  expect((await shopper(slice.graph).checkoutComplete(cartId, call)).__typename).toBe("PaymentUnavailable");
  lost = undefined;
  expect((await shopper(slice.graph).checkoutComplete(cartId, call)).__typename).toBe("FraudReview");
  expect(await intents()).toEqual(["CANCELLED", "AUTHORIZED"]);
});

test("approved and paid, though the answer was lost, then to be looked into: what is paid becomes the order", async () => {
  const cartId = await shopper(slice.graph).cartWith({ 1: 2 });
  const call = { idempotencyKey: randomUUID(), paymentToken: "pm_card_visa" };
  verdicts.push("APPROVE", "REVIEW");
  lost = "after";
  expect((await shopper(slice.graph).checkoutComplete(cartId, call)).__typename).toBe("PaymentUnavailable");
  lost = undefined;
  expect((await shopper(slice.graph).checkoutComplete(cartId, call)).__typename).toBe("CheckoutCompleteSuccess");
  expect((await intents()).at(-1)).toBe("CAPTURED");
});
