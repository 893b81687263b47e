import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { anotherCapture, category, expectRawEqualsShop, freshBench, PAST_TRIGGERS, rawAsOf, versions, walPosition } from "./captureHarness.ts";

const databases = useTestDatabases({ shop: true, warehouse: true });

const fresh = () => freshBench(databases);

describe("first copy", () => {
  test("misses and doubles nothing while the shop is written", async () => {
    const bench = await fresh();
    let going = true;
    const writer = (async () => {
      for (let n = 0; going; n += 1) {
        const id = await category(bench.shop, `w${n}`);
        if (n % 3 === 0) await bench.shop.raw("update catalog.categories set name = name || '!' where id = $1", [id]);
        if (n % 5 === 0) await bench.shop.raw("delete from catalog.categories where slug = $1", [`w${Math.floor(n / 2)}`]);
      }
      return going;
    })();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const first = await bench.capture.catchUp();
    await new Promise((resolve) => setTimeout(resolve, 100));
    going = false;
    await writer;
    const second = await bench.capture.catchUp();
    expect([first.snapshot, second.snapshot]).toEqual([true, false]);
    expect(second.appliedPos).toBeGreaterThan(first.appliedPos);
    expect(first.rowsByTable["catalog__categories"]).toBeGreaterThan(0);
    await expectRawEqualsShop(bench);
  });

  test("brings the published columns alone, with their types and the version columns", async () => {
    const bench = await fresh();
    await bench.shop.raw("insert into users.users (email, password_hash, created_at) values ('a@b', 'secret', now())");
    await bench.capture.catchUp();
    const { rows } = await bench.warehouse.raw<{ columns: string }>(
      "select string_agg(column_name || ' ' || data_type, ', ' order by ordinal_position) as columns from information_schema.columns where table_schema = 'raw' and table_name = 'users__users'",
    );
    expect(rows[0]?.columns).toBe(
      "id uuid, email text, display_name text, roles ARRAY, country_code text, external_ref text, status text, created_at timestamp with time zone, email_verified_at timestamp with time zone, _op text, _from_pos bigint, _to_pos bigint, _committed_at timestamp with time zone",
    );
    const builder = await bench.warehouse.raw<{ may: boolean }>("select has_table_privilege('martgraph_builder', 'raw.users__users', 'select') as may");
    expect(builder.rows[0]?.may).toBe(true);
  });
});

test("lines and charges of an order are found by the order, in a raw that was there before too", async () => {
  const bench = await fresh();
  await bench.capture.catchUp();
  const indexes = async () => (await bench.warehouse.raw<{ name: string }>("select tablename || ' ' || substring(indexdef from '\\((.*)\\)') as name from pg_indexes where schemaname = 'raw' and indexname like '%\\_\\_order' order by 1")).rows.map(({ name }) => name);
  const both = ["orders__order_charges order_id", "orders__order_lines order_id"];
  expect(await indexes()).toEqual(both);
  await bench.warehouse.raw("drop index raw.orders__order_lines__order");
  const migration = readFileSync(new URL("../../../schema/sql/warehouse/0242_raw_by_order.sql", import.meta.url), "utf8");
  for (let times = 0; times < 2; times += 1) await bench.warehouse.raw(migration);
  expect(await indexes()).toEqual(both);
});

