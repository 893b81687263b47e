import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { wallClock } from "#platform/clock.ts";
import { createFakePayments, type FakePayments } from "../ports/fake/createFakePayments.ts";
import { findBreaches } from "../queries/audit/auditCheck.ts";
import { checks } from "../queries/audit/providers.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { shopper } from "./shopper.ts";
import { handIn, toldBy } from "./webhooks.ts";

let payments: FakePayments;
const slice = useSlice("martgraph_orders", async (deps) => {
  payments = createFakePayments(deps.db, { keepEvents: true });
  return createOrdersSubgraph({ ...deps, payments, clocks: { ...deps.clocks, wall: wallClock }, sweepSeconds: 0 });
});

const UNDO = new Error("only looked");

/** What the audit says once the books were spoilt; they are as before afterwards. */
async function breachesAfter(spoil: string): Promise<string[]> {
  let found: string[] = [];
  await slice.owner.tx(async (tx) => {
    await tx.raw("set local session_replication_role = replica");
    await tx.raw(spoil);
    found = (await findBreaches(tx, checks)).map(({ check }) => check);
    throw UNDO;
  }).catch((error: unknown) => { if (error !== UNDO) throw error; });
  return [...new Set(found)];
}

describe("the audit of what providers say", () => {
  test("all is well after a sale, a refund at the provider and a dispute that was won", async () => {
    const cartId = await shopper(slice.graph).cartWith({ 1: 3 });
    expect((await shopper(slice.graph).checkoutComplete(cartId)).__typename).toBe("CheckoutCompleteSuccess");
    const { rows: [payment] } = await slice.owner.raw<{ provider_ref: string }>("select provider_ref from orders.payments where method = 'CARD'");
    const ref = payment?.provider_ref as string;
    await payments.act(ref, { type: "REFUND", ref: `re_${randomUUID().slice(0, 8)}`, units: 100n, metadata: {} });
    await payments.act(ref, { type: "DISPUTE", ref: "dp_audit", units: 50n });
    await payments.act(ref, { type: "CLOSE_DISPUTE", ref: "dp_audit", won: true });
    for (const event of await toldBy(payments)) expect(await handIn(slice.graph, event)).toBe("ACCEPTED");
    expect(await findBreaches(slice.owner, checks)).toEqual([]);
  });
  test.each([
    ["update payment_fake.intents set refunded_units = refunded_units + 1", "a payment is what the stand-in says of its intent"],
    ["delete from orders.payments where method = 'CARD'", "money that the stand-in has taken or holds for a purchase belongs to an order"],
    ["insert into payment_fake.intents select 'pi_twice', state, currency, exponent, amount_units, capture, captured_units, refunded_units, client_secret, token, decline_reason, metadata, version, created_at from payment_fake.intents", "a purchase has one intent that money moved on"],
    ["delete from orders.ledger_journals where kind = 'DISPUTE_WON'", "a dispute is booked when it opens, and taken back when it is won"],
    ["update orders.payments set state = 'DISPUTED' where method = 'CARD'", "a payment is disputed while a dispute of it is open or lost"],
    ["delete from orders.ledger_journals where kind = 'REFUND'", "a refund that is paid is booked, one that failed is not, or is taken back"],
  ])("%s is found", async (spoil, check) => expect(await breachesAfter(spoil)).toContain(check));
});
