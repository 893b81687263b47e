import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { DatabaseUnavailable } from "#platform/db/errors.ts";
import { makeSlotTables, pointTo } from "#platform/testing/slotTables.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { slotLockKey, type Slot } from "../publish/slots.ts";
import { NOTHING_CHANGED } from "../quality/freshness.ts";
import { createWarehouseReader, isStaleFor, NothingPublished, slotQuery, type WarehouseReader } from "../reader.ts";

const databases = useTestDatabases({ warehouse: true });
const BUILDS = { a: "0190aaaa-0000-7000-8000-00000000000a", b: "0190aaaa-0000-7000-8000-00000000000b" } as const;
const BATCH = "0190bbbb-0000-7000-8000-000000000001";
const AS_OF = "2026-03-01T12:00:00Z";
const BUSINESS = "2011-12-10T09:00:00Z";

let owner: Database;
let serving: Database;
let reader: WarehouseReader;
/** Called after a statement of the reader, before its answer is used. */
let afterStatement: ((name: string) => void) | undefined;

const publish = (slot: Slot) => pointTo(owner, { slot, buildId: BUILDS[slot], predictionBatchId: slot === "a" ? BATCH : null, asOf: AS_OF, businessAsOf: BUSINESS });
const customers = slotQuery({ name: "test.customers", text: "select user_id, country from {marts}.dim_customers where country = $1", params: ["text"], row: { user_id: "uuid", country: "text" }, budget: { access: "scan", maxRows: 10 } });
const countryOf = () => reader.read(async (build) => [build.slot, (await build.generated<{ country: string }>("select country from {marts}.dim_customers", []))[0]?.country]);

beforeAll(async () => {
  owner = Database.open({ ...databases.warehouse.config, max: 6 });
  serving = Database.open(databases.warehouse.as("martgraph_serving"), { observe: (name) => afterStatement?.(name) });
  reader = createWarehouseReader(serving);
  for (const [slot, country] of [["a", "Ireland"], ["b", "France"]] as const) {
    await makeSlotTables(owner, slot);
    await owner.raw(`insert into marts_${slot}.dim_customers (user_id, email_sha256, is_email_verified, country, registered_at, orders, revenue, refunds, agrees_to_marketing, agrees_to_personalisation, agrees_to_analytics, sessions, wishlist_size, review_count) values ($1, 'x', true, '${country}', now(), 0, 0, 0, false, false, false, 0, 0, 0)`, [BATCH]);
  }
});
afterEach(() => { afterStatement = undefined; });
afterAll(async () => {
  await reader.close();
  await owner.close();
});

describe("before the first build is published", () => {
  test("there is no current build, and a read says what to do", async () => {
    expect(await reader.current()).toBeUndefined();
    await expect(reader.read(async () => 1)).rejects.toThrow(NothingPublished);
    await expect(reader.read(async () => 1)).rejects.toThrow("no build has been published yet: run the pipeline");
  });
});

