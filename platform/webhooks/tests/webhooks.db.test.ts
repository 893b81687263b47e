import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import { startRelay } from "#platform/events/relay/relay.ts";
import { silentLog } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { readWebhookStatus } from "../queries.ts";
import { startWebhooks, type WebhookOptions } from "../sender.ts";
import { newWebhookSecret } from "../signature.ts";
import { isOurs, startReceiver } from "./receiver.ts";

const databases = useTestDatabases({ shop: true });
let owner: Database;
let db: Database;
const closers: (() => Promise<void>)[] = [];
beforeAll(() => {
  owner = Database.open(databases.shop.config);
  db = Database.open({ ...databases.shop.as("martgraph_relay"), max: 10 });
});
beforeEach(() => owner.raw("truncate platform.outbox, platform.event_consumers, platform.event_queue, platform.event_dead_letters, platform.webhook_endpoints, platform.webhook_deliveries, platform.webhook_attempts, platform.webhook_secrets"));
afterEach(async () => { for (const close of closers.splice(0).toReversed()) await close(); });
afterAll(async () => { for (const pool of [owner, db]) await pool?.close(); });

const until = async (holds: () => boolean | Promise<boolean>, ms = 10_000) => {
  for (const deadline = Date.now() + ms; !(await holds()); await sleep(10)) if (Date.now() > deadline) throw new Error("it did not come to that");
};
const receiver = async (answer: Parameters<typeof startReceiver>[0] = (response) => void response.end("thanks")) => {
  const started = await startReceiver(answer);
  closers.push(started.close);
  return started;
};
const start = async (options: Partial<WebhookOptions> = {}) => {
  const webhooks = startWebhooks({ db, log: silentLog, allowPrivate: true, pollMs: 30, timeoutMs: 500, tries: { most: 3, baseMs: 20, maxMs: 50 }, ...options });
  const relay = await startRelay({ db, consumers: [webhooks.consumer], log: silentLog, pollMs: 30 });
  closers.push(() => webhooks.stop(), () => relay.stop());
};
const endpoint = async (url: string, { types = null as string[] | null, secrets = [newWebhookSecret()], state = "ACTIVE" } = {}) => {
  const { rows: [row] } = await owner.raw<{ id: string }>("insert into platform.webhook_endpoints (url, event_types, state, created_at, updated_at) values ($1, $2, $3, now(), now()) returning id", [url, types, state]);
  for (const [index, secret] of secrets.entries()) await owner.raw("insert into platform.webhook_secrets (endpoint_id, secret, created_at, expires_at) values ($1, $2, now(), case when $3 > 0 then now() + interval '1 hour' end)", [row?.id, secret, index]);
  return { id: row?.id as string, secrets };
};
const write = async (type = "OrderPlaced", n = 1) => {
  const aggregateId = randomUUID();
  await owner.tx((tx) => writeEvents(tx, [{ aggregate: "order", aggregateId, type, payload: { n, note: "ä ♥" }, occurredAt: new Date("2011-12-10T09:00:00Z") }]));
  return ((await owner.raw<{ event_id: string }>("select event_id from platform.outbox where aggregate_id = $1", [aggregateId])).rows[0] as { event_id: string }).event_id;
};
const deliveries = async () => (await owner.raw<{ state: string; attempts: number; last_status: number | null; last_error: string | null; id: string }>("select id, state, attempts, last_status, last_error from platform.webhook_deliveries order by id")).rows;
const attempts = async () => (await owner.raw<{ number: number; status: number | null; error: string | null; answer: string | null }>("select number, status, error, answer from platform.webhook_attempts order by delivery_id, number")).rows;

