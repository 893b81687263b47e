import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import type { EmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";
import type { WorkerResult, WorkerSettings } from "./reservations/worker.ts";
import type { WayName } from "./reservations/ways.ts";
import { withServer } from "./withServer.ts";

const SKUS = 1_000;
const CALLERS = 64;
const MS = 4_000;
const SCARCE = 500;
const PLENTY = 1_000_000_000;

const WAYS: readonly { way: WayName; label: string; table: string; connections: number }[] = [
  { way: "unlocked", label: "read, check, write; no lock", table: "bench", connections: 16 },
  { way: "naive", label: "read for update, check, write", table: "bench", connections: 16 },
  { way: "single", label: "one conditional statement", table: "bench", connections: 16 },
  { way: "reserver", label: "Martgraph's reserver", table: "catalog", connections: 2 },
];

/**
 * Units held per second with the log flushed at every commit: by 64 callers on one variant and spread over 1,000, from one process and from two,
 * beside the usual ways. The usual ways write two bare tables; the reserver keeps levels per warehouse and totals as the shop does.
 * Oversold: 64 callers want the last 500 units of one variant.
 */
export async function bench(): Promise<void> {
  await withServer("reservations", (server) => measure(server));
}

async function measure(server: EmbeddedPostgres): Promise<void> {
  const login = (database: string): DatabaseConfig => ({ host: server.socketDir, port: server.port, database, user: server.superuser, password: server.password });
  const admin = Database.open({ ...login("postgres"), max: 1 });
  await admin.raw("create database shop");
  await admin.close();
  const shop = Database.open({ ...login("shop"), max: 2 });
  try {
    await migrate(shop, join(import.meta.dirname, "../schema/sql/shop"));
    const variants = await fill(shop);
    const { rows: [settings] } = await shop.raw<{ fsync: string; commit: string }>("select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit");
    process.stdout.write(`fsync ${settings?.fsync}, synchronous_commit ${settings?.commit}; one flushed commit ${(await commitMs(shop)).toFixed(2)} ms; ${CALLERS} callers, ${MS / 1000} s each\n\n`);
    process.stdout.write(`${["way".padEnd(32), "SKUs", "processes", "held/s", "commits/s", "per commit", "CPU-us each: Node", "PostgreSQL", "oversold"].join(" | ")}\n`);
    for (const { way, label, table, connections } of WAYS) {
      const oversold = await race(shop, login("shop"), way, table, connections, variants);
      for (const skus of [1, SKUS]) {
        for (const processes of [1, 2]) {
          await setStock(shop, table, variants, PLENTY);
          const before = postgresCpuMs(server.pid);
          const results = await run(processes, { config: { ...login("shop"), max: Math.ceil(connections / processes) }, way, callers: CALLERS / processes, variants: variants.slice(0, skus), ms: MS });
          const cpu = before === undefined ? undefined : (postgresCpuMs(server.pid) ?? 0) - before;
          await assertBooks(shop, table, results);
          print(label, skus, processes, results, cpu, oversold);
        }
      }
    }
  } finally {
    await shop.close();
  }
}

function print(label: string, skus: number, processes: number, results: readonly WorkerResult[], postgresMs: number | undefined, oversold: number): void {
  const sum = (pick: (one: WorkerResult) => number) => results.reduce((total, one) => total + pick(one), 0);
  const [confirmed, commits, seconds] = [sum((one) => one.confirmed), sum((one) => one.commits), Math.max(...results.map((one) => one.seconds))];
  const cells = [
    label.padEnd(32), String(skus).padStart(4), String(processes).padStart(9), String(Math.round(confirmed / seconds)).padStart(6), String(Math.round(commits / seconds)).padStart(9),
    (confirmed / commits).toFixed(1).padStart(10), ((sum((one) => one.cpuMs) / confirmed) * 1000).toFixed(0).padStart(17),
    (postgresMs === undefined ? "-" : ((postgresMs / confirmed) * 1000).toFixed(0)).padStart(10), String(oversold).padStart(8),
  ];
  process.stdout.write(`${cells.join(" | ")}\n`);
}

/** How many units more than there are were held when all callers want the last ones. */
async function race(shop: Database, config: DatabaseConfig, way: WayName, table: string, connections: number, variants: readonly string[]): Promise<number> {
  await setStock(shop, table, variants, SCARCE);
  const results = await run(2, { config: { ...config, max: Math.ceil(connections / 2) }, way, callers: CALLERS / 2, variants: variants.slice(0, 1), ms: 0 });
  return results.reduce((total, one) => total + one.confirmed, 0) - SCARCE;
}

/** Starts the processes, lets them warm up, then lets all begin at once. */
async function run(processes: number, settings: WorkerSettings): Promise<WorkerResult[]> {
  const workers = await Promise.all(Array.from({ length: processes }, async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "reservations/worker.ts"), JSON.stringify(settings)], { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    if ((await lines.next()).value !== "ready") throw new Error("a benchmark process did not start");
    return { begin: () => child.stdin.write("go\n"), result: lines };
  }));
  for (const worker of workers) worker.begin();
  return Promise.all(workers.map(async ({ result }) => {
    const { value } = (await result.next()) as IteratorResult<string, undefined>;
    if (value === undefined) throw new Error("a benchmark process ended without a result");
    return JSON.parse(value) as WorkerResult;
  }));
}

