import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { type IdempotentCall, idempotencyKeys, isIdempotencyKey } from "../idempotency.ts";

const databases = useTestDatabases({ shop: true });
const keys = idempotencyKeys("orders.idempotency_keys");
let db: Database;
beforeAll(() => { db = Database.open(databases.shop.as("martgraph_orders")); });
afterAll(() => db.close());

const call = (key: string, content: unknown = { cart: "a", n: 1 }): IdempotentCall => ({ actor: "user:ada", operation: "buy", key, content });
const claim = (of: IdempotentCall, seconds = 30) => db.tx((tx) => keys.claim(tx, of, seconds));

test("fresh, then running, then the stored answer; other content is a conflict", async () => {
  expect(await claim(call("k1"))).toEqual({ kind: "FRESH" });
  expect(await claim(call("k1"))).toEqual({ kind: "RUNNING", retryAfterSeconds: 30 });
  expect(await claim(call("k1", { cart: "b", n: 1 }))).toEqual({ kind: "CONFLICT" });
  await db.tx((tx) => keys.finish(tx, call("k1"), { orderId: "o1" }));
  expect(await claim(call("k1", { n: 1, cart: "a" }))).toEqual({ kind: "STORED", response: { orderId: "o1" } });
  expect(await claim(call("k1", {}))).toEqual({ kind: "CONFLICT" });
});

test("a lease that has ended is taken over by one", async () => {
  await claim(call("k2"), 0);
  const claims = await Promise.all(Array.from({ length: 5 }, () => claim(call("k2"))));
  expect(claims.filter(({ kind }) => kind === "RESUMED")).toHaveLength(1);
  await keys.release(db, call("k2"));
  expect(await claim(call("k2"))).toEqual({ kind: "RESUMED", noted: null });
});

test("of many at once one is fresh; when it undoes everything, the key is free again", async () => {
  const claims = await Promise.all(Array.from({ length: 8 }, () => claim(call("k3"))));
  expect(claims.filter(({ kind }) => kind === "FRESH")).toHaveLength(1);
  await db.tx((tx) => keys.forget(tx, call("k3")));
  await expect(db.tx(async (tx) => { await keys.claim(tx, call("k3"), 30); throw new Error("rolled back"); })).rejects.toThrow("rolled back");
  expect(await claim(call("k3"))).toEqual({ kind: "FRESH" });
});

test("a stored answer is neither forgotten by chance nor kept for ever; actors and operations do not meet", async () => {
  await claim(call("k4"));
  await db.tx((tx) => keys.finish(tx, call("k4"), {}));
  await db.tx((tx) => keys.forget(tx, call("k4")));
  expect((await claim(call("k4"))).kind).toBe("STORED");
  expect((await claim({ ...call("k4"), actor: "user:bob" })).kind).toBe("FRESH");
  expect((await claim({ ...call("k4"), operation: "cancel" })).kind).toBe("FRESH");
  expect(await keys.prune(db, 30)).toBe(0);
  await db.raw("update orders.idempotency_keys set created_at = now() - interval '31 days' where key = $1", ["k4"]);
  expect(await keys.prune(db, 30)).toBe(1);
});

test("a key that was released and that nobody came back for is forgotten as long after its lease as a stored answer; one at work never", async () => {
  const since = (key: string, created: string, lease: string | null) => db.raw(
    "update orders.idempotency_keys set created_at = now() - $2::interval, lease_until = now() - $3::interval where key = $1", [key, created, lease]);
  for (const key of ["left", "recent", "at-work", "no-lease"]) await claim(call(key));
  await since("left", "40 days", "31 days");
  await since("recent", "40 days", "29 days");
  await since("at-work", "40 days", "-30 seconds");
  await since("no-lease", "31 days", null);
  expect(await keys.prune(db, 30)).toBe(2);
  expect((await claim(call("left"))).kind).toBe("FRESH");
  expect((await claim(call("recent"))).kind).toBe("RESUMED");
  expect((await claim(call("at-work"))).kind).toBe("RUNNING");
});

test.each([["a", true], ["0190f5c2-6f0e-7c3a-9d53-0d1f6f6b2a11", true], ["x".repeat(200), true], ["", false], ["x".repeat(201), false], ["a b", false], ["a\n", false], ["\u00e9", false]])(
  "isIdempotencyKey(%j) is %s", (key, is) => expect(isIdempotencyKey(key)).toBe(is));
