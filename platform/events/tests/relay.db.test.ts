import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { type OutboxEvent, writeEvents } from "../outbox.ts";
import { ConsumerUnavailable, type EventConsumer, EventRefused, type RelayedEvent } from "../relay/consumer.ts";
import { type Relay, type RelayOptions, startRelay } from "../relay/relay.ts";
import { pruneOutbox, readRelayStatus, reviveDeadLetters } from "../relay/upkeep.ts";

const databases = useTestDatabases({ shop: true });
let owner: Database;
let orders: Database;
let db: Database;
beforeAll(() => {
  owner = Database.open(databases.shop.config);
  orders = Database.open(databases.shop.as("martgraph_orders"));
  db = Database.open({ ...databases.shop.as("martgraph_relay"), max: 8 });
});
afterAll(async () => {
  for (const pool of [owner, orders, db]) await pool?.close();
});
const relays: Relay[] = [];
beforeEach(() => owner.raw("truncate platform.event_queue, platform.event_dead_letters, platform.outbox, platform.event_consumers"));
afterEach(async () => { for (const relay of relays.splice(0)) await relay.stop(); });

const FAST = { baseMs: 10, maxMs: 40, leaseSeconds: 5 };
const start = async (consumers: readonly EventConsumer[], options: Partial<RelayOptions> = {}) => {
  const relay = await startRelay({ db, consumers, log: silentLog, pollMs: 50, tries: FAST, ...options });
  relays.push(relay);
  return relay;
};
const event = (aggregateId: string, n: number, type = "OrderPlaced"): OutboxEvent => ({ aggregate: "order", aggregateId, type, payload: { n }, occurredAt: new Date("2011-12-10T09:00:00Z") });
const write = (...events: OutboxEvent[]) => orders.tx((tx) => writeEvents(tx, events));
const until = async (holds: () => boolean | Promise<boolean>, ms = 10_000) => {
  for (const deadline = Date.now() + ms; !(await holds()); await sleep(10)) if (Date.now() > deadline) throw new Error("it did not come to that");
};
const numbers = (events: readonly RelayedEvent[]) => events.map(({ payload }) => payload["n"]);

/** Keeps what it is told; `fail` says what to throw for which event. */
function recorder(name: string, fail: (event: RelayedEvent) => Error | undefined = () => undefined, atOnce = 1): EventConsumer & { told: RelayedEvent[]; calls: number } {
  const consumer = {
    name, atOnce, told: [] as RelayedEvent[], calls: 0,
    async handle(events: readonly RelayedEvent[]) {
      consumer.calls += 1;
      for (const one of events) {
        const error = fail(one);
        if (error) throw error;
      }
      consumer.told.push(...events);
    },
  };
  return consumer;
}

describe.each([1, 20])("a consumer that takes %i at once", (atOnce) => {
  test("is told everything that was committed, whole and in order, and nothing that was rolled back", async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    await write(event(a, 1), event(b, 1));
    const consumer = recorder("one", undefined, atOnce);
    await start([consumer]);
    await orders.tx(async (tx) => { await writeEvents(tx, [event(a, 99)]); throw new Error("no"); }).catch(() => undefined);
    for (let n = 2; n <= 30; n += 1) await write(event(a, n));
    await until(() => consumer.told.length === 31);
    expect(numbers(consumer.told.filter(({ aggregateId }) => aggregateId === a))).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(consumer.told[0]).toMatchObject({ type: "OrderPlaced", version: 1, aggregate: "order", payload: { n: 1 }, occurredAt: new Date("2011-12-10T09:00:00Z"), attempts: 1 });
    expect(await readRelayStatus(db)).toMatchObject({ undispatched: { waiting: 0 }, consumers: [{ name: "one", waiting: 0, dead: 0 }] });
  });

  test("fails twice at one event: it comes again, what stands behind it waits, others do not", async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const consumer = recorder("one", ({ payload, attempts }) => (payload["n"] === 2 && attempts < 3 ? new Error("not yet") : undefined), atOnce);
    await write(event(a, 1), event(a, 2), event(a, 3), event(b, 10));
    await start([consumer]);
    await until(() => consumer.told.length >= 4);
    const distinct = [...new Map(consumer.told.map((one) => [one.id, one])).values()];
    expect(numbers(distinct.filter(({ aggregateId }) => aggregateId === a))).toEqual([1, 2, 3]);
    expect(numbers(distinct).indexOf(10)).toBeLessThan(numbers(distinct).indexOf(2));
    expect(distinct.find(({ payload }) => payload["n"] === 2)?.attempts).toBe(3);
  });

  test("cannot take one event at all: after the last try it is a dead letter, the rest goes on; revived, it is told", async () => {
    let isBad = true;
    const a = randomUUID();
    const consumer = recorder("one", ({ payload }) => (isBad && payload["n"] === 1 ? new Error("poison\0") : undefined), atOnce);
    await write(event(a, 1), event(a, 2), event(randomUUID(), 3));
    await start([consumer], { tries: { ...FAST, most: 3 } });
    await until(() => new Set(numbers(consumer.told)).size === 2);
    const { rows } = await owner.raw("select attempts, last_error from platform.event_dead_letters");
    expect(rows).toEqual([{ attempts: 3, last_error: "poison" }]);
    expect(await readRelayStatus(db)).toMatchObject({ consumers: [{ dead: 1 }] });
    isBad = false;
    expect(await reviveDeadLetters(db, "one")).toBe(1);
    await until(() => numbers(consumer.told).includes(1));
  });

  test("refuses an event for good: a dead letter at the first try", async () => {
    const consumer = recorder("one", () => new EventRefused("never"), atOnce);
    await write(event(randomUUID(), 1));
    await start([consumer]);
    await until(async () => (await readRelayStatus(db)).consumers[0]?.dead === 1);
    expect(consumer.calls).toBeLessThanOrEqual(2);
  });

  test("is away for a while: everything waits, no try counts, then all is told in order", async () => {
    let isAway = true;
    const a = randomUUID();
    const consumer = recorder("one", () => (isAway ? new ConsumerUnavailable("away") : undefined), atOnce);
    for (let n = 1; n <= 5; n += 1) await write(event(a, n));
    await start([consumer], { tries: { ...FAST, most: 2 } });
    await until(() => consumer.calls >= 4);
    isAway = false;
    await until(() => consumer.told.length === 5);
    expect(numbers(consumer.told)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(consumer.told.map(({ attempts }) => attempts))).toEqual(new Set([1]));
  });
});

