import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Database } from "#platform/db/database.ts";
import { startRelay, type Relay } from "#platform/events/relay/relay.ts";
import { silentLog } from "#platform/log.ts";
import { createSmtpMailer } from "#platform/mail/smtp.ts";
import { startMailServer } from "#platform/mail/tests/mailServer.ts";
import { pointTo } from "#platform/testing/slotTables.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { contractBreaches } from "#schema/events/registry.ts";
import { troubleOf } from "#warehouse/quality/incidents.ts";
import { alertConsumers, composeAlertMail } from "../serve/alertMail.ts";
import { qualityMetrics } from "../serve/qualityMetrics.ts";
import { tellIncidents } from "../serve/startAlerts.ts";

const databases = useTestDatabases({ shop: true, warehouse: true });
const ADDRESSES = ["data@example.com", "boss@example.com"];
let owner: Database;
let warehouse: Database;
let shop: Database;
let shopOwner: Database;
let relayDb: Database;
let relay: Relay;
let mail: Awaited<ReturnType<typeof startMailServer>>;
let now = Date.parse("2026-03-01T12:00:00Z");
const look = () => tellIncidents({ warehouse, shop, clock: { now: () => new Date((now += 1_000)) }, log: silentLog });
const reject = async (reason: string, anomaly = false) => {
  const buildId = randomUUID();
  await owner.raw("insert into ops.build (build_id, run_id, slot, cut_pos, cut_committed_at, business_as_of, state, reason, started_at) values ($1, $2, 'b', 2, now(), now(), 'REJECTED', $3, clock_timestamp())", [buildId, randomUUID(), reason]);
  if (anomaly) await owner.raw("insert into ops.anomaly (build_id, relation, kind, subject, day, severity, observed, expected, message) values ($1, 'fct_orders', 'VOLUME', '', '2026-02-28', 'CRITICAL', 0, 40, 'gone')", [buildId]);
  return buildId;
};
const publish = async () => {
  const buildId = randomUUID();
  await pointTo(owner, { slot: "a", buildId, asOf: new Date().toISOString(), businessAsOf: new Date().toISOString() });
  await owner.raw("update ops.build set started_at = clock_timestamp() where build_id = $1", [buildId]);
};
const arrived = (count: number) => vi.waitFor(() => expect(mail.received.length).toBe(count), { timeout: 20_000 });

beforeAll(async () => {
  owner = Database.open(databases.warehouse.config);
  warehouse = Database.open(databases.warehouse.as("martgraph_builder"));
  shop = Database.open(databases.shop.as("martgraph_users"));
  shopOwner = Database.open(databases.shop.config);
  relayDb = Database.open({ ...databases.shop.as("martgraph_relay"), max: 8 });
  mail = await startMailServer();
  const mailer = createSmtpMailer({ url: mail.url(), from: "The Shop <shop@example.com>" });
  relay = await startRelay({ db: relayDb, consumers: alertConsumers(ADDRESSES, { db: relayDb, mailer, domain: "example.com", log: silentLog, shop: "The Shop" }), log: silentLog });
});
afterAll(async () => {
  await relay?.stop();
  for (const db of [owner, warehouse, shop, shopOwner, relayDb]) await db?.close();
  await mail?.close();
});

describe("people are told of the warehouse's incidents", () => {
  test("a refused build: one mail to each address, however often the same is refused, and one when it is over", async () => {
    await publish();
    await look();
    expect((await owner.raw("select 1 from ops.incident")).rowCount).toBe(0);
    await reject("raw.orders: <b>state</b> is known (1 found)");
    await look();
    await reject("raw.orders: state is known (1 found)");
    await look();
    await arrived(2);
    expect(mail.received.flatMap(({ to }) => to).sort()).toEqual([...ADDRESSES].sort());
    expect(mail.received[0]?.mail.subject).toBe("The Shop: a build was refused");
    expect(mail.received[0]?.mail.text).toContain("<b>state</b> is known (1 found)");
    expect(mail.received[0]?.mail.html).toContain("&lt;b&gt;state&lt;/b&gt;");
    await publish();
    await look();
    await look();
    await arrived(4);
    expect(mail.received[3]?.mail.subject).toBe("The Shop: over: a build was refused");
    const { rows } = await shopOwner.raw<{ type: string; version: number; aggregate: string; payload: unknown }>("select type, version, aggregate, payload from platform.outbox order by position");
    expect(rows.map(({ type }) => type)).toEqual(["DataIncidentOpened", "DataIncidentClosed"]);
    expect(rows.flatMap((row) => contractBreaches(row))).toEqual([]);
  }, 60_000);

  test("a critical anomaly and stale numbers are incidents of their own", async () => {
    await reject("watch.fct_orders: gone", true);
    await owner.raw("update ops.pointer set cut_committed_at = now() - interval '2 hours'");
    await look();
    await arrived(8);
    expect(mail.received.slice(4).map(({ mail: { subject } }) => String(subject)).toSorted((one, other) => (one < other ? -1 : 1))).toEqual([
      "The Shop: a build was refused by its own history", "The Shop: a build was refused by its own history", "The Shop: the numbers are too old", "The Shop: the numbers are too old",
    ]);
    const metrics = await qualityMetrics(warehouse);
    expect(metrics).toContain("martgraph_quality_last_build_rejected 1");
    expect(metrics).toContain('martgraph_quality_anomalies{severity="CRITICAL"} 1');
    expect(metrics).toContain('martgraph_quality_incidents_open{kind="STALE"} 1');
    expect(metrics).toMatch(/martgraph_quality_published_age_seconds 72\d\d/);
  }, 60_000);

  test("a crash between the event and its note writes the event twice, and the mail once", async () => {
    await publish();
    await look();
    await arrived(12);
    await owner.raw("update ops.incident set told_over_at = null where kind = 'STALE'");
    await look();
    await vi.waitFor(async () => expect((await shopOwner.raw("select 1 from platform.event_queue")).rowCount).toBe(0), { timeout: 20_000 });
    expect(mail.received).toHaveLength(12);
  }, 60_000);
});

test("what is wrong: a refused build until another is published; age against the strictest contract; nothing before the first", () => {
  const asOf = new Date();
  const refused = { buildId: "b", state: "REJECTED", reason: "r", criticalAnomalies: 0 };
  expect(Object.keys(troubleOf({ latest: refused, published: undefined }))).toEqual(["REJECTED"]);
  expect(Object.keys(troubleOf({ latest: { ...refused, criticalAnomalies: 1 }, published: { ageSeconds: 3_601, asOf } }))).toEqual(["ANOMALY", "STALE"]);
  expect(troubleOf({ latest: { ...refused, state: "PUBLISHED" }, published: { ageSeconds: 3_599, asOf } })).toEqual({});
  expect(troubleOf({ latest: undefined, published: undefined })).toEqual({});
  expect(troubleOf({ latest: undefined, published: undefined, capture: "the slot was lost" })).toEqual({ CAPTURE: { message: "the slot was lost", buildId: null } });
});

test("a mail says what to do", () => {
  const written = composeAlertMail({ shop: "S", to: "a@b.c", index: 0 }, { type: "DataIncidentOpened", payload: { incidentId: "i", kind: "ANOMALY", message: "m", openedAt: "t" } });
  expect(written).toMatchObject({ onceFor: "i", message: "incident-1", to: "a@b.c" });
  expect(written.text).toContain("martgraph quality accept");
});
