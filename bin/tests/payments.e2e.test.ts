import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { fillSmallShop, SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { encodeId } from "#schema/values/ids.ts";
import { memoryStore } from "#subgraphs/orders/ports/fake/memoryStore.ts";
import { type FakeStripe, startFakeStripe } from "#subgraphs/orders/ports/fakeStripe/startFakeStripe.ts";
import { signatureHeader } from "#subgraphs/orders/ports/stripe/signature.ts";
import { type Data, serveTestGraph, type ServedGraph, type Shape } from "./servedGraph.ts";

const SHAPES: readonly Shape[] = ["one process", "six processes"];
const WEBHOOK = "/webhooks/payments";
const DOCUMENTS = {
  cartCreate: "mutation { cartCreate { ... on CartCreateSuccess { cart { id } } } }",
  cartLinesSet: "mutation ($input: CartLinesSetInput!) { cartLinesSet(input: $input) { __typename } }",
  checkoutComplete: `mutation ($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) { __typename ... on CheckoutCompleteSuccess { order { id number state } }
    ... on PaymentActionRequired { actionUrl clientSecret } ... on UserError { message } } }`,
};

async function ask(graph: ServedGraph, query: string, input?: object, token?: string): Promise<{ status: number; data: Data; errors: Data[] }> {
  const response = await fetch(`${graph.url}/graphql`, {
    method: "POST", body: JSON.stringify({ query, variables: input ? { input } : {} }), headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
  const body = (await response.json()) as { data?: Data; errors?: Data[] };
  return { status: response.status, data: body.data ?? {}, errors: body.errors ?? [] };
}

/** A guest who is about to be challenged: the cart, the key and the answer so far. */
async function challenged(graph: ServedGraph, paymentToken = "tok_3ds") {
  const cartId = (await ask(graph, DOCUMENTS.cartCreate)).data["cartCreate"].cart.id as string;
  await ask(graph, DOCUMENTS.cartLinesSet, { cartId, lines: [{ variantId: encodeId("var", SMALL_SHOP.variant(1)), quantity: 2 }] });
  const input = { cartId, idempotencyKey: randomUUID(), paymentToken };
  const complete = async () => (await ask(graph, DOCUMENTS.checkoutComplete, input)).data["checkoutComplete"];
  return { complete, answer: await complete() };
}

describe.each(SHAPES)("payments in %s, with the stand-in", (shape) => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let graph: ServedGraph;
  beforeAll(async () => {
    await using owner = Database.open(databases.shop.config);
    await fillSmallShop(owner);
    graph = await serveTestGraph(shape, databases.shop, databases.warehouse);
  });
  afterAll(() => graph?.close());
  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => fetch(`${graph.url}${path}`, { method: "POST", body, headers });

  test("a guest pays with 3-D Secure: the page, the approval, the order", async () => {
    const { complete, answer } = await challenged(graph);
    expect(answer).toMatchObject({ __typename: "PaymentActionRequired", actionUrl: expect.stringMatching(/^\/payments\/challenge\/pi_\w+\?secret=/) });
    const page = await fetch(`${graph.url}${answer.actionUrl}`);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(await page.text()).toMatch(/<strong>3\.00 GBP<\/strong>.*Approve.*Refuse/s);
    const approved = await post(answer.actionUrl, "answer=approve");
    expect(await approved.text()).toContain("Payment approved");
    expect(await complete()).toMatchObject({ __typename: "CheckoutCompleteSuccess", order: { state: "PAID" } });
  });
  test("refused by the payer, it is declined", async () => {
    const { complete, answer } = await challenged(graph);
    expect(await (await post(answer.actionUrl, "answer=fail")).text()).toContain("not approved");
    expect((await complete()).__typename).toBe("PaymentDeclined");
  });
  test("the page is for whoever has its whole address, and takes no other answer", async () => {
    const { answer } = await challenged(graph);
    const [path = "", secret = ""] = (answer.actionUrl as string).split("?secret=");
    for (const wrong of [path, `${path}?secret=`, `${path}?secret=${secret}x`, `${path}?secret=${"x".repeat(5_000)}`, `/payments/challenge/pi_unknown?secret=${secret}`, `/payments/challenge/..%2f?secret=${secret}`]) {
      expect((await fetch(`${graph.url}${wrong}`)).status, wrong).toBe(404);
    }
    expect((await post(answer.actionUrl, "answer=perhaps")).status).toBe(400);
    expect((await fetch(`${graph.url}${answer.actionUrl}`, { method: "DELETE" })).status).toBe(405);
    expect(await (await fetch(`${graph.url}${answer.actionUrl}`)).text()).toContain("Approve");
  });

  const FIELDS = [
    ["mutation ($input: PaymentWebhookInput!) { paymentWebhookReceive(input: $input) { outcome } }", { provider: "fake", body: "", signature: null }],
    ['mutation { paymentWebhookReceive(input: { provider: "fake", body: "" }) { outcome } }', undefined],
    ['mutation { paymentChallengeAnswer(ref: "pi_1", secret: "x", approve: true) { state } }', undefined],
    ['{ paymentChallenge(ref: "pi_1", secret: "x") { state } }', undefined],
  ] as const;
  test.each(FIELDS)("no client can ask %s, whoever they are", async (query, input) => {
    for (const token of [undefined, await graph.tokenFor(SMALL_SHOP.root, ["ADMIN"]), await graph.tokenFor(SMALL_SHOP.root, ["SERVICE"])]) {
      const { status, data, errors } = await ask(graph, query, input, token);
      expect([status, data]).toEqual([400, {}]);
      expect(errors[0]?.["message"]).toMatch(/Cannot query field|Unknown type/);
    }
  });
  test("nor read of them", async () => {
    const { data } = await ask(graph, '{ __type(name: "PaymentWebhookInput") { name } __schema { mutationType { fields { name } } types { name } } }', undefined, await graph.tokenFor(SMALL_SHOP.root, ["ADMIN"]));
    expect(JSON.stringify(data)).not.toMatch(/paymentWebhook|paymentChallenge|PaymentWebhook|PaymentChallenge/);
  });
  test("a webhook that nobody signed is refused without a word more", async () => {
    const reply = await post(`${WEBHOOK}/fake`, '{"id":"evt_1"}', { "stripe-signature": `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}` });
    expect([reply.status, await reply.json()]).toEqual([400, { error: "Refused." }]);
    expect((await post(`${WEBHOOK}/fake`, "{}")).status).toBe(400);
    expect((await post(`${WEBHOOK}/fake`, "{}", { "stripe-signature": "x".repeat(4_000) })).status).toBe(400);
  });
  test("nor is one for a provider that the shop has not, or asked by GET", async () => {
    expect((await post(`${WEBHOOK}/stripe`, "{}")).status).toBe(404);
    expect((await post(`${WEBHOOK}/fake/more`, "{}")).status).toBe(405);
    expect((await post(`${WEBHOOK}/__proto__`, "{}")).status).toBe(405);
    expect((await fetch(`${graph.url}${WEBHOOK}/fake`)).status).toBe(405);
  });
  test("a body above 64 kB is refused, announced or not", async () => {
    expect((await post(`${WEBHOOK}/fake`, "x".repeat(70_000))).status).toBe(413);
    const chunked = await new Promise<number>((done, failed) => {
      const call = request(`${graph.url}${WEBHOOK}/fake`, { method: "POST" }, (response) => { response.resume(); done(response.statusCode ?? 0); });
      call.on("error", failed);
      for (let part = 0; part < 8; part += 1) call.write("x".repeat(10_000));
      call.end();
    });
    expect(chunked).toBe(413);
  });
});

describe.each(SHAPES)("payments in %s, with Stripe", (shape) => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  const secret = `whsec_${randomUUID()}`;
  const store = memoryStore();
  let stripe: FakeStripe;
  let graph: ServedGraph;
  beforeAll(async () => {
    stripe = await startFakeStripe({ store, webhookSecret: secret });
    vi.stubEnv("MARTGRAPH_STRIPE_API_KEY", stripe.apiKey);
    vi.stubEnv("MARTGRAPH_STRIPE_WEBHOOK_SECRET", secret);
    vi.stubEnv("MARTGRAPH_STRIPE_URL", stripe.url);
    await using owner = Database.open(databases.shop.config);
    await fillSmallShop(owner);
    graph = await serveTestGraph(shape, databases.shop, databases.warehouse);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await graph?.close();
    await stripe.close();
  });

  test("the payer approves at Stripe and closes the browser: the webhook alone places the order, however often it comes", async () => {
    const { answer } = await challenged(graph, "pm_card_authenticationRequired");
    expect(answer).toMatchObject({ __typename: "PaymentActionRequired", actionUrl: expect.stringContaining(stripe.url) });
    await fetch(answer.actionUrl, { method: "POST", body: new URLSearchParams({ answer: "approve" }) });
    const told = (await store.listUndelivered(100)).find(({ type }) => type === "payment_intent.succeeded");
    const body = Buffer.from(told?.body ?? "");
    const tell = (signature: string) => fetch(`${graph.url}${WEBHOOK}/stripe`, { method: "POST", body, headers: { "stripe-signature": signature } });
    expect((await tell(signatureHeader(body, `${secret}x`, new Date()))).status).toBe(400);
    const replies = await Promise.all(Array.from({ length: 4 }, () => tell(signatureHeader(body, secret, new Date()))));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await using owner = Database.open(databases.shop.config);
    expect((await owner.raw("select o.state, p.provider from orders.orders o join orders.payments p on p.order_id = o.id")).rows).toEqual([{ state: "PAID", provider: "stripe" }]);
  });
  test("while Stripe is away a webhook is to be told again", async () => {
    const body = Buffer.from(JSON.stringify({ id: "evt_later", object: "event", type: "payment_intent.succeeded", created: 1, data: { object: { object: "payment_intent", id: "pi_later" } } }));
    await stripe.close();
    const reply = await fetch(`${graph.url}${WEBHOOK}/stripe`, { method: "POST", body, headers: { "stripe-signature": signatureHeader(body, secret, new Date()) } });
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, "5"]);
  });
  test("the stand-in's page is not there", async () => {
    expect((await fetch(`${graph.url}/payments/challenge/pi_1?secret=x`)).status).toBe(404);
    expect((await fetch(`${graph.url}/payments/return`)).status).toBe(200);
  });
});
