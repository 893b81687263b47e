import { randomBytes } from "node:crypto";
import { afterEach, expect } from "vitest";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import type { TestDatabase } from "#platform/testing/testDatabase.ts";
import { silentLog } from "#platform/log.ts";
import { createCapture } from "../capture.ts";
import type { Capture, CaptureOptions } from "../captureTypes.ts";
import { rawEqualsShop } from "../rawEqualsShop.ts";

export interface CaptureBench {
  shop: Database;
  warehouse: Database;
  capture: Capture;
  options: CaptureOptions;
}

/** Opened by a test, closed after it together with its slot. */
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

export function openBench(shopConfig: DatabaseConfig, source: DatabaseConfig, warehouseConfig: DatabaseConfig, sink: DatabaseConfig): CaptureBench {
  const options: CaptureOptions = { source, sink, slotName: `test_${randomBytes(4).toString("hex")}`, slotPatienceMs: 1_000, log: silentLog };
  const shop = Database.open(shopConfig);
  const warehouse = Database.open(warehouseConfig);
  const capture = createCapture(options);
  open.push(async () => {
    await capture.close();
    await shop.raw("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active", [options.slotName]);
    await Promise.all([shop.close(), warehouse.close()]);
  });
  return { shop, warehouse, capture, options };
}

/** Tables that only grow refuse to be emptied by a trigger; what is streamed of a truncate does not depend on triggers. */
export const PAST_TRIGGERS = "set session_replication_role = replica";

/** A bench over emptied databases of the file. */
export async function freshBench({ shop, warehouse }: { shop: TestDatabase; warehouse: TestDatabase }): Promise<CaptureBench> {
  const bench = openBench(shop.config, shop.as("martgraph_capture"), warehouse.config, warehouse.as("martgraph_loader"));
  const { rows } = await bench.warehouse.raw<{ name: string }>("select relname as name from pg_class where relnamespace = 'raw'::regnamespace and relkind = 'r' and relname not like '\\_%'");
  for (const { name } of rows) await bench.warehouse.raw(`drop table raw."${name}"`);
  await bench.warehouse.raw("delete from raw._capture_state; delete from raw._tables; delete from raw._erasures");
  await bench.shop.raw(`${PAST_TRIGGERS}; truncate catalog.categories, catalog.products, catalog.variants, orders.orders, orders.order_lines, users.users, users.vendors, users.erasures cascade; set session_replication_role = origin`);
  return bench;
}

/** Inserts a category and gives its id. */
export async function category(shop: Database, slug: string, name = slug): Promise<string> {
  const { rows } = await shop.raw<{ id: string }>("insert into catalog.categories (slug, name) values ($1, $2) returning id", [slug, name]);
  return rows[0]?.id ?? "";
}

/** The versions of a raw table that has a slug, oldest first: operation, slug, open or closed. */
export async function versions(warehouse: Database, where = "true", table = "catalog__categories"): Promise<string[]> {
  const { rows } = await warehouse.raw<{ v: string }>(
    `select concat_ws(' ', _op, coalesce(slug, '-'), case when _to_pos is null then 'open' else 'closed' end) as v from raw.${table} where ${where} order by _from_pos, _op`,
  );
  return rows.map(({ v }) => v);
}

/** A second loader of the same slot, closed after the test. */
export function anotherCapture(options: CaptureOptions): Capture {
  const capture = createCapture(options);
  open.push(() => capture.close());
  return capture;
}

export async function expectRawEqualsShop({ shop, warehouse }: Pick<CaptureBench, "shop" | "warehouse">): Promise<void> {
  const { tables } = await rawEqualsShop(shop, warehouse);
  expect(tables.filter(({ equal }) => !equal)).toEqual([]);
  await expectSoundVersions(warehouse);
}

/** No version is empty or overlaps the next one of its key, in any table of raw. */
export async function expectSoundVersions(warehouse: Database): Promise<void> {
  const { rows: tables } = await warehouse.raw<{ raw_table: string; keys: string }>(
    `select raw_table, string_agg(quote_ident(column_name), ', ' order by ordinal) as keys from raw._schema where is_key group by raw_table`,
  );
  for (const { raw_table, keys } of tables) {
    const { rows } = await warehouse.raw(
      `select * from (
         select ${keys}, _op, _from_pos, _to_pos, lead(_from_pos) over (partition by ${keys} order by _from_pos, coalesce(_to_pos, 9223372036854775807)) as next
         from raw."${raw_table}") v
       where _to_pos <= _from_pos or _to_pos is distinct from next limit 3`,
    );
    expect(rows, `versions of raw.${raw_table} that do not follow one another`).toEqual([]);
  }
}

/** All rows of a raw table as of a position, as text in key order. */
export async function rawAsOf(warehouse: Database, rawTable: string, columns: string, pos: bigint): Promise<string[]> {
  const { rows } = await warehouse.raw<{ line: string }>(
    `select row(${columns})::text as line from raw."${rawTable}" where _from_pos <= $1 and (_to_pos is null or _to_pos > $1) and _op <> 'd' order by 1`,
    [pos],
  );
  return rows.map(({ line }) => line);
}

export async function walPosition(shop: Database): Promise<bigint> {
  const { rows } = await shop.raw<{ at: bigint }>("select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::int8 as at");
  return rows[0]?.at ?? 0n;
}