test("consumers do not wait for each other, and each gets the types it wants", async () => {
  const slow = { name: "slow", atOnce: 1, handle: (_events: readonly RelayedEvent[], signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())) };
  const some = { ...recorder("some"), types: ["OrderCancelled"] };
  const all = recorder("all");
  await start([slow, some, all], { tries: { ...FAST, leaseSeconds: 1 } });
  await write(event(randomUUID(), 1), event(randomUUID(), 2, "OrderCancelled"));
  await until(() => all.told.length === 2);
  await until(async () => (await owner.raw("select 1 from platform.event_queue where consumer = 'some'")).rowCount === 0);
  expect((await owner.raw("select 1 from platform.event_queue where consumer = 'slow'")).rowCount).toBe(2);
});

test("several relays share the work: each event is told once while none of them fails", async () => {
  const consumers = [recorder("one"), recorder("one"), recorder("one")];
  const ids = Array.from({ length: 40 }, () => randomUUID());
  for (const id of ids) await write(...Array.from({ length: 5 }, (_, n) => event(id, n)));
  await Promise.all(consumers.map((consumer) => start([consumer])));
  const told = () => consumers.flatMap((consumer) => consumer.told);
  await until(() => told().length >= 200);
  expect(new Set(told().map(({ id }) => id)).size).toBe(200);
  expect(told()).toHaveLength(200);
});

test("a long transaction elsewhere holds nothing up", async () => {
  const consumer = recorder("one");
  await start([consumer]);
  await owner.tx(async (tx) => {
    await tx.raw("select pg_current_xact_id()");
    await write(event(randomUUID(), 1));
    await until(() => consumer.told.length === 1);
  });
});

test("a writer wakes a relay that sleeps long; under load nobody rings", async () => {
  const consumer = recorder("one");
  await start([consumer], { pollMs: 30_000 });
  await until(async () => (await owner.raw("select 1 from platform.relay_bell where is_wanted")).rowCount === 1);
  await sleep(50);
  const began = Date.now();
  await write(event(randomUUID(), 1));
  await until(() => consumer.told.length === 1);
  expect(Date.now() - began).toBeLessThan(5_000);
});

test("a consumer that is new hears of what happens from now on; one that was off gets what it missed", async () => {
  const first = await start([recorder("one"), recorder("two")]);
  await first.stop();
  const alone = recorder("one");
  const second = await start([alone]);
  await write(event(randomUUID(), 1));
  await until(() => alone.told.length === 1);
  await second.stop();
  const [two, three] = [recorder("two"), recorder("three")];
  await start([alone, two, three]);
  await until(() => two.told.length === 1);
  expect(three.told).toEqual([]);
  expect(alone.told).toHaveLength(1);
});

test("stopping lets what is under way end and gives the rest back untried", async () => {
  const a = randomUUID();
  let entered = () => {};
  const inside = new Promise<void>((resolve) => { entered = resolve; });
  const told: unknown[] = [];
  const relay = await start([{ name: "one", atOnce: 1, async handle(events) { entered(); await sleep(150); told.push(...numbers(events)); } }]);
  await write(event(a, 1), event(a, 2));
  await inside;
  await relay.stop();
  expect(told).toEqual([1]);
  expect((await owner.raw("select attempts, due_at <= now() as due from platform.event_queue")).rows).toEqual([{ attempts: 0, due: true }]);
});

test("what everybody has taken is forgotten after its time; what waits or is dead stays", async () => {
  const consumer = recorder("one", ({ payload }) => (payload["n"] === 2 ? new EventRefused("never") : payload["n"] === 3 ? new Error("later") : undefined));
  await start([consumer], { tries: { ...FAST, most: 99, baseMs: 60_000, maxMs: 60_000 } });
  await write(event(randomUUID(), 1), event(randomUUID(), 2), event(randomUUID(), 3));
  await until(async () => (await readRelayStatus(db)).consumers[0]?.dead === 1 && consumer.told.length === 1);
  expect(await pruneOutbox(db, 60)).toBe(0);
  expect(await pruneOutbox(db, 0)).toBe(1);
  expect((await owner.raw("select payload from platform.outbox order by position")).rows).toEqual([{ payload: { n: 2 } }, { payload: { n: 3 } }]);
});

test("the relay's role can neither write events nor read the shop", async () => {
  await expect(write(event(randomUUID(), 1))).resolves.toBeUndefined();
  await expect(writeEvents(db, [event(randomUUID(), 1)])).rejects.toThrow(/permission denied/);
  await expect(db.raw("update platform.outbox set payload = '{}'")).rejects.toThrow(/permission denied/);
  await expect(db.raw("select email from users.users")).rejects.toThrow(/permission denied/);
  await expect(orders.raw("select payload from platform.outbox")).rejects.toThrow(/permission denied/);
});
