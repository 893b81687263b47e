import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { GUEST } from "#kit/viewer.ts";
import { Database } from "#platform/db/database.ts";
import { startRelay, type Relay } from "#platform/events/relay/relay.ts";
import { silentLog } from "#platform/log.ts";
import { startWebhooks, type Webhooks } from "#platform/webhooks/sender.ts";
import { isOurs, startReceiver } from "#platform/webhooks/tests/receiver.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { shopper } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, allowPrivateWebhooks: true, sweepSeconds: 0 }));
const root = person(SMALL_SHOP.root, "ADMIN");
const as = (viewer = root) => slice.graph.as(viewer);
beforeEach(() => slice.owner.raw("truncate platform.webhook_endpoints, platform.webhook_secrets, platform.webhook_deliveries, platform.webhook_attempts"));

const ENDPOINT = "id url description eventTypes state pausedReason failingSince createdAt updatedAt";
const ERROR = "... on UserError { code message path }";
const UPSERT = `mutation ($input: WebhookEndpointUpsertInput!) { webhookEndpointUpsert(input: $input) { __typename
  ... on WebhookEndpointUpsertSuccess { secret endpoint { ${ENDPOINT} } } ${ERROR} ... on UnknownEventType { known } ... on TooManyWebhookEndpoints { limit } ... on WebhookUrlTaken { endpoint { id } } } }`;
const DISABLE = `mutation ($id: ID!) { webhookEndpointDisable(endpointId: $id) { __typename ... on WebhookEndpointDisableSuccess { dropped endpoint { ${ENDPOINT} } } ${ERROR} } }`;
const REDELIVER = `mutation ($id: ID!) { webhookRedeliver(deliveryId: $id) { __typename ... on WebhookRedeliverSuccess { delivery { id state tries finishedAt } } ${ERROR} ... on WebhookEndpointNotActive { endpoint { state } } } }`;
const DELIVERIES = `query ($endpoint: ID, $state: WebhookDeliveryState, $first: Int, $after: String) { webhookDeliveries(endpointId: $endpoint, state: $state, first: $first, after: $after) {
  nodes { id eventId eventType state tries nextTryAt body createdAt finishedAt endpoint { url } attempts { number at durationMs status error answer } } edges { cursor } pageInfo { hasNextPage endCursor } } }`;
const upsert = async (input: object) => (await as().run(UPSERT, { input })).data["webhookEndpointUpsert"];
const plant = async (endpointId: string, count: number, state = "DELIVERED") => {
  const { rows } = await slice.owner.raw<{ id: string }>(
    `insert into platform.webhook_deliveries (endpoint_id, event_id, event_type, body, state, attempts, finished_at)
     select $1, uuidv7(), 'OrderPlaced', '{"n":' || n || '}', $3, 1, case when $3 <> 'PENDING' then now() end from generate_series(1, $2::int) n returning id`, [uuidOf(endpointId), count, state]);
  return rows.map(({ id }) => encodeId("whd", id));
};
const uuidOf = (id: string) => id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