describe("stream", () => {
  test("inserts, updates and deletes become versions; deletes leave a tombstone", async () => {
    const bench = await fresh();
    await category(bench.shop, "old");
    await bench.capture.catchUp();
    await category(bench.shop, "a");
    await bench.shop.raw("update catalog.categories set slug = 'b' where slug = 'a'");
    await bench.shop.raw("delete from catalog.categories where slug = 'b'");
    await bench.shop.raw("update catalog.categories set slug = 'older' where slug = 'old'");
    const report = await bench.capture.catchUp();
    expect(report).toMatchObject({ rowsByTable: { catalog__categories: 4 }, transactions: 4, snapshot: false });
    expect(await versions(bench.warehouse, "true")).toEqual(["r old closed", "c a closed", "u b closed", "d - open", "u older open"]);
    await expectRawEqualsShop(bench);
  });

  test("a transaction leaves one version of a key, a rolled-back one none", async () => {
    const bench = await fresh();
    await bench.capture.catchUp();
    await bench.shop.tx(async (tx) => {
      await tx.raw("insert into catalog.categories (slug, name) values ('a', '1')");
      await tx.raw("update catalog.categories set slug = 'b'");
      await tx.raw("update catalog.categories set slug = 'c'");
    });
    await bench.shop.tx(async (tx) => {
      await tx.raw("update catalog.categories set slug = 'never'");
      throw new Error("rolled back");
    }).catch(() => {});
    await bench.capture.catchUp();
    expect(await versions(bench.warehouse, "true")).toEqual(["c c open"]);
  });

  test("every text arrives as it was", async () => {
    const bench = await fresh();
    const texts = ["", "\\N", "tab\tline\nreturn\rback\\slash", "quote ' \" , {}", "naïve 😀 \u200b", "null"];
    await bench.capture.catchUp();
    for (const [n, text] of texts.entries()) await category(bench.shop, `t${n}`, text);
    await bench.shop.raw("insert into users.users (email, roles, created_at) values ('x@y', '{CUSTOMER,ADMIN}', '0044-03-15 12:00:00.123456+00 BC'), ('x@z', '{CUSTOMER}', 'infinity')");
    await bench.capture.catchUp();
    const { rows } = await bench.warehouse.raw<{ name: string }>("select name from raw.catalog__categories where slug like 't_' order by slug");
    expect(rows.map(({ name }) => name)).toEqual(texts);
    await expectRawEqualsShop(bench);
  });

  test("long values that an update does not touch are kept, across batches, keys and versions", async () => {
    const bench = await fresh();
    const long = (seed: number) => Array.from({ length: 2_000 }, (_, n) => String.fromCharCode(0x4e00 + ((n * 7919 + seed * 104_729) % 20_000))).join("");
    // A value that is kept apart from its row is longer than what the list of vendors is ordered by may be.
    await bench.shop.raw("drop index users.vendors_by_name");
    const { rows: vendor } = await bench.shop.raw<{ id: string }>("insert into users.vendors (slug, name, created_at) values ('a', $1, now()) returning id", [long(1)]);
    await bench.capture.catchUp();
    await bench.shop.raw("update users.vendors set slug = 'b'");
    await bench.shop.raw("update users.vendors set slug = 'c'");
    await bench.capture.catchUp();
    await bench.shop.raw("update users.vendors set id = uuidv7(), slug = 'd'");
    await bench.shop.raw("insert into users.vendors (slug, name, created_at) values ('x', $1, now())", [long(2)]);
    await bench.shop.raw("update users.vendors set slug = 'y' where slug = 'x'");
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
    const { rows: kept } = await bench.warehouse.raw<{ kept: boolean }>("select bool_and(name = $1) as kept from raw.users__vendors where id = $2 and _op <> 'd'", [long(1), vendor[0]?.id]);
    expect(kept[0]?.kept).toBe(true);
    expect(await versions(bench.warehouse, "true", "users__vendors")).toEqual(["r a closed", "u b closed", "u c closed", "d - open", "u d open", "c x closed", "u y open"]);
  });

  test("truncate ends every row; rows written around it in its transaction count as what remains", async () => {
    const bench = await fresh();
    await category(bench.shop, "a");
    await category(bench.shop, "b");
    await bench.capture.catchUp();
    await bench.shop.tx(async (tx) => {
      await tx.raw("insert into catalog.categories (slug, name) values ('lost', '')");
      await tx.raw("update catalog.categories set name = 'x' where slug = 'a'");
      await tx.raw(`${PAST_TRIGGERS}; truncate catalog.categories cascade; set session_replication_role = origin`);
      await tx.raw("insert into catalog.categories (slug, name) values ('kept', '')");
    });
    await bench.capture.catchUp();
    expect(await versions(bench.warehouse, "_to_pos is null and _op <> 'd'")).toEqual(["c kept open"]);
    expect(await versions(bench.warehouse, "slug in ('a', 'b')")).toEqual(["r a closed", "r b closed"]);
    await expectRawEqualsShop(bench);
  });

  test("a transaction larger than a batch is applied piece by piece and seen at once", async () => {
    const bench = await fresh();
    await bench.capture.catchUp();
    const before = await walPosition(bench.shop);
    await bench.shop.tx(async (tx) => {
      await tx.raw("insert into users.vendors (slug, name, created_at) select 'n' || n, '1', now() from generate_series(1, 15000) n");
      await tx.raw("update users.vendors set name = '2'");
      await tx.raw("delete from users.vendors where slug like 'n1%'");
      await tx.raw("insert into users.vendors (slug, name, created_at) select 'n' || n, 'again', now() from generate_series(1, 1500) n where n::text like '1%'");
    });
    await bench.shop.raw("update users.vendors set name = '3' where slug like 'n2%'");
    const report = await bench.capture.catchUp();
    expect(report.transactions).toBe(2);
    await expectRawEqualsShop(bench);
    expect(await rawAsOf(bench.warehouse, "users__vendors", "slug", before)).toEqual([]);
    const { rows } = await bench.warehouse.raw<{ n: number }>("select count(distinct _from_pos)::int4 as n from raw.users__vendors");
    expect(rows[0]?.n).toBe(2);
  });

  test("raw as of any position is what the shop was then", async () => {
    const bench = await fresh();
    await bench.capture.catchUp();
    let seed = 20_260_301;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const moments: { pos: bigint; rows: string[] }[] = [];
    for (let round = 0; round < 60; round += 1) {
      await bench.shop.tx(async (tx) => {
        for (let step = 0; step <= random(4); step += 1) {
          const slug = `s${random(12)}`;
          const kind = random(10);
          if (kind < 5) await tx.raw("insert into catalog.categories (slug, name) values ($1, $2) on conflict (slug) do update set name = excluded.name", [slug, String(round)]);
          else if (kind < 7) await tx.raw("delete from catalog.categories where slug = $1", [slug]);
          else if (kind < 9) await tx.raw("update catalog.categories set id = uuidv7() where slug = $1", [slug]);
          else if (random(4) === 0) await tx.raw(`${PAST_TRIGGERS}; truncate catalog.categories cascade; set session_replication_role = origin`);
        }
      });
      const { rows } = await bench.shop.raw<{ line: string }>("select row(id, slug, name)::text as line from catalog.categories order by 1");
      moments.push({ pos: await walPosition(bench.shop), rows: rows.map(({ line }) => line) });
      if (random(7) === 0) await bench.capture.catchUp();
    }
    await bench.capture.catchUp();
    for (const { pos, rows } of moments) expect(await rawAsOf(bench.warehouse, "catalog__categories", "id, slug, name", pos)).toEqual(rows);
    await expectRawEqualsShop(bench);
  });
});