describe("the published build", () => {
  test("is what the pointer says", async () => {
    await publish("a");
    expect(await reader.current()).toEqual({
      buildId: BUILDS.a, slot: "a", predictionBatchId: BATCH, asOf: new Date(AS_OF), businessAsOf: new Date(BUSINESS), publishedAt: new Date("2026-03-01T12:05:00Z"),
      currentTo: new Date(AS_OF), ageSeconds: expect.any(Number) as number, isStale: true,
    });
    await publish("b");
    expect(await reader.current()).toMatchObject({ slot: "b", predictionBatchId: null });
  });

  test("is stale when it is older than its contract, unless a later look at the shop found nothing new", async () => {
    const looked = (at: string, reason: string) =>
      owner.raw(`insert into ops.pipeline_run (run_id, trigger, state, reason, started_at) values (uuidv7(), 'schedule', 'NOTHING_TO_DO', $1, ${at})`, [reason]);
    await publish("a");
    await looked("now() - interval '1 minute'", "held by a rollback: run the pipeline by hand to build again");
    expect(await reader.current()).toMatchObject({ isStale: true, currentTo: new Date(AS_OF) });
    await looked("now() - interval '50 minutes'", NOTHING_CHANGED);
    const current = await reader.current();
    expect(current).toMatchObject({ isStale: false });
    expect(current?.ageSeconds).toBeGreaterThan(2_999);
    expect([isStaleFor({ ageSeconds: 3_601 }, ["fct_orders"]), isStaleFor({ ageSeconds: 3_599 }, ["fct_orders"]), isStaleFor({ ageSeconds: 3_601 }, ["customer_churn_features"])]).toEqual([true, false, false]);
    expect(() => isStaleFor({ ageSeconds: 1 }, ["fct_unheard_of"])).toThrow("no contract of freshness");
    await owner.raw("delete from ops.pipeline_run");
  });

  test("is read in its own slot, by declared and by generated statements", async () => {
    for (const [slot, country, other] of [["a", "Ireland", "France"], ["b", "France", "Ireland"]] as const) {
      await publish(slot);
      await reader.read(async (build) => {
        expect(build).toMatchObject({ slot, buildId: BUILDS[slot] });
        expect(await build.many(customers, [country])).toEqual([{ user_id: BATCH, country }]);
        expect(await build.maybeOne(customers, [other])).toBeUndefined();
        expect(await build.generated("select country as c, $1::int as n from {marts}.dim_customers where user_id not in (select user_id from {features}.user_item_interactions)", [1])).toEqual([{ c: country, n: 1 }]);
      });
    }
  });

  test("cannot be written through the door", async () => {
    await publish("a");
    await expect(reader.read((build) => build.generated("delete from {marts}.dim_customers", []))).rejects.toThrow(/read-only transaction|permission denied/);
  });

  test("what the work throws comes out, and the slot is free again", async () => {
    await publish("a");
    await expect(reader.read(async () => { throw new Error("the work failed"); })).rejects.toThrow("the work failed");
    expect(await holders("a")).toBe(0);
  });
});

async function holders(slot: Slot): Promise<number> {
  const { rows } = await owner.raw<{ n: number }>("select count(*)::int as n from pg_locks where locktype = 'advisory' and objid = $1 and mode = 'ShareLock' and granted", [slotLockKey(slot)]);
  return rows[0]?.n ?? 0;
}

describe("a pin", () => {
  test("keeps builds out of the slot until the read is over, and readers share it", async () => {
    await publish("a");
    let build: Promise<unknown> = Promise.resolve();
    let isWriting = false;
    await reader.read(async () => {
      expect(await holders("a")).toBe(1);
      expect(await holders("b")).toBe(0);
      await reader.read(async () => expect(await holders("a")).toBe(2));
      build = owner.tx(async (tx) => {
        await tx.raw("select pg_advisory_xact_lock($1)", [slotLockKey("a")]);
        isWriting = true;
      });
      await expect.poll(async () => (await owner.raw("select 1 from pg_locks where locktype = 'advisory' and not granted")).rowCount).toBe(1);
      expect(isWriting).toBe(false);
    });
    await build;
    expect(isWriting).toBe(true);
    expect(await holders("a")).toBe(0);
  });

  test("begins anew when the pointer moved between the look and the lock", async () => {
    await publish("a");
    const seen: string[] = [];
    let moving: Promise<void> | undefined;
    // The look's answer waits in the reader; what is awaited here happens before its next statement reaches the server.
    const slow = createWarehouseReader(withPause(serving, async (name) => {
      seen.push(name);
      if (name === "warehouse.readPointer" && !moving) await (moving = publish("b"));
    }));
    expect(await slow.read(async (build) => build.buildId)).toBe(BUILDS.b);
    expect(seen).toEqual(["warehouse.readPointer", "warehouse.holdSlot", "warehouse.readPointer", "warehouse.readPointer", "warehouse.holdSlot", "warehouse.readPointer"]);
  });

  test("also when the slot was built over and published again under another build", async () => {
    await publish("a");
    let moved = false;
    const other = "0190aaaa-0000-7000-8000-0000000000aa";
    const slow = createWarehouseReader(withPause(serving, async (name) => {
      if (name !== "warehouse.readPointer" || moved) return;
      moved = true;
      await pointTo(owner, { slot: "a", buildId: other, asOf: AS_OF, businessAsOf: BUSINESS });
    }));
    expect(await slow.read(async (build) => build.buildId)).toBe(other);
  });

  test("does not wait for a build that has taken the slot over: it follows the pointer", async () => {
    await publish("a");
    const slow = createWarehouseReader(withPause(serving, async (name) => {
      if (name === "warehouse.readPointer") await publish("b");
    }));
    await owner.tx(async (tx) => {
      await tx.raw("select pg_advisory_xact_lock($1)", [slotLockKey("a")]);
      expect(await slow.read(async (build) => build.slot)).toBe("b");
    });
  });

  test("gives up on a slot that stays held", async () => {
    await publish("a");
    await owner.tx(async (tx) => {
      await tx.raw("select pg_advisory_xact_lock($1)", [slotLockKey("a")]);
      await expect(createWarehouseReader(serving, { patienceMs: 50 }).read(async () => 1)).rejects.toThrow(DatabaseUnavailable);
    });
    expect(await countryOf()).toEqual(["a", "Ireland"]);
  });

  test("never shows two builds in one read while builds come and go", async () => {
    await publish("a");
    let isOver = false;
    const publishing = (async () => {
      for (let round = 0; round < 20; round += 1) await publish(round % 2 === 0 ? "b" : "a");
      isOver = true;
    })();
    const torn: unknown[] = [];
    const readers = Array.from({ length: 3 }, async () => {
      while (!isOver) {
        const [slot, country] = await countryOf();
        if (country !== (slot === "a" ? "Ireland" : "France")) torn.push([slot, country]);
      }
    });
    await Promise.all([publishing, ...readers]);
    expect(torn).toEqual([]);
  });
});

