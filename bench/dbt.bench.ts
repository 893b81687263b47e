import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataSetsDir } from "#platform/config.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { silentLog } from "#platform/log.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";
import { fillGenerated } from "#shopdata/generated/fillGenerated.ts";
import { importOnlineRetail } from "#shopdata/onlineRetail/importOnlineRetail.ts";
import { createCapture } from "#warehouse/load/capture.ts";
import { type BuildOutcome, createDbt } from "#warehouse/tools/dbt.ts";
import { dbtEnvironment } from "#warehouse/tools/dbtProfile.ts";
import { startPythonWorker } from "#warehouse/tools/worker.ts";

const SQL = join(import.meta.dirname, "../schema/sql");
const SHOWN = 12;
const say = (what: string, value: string) => void process.stdout.write(`${what.padEnd(64)} ${value}\n`);

/** What a build costs: from nothing, with nothing new, and after one order; which nodes the time goes to. */
export async function bench(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "martgraph-bench-dbt-"));
  chmodSync(dir, 0o755);
  try {
    const server = await startEmbeddedPostgres({ dataDir: dir, log: () => {} });
    try {
      await measure(server, join(dir, "dbt"));
    } finally {
      await server.stop("fast");
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measure(server: EmbeddedPostgres, stateDir: string): Promise<void> {
  const login = { host: server.socketDir, port: server.port, user: server.superuser, password: server.password };
  const admin = Database.open({ ...login, database: "postgres" });
  for (const name of ["shop", "warehouse"]) await admin.raw(`create database ${name}`);
  const [shop, warehouse] = [Database.open({ ...login, database: "shop" }), Database.open({ ...login, database: "warehouse" })];
  await migrate(shop, join(SQL, "shop"));
  await migrate(warehouse, join(SQL, "warehouse"));
  const password = randomBytes(12).toString("hex");
  for (const role of ["martgraph_capture", "martgraph_loader", "martgraph_builder"]) await admin.raw(`alter role ${role} password '${password}'`);
  const as = (user: string, database: string): DatabaseConfig => ({ ...login, user, password, database });
  const connection = as("martgraph_builder", "warehouse");
  const capture = createCapture({ source: as("martgraph_capture", "shop"), sink: as("martgraph_loader", "warehouse"), slotName: "bench", log: silentLog });
  const worker = startPythonWorker({ log: silentLog, env: dbtEnvironment(connection) });
  const dbt = createDbt({ worker, connection, stateDir });
  try {
    const path = join(dataSetsDir(), "online_retail_ii");
    if (existsSync(path)) await importOnlineRetail({ db: shop, path, seed: 1, onProgress: () => {} });
    else await fillGenerated({ db: shop, seed: 1, until: new Date() });
    say("data", existsSync(path) ? "Online Retail II" : "generated, because the real data is missing (MARTGRAPH_DATA names another place)");
    const warming = performance.now();
    await worker.call("ping", { warm: ["dbt"] });
    say("import dbt, once per worker", `${((performance.now() - warming) / 1000).toFixed(1)} s`);

    await standAtLatest(capture, warehouse, 0n);
    const full = await dbt.build({ slot: "a", fullRefresh: true });
    report("build from nothing, first of its slot", full);
    report("build from nothing, parsed before", await dbt.build({ slot: "a", fullRefresh: true }));
    const cut = await standAtLatest(capture, warehouse, undefined);
    report("increment without a change", await dbt.build({ slot: "a" }), 0);
    await placeOrder(shop);
    await standAtLatest(capture, warehouse, cut);
    const increment = await dbt.build({ slot: "a" });
    report("increment after one order", increment);
    say("an increment costs of a build from nothing", `${((100 * increment.seconds) / full.seconds).toFixed(0)} %`);
  } finally {
    await worker.close();
    await capture.close();
    for (const db of [shop, warehouse, admin]) await db.close();
  }
}

/** Catches up and stands slot a at what was applied, as the pipeline does. `complete`: where its last complete build stood. */
async function standAtLatest(capture: { catchUp(): Promise<{ appliedPos: bigint; committedAt: Date }> }, warehouse: Database, complete: bigint | undefined): Promise<bigint> {
  const { appliedPos, committedAt } = await capture.catchUp();
  await warehouse.raw(
    `update ops.slot_state set cut_pos = $1, cut_committed_at = $2, complete_pos = $3,
       business_as_of = $2::timestamptz + make_interval(secs => (select offset_ms from raw.platform__clock where _to_pos is null) / 1000.0)
      where slot = 'a'`,
    [appliedPos, committedAt, complete ?? appliedPos],
  );
  return appliedPos;
}

async function placeOrder(shop: Database): Promise<void> {
  await shop.raw(`
    with o as (
      insert into orders.orders (number, user_id, state, currency, country_code, country_label, placed_at, total_units, exponent, source)
      select 'bench-1', user_id, 'PAID', currency, country_code, country_label, platform.business_now(), 998, 2, 'API'
      from orders.orders where user_id is not null order by id limit 1 returning id
    )
    insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent)
    select o.id, 1, v.id, v.product_id, v.sku, v.name, 2, 499, 2 from o, (select * from catalog.variants order by id limit 1) as v`);
}

function report(what: string, outcome: BuildOutcome, shown = SHOWN): void {
  say(what, `${outcome.seconds.toFixed(1)} s  ${outcome.models} models, ${outcome.tests} tests, ${outcome.rows} rows${outcome.ok ? "" : `  ${outcome.kind}: ${outcome.reason}`}`);
  const dearest = [...outcome.nodes].sort((left, right) => right.seconds - left.seconds).slice(0, shown);
  for (const node of dearest) say(`  ${node.kind} ${node.name}`, `${node.seconds.toFixed(2)} s${node.rows === null ? "" : `  ${node.rows} rows`}`);
}
