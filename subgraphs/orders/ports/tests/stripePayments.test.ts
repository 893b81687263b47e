import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memoryStore } from "../fake/memoryStore.ts";
import { type FakeStripe, startFakeStripe } from "../fakeStripe/startFakeStripe.ts";
import type { PaymentProvider } from "../paymentProvider.ts";
import { createStripePayments } from "../stripe/createStripePayments.ts";
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
  test("a placeholder", () => expect(provider.name).toBe("stripe"));
});