test("an event is posted, signed with every valid secret, whole, to those who want its type", async () => {
  const target = await receiver();
  const all = await endpoint(target.url("/all"), { secrets: [newWebhookSecret(), newWebhookSecret()] });
  await endpoint(target.url("/some"), { types: ["OrderCancelled"] });
  await endpoint(target.url("/disabled"), { state: "DISABLED" });
  await start();
  const placed = await write("OrderPlaced");
  const cancelled = await write("OrderCancelled", 2);
  await until(() => target.received.length === 3);
  const first = target.received.find(({ headers }) => headers["webhook-id"] === placed);
  expect(target.received.map(({ path, headers }) => `${path} ${headers["webhook-id"]}`).sort()).toEqual([`/all ${placed}`, `/all ${cancelled}`, `/some ${cancelled}`].sort());
  expect(JSON.parse(first?.body ?? "")).toEqual({
    id: placed, type: "OrderPlaced", version: 1, aggregate: "order", aggregateId: expect.any(String) as string, occurredAt: "2011-12-10T09:00:00.000Z", data: { n: 1, note: "ä ♥" },
  });
  for (const secret of all.secrets) expect(isOurs(secret, first?.headers ?? {}, first?.body ?? "")).toBe(true);
  expect(isOurs(newWebhookSecret(), first?.headers ?? {}, first?.body ?? "")).toBe(false);
  expect(isOurs(all.secrets[0] as string, first?.headers ?? {}, `${first?.body} `)).toBe(false);
  await until(async () => (await deliveries()).filter(({ state }) => state === "DELIVERED").length === 3);
  expect(await attempts()).toEqual(Array.from({ length: 3 }, () => ({ number: 1, status: 200, error: null, answer: "thanks" })));
});

test("500, then 200: it comes again with the same id and body, and is delivered", async () => {
  const target = await receiver((response, _received, count) => { response.statusCode = count === 1 ? 500 : 204; response.end(count === 1 ? "over\u0000loaded" : undefined); });
  await endpoint(target.url());
  await start();
  const id = await write();
  await until(async () => (await deliveries())[0]?.state === "DELIVERED");
  expect(target.received.map(({ headers }) => headers["webhook-id"])).toEqual([id, id]);
  expect(new Set(target.received.map(({ body }) => body)).size).toBe(1);
  expect(await attempts()).toEqual([{ number: 1, status: 500, error: "answered 500", answer: "over loaded" }, { number: 2, status: 204, error: null, answer: null }]);
});

test("one that hangs is given up in time and holds up nobody else; after the last try it is dead", async () => {
  const hanging = await receiver(() => {});
  const well = await receiver();
  await endpoint(hanging.url());
  await endpoint(well.url());
  await start();
  for (let n = 0; n < 12; n += 1) await write();
  await until(() => well.received.length === 12, 450);
  await until(async () => (await deliveries()).filter(({ state }) => state === "DEAD").length === 12);
  expect((await deliveries()).find(({ state }) => state === "DEAD")).toMatchObject({ attempts: 3, last_status: null, last_error: "no whole answer within 500 ms" });
  expect(await readWebhookStatus(db)).toMatchObject({ dead: 12, pending: 0, paused: [] });
});

test("an answer without end is read no further than its bound, one that trickles no longer than the time", async () => {
  let written = 0;
  const flood = await receiver((response) => {
    const more = () => { while (!response.destroyed && written < 50_000_000 && response.write(Buffer.alloc(65_536, "x"))) written += 65_536; };
    response.on("drain", more);
    more();
  });
  const trickle = await receiver((response) => { response.writeHead(200); const timer = setInterval(() => response.write("."), 20); response.on("close", () => clearInterval(timer)); });
  await endpoint(flood.url());
  await endpoint(trickle.url(), { types: ["OrderCancelled"] });
  await start({ tries: { most: 1, baseMs: 1, maxMs: 1 } });
  await write();
  await until(async () => (await deliveries())[0]?.state === "DELIVERED");
  expect(written).toBeLessThan(10_000_000);
  expect((await attempts())[0]?.answer).toHaveLength(500);
  await owner.raw("update platform.webhook_endpoints set state = 'DISABLED' where event_types is null");
  await write("OrderCancelled");
  await until(async () => (await deliveries())[1]?.state === "DEAD");
  expect((await deliveries())[1]?.last_error).toMatch(/no whole answer/);
});

