import { randomUUID } from "node:crypto";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { GUEST } from "#kit/viewer.ts";
import { decodeId } from "#schema/values/ids.ts";
import { createFakePayments, type FakePayments } from "../ports/fake/createFakePayments.ts";
import { REFUND_KEY } from "../ports/fake/account.ts";
import { signatureHeader } from "../ports/stripe/signature.ts";
import { findBreaches } from "../queries/audit/auditCheck.ts";
import { checks } from "../queries/audit/providers.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { shopper } from "./shopper.ts";
import { unreliablePayments } from "./unreliable.ts";
import { handIn, RECEIVE, SERVICE, toldBy } from "./webhooks.ts";

let payments: FakePayments;
let providerIsAway = false;
const slice = useSlice("martgraph_orders", async (deps) => {
  payments = createFakePayments(deps.db, { keepEvents: true });
  const lossy = { ...payments, ...unreliablePayments(payments, (moment) => moment === "before" && providerIsAway) };
  return createOrdersSubgraph({ ...deps, payments: lossy, clocks: { ...deps.clocks, wall: { now: () => new Date() } }, sweepSeconds: 0 });
});
afterAll(async () => expect(await findBreaches(slice.owner, checks)).toEqual([]));
afterEach(() => { providerIsAway = false; });

const her = () => shopper(slice.graph, person(SMALL_SHOP.ada));
const rows = async <Row extends Record<string, unknown>>(sql: string, params: unknown[] = []) => (await slice.owner.raw<Row>(sql, params)).rows;
const hand = (event: { body: Uint8Array; signature: string | null }, provider?: string) => handIn(slice.graph, event, provider);
const noted = async (id: string) => (await rows<{ outcome: string }>("select outcome from orders.webhook_inbox where event_id = $1", [id]))[0]?.outcome;
const journals = async (orderId: string) => (await rows<{ kind: string }>("select kind from orders.ledger_journals where order_id = $1 order by recorded_at, id", [orderId])).map(({ kind }) => kind);
const accounts = async (orderId: string) => Object.fromEntries((await rows<{ account: string; units: bigint }>(
  "select e.account, sum(e.units)::int8 as units from orders.ledger_entries e join orders.ledger_journals j on j.id = e.journal_id where j.order_id = $1 group by 1 having sum(e.units) <> 0", [orderId],
)).map(({ account, units }) => [account, units]));
const paymentOf = async (orderId: string) => (await rows("select state, amount_units::int, refunded_units::int from orders.payments where order_id = $1", [orderId]))[0];
const happened = async (orderId: string) => (await rows<{ type: string }>("select type from orders.order_events where order_id = $1 order by id", [orderId])).map(({ type }) => type);
const ordersOf = async (cartId: string) => (await rows<{ id: string; state: string }>("select id, state from orders.orders where cart_id = $1", [decodeId("crt", cartId)]));

/** A placed and paid order of 4.50, and the intent that paid it. */
async function bought(token = "pm_card_visa"): Promise<{ orderId: string; ref: string; cartId: string }> {
  const cartId = await her().cartWith({ 1: 3 });
  const { __typename, order } = await her().checkoutComplete(cartId, { paymentToken: token });
  expect(__typename).toBe("CheckoutCompleteSuccess");
  const orderId = decodeId("ord", order.id) as string;
  const [payment] = await rows<{ provider_ref: string }>("select provider_ref from orders.payments where order_id = $1", [orderId]);
  return { orderId, ref: payment?.provider_ref as string, cartId };
}

/** A purchase whose payer is asked to approve it. */
async function challenged(token = "tok_3ds"): Promise<{ cartId: string; ref: string; clientSecret: string }> {
  const cartId = await her().cartWith({ 1: 3 });
  const answer = await her().checkoutComplete(cartId, { paymentToken: token });
  expect(answer.__typename).toBe("PaymentActionRequired");
  const [intent] = await rows<{ ref: string; client_secret: string }>(
    "select i.ref, i.client_secret from payment_fake.intents i join orders.checkouts k on i.metadata->>'martgraph_checkout' = k.id::text where k.cart_id = $1", [decodeId("crt", cartId)],
  );
  return { cartId, ref: intent?.ref as string, clientSecret: intent?.client_secret as string };
}

