import { createHmac } from "node:crypto";
import Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { WebhookRefused } from "../paymentProvider.ts";
import { readStripeEvent } from "../stripe/readStripeEvent.ts";
import { assertWebhookSecret, checkSignature, signatureHeader } from "../stripe/signature.ts";

const SECRET = "whsec_of_the_signature_tests";
const NOW = new Date("2026-03-01T12:00:00Z");
const at = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const event = (object: object, type = "payment_intent.succeeded") => JSON.stringify({ id: "evt_1", object: "event", type, created: 1_772_366_400, data: { object } });
const BODY = event({ id: "pi_1", object: "payment_intent" });
const bytes = (text: string): Buffer => Buffer.from(text);
const hex = (text: string, secret = SECRET): string => createHmac("sha256", secret).update(text).digest("hex");
const seconds = NOW.getTime() / 1000;

const read = (body: string, header: string | null, now = NOW) => readStripeEvent(bytes(body), header, SECRET, now);
const refused = (body: string, header: string | null, now = NOW) => expect(() => read(body, header, now)).toThrow(WebhookRefused);

describe("a webhook's signature", () => {
  test("genuine", () => expect(read(BODY, signatureHeader(bytes(BODY), SECRET, NOW))).toMatchObject({ id: "evt_1", kind: "INTENT_CHANGED", intentRef: "pi_1" }));
  test("as Stripe's own SDK writes it", () => {
    const header = new Stripe("sk_test_x").webhooks.generateTestHeaderString({ payload: BODY, secret: SECRET, timestamp: seconds });
    expect(read(BODY, header).id).toBe("evt_1");
  });
  test("ours is read by Stripe's own SDK", () => {
    const header = signatureHeader(bytes(BODY), SECRET, new Date());
    expect(new Stripe("sk_test_x").webhooks.constructEvent(BODY, header, SECRET).id).toBe("evt_1");
  });
  test("missing header", () => refused(BODY, null));
  test("empty header", () => refused(BODY, ""));
  test("another secret", () => refused(BODY, signatureHeader(bytes(BODY), "whsec_of_somebody_else", NOW)));
  test("tampered body", () => refused(BODY.replace("pi_1", "pi_2"), signatureHeader(bytes(BODY), SECRET, NOW)));
  test("tampered time", () => refused(BODY, signatureHeader(bytes(BODY), SECRET, at(-100)).replace(/t=\d+/, `t=${seconds}`)));
  test("the time of another scheme", () => refused(BODY, `v1=${hex(`.${BODY}`)}`));
  test("v0 alone", () => refused(BODY, `t=${seconds},v0=${hex(`${seconds}.${BODY}`)}`));
  test("several v1, one of them right: a key that is being changed", () => {
    const right = hex(`${seconds}.${BODY}`);
    expect(read(BODY, `t=${seconds},v1=${"0".repeat(64)},v1=${right}`).id).toBe("evt_1");
    expect(read(BODY, `t=${seconds},v1=${right},v1=${"0".repeat(64)},v0=${"1".repeat(64)}`).id).toBe("evt_1");
  });
  test("several v1, none of them right", () => refused(BODY, `t=${seconds},v1=${"0".repeat(64)},v1=${"1".repeat(64)}`));
  test("a hundred v1", () => refused(BODY, `t=${seconds},${Array.from({ length: 100 }, () => `v1=${hex(`${seconds}.${BODY}`)}`).join(",")}`));
  test("two times", () => refused(BODY, `t=${seconds},t=${seconds},v1=${hex(`${seconds}.${BODY}`)}`));
  test("a time that is no number", () => refused(BODY, `t=NaN,v1=${hex(`NaN.${BODY}`)}`));
  test("capital letters or a cut signature", () => {
    refused(BODY, `t=${seconds},v1=${hex(`${seconds}.${BODY}`).toUpperCase()}`);
    refused(BODY, `t=${seconds},v1=${hex(`${seconds}.${BODY}`).slice(0, 63)}`);
  });
  test("five minutes late, and no more", () => {
    expect(read(BODY, signatureHeader(bytes(BODY), SECRET, at(-300))).id).toBe("evt_1");
    refused(BODY, signatureHeader(bytes(BODY), SECRET, at(-301)));
  });
  test("five minutes ahead, and no more: Stripe's SDK would take an hour", () => {
    expect(read(BODY, signatureHeader(bytes(BODY), SECRET, at(300))).id).toBe("evt_1");
    refused(BODY, signatureHeader(bytes(BODY), SECRET, at(301)));
    const hourAhead = signatureHeader(bytes(BODY), SECRET, new Date(Date.now() + 3_600_000));
    expect(new Stripe("sk_test_x").webhooks.constructEvent(BODY, hourAhead, SECRET).id).toBe("evt_1");
  });
  test("an empty secret signs nothing", () => {
    expect(() => assertWebhookSecret("")).toThrow(RangeError);
    expect(() => assertWebhookSecret(" ".repeat(40))).toThrow(RangeError);
    expect(() => checkSignature(bytes(BODY), `t=${seconds},v1=${hex(`${seconds}.${BODY}`, "")}`, "", NOW)).toThrow(RangeError);
  });
});