/** The database with a pause after every statement inside of a transaction. */
function withPause(database: Database, pause: (name: string) => Promise<void>): Database {
  const paused = Object.create(database) as Database;
  paused.tx = (work, options) =>
    database.tx((tx) => {
      const slow = (call: "one" | "maybeOne") => async (statement: never, params: never) => {
        const answer = await tx[call](statement, params);
        await pause((statement as { name: string }).name);
        return answer;
      };
      return work(Object.assign(Object.create(tx) as typeof tx, { one: slow("one"), maybeOne: slow("maybeOne") }));
    }, options);
  return paused;
}

describe("the serving role", () => {
  const may = async (sql: string) => serving.raw(sql).then(() => "may", (error: Error) => (/permission denied|must be owner/.test(error.message) ? "may not" : error.message));

  test.each([
    "select * from marts_a.fct_orders", "select * from marts_b.dim_products", "select * from features_a.customer_churn_features",
    "select * from ops.pointer", "select * from ops.build", "select * from ops.check_result", "select * from ops.pipeline_run", "select * from ops.asset_run",
    "select * from predictions.churn", "select * from predictions.popular_products", "select * from registry.model_version", "select * from registry.model_alias",
  ])("may %s", async (sql) => expect(await may(sql)).toBe("may"));

  test.each([
    "select * from raw._capture_state", "select * from marts.anything", "select * from ops.slot_state", "select * from registry.artefact",
    "create schema staging_a", "create table marts_a.mine (id int)", "create table public.mine (id int)", "create temporary table mine (id int)",
    "insert into ops.pointer (slot) values ('a')", "update ops.pointer set slot = 'b'", "delete from ops.pipeline_run", "update marts_a.dim_customers set country = 'x'",
    "delete from marts_a.dim_customers", "truncate marts_a.fct_orders", "drop table marts_a.fct_orders", "insert into predictions.batch (id) values (null)", "delete from predictions.batch",
    "select lo_create(0)", "select pg_read_file('/etc/hostname')", "copy ops.pointer to program 'true'",
  ])("may not %s", async (sql) => {
    const answer = await may(sql);
    // What is not there for anybody else either counts as refused.
    expect(answer === "may not" || answer.includes("does not exist")).toBe(true);
  });
});
