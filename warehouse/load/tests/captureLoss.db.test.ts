import { afterEach, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { anotherCapture, category, expectRawEqualsShop, freshBench, versions, type CaptureBench } from "./captureHarness.ts";

const databases = useTestDatabases({ shop: true, warehouse: true });
const fresh = () => freshBench(databases);

async function withRows(): Promise<CaptureBench> {
  const bench = await fresh();
  for (const slug of ["kept", "changed", "gone"]) await category(bench.shop, slug);
  await bench.capture.catchUp();
  return bench;
}

async function changeRows(shop: Database): Promise<void> {
  await shop.raw("update catalog.categories set slug = 'changed2' where slug = 'changed'");
  await shop.raw("delete from catalog.categories where slug = 'gone'");
  await category(shop, "new");
}

const COMPARED = ["r changed closed", "r gone closed", "r kept open", "d - open", "r changed2 open", "r new open"].sort();
const sorted = async (bench: CaptureBench) => (await versions(bench.warehouse)).sort();

describe("a lost slot leads to a new copy, not to a hole", () => {
  test("dropped", async () => {
    const bench = await withRows();
    await bench.shop.raw("select pg_drop_replication_slot($1)", [bench.options.slotName]);
    await changeRows(bench.shop);
    expect((await bench.capture.slotStatus()).exists).toBe(false);
    const report = await bench.capture.catchUp();
    expect(report).toMatchObject({ snapshot: true, rowsByTable: { catalog__categories: 3 } });
    expect(await sorted(bench)).toEqual(COMPARED);
    await expectRawEqualsShop(bench);
    await category(bench.shop, "later");
    expect(await bench.capture.catchUp()).toMatchObject({ snapshot: false, transactions: 1 });
    await expectRawEqualsShop(bench);
  });

  test("moved on by hand beyond what raw holds", async () => {
    const bench = await withRows();
    await changeRows(bench.shop);
    await bench.shop.raw("select pg_replication_slot_advance($1, pg_current_wal_lsn())", [bench.options.slotName]);
    expect(await bench.capture.catchUp()).toMatchObject({ snapshot: true });
    expect(await sorted(bench)).toEqual(COMPARED);
    await expectRawEqualsShop(bench);
  });

  test("a shop on another timeline, and one put back to an earlier position: positions never run backwards", async () => {
    const bench = await withRows();
    await changeRows(bench.shop);
    await bench.warehouse.raw("update raw._capture_state set timeline = 7");
    expect(await bench.capture.catchUp()).toMatchObject({ snapshot: true });
    await expectRawEqualsShop(bench);
    await bench.warehouse.raw("update raw._capture_state set received_lsn = received_lsn + 1000000000000, applied_pos = applied_pos + 1000000000000");
    const ahead = await bench.warehouse.raw<{ applied_pos: bigint }>("select applied_pos from raw._capture_state");
    await category(bench.shop, "later");
    const report = await bench.capture.catchUp();
    expect(report.snapshot).toBe(true);
    expect(report.appliedPos).toBeGreaterThan(ahead.rows[0]?.applied_pos ?? 0n);
    await category(bench.shop, "latest");
    expect((await bench.capture.catchUp()).appliedPos).toBeGreaterThan(report.appliedPos);
    await expectRawEqualsShop(bench);
  });

  test("a first copy that was killed left its slot: it is made anew", async () => {
    const bench = await fresh();
    await category(bench.shop, "a");
    await bench.shop.raw("select pg_create_logical_replication_slot($1, 'pgoutput')", [bench.options.slotName]);
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
  });

  test("a first copy that fails leaves neither tables nor a slot", async () => {
    const bench = await fresh();
    await bench.shop.raw("revoke select on orders.orders from martgraph_capture");
    try {
      await expect(bench.capture.catchUp()).rejects.toThrow("permission denied");
    } finally {
      await bench.shop.raw("grant select on orders.orders to martgraph_capture");
    }
    expect((await bench.capture.slotStatus()).exists).toBe(false);
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
  });
});

test("a row that raw lost while the shop updates a part of it is healed by a copy of the table", async () => {
  const bench = await fresh();
  const long = Array.from({ length: 3_000 }, (_, n) => String.fromCharCode(0x4e00 + ((n * 7919) % 20_000))).join("");
  // A value that is kept apart from its row is longer than what the list of vendors is ordered by may be.
  await bench.shop.raw("drop index users.vendors_by_name");
  await bench.shop.raw("insert into users.vendors (slug, name, created_at) values ('a', $1, now())", [long]);
  await bench.capture.catchUp();
  await bench.warehouse.raw("delete from raw.users__vendors");
  await bench.shop.raw("update users.vendors set slug = 'b'");
  expect(await bench.capture.catchUp()).toMatchObject({ snapshot: true, rowsByTable: { users__vendors: 1 } });
  await expectRawEqualsShop(bench);
});

describe("another source", () => {
  test("raw of one shop is not filled from another", async () => {
    const bench = await withRows();
    await bench.warehouse.raw("update raw._capture_state set source_identity = '1/elsewhere'");
    await expect(bench.capture.catchUp()).rejects.toMatchObject({ code: "SOURCE_CHANGED", message: expect.stringContaining("raw holds the history of shop 1/elsewhere") });
  });

  test("raw is not filled through two slots", async () => {
    const bench = await withRows();
    const other = anotherCapture({ ...bench.options, slotName: `${bench.options.slotName}_b` });
    await expect(other.catchUp()).rejects.toMatchObject({ code: "SOURCE_CHANGED" });
  });

  test("tables of unknown origin are not overwritten", async () => {
    const bench = await withRows();
    await bench.warehouse.raw("delete from raw._capture_state");
    await expect(bench.capture.catchUp()).rejects.toMatchObject({ code: "RAW_UNKNOWN" });
  });

  test("a wrong password and a server that is away are said in a sentence", async () => {
    const bench = await fresh();
    const wrong = anotherCapture({ ...bench.options, source: { ...bench.options.source, password: "wrong" } });
    await expect(wrong.catchUp()).rejects.toThrow(/refused the password of user "martgraph_capture"/);
    const away = anotherCapture({ ...bench.options, source: { ...bench.options.source, port: 21_299 } });
    await expect(away.catchUp()).rejects.toThrow(/does not answer/);
  });
});

describe("drift", () => {
  afterEach(async () => {
    const shop = Database.open(databases.shop.config);
    await shop.raw("alter publication martgraph set table catalog.categories (id, slug, name, parent_id, is_synthetic)").catch(() => {});
    await shop.raw("drop table if exists catalog.extras; alter table catalog.categories drop column if exists colour; alter table catalog.categories drop column if exists weight");
    await shop.close();
  });
  const publish = (shop: Database, columns: string) => shop.raw(`alter publication martgraph set table catalog.categories (${columns})`);

  async function narrow(columns = "id, slug, name"): Promise<CaptureBench> {
    const bench = await fresh();
    await publish(bench.shop, columns);
    await category(bench.shop, "a");
    await bench.capture.catchUp();
    return bench;
  }

  test("a new published column is taken up with the values of all rows, whatever waits in the stream", async () => {
    const bench = await narrow();
    await category(bench.shop, "b");
    await bench.shop.raw("alter table catalog.categories add column colour text default 'red'");
    await publish(bench.shop, "id, slug, name, colour");
    await bench.shop.raw("update catalog.categories set colour = 'blue' where slug = 'b'");
    const report = await bench.capture.catchUp();
    expect(report.snapshot).toBe(true);
    await expectRawEqualsShop(bench);
    await category(bench.shop, "c");
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
  });

  test("a column that comes while the stream runs is taken up", async () => {
    const bench = await narrow();
    const stop = new AbortController();
    const running = bench.capture.run(stop.signal);
    await bench.capture.catchUp();
    await bench.shop.raw("alter table catalog.categories add column colour text default 'red'");
    await publish(bench.shop, "id, slug, name, colour");
    await category(bench.shop, "b");
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
    stop.abort();
    await running;
  });

  test("a new table in the publication is copied on a snapshot of its own, then followed", async () => {
    const bench = await narrow();
    await bench.shop.raw("create table catalog.extras (a int, b text, v numeric(9,3), primary key (a, b)); grant select on catalog.extras to martgraph_capture; insert into catalog.extras select n, 'x', n / 8.0 from generate_series(1, 100) n");
    await bench.shop.raw("alter publication martgraph add table catalog.extras");
    await bench.shop.raw("update catalog.extras set b = 'y' where a % 2 = 0");
    const report = await bench.capture.catchUp();
    expect(report.rowsByTable["catalog__extras"]).toBe(100);
    const { rows } = await bench.warehouse.raw<{ n: bigint }>("select count(*) as n from raw.catalog__extras where _from_pos <= $1 and _to_pos is null", [report.appliedPos]);
    expect(rows[0]?.n).toBe(100n);
    await bench.shop.raw("delete from catalog.extras where a < 10");
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
  });

  test("a dropped column stops before anything is loaded; nothing is lost; accepted, it goes on", async () => {
    const bench = await narrow();
    await category(bench.shop, "b");
    await publish(bench.shop, "id, slug");
    await category(bench.shop, "c");
    await expect(bench.capture.catchUp()).rejects.toMatchObject({ code: "SCHEMA_DRIFT", message: expect.stringContaining("column name of catalog.categories is no longer published") });
    expect(await versions(bench.warehouse)).toEqual(["r a open"]);
    await publish(bench.shop, "id, slug, name");
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
    await publish(bench.shop, "id, slug");
    await category(bench.shop, "d");
    expect(await bench.capture.acceptDrift()).toEqual(["column name of catalog.categories is no longer published"]);
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
  });

  test("a column of another type stops; accepted, its new values come beside its history", async () => {
    const bench = await fresh();
    await bench.shop.raw("alter table catalog.categories add column weight int default 5");
    await publish(bench.shop, "id, slug, name, weight");
    await category(bench.shop, "a");
    await bench.capture.catchUp();
    await publish(bench.shop, "id, slug, name");
    await bench.shop.raw("alter table catalog.categories alter column weight type numeric using weight / 2.0");
    await publish(bench.shop, "id, slug, name, weight");
    await category(bench.shop, "b");
    await expect(bench.capture.catchUp()).rejects.toThrow("column weight of catalog.categories is of type numeric, in raw it is integer");
    await bench.capture.acceptDrift();
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
    const { rows } = await bench.warehouse.raw<{ columns: string[] }>("select array_agg(column_name::text order by ordinal_position) as columns from information_schema.columns where table_name = 'catalog__categories' and column_name like 'weight%'");
    expect(rows[0]?.columns).toEqual([expect.stringMatching(/^weight__until_\d+$/), "weight"]);
  });

  test("a table without a key, and a publication without tables, are refused", async () => {
    const bench = await fresh();
    await bench.shop.raw("create table catalog.extras (a int); alter publication martgraph add table catalog.extras");
    await expect(bench.capture.catchUp()).rejects.toMatchObject({ code: "NO_KEY", message: expect.stringContaining("catalog.extras is published without a primary key") });
    const other = anotherCapture({ ...bench.options, publication: "nothing_here" });
    await expect(other.catchUp()).rejects.toMatchObject({ code: "NOT_PUBLISHED" });
  });
});