describe("a signed body", () => {
  const signed = (body: string) => read(body, signatureHeader(bytes(body), SECRET, NOW));
  const refusedSigned = (body: string) => expect(() => signed(body)).toThrow(WebhookRefused);
  test.each([["no JSON", "{"], ["a list", "[]"], ["null", "null"], ["no event", "{}"], ["an event without an object", JSON.stringify({ id: "evt_1", object: "event", type: "x", created: 1 })],
    ["an id that is none", event({ object: "payment_intent", id: 1 })], ["a refund without an amount", event({ object: "refund", id: "re_1", payment_intent: "pi_1", status: "succeeded" })],
    ["a refund of half a cent", event({ object: "refund", id: "re_1", payment_intent: "pi_1", status: "succeeded", amount: 0.5, currency: "eur" })],
  ])("%s is refused", (_, body) => refusedSigned(body));
  test("what it is about may be expanded", () => {
    expect(signed(event({ object: "charge", id: "ch_1", payment_intent: { id: "pi_9" } }, "charge.refunded"))).toMatchObject({ kind: "INTENT_CHANGED", intentRef: "pi_9" });
  });
  test("a refund, with the key it was asked for with", () => {
    const refund = { object: "refund", id: "re_1", payment_intent: "pi_1", amount: 1200, currency: "isk", metadata: { martgraph_key: "k1" } };
    expect(signed(event({ ...refund, status: "canceled" }, "refund.updated"))).toMatchObject({ kind: "REFUND_CHANGED", refund: { ref: "re_1", key: "k1", state: "FAILED", units: 12n } });
    expect(signed(event({ ...refund, status: "requires_action" }, "refund.updated")).refund?.state).toBe("PENDING");
  });
  test("disputes, and inquiries that take no money", () => {
    const dispute = { object: "dispute", id: "dp_1", payment_intent: "pi_1", amount: 1200, currency: "eur" };
    for (const [status, state] of [["needs_response", "OPEN"], ["under_review", "OPEN"], ["won", "WON"], ["lost", "LOST"]]) {
      expect(signed(event({ ...dispute, status }))).toMatchObject({ kind: "DISPUTE_CHANGED", dispute: { ref: "dp_1", state, units: 1200n } });
    }
    expect(signed(event({ ...dispute, status: "warning_needs_response" })).kind).toBe("OTHER");
  });
  test("charges without an intent and whatever else there is are no concern of ours", () => {
    expect(signed(event({ object: "charge", id: "ch_1", payment_intent: null })).kind).toBe("OTHER");
    expect(signed(event({ object: "customer", id: "cus_1" }, "customer.created")).kind).toBe("OTHER");
  });
});