test("a redirect is not followed, and a cut connection is a failure like any other", async () => {
  const target = await receiver((response, { path }) => {
    if (path === "/cut") response.destroy();
    else { response.writeHead(302, { location: "/elsewhere" }); response.end(); }
  });
  await endpoint(target.url("/redirect"));
  await endpoint(target.url("/cut"));
  await start({ tries: { most: 1, baseMs: 1, maxMs: 1 } });
  await write();
  await until(async () => (await deliveries()).filter(({ state }) => state === "DEAD").length === 2);
  const errors = (await deliveries()).map(({ last_error: error }) => error).join("; ");
  expect(errors).toMatch(/ECONNRESET|hang up/);
  expect(errors).toMatch(/answered 302; redirects are not followed/);
  expect(target.received.map(({ path }) => path).sort()).toEqual(["/cut", "/redirect"]);
});

test("an endpoint that takes nothing is paused, its deliveries wait; set going again, it gets them", async () => {
  let isDead = true;
  const target = await receiver((response) => { response.statusCode = isDead ? 503 : 200; response.end(); });
  const { id } = await endpoint(target.url());
  await start({ tries: { most: 100, baseMs: 5, maxMs: 10 }, pause: { failures: 5, seconds: 0 } });
  await write();
  await until(async () => (await readWebhookStatus(db)).paused.length === 1);
  expect((await readWebhookStatus(db)).paused[0]).toMatch(/Nothing was taken in 5 tries on end; the last one: answered 503/);
  const before = target.received.length;
  await write("OrderCancelled");
  await sleep(150);
  expect(target.received.length).toBeLessThanOrEqual(before + 1);
  isDead = false;
  await owner.raw("update platform.webhook_endpoints set state = 'ACTIVE', paused_reason = null, consecutive_failures = 0, failing_since = null where id = $1", [id]);
  await until(async () => (await deliveries()).filter(({ state }) => state === "DELIVERED").length === 2);
  expect((await owner.raw("select consecutive_failures from platform.webhook_endpoints")).rows).toEqual([{ consecutive_failures: 0 }]);
});

test("410 Gone pauses at once; a receiver that asks for time gets it", async () => {
  const target = await receiver((response, { path }) => {
    response.writeHead(path === "/gone" ? 410 : 429, path === "/gone" ? {} : { "retry-after": "120" });
    response.end();
  });
  await endpoint(target.url("/gone"));
  await endpoint(target.url("/busy"));
  await start();
  await write();
  await until(async () => (await readWebhookStatus(db)).paused.length === 1 && target.received.length >= 2);
  await until(async () => (await owner.raw("select 1 from platform.webhook_deliveries where last_status = 429 and due_at > now() + interval '100 seconds'")).rowCount === 1);
});

test("without leave, no private address is connected to, whatever its name", async () => {
  const target = await receiver();
  await endpoint(target.url().replace("http:", "https:"));
  await endpoint(target.url().replace("127.0.0.1", "localhost").replace("http:", "https:"));
  await start({ allowPrivate: false, tries: { most: 1, baseMs: 1, maxMs: 1 } });
  await write();
  await until(async () => (await deliveries()).filter(({ state }) => state === "DEAD").length === 2);
  for (const { last_error: error } of await deliveries()) expect(error).toMatch(/^refused: .*not on the public internet$/);
  expect(target.received).toEqual([]);
});

test("a sender that is cut off gives back what it was sending, and nothing is counted", async () => {
  const target = await receiver(() => {});
  await endpoint(target.url());
  const webhooks = startWebhooks({ db, log: silentLog, allowPrivate: true, pollMs: 30, timeoutMs: 60_000 });
  const relay = await startRelay({ db, consumers: [webhooks.consumer], log: silentLog, pollMs: 30 });
  await write();
  await until(() => target.received.length === 1);
  await relay.stop();
  await webhooks.stop();
  expect(await deliveries()).toMatchObject([{ state: "PENDING", attempts: 0 }]);
});