describe("webhookEndpointUpsert", () => {
  test("WebhookEndpointUpsertSuccess: added, its secret shown once, and not readable by the role that serves", async () => {
    const made = await upsert({ url: "https://Example.com/hook", description: "books", eventTypes: ["OrderPlaced"] });
    expect(made).toMatchObject({
      secret: expect.stringMatching(/^whsec_/),
      endpoint: { id: expect.stringMatching(/^whe_/), url: "https://example.com/hook", description: "books", eventTypes: ["OrderPlaced"], state: "ACTIVE", pausedReason: null, createdAt: NOW.wall.toISOString() },
    });
    const { data } = await as().run(`{ webhookEndpoints { ${ENDPOINT} } }`);
    expect(data["webhookEndpoints"]).toEqual([made.endpoint]);
    await expect(slice.db.raw("select secret from platform.webhook_secrets")).rejects.toThrow(/permission denied/);
  });

  test("changed and set going again without a new secret; with rotateSecret two are valid, never three", async () => {
    const { endpoint, secret } = await upsert({ url: "https://example.com/a" });
    await slice.owner.raw("update platform.webhook_endpoints set state = 'PAUSED', paused_reason = 'x', consecutive_failures = 9, failing_since = now()");
    expect(await upsert({ endpointId: endpoint.id, url: "https://example.com/b" })).toMatchObject({ secret: null, endpoint: { id: endpoint.id, url: "https://example.com/b", state: "ACTIVE", pausedReason: null, failingSince: null } });
    const valid = async () => (await slice.owner.raw<{ secret: string }>("select secret from platform.webhook_secrets where expires_at is null or expires_at > clock_timestamp() order by expires_at desc nulls first")).rows.map((row) => row.secret);
    const rotated = [secret];
    for (let n = 0; n < 3; n += 1) {
      rotated.unshift((await upsert({ endpointId: endpoint.id, url: "https://example.com/b", rotateSecret: true })).secret);
      expect(await valid()).toEqual(rotated.slice(0, 2));
    }
    expect(new Set(rotated).size).toBe(4);
  });

  test("WebhookEndpointNotFound", async () => {
    for (const endpointId of [encodeId("whe", SMALL_SHOP.ada), encodeId("ord", SMALL_SHOP.ada), ""]) expect(await upsert({ endpointId, url: "https://example.com/" })).toMatchObject({ __typename: "WebhookEndpointNotFound", path: ["input", "endpointId"] });
  });
  test("WebhookUrlRefused", async () => {
    for (const url of ["", "file:///etc/passwd", "https://a:b@example.com/"]) expect(await upsert({ url })).toMatchObject({ __typename: "WebhookUrlRefused", path: ["input", "url"] });
  });
  test("WebhookUrlTaken: also of two at once, one", async () => {
    const both = await Promise.all([1, 2].map(() => upsert({ url: "https://example.com/same" })));
    expect(both.map((one) => one.__typename).sort((a: string, b: string) => (a < b ? -1 : 1))).toEqual(["WebhookEndpointUpsertSuccess", "WebhookUrlTaken"]);
    expect(both.find((one) => one.endpoint && !one.secret)?.endpoint.id).toBe(both.find((one) => one.secret)?.endpoint.id);
  });
  test("UnknownEventType", async () => {
    for (const eventTypes of [["OrderVanished"], [], ["OrderPlaced", "OrderPlaced"], Array.from({ length: 101 }, () => "OrderPlaced")]) {
      expect(await upsert({ url: "https://example.com/", eventTypes })).toMatchObject({ __typename: "UnknownEventType", known: expect.arrayContaining(["OrderPlaced", "UserRegistered"]) });
    }
  });
  test("InvalidWebhookDescription", async () => {
    for (const description of ["x".repeat(201), "\0"]) expect(await upsert({ url: "https://example.com/", description })).toMatchObject({ __typename: "InvalidWebhookDescription" });
  });
  test("TooManyWebhookEndpoints", async () => {
    await slice.owner.raw("insert into platform.webhook_endpoints (url, created_at, updated_at) select 'https://example.com/' || n, now(), now() from generate_series(1, 50) n");
    expect(await upsert({ url: "https://example.com/51" })).toMatchObject({ __typename: "TooManyWebhookEndpoints", limit: 50 });
  });
});

describe("webhookEndpointDisable", () => {
  test("WebhookEndpointDisableSuccess: what was on its way is dropped", async () => {
    const { endpoint } = await upsert({ url: "https://example.com/" });
    await plant(endpoint.id, 3, "PENDING");
    await plant(endpoint.id, 2);
    expect((await as().run(DISABLE, { id: endpoint.id })).data["webhookEndpointDisable"]).toMatchObject({ dropped: 3, endpoint: { id: endpoint.id, state: "DISABLED" } });
    expect((await as().run(DELIVERIES, { state: "PENDING" })).data["webhookDeliveries"].nodes).toEqual([]);
  });
  test("WebhookEndpointNotFound", async () => {
    expect((await as().run(DISABLE, { id: "x" })).data["webhookEndpointDisable"]).toMatchObject({ __typename: "WebhookEndpointNotFound", path: ["endpointId"] });
  });
});

describe("webhookDeliveries", () => {
  test("newest first, page by page, by endpoint and by state, in three statements however many", async () => {
    const [one, two] = [(await upsert({ url: "https://example.com/1" })).endpoint, (await upsert({ url: "https://example.com/2" })).endpoint];
    const made = [...(await plant(one.id, 4)), ...(await plant(two.id, 2, "DEAD"))];
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { data } = await as().run(DELIVERIES, { first: 4, after });
      seen.push(...data["webhookDeliveries"].nodes.map((node: { id: string }) => node.id));
      after = data["webhookDeliveries"].pageInfo.endCursor;
      more = data["webhookDeliveries"].pageInfo.hasNextPage;
    }
    expect(seen).toEqual(made.toReversed());
    const ofTwo = await as().run(DELIVERIES, { endpoint: two.id, state: "DEAD" });
    expect(ofTwo.data["webhookDeliveries"].nodes).toHaveLength(2);
    expect(ofTwo.statements).toHaveLength(3);
    expect((await as().run(DELIVERIES)).statements).toHaveLength(3);
    expect((await as().run(DELIVERIES, { endpoint: "whe_0" })).data["webhookDeliveries"].nodes).toEqual([]);
  });
});

