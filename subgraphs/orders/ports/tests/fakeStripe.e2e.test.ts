import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseForm } from "../fakeStripe/form.ts";
import { memoryStore } from "../fake/memoryStore.ts";
import { type FakeStripe, startFakeStripe } from "../fakeStripe/startFakeStripe.ts";

let fake: FakeStripe;
let now = Date.now();
beforeAll(async () => { fake = await startFakeStripe({ store: memoryStore(), webhookSecret: "whsec_of_the_server_tests", clock: { now: () => new Date(now) } }); });
afterAll(() => fake.close());

// oxlint-disable-next-line typescript/no-explicit-any -- answers of every shape
interface Reply { status: number; headers: Headers; body: any }

async function call(method: "GET" | "POST", path: string, form = "", headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(`${fake.url}/v1/${path}`, {
    method, headers: { authorization: `Bearer ${fake.apiKey}`, "content-type": "application/x-www-form-urlencoded", ...headers }, ...(method === "POST" ? { body: form } : {}),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
const post = (path: string, form = "", headers: Record<string, string> = {}) => call("POST", path, form, headers);
const opened = async (form = ""): Promise<string> => (await post("payment_intents", `amount=5000&currency=eur&${form}`)).body.id as string;
const paid = async (): Promise<string> => {
  const id = await opened();
  await post(`payment_intents/${id}/confirm`, "payment_method=pm_card_visa");
  return id;
};

describe("the server that speaks Stripe's API", () => {
  test("a request has an id, and the version it was asked in", async () => {
    const { headers, body } = await post("payment_intents", "amount=5000&currency=eur&metadata[a]=b&expand[]=latest_charge", { "stripe-version": "2025-01-01.acacia" });
    expect(headers.get("request-id")).toMatch(/^req_/);
    expect(headers.get("stripe-version")).toBe("2025-01-01.acacia");
    expect(body).toMatchObject({ object: "payment_intent", amount: 5000, currency: "eur", status: "requires_payment_method", metadata: { a: "b" }, livemode: false });
  });
  test("401: a wrong key, which is not repeated", async () => {
    const reply = await call("GET", "payment_intents/pi_1", "", { authorization: "Bearer sk_test_wrong_key" });
    expect(reply).toMatchObject({ status: 401, body: { error: { type: "invalid_request_error" } } });
    expect(JSON.stringify(reply.body)).not.toContain("wrong_key");
  });
  test("404: an intent and an address that are not there", async () => {
    expect(await call("GET", "payment_intents/pi_none")).toMatchObject({ status: 404, body: { error: { type: "invalid_request_error", code: "resource_missing", param: "intent" } } });
    expect(await post("customers", "name=x")).toMatchObject({ status: 404, body: { error: { type: "invalid_request_error", message: expect.stringContaining("POST: /v1/customers") } } });
  });
  test.each([["amount=&currency=eur", "amount"], ["amount=1.5&currency=eur", "amount"], ["amount=0&currency=eur", "amount"], ["amount=100000000&currency=eur", "amount"], ["amount=100", "currency"]])("400: %s", async (form, param) => {
    expect(await post("payment_intents", form)).toMatchObject({ status: 400, body: { error: { type: "invalid_request_error", param } } });
  });
  test("402: a decline, with the intent as it has become", async () => {
    const id = await opened();
    expect(await post(`payment_intents/${id}/confirm`, "payment_method=pm_card_visa_chargeDeclinedInsufficientFunds")).toMatchObject({
      status: 402,
      body: { error: { type: "card_error", code: "card_declined", decline_code: "insufficient_funds", payment_intent: { id, status: "requires_payment_method", last_payment_error: { code: "card_declined" } } } },
    });
  });
  test("the same key answers the same, for a day, also after the world has moved on", async () => {
    const id = await opened();
    const key = { "idempotency-key": "confirm-1" };
    const first = await post(`payment_intents/${id}/confirm`, "payment_method=tok_declined", key);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    await post(`payment_intents/${id}/confirm`, "payment_method=pm_card_visa");
    const again = await post(`payment_intents/${id}/confirm`, "payment_method=tok_declined", key);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again).toMatchObject({ status: 402, body: first.body });
    now += 25 * 3_600_000;
    expect(await post(`payment_intents/${id}/confirm`, "payment_method=tok_declined", key)).toMatchObject({ status: 400, body: { error: { code: "payment_intent_unexpected_state" } } });
  });
  test("400: the same key with other parameters, or for another address", async () => {
    const key = { "idempotency-key": "open-1" };
    await post("payment_intents", "amount=5000&currency=eur", key);
    for (const [path, form] of [["payment_intents", "amount=5001&currency=eur"], ["refunds", "payment_intent=pi_1&amount=5000"]] as const) {
      expect(await post(path, form, key), path).toMatchObject({ status: 400, body: { error: { type: "idempotency_error" } } });
    }
  });
  test("409: two at once with one key; one of them is done", async () => {
    const id = await paid();
    const replies = await Promise.all(Array.from({ length: 8 }, () => post("refunds", `payment_intent=${id}&amount=700`, { "idempotency-key": "refund-1" })));
    const statuses = new Set(replies.map(({ status }) => status));
    expect([...statuses].every((status) => status === 200 || status === 409)).toBe(true);
    expect(replies.find(({ status }) => status === 409)?.body.error ?? { type: "idempotency_error", code: "idempotency_key_in_use" }).toMatchObject({ type: "idempotency_error", code: "idempotency_key_in_use" });
    expect((await call("GET", `refunds?payment_intent=${id}`)).body.data).toHaveLength(1);
  });
  test("a challenge: a page with two buttons, for whoever has its address", async () => {
    const id = await opened();
    const { body } = await post(`payment_intents/${id}/confirm`, "payment_method=pm_card_authenticationRequired&return_url=https://shop.example/back");
    expect(body.next_action).toMatchObject({ type: "redirect_to_url", redirect_to_url: { return_url: "https://shop.example/back" } });
    const url = body.next_action.redirect_to_url.url as string;
    expect((await fetch(`${url}x`)).status).toBe(404);
    expect(await (await fetch(url)).text()).toMatch(/50\.00 EUR.*Approve.*Refuse/s);
    expect(await (await fetch(url, { method: "POST", body: "answer=approve" })).text()).toContain("Approved");
    expect((await call("GET", `payment_intents/${id}?expand[]=latest_charge`)).body).toMatchObject({ status: "succeeded", next_action: null, latest_charge: { object: "charge", captured: true } });
  });
  test("a smaller capture lets the rest go, which its charge calls refunded", async () => {
    const id = await opened("capture_method=manual");
    expect((await post(`payment_intents/${id}/confirm`, "payment_method=pm_card_visa")).body).toMatchObject({ status: "requires_capture", amount_capturable: 5000 });
    expect((await post(`payment_intents/${id}/capture`, "amount_to_capture=1200&expand[]=latest_charge")).body).toMatchObject({ status: "succeeded", amount_received: 1200, latest_charge: { amount_captured: 1200, amount_refunded: 3800 } });
    expect(await post("refunds", `payment_intent=${id}&amount=1201`)).toMatchObject({ status: 400, body: { error: { param: "amount" } } });
  });
  test("refunds and disputes are found by their ids", async () => {
    const id = await paid();
    const refund = (await post("refunds", `payment_intent=${id}&amount=100`)).body.id as string;
    expect((await call("GET", `refunds/${refund}`)).body).toMatchObject({ object: "refund", amount: 100, payment_intent: id, status: "succeeded" });
    const { about } = await fake.act(id, { type: "DISPUTE", ref: `dp_${id.slice(3)}`, units: null });
    expect((await call("GET", `disputes/${about}`)).body).toMatchObject({ object: "dispute", amount: 4900, status: "needs_response" });
    expect((await call("GET", "refunds/re_none")).status).toBe(404);
  });
});

describe("forms", () => {
  test.each([
    ["a=1&b[c]=2&b[d][e]=3", { a: "1", b: { c: "2", d: { e: "3" } } }],
    ["a[]=1&a[]=2", { a: ["1", "2"] }],
    ["a[0]=1&a[1]=2", { a: ["1", "2"] }],
    ["a=%26%3D%5B", { a: "&=[" }],
    ["__proto__[x]=1", { ["__proto__" as string]: { x: "1" } }],
  ])("%s", (form, value) => expect(JSON.stringify(parseForm(form))).toBe(JSON.stringify(value)));
  test.each(["a[b=1", "a=1&a[b]=2", `a${"[b]".repeat(20)}=1`, Array.from({ length: 600 }, (_, n) => `a${n}=1`).join("&")])("is none: %s", (form) => expect(parseForm(form)).toBeUndefined());
});