async function only(ref: string, type: string) {
  const [event] = (await toldBy(payments, ref)).filter((told) => told.type === type);
  if (!event) throw new Error(`the stand-in does not tell ${type}`);
  return event;
}

describe("payments that are only told", () => {
  test("a payment that its payer approved in the browser becomes the order, without anybody coming back", async () => {
    const { cartId, ref, clientSecret } = await challenged();
    await payments.answerChallenge(ref, clientSecret, true);
    const event = await only(ref, "payment_intent.succeeded");
    expect(await hand(event)).toBe("ACCEPTED");
    expect(await ordersOf(cartId)).toMatchObject([{ state: "PAID" }]);
    expect(await noted(event.id)).toBe("APPLIED");
  });
  test("five copies at once, and again later: one order, booked once", async () => {
    const { cartId, ref, clientSecret } = await challenged();
    await payments.answerChallenge(ref, clientSecret, true);
    const event = await only(ref, "payment_intent.succeeded");
    expect(new Set(await Promise.all(Array.from({ length: 5 }, () => hand(event))))).toEqual(new Set(["ACCEPTED"]));
    expect(await hand(event)).toBe("ACCEPTED");
    const [order, ...more] = await ordersOf(cartId);
    expect(more).toEqual([]);
    expect((await journals(order?.id as string)).filter((kind) => kind === "PAYMENT_CAPTURED")).toHaveLength(1);
  });
  test("a challenge that was refused ends the purchase", async () => {
    const { cartId, ref, clientSecret } = await challenged();
    await payments.answerChallenge(ref, clientSecret, false);
    expect(await hand(await only(ref, "payment_intent.payment_failed"))).toBe("ACCEPTED");
    expect(await ordersOf(cartId)).toEqual([]);
    expect(await rows("select 1 from catalog.reservations r join orders.checkouts k on k.id = r.reference_id where k.cart_id = $1", [decodeId("crt", cartId)])).toEqual([]);
  });
  test("an event from before the payment that comes after it changes nothing", async () => {
    const { orderId, ref } = await bought();
    const before = await journals(orderId);
    for (const event of (await toldBy(payments, ref)).toReversed()) expect(await hand(event)).toBe("ACCEPTED");
    expect(await journals(orderId)).toEqual(before);
    expect(await paymentOf(orderId)).toMatchObject({ state: "CAPTURED", amount_units: 450 });
  });
  test("that an intent was made is noted without asking anybody", async () => {
    const { ref } = await bought();
    const event = await only(ref, "payment_intent.created");
    providerIsAway = true;
    expect(await hand(event)).toBe("ACCEPTED");
    expect(await noted(event.id)).toBe("NOTHING");
  });
  test("while the provider does not answer it is to be told again, and then has its effect", async () => {
    const { cartId, ref, clientSecret } = await challenged();
    await payments.answerChallenge(ref, clientSecret, true);
    const event = await only(ref, "payment_intent.succeeded");
    providerIsAway = true;
    expect(await hand(event)).toBe("RETRY");
    expect(await noted(event.id)).toBeUndefined();
    providerIsAway = false;
    expect(await hand(event)).toBe("ACCEPTED");
    expect(await ordersOf(cartId)).toHaveLength(1);
  });
  test("a payment of somebody else's is kept, and has no effect", async () => {
    const { ref } = await payments.open({ checkoutId: randomUUID(), amount: { units: 500n, exponent: 2, currency: "GBP" }, capture: "AUTOMATIC" });
    await payments.confirm({ key: randomUUID(), ref, token: null });
    const event = await only(ref, "payment_intent.succeeded");
    expect(await hand(event)).toBe("ACCEPTED");
    expect(await noted(event.id)).toBe("NOT_OURS");
  });
  test("so is one that the provider itself does not know", async () => {
    const body = Buffer.from(JSON.stringify({ id: "evt_unknown", object: "event", type: "payment_intent.succeeded", created: 1, data: { object: { object: "payment_intent", id: "pi_unknown" } } }));
    expect(await hand({ body, signature: signatureHeader(body, payments.webhookSecret, new Date()) })).toBe("ACCEPTED");
    expect(await noted("evt_unknown")).toBe("NOT_OURS");
  });
});

