import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wallClock } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { createFileStore } from "#platform/objects/fileStore.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { type Marketplace, writeMarketplace } from "#shopdata/generated/marketplace.ts";
import { activeSources } from "#warehouse/sources/activeSources.ts";
import { ingestFiles, type IngestDeps } from "#warehouse/sources/ingest.ts";
import { type BuildOutcome, createDbt, DBT_PROJECT_DIR, type Dbt } from "#warehouse/tools/dbt.ts";
import { dbtEnvironment } from "#warehouse/tools/dbtProfile.ts";
import { RawFixture, standAt } from "#warehouse/tools/tests/rawFixture.ts";
import { type PythonWorker, startPythonWorker } from "#warehouse/tools/worker.ts";

// docs/addingASource.md, followed: a generated marketplace beside the shop, switched on by one word in dbt_project.yml.
const databases = useTestDatabases({ shop: true, warehouse: true });
const BUSINESS = "2026-09-01T08:00:00Z";
let folder: string;
let made: Marketplace;
let builder: Database;
let loader: Database;
let worker: PythonWorker;
let dbt: Dbt;
let deps: IngestDeps;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "martgraph-source-"));
  const project = join(folder, "dbt_project");
  await cp(DBT_PROJECT_DIR, project, { recursive: true });
  const file = join(project, "dbt_project.yml");
  await writeFile(file, (await readFile(file, "utf8")).replace("sources: [shop]", "sources: [shop, marketplace]"));
  made = await writeMarketplace(join(folder, "export"), { seed: 11, firstMonth: "2026-05", months: 3, ordersPerMonth: 30 });
  const store = createFileStore({ dir: join(folder, "objects") });
  // July's orders come a day after the refunds of some of them
  for (const name of (await readdir(join(folder, "export"))).filter((one) => !one.endsWith("-2026-07.csv"))) await store.put(`sources/marketplace/${name}`, await readFile(join(folder, "export", name)), { contentType: "application/octet-stream" });

  const shop = Database.open(databases.shop.config);
  builder = Database.open(databases.warehouse.as("martgraph_builder"));
  loader = Database.open(databases.warehouse.as("martgraph_loader"));
  const raw = await RawFixture.create(shop, loader);
  await shop.close();
  await raw.fill();
  await loader.raw("insert into raw._capture_state (slot_name, source_identity, applied_pos, applied_committed_at, snapshot_pos) values ('t', 't', 20, '2026-08-01', 5)");
  deps = { warehouse: loader, store, sources: await activeSources(project), clock: wallClock, log: silentLog };
  const connection = databases.warehouse.as("martgraph_builder");
  worker = startPythonWorker({ log: silentLog, env: dbtEnvironment(connection) });
  dbt = createDbt({ worker, connection, stateDir: join(folder, "dbt"), projectDir: project });
});
afterAll(async () => {
  await worker?.close();
  await Promise.all([builder?.close(), loader?.close()]);
  await rm(folder, { recursive: true, force: true });
});

const expectBuilt = (outcome: BuildOutcome) => expect(outcome.ok ? "built" : outcome.reason).toBe("built");
const sums = async (sql: string) => new Map((await builder.raw<{ currency: string; cents: string }>(sql)).rows.map(({ currency, cents }) => [currency, BigInt(cents)]));

test("nothing but the shop is on where nobody switched another source on", async () => {
  expect(await activeSources()).toEqual([]);
});

test("the marts hold both shops, to the cent and by currency; an increment takes what a later file changed", { timeout: 400_000 }, async () => {
  expect((await ingestFiles(deps)).filter(({ state }) => state !== "LOADED")).toEqual([]);
  await standAt(builder, "a", { cut: 21, complete: 0, businessAsOf: BUSINESS });
  expectBuilt(await dbt.build({ slot: "a", fullRefresh: true }));
  const theirs = (table: string) => `select currency, (sum(${table === "fct_orders" ? "revenue" : "amount"}) * 100)::bigint::text as cents from marts_a.${table} where order_id in (select order_id from marts_a.fct_orders where number like 'B-%') group by 1`;
  const matches = async () => new Map((await builder.raw<{ match_quality: string; n: number }>("select match_quality, count(*)::int as n from marts_a.fct_refunds where currency in ('EUR', 'PLN') group by 1")).rows.map(({ match_quality, n }) => [match_quality, n]));
  expect((await matches()).get("NONE")).toBeGreaterThan(0);
  for (const name of ["bestellungen-2026-07.csv", "positionen-2026-07.csv"]) await deps.store.put(`sources/marketplace/${name}`, await readFile(join(folder, "export", name)), { contentType: "application/octet-stream" });
  expect((await ingestFiles(deps)).map(({ state }) => state)).toEqual(["LOADED", "LOADED"]);
  await standAt(builder, "a", { cut: 22, complete: 21, businessAsOf: BUSINESS });
  expectBuilt(await dbt.build({ slot: "a" }));
  expect([...(await matches()).keys()]).toEqual(["REFERENCED"]);
  expect(await sums(theirs("fct_orders"))).toEqual(made.totals.revenue);
  expect(await sums(theirs("fct_order_lines"))).toEqual(made.totals.revenue);
  expect(await sums(theirs("fct_refunds"))).toEqual(made.totals.refunds);
  const { rows } = await builder.raw("select (select count(*) from marts_a.fct_orders where number !~ '^B-')::int as ours, (select count(*) from marts_a.dim_customers)::int as people, (select count(*) from marts_a.dim_products where slug like 'marketplace-%')::int as articles");
  expect(rows).toEqual([{ ours: 3, people: 2 + made.totals.customers, articles: 40 }]);

  const month = await readFile(join(folder, "export/bestellungen-2026-06.csv"), "latin1");
  const changed = month.split("\r\n").map((line) => line.replace(/;(bezahlt|versandt|zugestellt);/, ";storniert;"));
  await deps.store.put("sources/marketplace/bestellungen-2026-06.csv", Buffer.from(changed.join("\r\n"), "latin1"), { contentType: "application/octet-stream" });
  expect((await ingestFiles(deps)).map(({ state }) => state)).toEqual(["LOADED"]);
  await standAt(builder, "a", { cut: 23, complete: 22, businessAsOf: BUSINESS });
  expectBuilt(await dbt.build({ slot: "a" }));
  const states = (await builder.raw("select distinct state from marts_a.fct_orders where number like 'B-2606-%'")).rows;
  expect(states).toEqual([{ state: "CANCELLED" }]);
  expect(await sums(theirs("fct_orders"))).toEqual(made.totals.revenue);
});