describe("webhookRedeliver", () => {
  test("WebhookEndpointNotActive, WebhookDeliveryNotFound", async () => {
    const { endpoint } = await upsert({ url: "https://example.com/" });
    const [id] = await plant(endpoint.id, 1);
    await as().run(DISABLE, { id: endpoint.id });
    expect((await as().run(REDELIVER, { id })).data["webhookRedeliver"]).toMatchObject({ __typename: "WebhookEndpointNotActive", endpoint: { state: "DISABLED" } });
    for (const other of ["", encodeId("whd", SMALL_SHOP.ada)]) expect((await as().run(REDELIVER, { id: other })).data["webhookRedeliver"]).toMatchObject({ __typename: "WebhookDeliveryNotFound" });
  });
});

test("nobody but ADMIN sees or changes anything", async () => {
  const { endpoint } = await upsert({ url: "https://example.com/" });
  for (const viewer of [GUEST, person(SMALL_SHOP.ada), person(SMALL_SHOP.vera, "VENDOR"), person(SMALL_SHOP.sam, "SUPPORT"), person(SMALL_SHOP.sam, "ANALYST")]) {
    for (const [source, variables] of [[UPSERT, { input: { url: "https://evil.example/" } }], [DISABLE, { id: endpoint.id }], [REDELIVER, { id: "x" }], [DELIVERIES, {}], ["{ webhookEndpoints { id } }", {}]] as const) {
      expect((await slice.graph.as(viewer).run(source, variables)).errors?.[0]?.extensions?.["code"]).toMatch(/^(FORBIDDEN|UNAUTHENTICATED)$/);
    }
  }
  expect((await slice.owner.raw("select 1 from platform.webhook_endpoints where state = 'ACTIVE'")).rowCount).toBe(1);
});

describe("from a purchase to a receiver", () => {
  let db: Database;
  let relay: Relay;
  let webhooks: Webhooks;
  let target: Awaited<ReturnType<typeof startReceiver>>;
  beforeAll(async () => {
    target = await startReceiver((response) => void response.end("ok"));
    db = Database.open(slice.databases.shop.as("martgraph_relay"));
    webhooks = startWebhooks({ db, log: silentLog, allowPrivate: true, pollMs: 20 });
    relay = await startRelay({ db, consumers: [webhooks.consumer], log: silentLog, pollMs: 20 });
  });
  afterAll(async () => {
    await relay?.stop();
    await webhooks?.stop();
    await db?.close();
    await target?.close();
  });

  test("WebhookRedeliverSuccess: an order that was bought is told, signed; sent again, it has the same id", async () => {
    const { secret, endpoint } = await upsert({ url: target.url("/hook"), eventTypes: ["OrderPlaced"] });
    const buyer = shopper(slice.graph, person(SMALL_SHOP.ada));
    const { order } = await buyer.checkoutComplete(await buyer.cartWith({ 1: 1 }));
    await expect.poll(() => target.received.length, { timeout: 10_000 }).toBe(1);
    const [told] = target.received;
    expect(isOurs(secret, told?.headers ?? {}, told?.body ?? "")).toBe(true);
    expect(JSON.parse(told?.body ?? "")).toMatchObject({ type: "OrderPlaced", data: { number: order.number } });
    await expect.poll(async () => (await as().run(DELIVERIES, { endpoint: endpoint.id })).data["webhookDeliveries"].nodes[0]?.state).toBe("DELIVERED");
    const [delivery] = (await as().run(DELIVERIES, {})).data["webhookDeliveries"].nodes;
    expect(delivery).toMatchObject({ body: told?.body, tries: 1, nextTryAt: null, attempts: [{ number: 1, status: 200, error: null, answer: "ok" }] });
    expect((await as().run(REDELIVER, { id: delivery.id })).data["webhookRedeliver"].delivery).toEqual({ id: delivery.id, state: "PENDING", tries: 0, finishedAt: null });
    await expect.poll(() => target.received.length, { timeout: 10_000 }).toBe(2);
    expect(target.received[1]?.headers["webhook-id"]).toBe(told?.headers["webhook-id"]);
    await expect.poll(async () => (await as().run(DELIVERIES, {})).data["webhookDeliveries"].nodes[0].attempts.length, { timeout: 5_000 }).toBe(2);
  });
});