describe("webhooks that are refused", () => {
  test("forged, stale, from the future, unsigned, tampered: nothing is kept", async () => {
    const { ref } = await bought();
    const { body, id } = await only(ref, "payment_intent.succeeded");
    const at = (seconds: number) => new Date(Date.now() + seconds * 1000);
    const genuine = signatureHeader(body, payments.webhookSecret, at(0));
    for (const [given, signature] of [
      [body, signatureHeader(body, "whsec_of_somebody_else", at(0))], [body, signatureHeader(body, payments.webhookSecret, at(-301))], [body, signatureHeader(body, payments.webhookSecret, at(310))],
      [body, null], [body, ""], [body, genuine.replace("v1", "v0")], [Buffer.concat([body, Buffer.from(" ")]), genuine], [Buffer.alloc(0), genuine],
    ] as const) expect(await hand({ body: given, signature })).toBe("REFUSED");
    expect(await noted(id)).toBeUndefined();
  });
  test("for a provider that the shop has not", async () => {
    const { ref } = await bought();
    expect(await hand(await only(ref, "payment_intent.succeeded"), "stripe")).toBe("UNKNOWN_PROVIDER");
  });
  test.each([["a guest", GUEST], ["a customer", person(SMALL_SHOP.ada)], ["an administrator", person(SMALL_SHOP.root, "ADMIN")]])("from %s, even when it is genuine", async (_, viewer) => {
    const { ref } = await bought();
    const { body, signature, id } = await only(ref, "payment_intent.succeeded");
    const { errors } = await slice.graph.as(viewer).run(RECEIVE, { input: { provider: "fake", body: Buffer.from(body).toString("base64"), signature } });
    expect(errors?.[0]?.extensions?.["code"]).toMatch(/FORBIDDEN|UNAUTHENTICATED/);
    expect(await noted(id)).toBeUndefined();
  });
});

describe("disputes", () => {
  const DISPUTE = { type: "DISPUTE", units: null } as const;
  const disputed = async () => {
    const made = await bought();
    const dispute = `dp_${made.ref.slice(3)}`;
    await payments.act(made.ref, { ...DISPUTE, ref: dispute });
    return { ...made, dispute };
  };
  test("opened: the money is gone, and the books and the order say so", async () => {
    const { orderId, ref, dispute } = await disputed();
    expect(await hand(await only(ref, "charge.dispute.created"))).toBe("ACCEPTED");
    expect(await paymentOf(orderId)).toMatchObject({ state: "DISPUTED" });
    expect(await accounts(orderId)).toMatchObject({ disputes: 450n });
    expect(await accounts(orderId)).not.toHaveProperty("provider:fake");
    expect(await happened(orderId)).toContain("DisputeOpened");
    expect(await rows("select state, units::int from orders.payment_disputes where provider_ref = $1", [dispute])).toEqual([{ state: "OPEN", units: 450 }]);
  });
  test("won: it is back", async () => {
    const { orderId, ref, dispute } = await disputed();
    await hand(await only(ref, "charge.dispute.created"));
    await payments.act(ref, { type: "CLOSE_DISPUTE", ref: dispute, won: true });
    expect(await hand(await only(ref, "charge.dispute.closed"))).toBe("ACCEPTED");
    expect(await paymentOf(orderId)).toMatchObject({ state: "CAPTURED" });
    expect(await accounts(orderId)).toMatchObject({ "provider:fake": 450n });
    expect(await happened(orderId)).toEqual(expect.arrayContaining(["DisputeOpened", "DisputeClosed"]));
  });
  test("lost: it stays away", async () => {
    const { orderId, ref, dispute } = await disputed();
    await payments.act(ref, { type: "CLOSE_DISPUTE", ref: dispute, won: false });
    for (const type of ["charge.dispute.created", "charge.dispute.closed"]) await hand(await only(ref, type));
    expect(await paymentOf(orderId)).toMatchObject({ state: "DISPUTED" });
    expect(await accounts(orderId)).toMatchObject({ disputes: 450n });
  });
  test("closed before opened, twice each: one of each is booked", async () => {
    const { orderId, ref, dispute } = await disputed();
    await payments.act(ref, { type: "CLOSE_DISPUTE", ref: dispute, won: true });
    const [opened, closed] = [await only(ref, "charge.dispute.created"), await only(ref, "charge.dispute.closed")];
    for (const event of [closed, opened, opened, closed]) expect(await hand(event)).toBe("ACCEPTED");
    expect((await journals(orderId)).filter((kind) => kind.startsWith("DISPUTE"))).toEqual(["DISPUTE_OPENED", "DISPUTE_WON"]);
    expect(await paymentOf(orderId)).toMatchObject({ state: "CAPTURED" });
    expect((await happened(orderId)).filter((type) => type.startsWith("Dispute"))).toEqual(["DisputeOpened", "DisputeClosed"]);
  });
  test("told before anything else of the payment: the order is placed first", async () => {
    const { cartId, ref, clientSecret } = await challenged();
    await payments.answerChallenge(ref, clientSecret, true);
    await payments.act(ref, { ...DISPUTE, ref: `dp_${ref.slice(3)}` });
    expect(await hand(await only(ref, "charge.dispute.created"))).toBe("ACCEPTED");
    const [order] = await ordersOf(cartId);
    expect(await paymentOf(order?.id as string)).toMatchObject({ state: "DISPUTED" });
  });
});

