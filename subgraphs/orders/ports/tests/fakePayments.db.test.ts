import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { createFakePayments, type FakePayments } from "../fake/createFakePayments.ts";
import { memoryStore } from "../fake/memoryStore.ts";
import type { FakeStore } from "../fake/store.ts";
import { type Proven, provePaymentProvider } from "./contract.ts";

const databases = useTestDatabases({ shop: true });
let db: Database;
beforeAll(() => { db = Database.open(databases.shop.as("martgraph_orders")); });
afterAll(() => db.close());

function proven(where: () => Database | FakeStore): () => Proven {
  let made: Proven | undefined;
  return () => {
    if (made) return made;
    let days = 0;
    const provider: FakePayments = createFakePayments(where(), { clock: { now: () => new Date(Date.now() + days * 86_400_000) } });
    made = {
      provider,
      async answerChallenge(intent, approved) {
        await provider.answerChallenge(intent.ref, intent.clientSecret, approved);
      },
      act: (ref, command) => provider.act(ref, command),
      nextDay: () => { days += 1; },
      defaultToken: "PAYS",
    };
    return made;
  };
}

provePaymentProvider("stand-in, in memory", proven(() => memoryStore()));
provePaymentProvider("stand-in, in PostgreSQL", proven(() => db));

describe("stand-in, in PostgreSQL", () => {
  test("a restart forgets no money", async () => {
    const before = createFakePayments(db);
    const { ref } = await before.open({ checkoutId: "c1", amount: { units: 500n, exponent: 2, currency: "EUR" }, capture: "AUTOMATIC" });
    await before.confirm({ key: "c1:1", ref, token: null });
    await before.refund({ key: "c1:r", ref, units: 200n });
    expect(await createFakePayments(db).find(ref)).toMatchObject({ state: "CAPTURED", capturedUnits: 500n, refundedUnits: 200n, checkoutId: "c1" });
  });
  test("a challenge is for the payer alone", async () => {
    const provider = createFakePayments(db);
    const { ref } = await provider.open({ checkoutId: "c2", amount: { units: 500n, exponent: 2, currency: "EUR" }, capture: "AUTOMATIC" });
    const { clientSecret } = await provider.confirm({ key: "c2:1", ref, token: "tok_3ds" });
    expect(await provider.findChallenge(ref, "guessed")).toBeUndefined();
    expect(await provider.answerChallenge(ref, `${clientSecret}x`, true)).toBeUndefined();
    expect(await provider.findChallenge("pi_unknown", clientSecret)).toBeUndefined();
    expect((await provider.find(ref)).state).toBe("REQUIRES_ACTION");
    const answered = await provider.answerChallenge(ref, clientSecret, true);
    const [event] = answered?.events ?? [];
    expect(event && provider.readEvent(event.body, event.signature, new Date())).toMatchObject({ kind: "INTENT_CHANGED", type: "payment_intent.succeeded", intentRef: ref });
  });
  test("an opened and paid intent costs three statements", async () => {
    let statements = 0;
    await using counted = Database.open(databases.shop.as("martgraph_orders"), { observe: () => { statements += 1; } });
    const provider = createFakePayments(counted);
    const { ref } = await provider.open({ checkoutId: "c3", amount: { units: 500n, exponent: 2, currency: "EUR" }, capture: "AUTOMATIC" });
    await provider.confirm({ key: "c3:1", ref, token: null });
    expect(statements).toBe(3);
  });
});
