import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { wallClock } from "#platform/clock.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { silentLog } from "#platform/log.ts";
import type { EmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";
import { createCapture } from "#warehouse/load/capture.ts";
import { createPipeline, type Pipeline } from "#warehouse/pipeline/pipeline.ts";
import { createModelsTool } from "#warehouse/scoring/modelsTool.ts";
import { createDbt } from "#warehouse/tools/dbt.ts";
import { dbtEnvironment } from "#warehouse/tools/dbtProfile.ts";
import { createExpectations } from "#warehouse/tools/expectations.ts";
import { startPythonWorker } from "#warehouse/tools/worker.ts";

/** A shop and its warehouse on a server, with the pipeline as an installation has it. */
export interface BenchWarehouse {
  readonly pipeline: Pipeline;
  /** Superusers. */
  readonly shop: Database;
  readonly warehouse: Database;
  /** Where dbt leaves its results. */
  readonly stateDir: string;
  close(): Promise<void>;
}

const SQL = join(import.meta.dirname, "../../schema/sql");
const ROLES = ["martgraph_capture", "martgraph_loader", "martgraph_builder"];

/** `name` tells several on one server apart. */
export async function openBenchWarehouse(server: EmbeddedPostgres, dir: string, name: string): Promise<BenchWarehouse> {
  const login = { host: server.socketDir, port: server.port, user: server.superuser, password: server.password };
  const names = { shop: `shop_${name}`, warehouse: `warehouse_${name}` };
  const admin = Database.open({ ...login, database: "postgres" });
  for (const database of Object.values(names)) await admin.raw(`create database ${database}`);
  const [shop, warehouse] = [Database.open({ ...login, database: names.shop }), Database.open({ ...login, database: names.warehouse })];
  await migrate(shop, join(SQL, "shop"));
  await migrate(warehouse, join(SQL, "warehouse"));
  const password = randomBytes(12).toString("hex");
  for (const role of ROLES) await admin.raw(`alter role ${role} password '${password}'`);
  await admin.close();
  const as = (user: string, database: string): DatabaseConfig => ({ ...login, user, password, database });
  const connection = { ...login, user: "martgraph_builder", password, database: names.warehouse };
  const builder = Database.open({ ...connection, max: 6 });
  const capture = createCapture({ source: as("martgraph_capture", names.shop), sink: as("martgraph_loader", names.warehouse), slotName: `bench_${name}`, log: silentLog });
  const [dbtWorker, checksWorker] = [startPythonWorker({ log: silentLog, env: dbtEnvironment(connection) }), startPythonWorker({ log: silentLog })];
  const stateDir = join(dir, `dbt-${name}`);
  mkdirSync(stateDir, { recursive: true });
  const pipeline = createPipeline({
    warehouse: builder, capture, dbt: createDbt({ worker: dbtWorker, connection, stateDir }), expectations: createExpectations({ worker: checksWorker, connection }),
    models: createModelsTool({ warehouse: builder }), log: silentLog, clock: wallClock,
  });
  await Promise.all([dbtWorker.call("ping", { warm: ["dbt"] }), checksWorker.call("ping", { warm: ["expectations"] })]);
  return {
    pipeline, shop, warehouse, stateDir,
    async close() {
      await Promise.all([dbtWorker.close(), checksWorker.close(), capture.close()]);
      for (const db of [builder, warehouse, shop]) await db.close();
    },
  };
}

/** Orders like the latest ones of the shop: the same people, baskets, charges and payments, placed now. */
export async function placeOrders(shop: Database, count: number): Promise<void> {
  await shop.raw(`
    with pattern as (
      select id as old_id, gen_random_uuid() as new_id from orders.orders
      where user_id is not null and number not like 'bench-%' and state in ('PAID', 'FULFILLED', 'SHIPPED', 'DELIVERED', 'COMPLETED') order by placed_at desc limit $1
    ), placed as (
      insert into orders.orders (id, number, user_id, state, currency, country_code, country_label, placed_at, total_units, exponent, source,
        subtotal_units, discount_units, shipping_units, tax_units, tax_included_units)
      select new_id, 'bench-' || nextval('orders.order_number'), user_id, 'PAID', currency, country_code, country_label, platform.business_now(), total_units, exponent, 'API',
        subtotal_units, discount_units, shipping_units, tax_units, tax_included_units
      from pattern inner join orders.orders on id = old_id
    ), lines as (
      insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent, vendor_id, discount_units, tax_units, tax_included_units)
      select new_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent, vendor_id, discount_units, tax_units, tax_included_units
      from pattern inner join orders.order_lines on order_id = old_id
    ), charges as (
      insert into orders.order_charges (order_id, position, kind, code, name, quantity, unit_amount, exponent)
      select new_id, position, kind, code, name, quantity, unit_amount, exponent from pattern inner join orders.order_charges on order_id = old_id
    ), discounts as (
      insert into orders.order_discounts (order_id, position, promotion_id, label, code, target, line_position, units, exponent)
      select new_id, position, promotion_id, label, code, target, line_position, units, exponent from pattern inner join orders.order_discounts on order_id = old_id
    ), taxes as (
      insert into orders.order_taxes (order_id, position, line_position, name, rate_bps, is_included, base_units, tax_units, exponent)
      select new_id, position, line_position, name, rate_bps, is_included, base_units, tax_units, exponent from pattern inner join orders.order_taxes on order_id = old_id
    )
    insert into orders.payments (order_id, provider, provider_ref, state, currency, amount_units, exponent, paid_at, is_synthetic, method)
    select new_id, provider, 'bench-' || new_id, 'CAPTURED', currency, amount_units, exponent, platform.business_now(), is_synthetic, method
    from pattern inner join orders.payments on order_id = old_id where state in ('CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED')`, [count]);
}