describe("refunds that are only told", () => {
  const refundAtProvider = (ref: string, units: bigint, metadata = {}) => payments.act(ref, { type: "REFUND", ref: `re_${randomUUID().replaceAll("-", "")}`, units, metadata });
  const toldOf = async (ref: string, refund: string | null, type: string) => {
    const [event] = (await toldBy(payments, ref)).filter((told) => told.type === type && (refund === null || Buffer.from(told.body).includes(refund)));
    if (!event) throw new Error(`the stand-in does not tell ${type}`);
    return event;
  };
  test("made at the provider by hand: booked once, beside our own", async () => {
    const { orderId, ref } = await bought();
    const { about } = await refundAtProvider(ref, 150n);
    const event = await toldOf(ref, about, "refund.created");
    expect(await Promise.all([hand(event), hand(event), hand(event)])).toEqual(["ACCEPTED", "ACCEPTED", "ACCEPTED"]);
    expect(await paymentOf(orderId)).toEqual({ state: "PARTIALLY_REFUNDED", amount_units: 450, refunded_units: 150 });
    expect(await accounts(orderId)).toMatchObject({ "provider:fake": 300n, refunds: 150n });
    expect(await rows("select r.total_units::int, l.amount_units::int, r.cause from orders.refunds r join orders.refund_lines l on l.refund_id = r.id where r.order_id = $1", [orderId])).toEqual([{ total_units: 150, amount_units: 150, cause: "AGREEMENT" }]);
    const share = () => rows("select refunded_net_units::int as net, reversed_units::int as reversed, share_units::int as share from orders.vendor_orders where order_id = $1", [orderId]);
    expect(await share()).toEqual([{ net: 150, reversed: 135, share: 405 }]);
    await refundAtProvider(ref, 300n);
    for (const told of await toldBy(payments, ref)) expect(await hand(told)).toBe("ACCEPTED");
    expect(await paymentOf(orderId)).toEqual({ state: "REFUNDED", amount_units: 450, refunded_units: 450 });
    expect(await share()).toEqual([{ net: 450, reversed: 405, share: 405 }]);
  });
  test("of ours, told before we have booked it ourselves and again after: booked once", async () => {
    const { orderId, ref } = await bought("pm_card_pendingRefund");
    await her().orderCancel(`ord_${orderId.replaceAll("-", "")}`);
    const [part] = await rows<{ provider_ref: string; id: string }>("select id, provider_ref from orders.payment_refunds where order_id = $1", [orderId]);
    const [refund] = (await payments.store.load(ref, null)).account?.refunds ?? [];
    expect(refund).toMatchObject({ state: "PENDING", metadata: { [REFUND_KEY]: part?.id } });
    await payments.act(ref, { type: "SETTLE_REFUND", ref: refund?.ref as string, state: "SUCCEEDED" });
    const done = await toldOf(ref, null, "refund.updated");
    for (const event of [done, await toldOf(ref, null, "refund.created"), done]) expect(await hand(event)).toBe("ACCEPTED");
    expect(await paymentOf(orderId)).toMatchObject({ state: "REFUNDED", refunded_units: 450 });
    expect((await journals(orderId)).filter((kind) => kind === "REFUND")).toHaveLength(1);
  });
  test("one that comes back to us after it was booked is taken out of the books again", async () => {
    const { orderId, ref } = await bought("pm_card_refundFail");
    const { about } = await refundAtProvider(ref, 150n);
    await hand(await toldOf(ref, about, "refund.created"));
    await payments.act(ref, { type: "SETTLE_REFUND", ref: about as string, state: "FAILED" });
    const failed = await toldOf(ref, about, "refund.failed");
    for (const event of [failed, failed]) expect(await hand(event)).toBe("ACCEPTED");
    expect(await paymentOf(orderId)).toEqual({ state: "CAPTURED", amount_units: 450, refunded_units: 0 });
    expect(await accounts(orderId)).toMatchObject({ "provider:fake": 450n });
    expect(await accounts(orderId)).not.toHaveProperty("refunds");
    expect(await happened(orderId)).toContain("RefundFailed");
  });
  test("its failure told before its making: nothing is ever booked", async () => {
    const { orderId, ref } = await bought("pm_card_refundFail");
    const { about } = await refundAtProvider(ref, 150n);
    await payments.act(ref, { type: "SETTLE_REFUND", ref: about as string, state: "FAILED" });
    for (const type of ["refund.failed", "refund.created"]) expect(await hand(await toldOf(ref, about, type))).toBe("ACCEPTED");
    expect(await paymentOf(orderId)).toEqual({ state: "CAPTURED", amount_units: 450, refunded_units: 0 });
    expect((await journals(orderId)).filter((kind) => kind.startsWith("REFUND"))).toEqual([]);
  });
});