describe("catching up", () => {
  test("with nothing new leaves the position and lets the shop drop its WAL", async () => {
    const bench = await fresh();
    const first = await bench.capture.catchUp();
    const before = (await bench.capture.slotStatus()).confirmedLsn ?? 0n;
    await bench.shop.raw("insert into platform.outbox (aggregate, aggregate_id, type, payload, occurred_at) values ('x', uuidv7(), 'X', '{}', now())");
    const second = await bench.capture.catchUp();
    expect(second).toMatchObject({ appliedPos: first.appliedPos, rowsByTable: {}, transactions: 0 });
    expect((await bench.capture.slotStatus()).confirmedLsn).toBeGreaterThan(before);
  });

  test("works while the stream runs, and the stream survives its connections", async () => {
    const bench = await fresh();
    const stop = new AbortController();
    const running = bench.capture.run(stop.signal);
    await category(bench.shop, "a");
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
    await bench.shop.raw("select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1", [bench.options.slotName]);
    await bench.warehouse.raw("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()").catch(() => {});
    await category(bench.shop, "b");
    await bench.capture.catchUp();
    await expectRawEqualsShop(bench);
    stop.abort();
    await running;
    expect((await bench.capture.slotStatus()).activePid).toBeUndefined();
  });

  test("a second loader of the slot is told who holds it", async () => {
    const bench = await fresh();
    const stop = new AbortController();
    const running = bench.capture.run(stop.signal);
    await bench.capture.catchUp();
    const second = anotherCapture({ ...bench.options, slotPatienceMs: 200 });
    await expect(second.catchUp()).rejects.toMatchObject({ code: "SLOT_BUSY", message: expect.stringContaining("is read by another loader") });
    stop.abort();
    await running;
    await second.catchUp();
  });

  test("two loaders at once apply everything once", async () => {
    const bench = await fresh();
    await bench.capture.catchUp();
    const second = anotherCapture({ ...bench.options, slotPatienceMs: 20_000 });
    for (let n = 0; n < 20; n += 1) await category(bench.shop, `s${n}`);
    await Promise.all([bench.capture.catchUp(), second.catchUp()]);
    await expectRawEqualsShop(bench);
  });
});
