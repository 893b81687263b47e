import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { childEnvironment, proofMode } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { seeded } from "#platform/seeded.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { fillGenerated } from "#shopdata/generated/fillGenerated.ts";
import { categoryFigures } from "#subgraphs/analytics/queries/entities.ts";
import type { Emulator } from "#warehouse/engines/bigquery/gates/emulator.ts";
import { emulatorFor } from "#warehouse/engines/bigquery/tests/emulatorFor.ts";
import { PipelineBusy, type ProgressEvent, type RunResult } from "#warehouse/pipeline/types.ts";
import { VENDOR_MARTS } from "#warehouse/publish/vendorMarts.ts";
import { createWarehouseReader, type WarehouseReader } from "#warehouse/reader.ts";
import { type BigQueryChain, LABELS, openBigQueryChain } from "./bigQueryChain.ts";
import type { KilledAt, KilledSettings } from "./killedOnBigQuery.ts";

const { missing, start: startEmulator } = await emulatorFor("BigQuery as the engine is not tested");

/** The emulator takes seconds for a table: what the graph asks of categories and orders here, everything in a proof. */
const MODELS = proofMode() ? undefined : ["bdg_product_categories", "dim_categories", "fct_order_lines", "fct_orders", "user_item_interactions"];
const READERS = { marts: ["group:bi@shop.example"], masked: ["user:ada@shop.example"], vendors: new Map<string, readonly string[]>() };
const sellerOf = (vendorId: string) => `${vendorId}@vendors.example`;

