import { fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { childEnvironment } from "#platform/config.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { silentLog } from "#platform/log.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";
import { createCapture } from "#warehouse/load/capture.ts";
import type { Capture, CaptureOptions } from "#warehouse/load/captureTypes.ts";
import { rawEqualsShop } from "#warehouse/load/rawEqualsShop.ts";
import type { Told } from "./capture/loader.ts";

type LoaderSettings = Pick<CaptureOptions, "source" | "sink" | "slotName">;

const SQL = join(import.meta.dirname, "../schema/sql");
const ORDERS = 40_000;
const LINES_EACH = 20;
/** A loader that kept what it has passed on would not live with so little at ten times the changes. */
const HEAP_MB = 96;
const say = (what: string, value: string) => void process.stdout.write(`${what.padEnd(64)} ${value}\n`);
/** Steady load: so many changes a second, committed in transactions of this size. */
const STEADY = { perSecond: 2_000, each: 21, seconds: 15 };

/** What `--json` prints. */
interface Figures {
  changesPerSecond: Record<string, number>;
  lagMs?: { p50: number; p95: number; max: number; samples: number; changesPerSecond: number };
  rssMb?: { at1x: number; at10x: number };
  equal?: boolean;
  loadAverage?: number;
}

/** Change capture end to end: the first copy, then changes per second from the shop's WAL to committed versions in raw. */
export async function bench(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "martgraph-bench-capture-"));
  chmodSync(dir, 0o755);
  try {
    const server = await startEmbeddedPostgres({ dataDir: dir, log: () => {} });
    try {
      await measure(server);
    } finally {
      await server.stop("fast");
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measure(server: EmbeddedPostgres): Promise<void> {
  const login = (database: string, user = server.superuser): DatabaseConfig => ({ host: server.socketDir, port: server.port, database, user, password: server.password });
  const admin = Database.open(login("postgres"));
  for (const name of ["shop", "warehouse"]) await admin.raw(`create database ${name}`);
  const [shop, warehouse] = [Database.open(login("shop")), Database.open(login("warehouse"))];
  await migrate(shop, join(SQL, "shop"));
  await migrate(warehouse, join(SQL, "warehouse"));
  for (const role of ["martgraph_capture", "martgraph_loader"]) await admin.raw(`alter role ${role} password '${server.password}'`);
  const figures: Figures = { changesPerSecond: {}, loadAverage: loadavg()[0] ?? 0 };
  const options: LoaderSettings = { source: login("shop", "martgraph_capture"), sink: login("warehouse", "martgraph_loader"), slotName: "bench" };
  const capture = createCapture({ ...options, log: silentLog });
  try {
    const filling = performance.now();
    await insertOrders(shop, 0, ORDERS);
    const filled = (performance.now() - filling) / 1000;
    const first = await capture.catchUp();
    const rows = Object.values(first.rowsByTable).reduce((sum, count) => sum + count, 0);
    say(`first copy of ${rows} rows`, `${first.seconds.toFixed(1)} s (${Math.round(rows / first.seconds)} rows/s), ${(first.seconds / filled).toFixed(2)} x the time the shop took to write them`);

    // one transaction an order: what a busy shop writes
    await follow(capture, shop, "inserts, 21 a transaction", async () => {
      for (let n = 0; n < 1_000; n += 1) await insertOrders(shop, ORDERS + n, 1);
    });
    await follow(capture, shop, "inserts, one transaction", () => insertOrders(shop, ORDERS + 1_000, 10_000));
    await follow(capture, shop, "updates, 2,500 a transaction", async () => {
      for (let part = 0; part < 20; part += 1) await shop.raw("update orders.orders set state = 'DELIVERED' where id in (select id from orders.orders where state = 'PAID' order by id limit 2500)");
    });
    await follow(capture, shop, "deletes, one transaction", () => shop.raw("delete from orders.order_lines where position = 20"));
    await endToEnd(capture, shop, options, figures);
    await steady(capture, shop, warehouse, figures);
    await settle(capture, shop);
    const idle = await capture.catchUp();
    say("catching up with nothing new", `${Math.round(idle.seconds * 1000)} ms`);
    await insertOrders(shop, 1_000_000, 1);
    const single = await capture.catchUp();
    say("catching up with one order", `${Math.round(single.seconds * 1000)} ms`);
    const comparing = performance.now();
    const { equal } = await rawEqualsShop(shop, warehouse);
    say("raw equals the shop by checksum", `${equal} (${((performance.now() - comparing) / 1000).toFixed(1)} s)`);
    figures.equal = equal;
    if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(figures)}\n`);
  } finally {
    await capture.close();
    for (const db of [shop, warehouse, admin]) await db.close();
  }
}

/** From before the shop's first write to the commit of the last of them in raw, the shop writing at the same time; then ten times as much. Each by a loader of its own, so that its memory is what it took for this. */
async function endToEnd(capture: Capture, shop: Database, options: LoaderSettings, figures: Figures): Promise<void> {
  await settle(capture, shop);
  const rss: number[] = [];
  for (const [n, orders] of [4_000, 40_000].entries()) {
    const loader = fork(join(import.meta.dirname, "capture/loader.ts"), { env: childEnvironment({ MARTGRAPH_PROCESS: JSON.stringify(options) }), execArgv: [...process.execArgv, `--max-old-space-size=${HEAP_MB}`] });
    const gone = once(loader, "exit");
    const caughtUp = async (): Promise<Told> => {
      loader.send("catch up");
      const [told] = (await Promise.race([once(loader, "message"), gone.then(() => { throw new Error("the loader went away"); })])) as [Told];
      return told;
    };
    await caughtUp();
    const started = performance.now();
    for (let done = 0; done < orders; done += 500) await insertOrders(shop, 2_000_000 + n * 100_000 + done, 500);
    const wrote = (performance.now() - started) / 1000;
    const { peakRssMb } = await caughtUp();
    const seconds = (performance.now() - started) / 1000;
    loader.send("stop");
    await gone;
    rss.push(peakRssMb);
    const changes = orders * (LINES_EACH + 1);
    figures.changesPerSecond[`endToEnd${changes}`] = Math.round(changes / seconds);
    say(`${changes} inserts end to end, stream beside the writer`, `${Math.round(changes / seconds)} changes/s; writing took ${wrote.toFixed(1)} of ${seconds.toFixed(1)} s; peak RSS of the loader ${peakRssMb} MB`);
  }
  figures.rssMb = { at1x: rss[0] ?? 0, at10x: rss[1] ?? 0 };
}

/** How long after its commit in the shop a change can be read in raw, sampled by one writer in the middle of a steady load. */
async function steady(capture: Capture, shop: Database, warehouse: Database, figures: Figures): Promise<void> {
  await settle(capture, shop);
  const stop = new AbortController();
  const running = capture.run(stop.signal);
  await capture.catchUp();
  const lags: number[] = [];
  let going = true;
  const sampling = (async () => {
    for (let n = 0; going; n += 1) {
      await shop.raw("insert into users.vendors (slug, name, created_at) values ($1, 'sample', now())", [`sample-${n}`]);
      const committed = performance.now();
      while ((await warehouse.raw("select from raw.users__vendors where slug = $1", [`sample-${n}`])).rowCount === 0) await sleep(5);
      lags.push(performance.now() - committed);
      await sleep(50);
    }
  })();
  const started = performance.now();
  let changes = 0;
  while (performance.now() - started < STEADY.seconds * 1000) {
    await insertOrders(shop, 3_000_000 + changes, 1);
    changes += STEADY.each;
    const due = (changes / STEADY.perSecond) * 1000 - (performance.now() - started);
    if (due > 0) await sleep(due);
  }
  const perSecond = Math.round(changes / ((performance.now() - started) / 1000));
  going = false;
  await sampling;
  stop.abort();
  await running;
  lags.sort((one, other) => one - other);
  const at = (share: number) => Math.round(lags[Math.min(lags.length - 1, Math.floor(lags.length * share))] ?? 0);
  figures.lagMs = { p50: at(0.5), p95: at(0.95), max: at(1), samples: lags.length, changesPerSecond: perSecond };
  say(`lag from commit to raw at ${perSecond} changes/s`, `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms (${lags.length} samples)`);
}

/** A slot reads again from the last point where the server noted its open transactions: every 15 s, or at a checkpoint. */
async function settle(capture: Capture, shop: Database): Promise<void> {
  await capture.catchUp();
  await shop.raw("checkpoint");
  await capture.catchUp();
}

async function follow(capture: Capture, shop: Database, what: string, write: () => Promise<unknown>): Promise<void> {
  await settle(capture, shop);
  const writing = performance.now();
  await write();
  const written = (performance.now() - writing) / 1000;
  const cpu = process.cpuUsage();
  const { rowsByTable, seconds } = await capture.catchUp();
  const used = process.cpuUsage(cpu);
  const changes = Object.values(rowsByTable).reduce((sum, count) => sum + count, 0);
  const ms = (used.user + used.system) / 1000;
  say(`${changes} ${what}`, `${Math.round(changes / seconds)} changes/s, ${((ms / changes) * 1000).toFixed(1)} CPU-us each, ${(seconds / written).toFixed(2)} x the time of writing them`);
}

async function insertOrders(shop: Database, from: number, count: number): Promise<void> {
  await shop.raw(
    `with o as (
       insert into orders.orders (number, state, currency, placed_at, total_units, exponent, source)
       select 'B' || n, 'PAID', 'GBP', now(), 15300, 2, 'GENERATED' from generate_series($1::int, $1::int + $2::int - 1) n returning id)
     insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent)
     select o.id, k, uuidv7(), uuidv7(), '85123A', 'WHITE HANGING HEART T-LIGHT HOLDER ' || k, 3, 255, 2 from o cross join generate_series(1, $3::int) k`,
    [from, count, LINES_EACH],
  );
}
