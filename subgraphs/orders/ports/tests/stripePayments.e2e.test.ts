import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { money } from "#schema/values/money.ts";
import { memoryStore } from "../fake/memoryStore.ts";
import { type FakeStripe, startFakeStripe } from "../fakeStripe/startFakeStripe.ts";
import { type PaymentProvider, PaymentRefused, PaymentsUnavailable } from "../paymentProvider.ts";
import { createStripePayments, type StripeSettings } from "../stripe/createStripePayments.ts";
import { provePaymentProvider } from "./contract.ts";

const SECRET = "whsec_of_the_contract_suite";
let days = 0;
let fake: FakeStripe;
let provider: PaymentProvider;
beforeAll(async () => {
  fake = await startFakeStripe({ store: memoryStore(), webhookSecret: SECRET, clock: { now: () => new Date(Date.now() + days * 86_400_000) } });
  provider = createStripePayments({ apiKey: fake.apiKey, webhookSecret: SECRET, host: fake.host, port: fake.port, protocol: "http", retries: 0, returnUrl: "https://shop.example/back" });
});
afterAll(() => fake.close());

provePaymentProvider("Stripe driver over Stripe's API", () => ({
  provider,
  async answerChallenge(intent, approved) {
    const url = intent.actionUrl as string;
    expect(await (await fetch(url)).text()).toContain("Approve");
    await fetch(url, { method: "POST", body: new URLSearchParams({ answer: approved ? "approve" : "fail" }) });
  },
  act: (ref, command) => fake.act(ref, command),
  nextDay: () => { days += 1; },
  defaultToken: "METHOD_REQUIRED",
}));

describe("Stripe driver", () => {
  const amount = money(4999n, "EUR");
  const driver = (over: FakeStripe, more: Partial<StripeSettings> = {}) =>
    createStripePayments({ apiKey: over.apiKey, webhookSecret: SECRET, host: over.host, port: over.port, protocol: "http", retries: 2, timeoutMs: 2_000, ...more });
  const open = (payments: PaymentProvider) => payments.open({ checkoutId: randomUUID(), amount, capture: "AUTOMATIC" });
  const failure = (call: Promise<unknown>) => call.then(() => undefined, (error: unknown) => error as Error);

  test("answers that get lost are asked for again under the same key: one effect each", async () => {
    const store = memoryStore();
    const broken = await startFakeStripe({ store, webhookSecret: SECRET, faults: { seed: 1, lostAnswers: 0.34 } });
    try {
      const payments = driver(broken);
      for (let n = 0; n < 3; n += 1) {
        const { ref } = await open(payments);
        expect(await payments.confirm({ key: randomUUID(), ref, token: "pm_card_visa" })).toMatchObject({ state: "CAPTURED" });
        await payments.refund({ key: randomUUID(), ref, units: 999n });
        expect(await payments.find(ref)).toMatchObject({ refundedUnits: 999n });
      }
      expect(store.accounts()).toHaveLength(3);
    } finally {
      await broken.close();
    }
  });
  test("500 is asked again, and not known when it stays", async () => {
    const broken = await startFakeStripe({ store: memoryStore(), webhookSecret: SECRET, faults: { seed: 1, errors: 0.4 } });
    const dead = await startFakeStripe({ store: memoryStore(), webhookSecret: SECRET, faults: { seed: 1, errors: 1 } });
    try {
      expect((await open(driver(broken))).state).toBe("REQUIRES_METHOD");
      expect(await failure(open(driver(dead, { retries: 0 })))).toBeInstanceOf(PaymentsUnavailable);
    } finally {
      await Promise.all([broken.close(), dead.close()]);
    }
  });
  test("nobody there, or nobody who answers in time: not known", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    const { port } = silent.address() as AddressInfo;
    try {
      expect(await failure(open(driver(fake, { port, retries: 0, timeoutMs: 100 })))).toBeInstanceOf(PaymentsUnavailable);
      expect(await failure(open(driver(fake, { port: 1, retries: 0 })))).toBeInstanceOf(PaymentsUnavailable);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
  test("a key that Stripe refuses is no answer to the buyer, and nothing tells the key", async () => {
    const apiKey = "sk_test_51NeverToBeRepeated";
    const error = await failure(open(driver(fake, { apiKey })));
    expect(error).toBeInstanceOf(PaymentsUnavailable);
    expect(error?.message).toContain("MARTGRAPH_STRIPE_API_KEY");
    expect(inspect(error, { depth: 10 })).not.toContain("NeverToBeRepeated");
    expect(inspect(driver(fake, { apiKey }), { depth: 10 })).not.toContain("NeverToBeRepeated");
  });
  test("errors carry neither Stripe's text nor its headers", async () => {
    const error = await failure(provider.find("pi_none"));
    expect(error).toBeInstanceOf(PaymentRefused);
    expect(error?.cause).toBeUndefined();
    expect(error?.message).not.toContain("No such payment_intent");
    expect(error?.message).toMatch(/request req_/);
  });
  test.each([["no word of Stripe's", "4242 4242 4242 4242"], ["an unknown one", "pm_unknown"]])("a means of payment that is %s is declined as unknown", async (_, token) => {
    const { ref } = await open(provider);
    expect(await provider.confirm({ key: randomUUID(), ref, token })).toMatchObject({ state: "REQUIRES_METHOD", declineReason: "METHOD_UNKNOWN" });
  });
  test("a part of a currency that Stripe cannot count is refused before it is asked", async () => {
    const error = await failure(provider.open({ checkoutId: randomUUID(), amount: money(1_001n, "KWD"), capture: "AUTOMATIC" }));
    expect(error).toMatchObject({ code: "AMOUNT_NOT_PAYABLE" });
  });
  test("an empty webhook secret stops the start", () => expect(() => driver(fake, { webhookSecret: "" })).toThrow(RangeError));
});