describe.skipIf(missing)("BigQuery as the engine", { timeout: 3_000_000 }, () => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let emulator: Emulator;
  let chain: BigQueryChain;
  let reader: WarehouseReader;
  const events: ProgressEvent[] = [];
  const run = (): Promise<RunResult> => chain.pipeline.run({ trigger: "manual", train: "never", onProgress: (event) => events.push(event) });
  beforeAll(async () => {
    emulator = await startEmulator();
    const shop = Database.open(databases.shop.config);
    await fillGenerated({ db: shop, seed: 7, size: "tiny", until: new Date("2026-09-01T00:00:00Z") });
    await shop.raw("update orders.order_lines l set vendor_id = p.vendor_id from catalog.products p where p.id = l.product_id");
    for (const { id } of (await shop.raw<{ id: string }>("select id::text from users.vendors")).rows) READERS.vendors.set(id, [`user:${sellerOf(id)}`]);
    await shop.close();
    chain = await openBigQueryChain(databases, emulator, { models: MODELS, readers: READERS });
    reader = createWarehouseReader(Database.open(databases.warehouse.as("martgraph_serving")));
  }, 240_000);
  afterAll(async () => {
    await reader?.close();
    await chain?.[Symbol.asyncDispose]();
    await emulator?.[Symbol.asyncDispose]();
  });
  const inBigQuery = async (sql: string) => Array.fromAsync(chain.client.rows(sql));
  const api = async (path: string): Promise<Record<string, unknown>> => (await fetch(`${emulator.endpoint}/bigquery/v2/projects/${emulator.project}/${path}`)).json() as Promise<Record<string, unknown>>;
  const shownBuild = async () => ((await api("datasets/shop_marts"))["labels"] as Record<string, string>)["build"];
  const ordersShown = async () => Number((await inBigQuery("select count(*) as n from shop_marts.fct_orders"))[0]?.["n"]);
  const ordersMirrored = () => reader.read(async (build) => Number((await build.generated<{ n: bigint }>("select count(*) as n from {marts}.fct_orders", []))[0]?.n));
  const wholeTime = ["2000-01-01", "2100-01-01"] as const;
  const categoryIds = async () => (await chain.warehouse.raw<{ id: string }>("select id::text from raw.catalog__categories where _to_pos is null order by 1")).rows.map(({ id }) => id);
  const tablesOf = async (schema: string) => (await chain.warehouse.raw<{ name: string }>("select tablename::text as name from pg_tables where schemaname = $1 order by 1", [schema])).rows.map(({ name }) => name);

  test("a run builds and checks there, mirrors what is read by key, and publishes in both", async () => {
    await chain.warehouse.raw("create schema marts_a authorization martgraph_builder; set role martgraph_builder; create table marts_a.left_by_another_engine (id int); reset role");
    const result = await run();
    console.log(events.map(({ step, what, rows, seconds }) => `${step}: ${what}; ${rows ?? "-"} rows, ${seconds} s`).join("\n"));
    expect(result).toMatchObject({ state: "SUCCEEDED", warnings: [] });
    const steps = events.map(({ step }) => step);
    // The comparison of days runs beside the checks.
    expect([...steps.slice(0, 5), ...steps.slice(5, 7).sort(), ...steps.slice(7)]).toEqual(["capture", "files", "cut", "check raw", "dbt", "check marts", "watch", "mirror", "train", "score", "check predictions", "publish", "lake"]);
    expect(await tablesOf("marts_a")).not.toContain("left_by_another_engine");
    expect(await shownBuild()).toBe(result.buildId);
    const { rows: [shop] } = await chain.shop.raw<{ n: bigint }>("select count(*) as n from orders.orders");
    expect([await ordersShown(), await ordersMirrored()]).toEqual([Number(shop?.n), Number(shop?.n)]);
  });

  test("what is published may be read by whom the settings name, and the slots by the views alone", async () => {
    const access = async (dataset: string) => (await api(`datasets/${dataset}`))["access"] as Record<string, unknown>[];
    expect(await access("shop_marts")).toContainEqual({ role: "READER", groupByEmail: "bi@shop.example" });
    expect(await access("shop_marts_masked")).toContainEqual({ role: "READER", userByEmail: "ada@shop.example" });
    for (const dataset of ["shop_marts_a", "shop_access"]) {
      const entries = await access(dataset);
      expect(entries.filter((entry) => "userByEmail" in entry || "groupByEmail" in entry)).toEqual([]);
      for (const datasetId of ["shop_marts", "shop_marts_masked", "shop_marts_vendor"]) expect(entries).toContainEqual({ dataset: { dataset: { projectId: emulator.project, datasetId }, targetTypes: ["VIEWS"] } });
    }
  });

  test("people are hashed for who may not see them, as PostgreSQL would hash them", async () => {
    const { rows: [key] } = await chain.warehouse.raw<{ mask_key: Buffer }>("select mask_key from ops.sql_keys");
    const buildId = await shownBuild();
    const [clear] = await inBigQuery("select user_id from shop_marts.fct_orders where user_id is not null order by order_id limit 1");
    const [masked] = await inBigQuery("select user_id from shop_marts_masked.fct_orders where user_id is not null order by order_id limit 1");
    const bytes = (id: unknown) => Buffer.from(String(id).replaceAll("-", ""), "hex");
    const hash = createHash("sha256").update(Buffer.concat([key?.mask_key as Buffer, bytes(buildId), bytes(clear?.["user_id"])])).digest("hex").slice(0, 32);
    expect(String(masked?.["user_id"]).replaceAll("-", "")).toBe(hash);
  });

  test("every job says whose it is, and those that write have ids of their own", async () => {
    const { jobs } = (await api("jobs?projection=full&maxResults=10000")) as { jobs: { jobReference: { jobId: string }; configuration: { labels?: Record<string, string>; query?: { query: string } } }[] };
    const strangers = jobs.filter(({ configuration: { labels = {} } }) => labels["product"] !== "martgraph" || labels["team"] !== LABELS.team);
    expect(strangers.map(({ jobReference, configuration }) => [jobReference.jobId, configuration.labels, configuration.query?.query.slice(0, 200)])).toEqual([]);
    // Without a step are the questions of this test.
    expect([...new Set(jobs.flatMap(({ configuration }) => configuration.labels?.["step"] ?? []))].sort()).toEqual(["check", "dbt", "mirror", "publish", "ship", "watch"]);
    const buildId = await shownBuild();
    expect(jobs.map(({ jobReference }) => jobReference.jobId)).toContainEqual(expect.stringMatching(new RegExp(`^martgraph_publish_[0-9a-f]{32}_${buildId}_1$`)));
    expect(jobs.filter(({ configuration }) => configuration.labels?.["step"] === "dbt" && configuration.labels["build"] === buildId).length).toBeGreaterThan(10);
  });

  test("a vendor's people see its rows, and others none", async () => {
    const asked = async (email: string, sql: string) => {
      const token = `x.${Buffer.from(JSON.stringify({ email })).toString("base64url")}.y`;
      const answer = await fetch(`${emulator.endpoint}/bigquery/v2/projects/${emulator.project}/queries`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify({ query: sql, useLegacySql: false }) });
      return ((await answer.json()) as { rows?: { f: { v: unknown }[] }[] }).rows?.map(({ f }) => f.map(({ v }) => v)) ?? [];
    };
    const sql = "select vendor_id, count(*) as n from shop_marts_vendor.fct_order_lines group by vendor_id";
    const all = await inBigQuery("select vendor_id, cast(count(*) as string) as n from shop_marts.fct_order_lines where vendor_id is not null group by vendor_id order by 1");
    expect(all.length).toBeGreaterThan(1);
    for (const { vendor_id: vendor, n } of all) expect(await asked(sellerOf(String(vendor)), sql)).toEqual([[vendor, n]]);
    expect(await asked("stranger@shop.example", sql)).toEqual([]);
    expect((await chain.client.tables("shop_marts_vendor")).sort()).toEqual(Object.keys(VENDOR_MARTS).filter((name) => MODELS?.includes(name) ?? true).sort());
  });

  test("the mirror is what dbt builds in PostgreSQL: rows, types, constraints, descriptions, indexes, and what the graph is told", async () => {
    const before = (await chain.warehouse.raw("select * from ops.slot_state where slot = 'b'")).rows[0] as Record<string, unknown>;
    await chain.warehouse.raw("update ops.slot_state b set (cut_pos, cut_committed_at, business_as_of, complete_pos) = (select cut_pos, cut_committed_at, business_as_of, 0 from ops.slot_state where slot = 'a') where slot = 'b'");
    try {
      const built = await chain.postgres.build({ slot: "b", fullRefresh: true, select: chain.select, exclude: ["resource_type:test"] });
      expect(built.ok ? "built" : built.reason).toBe("built");
      const mirrored = (await Promise.all(["marts", "features"].map(async (layer) => (await tablesOf(`${layer}_a`)).map((name) => [layer, name] as const)))).flat();
      expect(mirrored.map(([, name]) => name).sort()).toEqual(expect.arrayContaining(["bdg_product_categories", "dim_categories", "fct_order_lines", "fct_orders", "user_item_interactions"]));
      for (const [layer, name] of mirrored) {
        const [mirror, theirs] = [`${layer}_a.${name}`, `${layer}_b.${name}`];
        const { rows: [rows] } = await chain.warehouse.raw(`select (select count(*) from ${theirs}) as n, (select count(*) from (table ${mirror} except all table ${theirs}) x) as more, (select count(*) from (table ${theirs} except all table ${mirror}) x) as fewer`);
        expect(rows, name).toMatchObject({ more: 0n, fewer: 0n });
        expect(await shapeOf(mirror), name).toEqual(await shapeOf(theirs));
      }
      const ids = await categoryIds();
      const [here, there] = [await reader.read((build) => build.many(categoryFigures, [ids, ...wholeTime])), await chain.warehouse.many(categoryFigures.b, [ids, ...wholeTime])];
      expect(here.filter(({ revenue }) => Number(revenue) > 0).length).toBeGreaterThan(1);
      expect(here).toEqual(there);
    } finally {
      await chain.warehouse.raw("drop schema if exists marts_b cascade; drop schema if exists features_b cascade");
      await chain.warehouse.raw("update ops.slot_state set cut_pos = $1, cut_committed_at = $2, business_as_of = $3, complete_pos = $4, build_id = null, code_hash = null where slot = 'b'", [before["cut_pos"], before["cut_committed_at"], before["business_as_of"], before["complete_pos"]]);
    }
  });

  /** What PostgreSQL's catalog says of a table, the names of indexes aside. */
  async function shapeOf(relation: string) {
    const { rows: columns } = await chain.warehouse.raw("select attname::text, format_type(atttypid, atttypmod) as type, attnotnull, col_description(attrelid, attnum) as description from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum", [relation]);
    const { rows: indexes } = await chain.warehouse.raw<{ definition: string }>("select pg_get_indexdef(indexrelid) as definition from pg_index where indrelid = $1::regclass", [relation]);
    const { rows: [table] } = await chain.warehouse.raw("select obj_description($1::regclass) as description, has_table_privilege('martgraph_serving', $1::regclass, 'select') as is_served", [relation]);
    return { columns, table, indexes: indexes.map(({ definition }) => definition.replace(/INDEX \S+ ON \S+/, "INDEX ON")).sort() };
  }

  /** What both kinds of readers see, each of one build: orders, of which none is without lines. */
  async function seen(): Promise<{ shown: number; mirrored: number; torn: number }> {
    const [views] = await inBigQuery("select count(distinct o.order_id) as orders, countif(l.order_id is null) as torn from shop_marts.fct_orders o left join shop_marts.fct_order_lines l on l.order_id = o.order_id");
    const [tables] = await reader.read((build) => build.generated<{ orders: bigint; torn: bigint }>("select count(distinct o.order_id) as orders, count(*) filter (where l.order_id is null) as torn from {marts}.fct_orders o left join {marts}.fct_order_lines l on l.order_id = o.order_id", []));
    return { shown: Number(views?.["orders"]), mirrored: Number(tables?.orders), torn: Number(views?.["torn"]) + Number(tables?.torn) };
  }

  /** Runs the pipeline in a process of its own and kills it: where it says that it stands still, or so many milliseconds after it came to the mirror. Answers whether it was killed in time. */
  async function killRun(at: KilledAt, afterMs = 0): Promise<boolean> {
    const settings: KilledSettings = {
      at, shop: databases.shop.config, warehouse: databases.warehouse.config, rolePassword: databases.warehouse.as("martgraph_builder").password, emulator: { endpoint: emulator.endpoint, project: emulator.project },
      models: MODELS ?? null, readers: { ...READERS, vendors: [...READERS.vendors] }, handedOver: chain.handOver,
    };
    const child = spawn(process.execPath, [fileURLToPath(new URL("./killedOnBigQuery.ts", import.meta.url))], { env: childEnvironment({ MARTGRAPH_PROCESS: JSON.stringify(settings) }), stdio: ["ignore", "pipe", "inherit"] });
    const gone = once(child, "exit");
    const came = await Promise.race([once(child.stdout, "data").then(() => true), gone.then(() => false)]);
    if (!came) throw new Error(`the process ended with ${child.exitCode} before it came to ${at}`);
    await sleep(afterMs);
    child.kill("SIGKILL");
    return (await gone)[1] === "SIGKILL";
  }

  /** The server notices a moment later that a dead process is gone, and with it its lock. */
  async function runOnceFree(): Promise<RunResult> {
    for (;;) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof PipelineBusy)) throw error;
        await sleep(50);
      }
    }
  }

  test("kill -9 in the mirror, before BigQuery's views are moved and behind that: each reader sees a whole build, and the run is continued", async () => {
    const before = await ordersShown();
    const first = await shownBuild();
    await order();
    await killRun("mirror");
    expect(await seen()).toEqual({ shown: before, mirrored: before, torn: 0 });
    if (proofMode()) {
      await killRun("beforeViews");
      expect(await seen()).toEqual({ shown: before, mirrored: before, torn: 0 });
    }
    await killRun("behindViews");
    // BigQuery's readers have it, the pointer has not moved.
    expect(await seen()).toEqual({ shown: before + 1, mirrored: before, torn: 0 });
    const result = await runOnceFree();
    expect(result).toMatchObject({ state: "SUCCEEDED", resumed: true });
    expect(await seen()).toEqual({ shown: before + 1, mirrored: before + 1, torn: 0 });
    expect([await shownBuild(), first === result.buildId]).toEqual([result.buildId, false]);
  });

  test("kill -9 at any moment of mirror and publish", async ({ skip }) => {
    skip(!proofMode(), "a build for every ten kills: npm run proof makes them");
    const random = seeded(20);
    const counts = new Map<string, number>();
    for (let round = 0; round < 2; round += 1) {
      const before = await ordersShown();
      await order();
      for (let kills = 0; kills < 10; kills += 1) {
        const killed = await killRun("-", Math.floor(random() * 6_000));
        // A script that BigQuery has begun runs to its end without us.
        await expect.poll(async () => {
          const { shown, torn } = await seen();
          return torn === 0 && (shown === before || shown === before + 1);
        }, { timeout: 60_000 }).toBe(true);
        const now = await seen();
        expect([before, before + 1]).toContain(now.mirrored);
        const what = `shown ${now.shown === before ? "old" : "new"}, mirrored ${now.mirrored === before ? "old" : "new"}`;
        counts.set(what, (counts.get(what) ?? 0) + 1);
        if (!killed || now.mirrored > before) break;
      }
      const result = await runOnceFree();
      expect(["SUCCEEDED", "NOTHING_TO_DO"]).toContain(result.state);
      expect(await seen()).toEqual({ shown: before + 1, mirrored: before + 1, torn: 0 });
    }
    console.log("killed at random", Object.fromEntries(counts));
    await order();
    expect(await run()).toMatchObject({ state: "SUCCEEDED", resumed: false });
  });

  test("rollback shows the build before in both", async () => {
    const before = await ordersShown();
    const taken = await chain.pipeline.rollback();
    expect([await ordersShown(), await ordersMirrored()]).toEqual([before - 1, before - 1]);
    expect(await shownBuild()).toBe(taken.buildId);
  });

  test("an increment after a rollback is published; one that is red leaves the build before it standing", async ({ skip }) => {
    skip(!proofMode(), "two more builds on the emulator: npm run proof makes them");
    const before = await ordersShown();
    const standing = await shownBuild();
    // As a publish leaves it that got no further than BigQuery's views, and whose run could not be continued.
    const { rows: [taken] } = await chain.warehouse.raw<{ build_id: string; slot: "a" | "b"; at: Date }>("select build_id::text, slot, cut_committed_at as at from ops.build where state = 'ROLLED_BACK'");
    await chain.engine.show({ buildId: taken?.build_id ?? "", slot: taken?.slot ?? "a", committedAt: taken?.at ?? new Date() });
    expect(await shownBuild()).not.toBe(standing);
    let whileBuilding: string | undefined;
    chain.instead.mirror = async (request) => {
      whileBuilding = await shownBuild();
      return chain.engine.mirror(request);
    };
    await order();
    events.length = 0;
    expect(await run()).toMatchObject({ state: "SUCCEEDED" });
    delete chain.instead.mirror;
    expect(whileBuilding).toBe(standing);
    console.log(events.map(({ step, what, seconds }) => `${step}: ${what}; ${seconds} s`).join("\n"));
    expect(events.find(({ step }) => step === "dbt")?.what).not.toContain("from nothing");
    expect([await ordersShown(), await ordersMirrored()]).toEqual([before + 2, before + 2]);
    const published = await shownBuild();
    await order(40_000_000);
    const red = await run();
    expect(red.state).toBe("REJECTED");
    expect(red.reason).toContain("an order's revenue is plausible");
    expect([await shownBuild(), await ordersShown(), await ordersMirrored()]).toEqual([published, before + 2, before + 2]);
  });

  /** Places an order in the shop. */
  async function order(unitAmount = 499): Promise<void> {
    await chain.shop.raw(`
      with o as (
        insert into orders.orders (number, user_id, state, currency, country_code, country_label, placed_at, total_units, exponent, source)
        select 'T' || nextval('orders.order_number'), user_id, 'PAID', currency, country_code, country_label, platform.business_now(), 3 * $1::bigint, 2, 'API'
        from orders.orders where user_id is not null order by id limit 1 returning id
      )
      insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent)
      select o.id, 1, v.id, v.product_id, v.sku, v.name, 3, $1::bigint, 2 from o, (select * from catalog.variants order by id limit 1) v`, [unitAmount]);
  }
});
