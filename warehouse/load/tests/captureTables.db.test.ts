import { afterEach, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { captureAsset } from "#warehouse/pipeline/assets/capture.ts";
import { judgeSlot, readCaptureHealth } from "../captureHealth.ts";
import { category, expectRawEqualsShop, freshBench, versions, type CaptureBench } from "./captureHarness.ts";

const databases = useTestDatabases({ shop: true, warehouse: true });
const fresh = () => freshBench(databases);

describe("one table anew", () => {
  /** Raw as no stream would leave it: a row too many, one too few, one that differs. */
  async function spoil(bench: CaptureBench): Promise<void> {
    for (const slug of ["kept", "missing", "differs"]) await category(bench.shop, slug);
    await bench.capture.catchUp();
    await bench.warehouse.raw("delete from raw.catalog__categories where slug = 'missing'; update raw.catalog__categories set name = 'wrong' where slug = 'differs'");
    await bench.warehouse.raw("insert into raw.catalog__categories (id, slug, name, _op, _from_pos, _committed_at) values (gen_random_uuid(), 'ghost', '', 'r', 1, now())");
  }
  const writeUntil = (bench: CaptureBench, going: () => boolean) => (async () => {
    let n = 0;
    for (; going(); n += 1) {
      await category(bench.shop, `w${n}`);
      if (n % 3 === 0) await bench.shop.raw("update catalog.categories set name = name || '!' where slug = $1", [`w${Math.floor(n / 2)}`]);
      if (n % 5 === 0) await bench.shop.raw("delete from catalog.categories where slug = $1", [`w${Math.floor(n / 3)}`]);
    }
    return n;
  })();

  test("heals what differs while the shop is written, and leaves every other row and its history alone", async () => {
    const bench = await fresh();
    await spoil(bench);
    let going = true;
    const writing = writeUntil(bench, () => going);
    const report = await bench.capture.resnapshot(["catalog.categories"]);
    going = false;
    expect(await writing).toBeGreaterThan(0);
    expect(report.snapshot).toBe(true);
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
    const old = await versions(bench.warehouse, "slug in ('kept', 'missing', 'differs', 'ghost')");
    expect(old.sort()).toEqual(["r differs closed", "r differs open", "r ghost closed", "r kept open", "r missing open"]);
    // Asked for once, done once.
    expect((await bench.capture.catchUp()).snapshot).toBe(false);
  });

  test("also while the stream runs, and several at once", async () => {
    const bench = await fresh();
    await spoil(bench);
    const stop = new AbortController();
    const running = bench.capture.run(stop.signal);
    let going = true;
    const writing = writeUntil(bench, () => going);
    await Promise.all([bench.capture.resnapshot(["catalog.categories"]), bench.capture.resnapshot(["users.vendors", "catalog.products"])]);
    going = false;
    await writing;
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
    stop.abort();
    await running;
  });

  test("a table that the shop does not publish is refused by name", async () => {
    const bench = await fresh();
    await expect(bench.capture.resnapshot(["users.secrets"])).rejects.toMatchObject({ code: "NOT_PUBLISHED", message: expect.stringContaining('publishes no table "users.secrets": it publishes catalog.') });
  });
});

describe("files beside the stream", () => {
  test.each([1, 1_000_000])("raw that counted on by %i swallows no change of the shop, and positions still rise", async (by) => {
    const bench = await fresh();
    await category(bench.shop, "a");
    await bench.capture.catchUp();
    for (let load = 0; load < 3; load += 1) {
      await bench.warehouse.raw("update raw._capture_state set applied_pos = applied_pos + $1", [by]);
      const { rows } = await bench.warehouse.raw<{ pos: bigint }>("select applied_pos as pos from raw._capture_state");
      await category(bench.shop, `b${load}`);
      await bench.shop.raw("update catalog.categories set name = $1 where slug = 'a'", [`load ${load}`]);
      const report = await bench.capture.catchUp();
      expect(report).toMatchObject({ transactions: 2, snapshot: false });
      expect(report.appliedPos).toBeGreaterThan(rows[0]?.pos ?? 0n);
      await expectRawEqualsShop(bench);
    }
    // A table that is copied after such a jump meets the stream without a gap too.
    await category(bench.shop, "c");
    await bench.capture.resnapshot(["catalog.categories"]);
    await category(bench.shop, "d");
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
  });

  test("a file that comes while the stream runs makes it look again", async () => {
    const bench = await fresh();
    const stop = new AbortController();
    const running = bench.capture.run(stop.signal);
    await bench.capture.catchUp();
    await bench.warehouse.raw("update raw._capture_state set applied_pos = applied_pos + 500000");
    await category(bench.shop, "a");
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
    stop.abort();
    await running;
  });
});

describe("how far behind", () => {
  test("a slot is told of before its bound, and what happens beyond it", () => {
    const slot = { slotName: "s", exists: true, activePid: undefined, retainedBytes: 100n, walStatus: "extended", invalidationReason: undefined, boundBytes: 1_000n, confirmedLsn: 1n };
    expect(judgeSlot(slot)).toMatchObject({ verdict: "FOLLOWS" });
    expect(judgeSlot({ ...slot, retainedBytes: 499n }).verdict).toBe("FOLLOWS");
    expect(judgeSlot({ ...slot, retainedBytes: 500n })).toMatchObject({ verdict: "FALLS_BEHIND", message: expect.stringContaining("beyond which it is given up") });
    expect(judgeSlot({ ...slot, retainedBytes: 9_999n, boundBytes: undefined }).verdict).toBe("FOLLOWS");
    expect(judgeSlot({ ...slot, walStatus: "unreserved" }).verdict).toBe("FALLS_BEHIND");
    expect(judgeSlot({ ...slot, retainedBytes: undefined, walStatus: "lost" })).toMatchObject({ verdict: "LOST", message: expect.stringContaining("copies the shop anew and compares") });
    expect(judgeSlot({ ...slot, exists: false })).toMatchObject({ verdict: "LOST", message: expect.stringContaining("is gone") });
  });

  test("is read as the roles of the pipeline and of the shop may: WAL kept, and since when raw is not known to be complete", async () => {
    const bench = await fresh();
    await using shop = Database.open({ ...databases.shop.as("martgraph_users"), max: 1 });
    await using warehouse = Database.open({ ...databases.warehouse.as("martgraph_builder"), max: 1 });
    expect(await readCaptureHealth(shop, warehouse)).toBeUndefined();
    await bench.capture.catchUp();
    const before = await readCaptureHealth(shop, warehouse);
    expect(before).toMatchObject({ verdict: "FOLLOWS", slotName: bench.options.slotName, boundBytes: expect.any(Number) });
    // Nothing happened in the shop, and raw is known to be complete all the same.
    await bench.capture.catchUp();
    const after = await readCaptureHealth(shop, warehouse);
    expect(after?.completeAt.getTime()).toBeGreaterThan(before?.completeAt.getTime() ?? 0);
    await bench.shop.raw("insert into users.vendors (slug, name, created_at) select 'v' || n, repeat('x', 100), now() from generate_series(1, 20000) n");
    const behind = await readCaptureHealth(shop, warehouse);
    expect(behind?.retainedBytes).toBeGreaterThan((after?.retainedBytes ?? 0) + 2_000_000);
    expect(behind?.completeAt).toEqual(after?.completeAt);
    await bench.shop.raw("select pg_drop_replication_slot($1)", [bench.options.slotName]);
    expect(await readCaptureHealth(shop, warehouse)).toMatchObject({ verdict: "LOST" });
  });
});

test("orders that come months late are counted by the run that brings them, and lie in their own days", async () => {
  const bench = await fresh();
  const order = (number: string, placedAt: string) => bench.shop.raw(`insert into orders.orders (number, state, currency, placed_at, total_units, exponent, source) values ($1, 'PAID', 'GBP', ${placedAt}, 100, 2, 'API')`, [number]);
  await using warehouse = Database.open({ ...databases.warehouse.as("martgraph_builder"), max: 1 });
  const look = async () => {
    const { output, message } = await captureAsset.run({ deps: { warehouse, capture: bench.capture, log: silentLog } as never, runId: "", signal: new AbortController().signal, tell: () => {} });
    return { late: output?.["lateRows"], message };
  };
  await order("old", "now() - interval '90 days'");
  expect(await look()).toMatchObject({ late: {} });
  await order("today", "now()");
  await order("late1", "now() - interval '90 days'");
  await order("late2", "now() - interval '3 days'");
  expect(await look()).toEqual({ late: { orders__orders: 2 }, message: "caught up with the shop; 2 late rows, of days before yesterday" });
  await bench.shop.raw("update orders.orders set state = 'DELIVERED'");
  expect(await look()).toEqual({ late: {}, message: "caught up with the shop" });
  const { rows } = await bench.warehouse.raw<{ n: number }>("select count(*)::int4 as n from raw.orders__orders where _to_pos is null and placed_at < now() - interval '80 days' and _committed_at > now() - interval '1 day'");
  expect(rows[0]?.n).toBe(2);
});

// Last in the file: it leaves the publication with one table.
describe("a wider type", () => {
  afterEach(async () => {
    const shop = Database.open(databases.shop.config);
    await shop.raw("alter publication martgraph set table catalog.categories (id, slug, name, parent_id, is_synthetic)").catch(() => {});
    await shop.raw("alter table catalog.categories drop column if exists weight, drop column if exists note");
    await shop.close();
  });
  const publish = (bench: CaptureBench, columns: string) => bench.shop.raw(`alter publication martgraph set table catalog.categories (${columns})`);

  test("stops before anything is loaded; accepted, it keeps every value of every version", async () => {
    const bench = await fresh();
    await bench.shop.raw("alter table catalog.categories add column weight int, add column note varchar(9) default 'short'");
    await publish(bench, "id, slug, name, weight, note");
    await category(bench.shop, "a");
    await bench.capture.catchUp();
    await bench.shop.raw("update catalog.categories set weight = 7");
    await bench.capture.catchUp();
    await bench.shop.raw("update catalog.categories set weight = 8");
    await publish(bench, "id, slug, name");
    await bench.shop.raw("alter table catalog.categories alter column weight type bigint, alter column note type text");
    await publish(bench, "id, slug, name, weight, note");
    await bench.shop.raw("update catalog.categories set weight = 9000000000, note = 'much longer than nine'");
    const said = ["column weight of catalog.categories is of type bigint, in raw it is integer: wider, accepting it keeps every value", "column note of catalog.categories is of type text, in raw it is character varying: wider, accepting it keeps every value"];
    await expect(bench.capture.catchUp()).rejects.toMatchObject({ code: "SCHEMA_DRIFT", message: expect.stringContaining(`${said[0]}; ${said[1]}. Nothing was loaded`) });
    expect(await bench.capture.drift()).toEqual({ added: [], problems: said });
    expect(await bench.capture.acceptDrift()).toEqual(said);
    expect(await bench.capture.drift()).toEqual({ added: ["catalog.categories.weight", "catalog.categories.note"], problems: [] });
    await bench.capture.catchUp();
    expect(await bench.capture.drift()).toEqual({ added: [], problems: [] });
    await expectRawEqualsShop(bench);
    const { rows } = await bench.warehouse.raw<{ w: string }>("select concat_ws(' ', weight, note) as w from raw.catalog__categories order by _from_pos");
    expect(rows.map(({ w }) => w)).toEqual(expect.arrayContaining(["short", "7 short", "9000000000 much longer than nine"]));
  });
});
