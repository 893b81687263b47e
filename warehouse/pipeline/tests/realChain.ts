import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wallClock } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import { type Log, silentLog } from "#platform/log.ts";
import type { TestDatabase } from "#platform/testing/testDatabase.ts";
import { createCapture } from "../../load/capture.ts";
import { createDbt } from "../../tools/dbt.ts";
import { dbtEnvironment } from "../../tools/dbtProfile.ts";
import { createExpectations } from "../../tools/expectations.ts";
import { startPythonWorker } from "../../tools/worker.ts";
import { createPipeline, type Pipeline } from "../pipeline.ts";
import type { ModelsTool } from "../types.ts";

/** The pipeline with everything real between shop and published marts; the models' place is taken by a plain batch of predictions. */
export interface RealChain extends AsyncDisposable {
  readonly pipeline: Pipeline;
  /** Superusers. */
  readonly shop: Database;
  readonly warehouse: Database;
  readonly bi: Database;
  /** Where dbt keeps what it compiled, its results and its log. */
  readonly stateDir: string;
  /** What is done to a batch before it is checked; nothing where not set. */
  spoilPredictions: ((batchId: string) => Promise<void>) | undefined;
  /** What is done to that which is about to be checked; nothing where not set. */
  spoilChecked: ((areas: readonly string[], values: Readonly<Record<string, string | null>>) => Promise<void>) | undefined;
  /** Puts rows into raw as one commit at the next position, and lets the shop commit something after it. `$pos` and `$meta` (op, from, to, committed) are filled in. */
  plant(sql: string): Promise<void>;
  /** Takes everything planted out of raw again. */
  repair(): Promise<void>;
  /** Places an order in the shop. Answers its revenue in major units. */
  order(): Promise<number>;
}

export async function openRealChain(databases: { shop: TestDatabase; warehouse: TestDatabase }, log: Log = silentLog): Promise<RealChain> {
  const stateDir = await mkdtemp(join(tmpdir(), "martgraph-chain-"));
  const shop = Database.open(databases.shop.config);
  const warehouse = Database.open(databases.warehouse.config);
  const bi = Database.open(databases.warehouse.as("bi_reader"));
  const connection = databases.warehouse.as("martgraph_builder");
  const builder = Database.open(connection);
  const capture = createCapture({ source: databases.shop.as("martgraph_capture"), sink: databases.warehouse.as("martgraph_loader"), slotName: `chain_${randomUUID().slice(0, 8)}`, log });
  // The one that the plain batches name.
  await builder.raw("insert into registry.model_version (model, version, sha256, manifest, metrics, build_id, as_of) values ('churn', 1, $1, '{}', '{}', 'none', now()) on conflict do nothing", ["0".repeat(64)]);
  const worker = startPythonWorker({ log, env: dbtEnvironment(connection) });
  const models: ModelsTool = {
    missingChampions: async () => [],
    train: async () => ({ rows: 0, summary: "" }),
    async score({ slot, businessAsOf }) {
      const batchId = randomUUID();
      await builder.raw("insert into predictions.batch (id, as_of, churn_version, kind) values ($1, $2, 1, 'FULL')", [batchId, businessAsOf]);
      const filled = await builder.raw(
        `insert into predictions.churn select $1, user_id, 0.5, 'MEDIUM', $2 from features_${slot}.customer_churn_features where is_current`, [batchId, businessAsOf]);
      for (const [table, key] of [["user_recommendations", "c.user_id,"], ["similar_products", "c.product_id,"], ["popular_products", ""]] as const) {
        const source = table === "similar_products" ? "dim_products" : "dim_customers";
        await builder.raw(
          `insert into predictions.${table} select $1, ${key} array(select product_id from marts_${slot}.dim_products p ${table === "similar_products" ? "where p.product_id <> c.product_id" : ""} order by 1 limit 2), '{1,0.5}'
           from marts_${slot}.${source} c limit ${table === "popular_products" ? 1 : 10}`, [batchId]);
      }
      await chain.spoilPredictions?.(batchId);
      return { batchId, rows: filled.rowCount, summary: "plain" };
    },
  };
  const expectations = createExpectations({ worker, connection });
  const pipeline = createPipeline({
    warehouse: builder,
    capture,
    dbt: createDbt({ worker, connection, stateDir }),
    expectations: {
      codeHash: () => expectations.codeHash(),
      async run(request) {
        await chain.spoilChecked?.(request.areas, request.values);
        return expectations.run(request);
      },
    },
    models,
    log,
    clock: wallClock,
  });
  const planted: string[] = [];
  const chain: RealChain = {
    pipeline, shop, warehouse, bi, stateDir, spoilPredictions: undefined, spoilChecked: undefined,
    async plant(sql) {
      const { rows } = await warehouse.raw<{ pos: bigint }>("select applied_pos + 1 as pos from raw._capture_state");
      const pos = String(rows[0]?.pos);
      planted.push(pos);
      await warehouse.raw(`begin; ${sql.replaceAll("$pos", pos).replaceAll("$meta", `'c', ${pos}, null::bigint, now()`)}; commit`);
      await shop.raw("update catalog.stock_levels set updated_at = updated_at where variant_id = (select variant_id from catalog.stock_levels order by 1 desc limit 1)");
    },
    async repair() {
      if (planted.length === 0) return;
      const { rows } = await warehouse.raw<{ name: string }>("select relname as name from pg_class where relnamespace = 'raw'::regnamespace and relkind = 'r' and relname not like '\\_%'");
      const list = planted.splice(0).join(", ");
      for (const { name } of rows) await warehouse.raw(`begin; delete from raw.${name} where _from_pos in (${list}); update raw.${name} set _to_pos = null where _to_pos in (${list}); commit`);
    },
    async order() {
      const { rows } = await shop.raw<{ amount: string }>(`
        with o as (
          insert into orders.orders (number, user_id, state, currency, country_code, country_label, placed_at, total_units, exponent, source)
          select 'T' || nextval('orders.order_number'), user_id, 'PAID', currency, country_code, country_label, platform.business_now(), 3 * 499, 2, 'API'
          from orders.orders where user_id is not null order by id limit 1 returning id
        )
        insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent)
        select o.id, 1, v.id, v.product_id, v.sku, v.name, 3, 499, 2 from o, (select * from catalog.variants order by id limit 1) v
        returning amount_units / 100.0 as amount`);
      return Number(rows[0]?.amount);
    },
    async [Symbol.asyncDispose]() {
      await worker.close();
      await capture.close();
      for (const db of [builder, bi, warehouse, shop]) await db.close();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
  return chain;
}