async function fill(shop: Database): Promise<string[]> {
  await shop.raw(`create schema bench;
    create table bench.stock (variant_id uuid primary key, on_hand bigint not null, reserved bigint not null default 0) with (fillfactor = 70);
    create table bench.reservations (reference_id uuid not null, variant_id uuid not null, quantity bigint not null, expires_at timestamptz not null, primary key (reference_id, variant_id));
    create index on bench.reservations (expires_at)`);
  await shop.raw("insert into catalog.products (slug, name, status, created_at, updated_at) select 'p' || n, 'Product ' || n, 'ACTIVE', now(), now() from generate_series(1, $1::int) n", [SKUS]);
  await shop.raw("insert into catalog.variants (product_id, sku, name, created_at) select id, upper(slug), name, now() from catalog.products where $1", [true]);
  await shop.raw("insert into catalog.stock_levels (variant_id, on_hand, updated_at) select id, 1, now() from catalog.variants where $1", [true]);
  await shop.raw("insert into bench.stock (variant_id, on_hand) select id, 1 from catalog.variants where $1", [true]);
  return (await shop.raw<{ id: string }>("select id from catalog.variants order by id")).rows.map((row) => row.id);
}

async function setStock(shop: Database, table: string, variants: readonly string[], units: number): Promise<void> {
  if (table === "bench") await shop.raw("truncate bench.reservations; update bench.stock set reserved = 0");
  else await shop.raw("truncate catalog.reservations; update catalog.stock_levels set reserved = 0");
  await shop.raw(`update ${table === "bench" ? "bench.stock" : "catalog.stock_levels"} set on_hand = $2 where variant_id = any($1)`, [variants, units]);
  await shop.raw("vacuum analyze");
  await shop.raw("checkpoint");
}

/** Every confirmed hold is written, once. @throws when not: then the figures mean nothing. */
async function assertBooks(shop: Database, table: string, results: readonly WorkerResult[]): Promise<void> {
  const { rows: [books] } = await shop.raw<{ held: number; reserved: number }>(`select (select count(*)::int4 from ${table}.reservations) as held,
    (select sum(reserved)::int4 from ${table === "bench" ? "bench.stock" : "catalog.stock_levels"}) as reserved`);
  const confirmed = results.reduce((total, one) => total + one.confirmed, 0);
  if (books?.held !== confirmed || books.reserved !== confirmed) throw new Error(`${confirmed} holds were confirmed, the tables hold ${JSON.stringify(books)}`);
}

async function commitMs(shop: Database): Promise<number> {
  const started = performance.now();
  for (let n = 0; n < 50; n += 1) await shop.raw("update bench.stock set on_hand = on_hand where variant_id = (select variant_id from bench.stock limit 1) and $1", [true]);
  return (performance.now() - started) / 50;
}

/** CPU of the server's processes, living and ended, in ms; undefined where there is no /proc. */
function postgresCpuMs(postmaster: number): number | undefined {
  const TICK_MS = 10;
  try {
    let ticks = 0;
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const stat = statOf(pid);
      if (!stat) continue;
      if (Number(pid) === postmaster) ticks += stat.own + stat.ended;
      else if (stat.parent === postmaster) ticks += stat.own;
    }
    return ticks * TICK_MS;
  } catch {
    return undefined;
  }
}

function statOf(pid: string): { parent: number; own: number; ended: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything; the numbers begin behind it, at field 3.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
    const [parent, user, system, endedUser, endedSystem] = [fields[1], fields[11], fields[12], fields[13], fields[14]] as [number, number, number, number, number];
    return { parent, own: user + system, ended: endedUser + endedSystem };
  } catch {
    return undefined;
  }
}