describe("the page of the payer", () => {
  const CHALLENGE = "query ($ref: ID!, $secret: String!) { paymentChallenge(ref: $ref, secret: $secret) { state amount { amount currency } } }";
  const ANSWER = "mutation ($ref: ID!, $secret: String!, $approve: Boolean!) { paymentChallengeAnswer(ref: $ref, secret: $secret, approve: $approve) { state } }";
  test("asks, is answered, and the order is placed on the spot", async () => {
    const { cartId, ref, clientSecret } = await challenged();
    const gateway = slice.graph.as(SERVICE);
    expect((await gateway.run(CHALLENGE, { ref, secret: clientSecret })).data["paymentChallenge"]).toEqual({ state: "OPEN", amount: { amount: "4.50", currency: "GBP" } });
    expect((await gateway.run(CHALLENGE, { ref, secret: `${clientSecret}x` })).data["paymentChallenge"]).toBeNull();
    expect((await gateway.run(ANSWER, { ref, secret: clientSecret, approve: true })).data["paymentChallengeAnswer"]).toEqual({ state: "PASSED" });
    expect(await ordersOf(cartId)).toMatchObject([{ state: "PAID" }]);
    expect((await gateway.run(ANSWER, { ref, secret: clientSecret, approve: false })).data["paymentChallengeAnswer"]).toEqual({ state: "PASSED" });
  });
  test("is for the gateway alone", async () => {
    const { ref, clientSecret } = await challenged();
    const { data, errors } = await slice.graph.run(CHALLENGE, { ref, secret: clientSecret });
    expect([data["paymentChallenge"], errors?.[0]?.extensions?.["code"]]).toEqual([null, "UNAUTHENTICATED"]);
  });
});
