import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childEnvironment, proofMode } from "#platform/config.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { silentLog } from "#platform/log.ts";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";
import type { PostgresSettings } from "#platform/postgres/settings.ts";
import { createCapture } from "../capture.ts";
import type { CaptureReport } from "../captureTypes.ts";
import { expectRawEqualsShop } from "./captureHarness.ts";
import { takeRulesAway, touchable } from "./touchTables.ts";
import { startWriting, wholeNumbers } from "./writeLoad.ts";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const KILLS = proofMode() ? 100 : 10;
const SLOT = "kill_test";

let dataDir: string;
let postgres: EmbeddedPostgres;

// fsync off: the machine stays up, only processes die; everything else is as in earnest
const start = (settings: PostgresSettings = {}) => startEmbeddedPostgres({ dataDir, log: () => {}, settings: { fsync: "off", max_wal_size: "512MB", ...settings } });
const config = (database: string, user = postgres.superuser): DatabaseConfig => ({ host: postgres.socketDir, port: postgres.port, database, user, password: postgres.password });
const capturing = () => ({ source: config("shop", "martgraph_capture"), sink: config("warehouse", "martgraph_loader"), slotName: SLOT });

beforeAll(async () => {
  // named like the run's own server, so that the next run sweeps it up when this one is killed
  dataDir = join(tmpdir(), `martgraph-test-${process.pid}`);
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, 0o755);
  postgres = await start();
  const admin = Database.open(config("postgres"));
  for (const name of ["shop", "warehouse"]) {
    await admin.raw(`create database ${name}`);
    const db = Database.open(config(name));
    await migrate(db, join(ROOT, "schema/sql", name));
    await db.close();
  }
  for (const role of ["martgraph_capture", "martgraph_loader"]) await admin.raw(`alter role ${role} password '${postgres.password}'`);
  await admin.close();
  const shop = Database.open(config("shop"));
  await takeRulesAway(shop);
  await shop.raw("insert into events.behaviour_events (session_id, type, occurred_at) select uuidv7(), 'VIEW', now() from generate_series(1, 100000)");
  await shop.close();
});

afterAll(async () => {
  await postgres?.stop("immediate");
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
});

function startProcess(script: string, settings: unknown): { child: ChildProcess; speaks: Promise<void> } {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", join(ROOT, "warehouse/load/tests", script)], {
    cwd: ROOT,
    env: childEnvironment({ MARTGRAPH_PROCESS: JSON.stringify(settings) }),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const speaks = new Promise<void>((done) => child.stdout?.once("data", () => done()));
  return { child, speaks };
}

/** The shop's writer: in a process of its own where it is to be killed. */
function startWriter(seed: number, isVictim: boolean): { ready: Promise<void>; kill(): Promise<void>; stop(): Promise<number> } {
  if (!isVictim) return { ...startWriting(config("shop"), seed), ready: Promise.resolve(), kill: async () => {} };
  const { child, speaks } = startProcess("writerProcess.ts", { config: config("shop"), seed });
  let transactions = 0;
  child.stdout?.on("data", (dots: Buffer) => (transactions += dots.length));
  return { ready: speaks, kill: () => kill(child), stop: async () => kill(child).then(() => transactions) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** Nobody reads it between two rounds, but for the moment in which the server notices a killed loader. */
async function dropSlot(): Promise<number> {
  const shop = Database.open(config("shop"));
  try {
    for (;;) {
      const { rows } = await shop.raw<{ active: boolean }>("select active from pg_replication_slots where slot_name = $1", [SLOT]);
      if (rows.every(({ active }) => !active)) break;
      await pause(20);
    }
    return (await shop.raw("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1", [SLOT])).rowCount;
  } finally {
    await shop.close();
  }
}

async function catchUpAndCompare(): Promise<CaptureReport> {
  const shop = Database.open(config("shop"));
  const warehouse = Database.open(config("warehouse"));
  const capture = createCapture({ ...capturing(), log: silentLog });
  try {
    const report = await capture.catchUp();
    await expectRawEqualsShop({ shop, warehouse });
    return report;
  } finally {
    await capture.close();
    await Promise.all([shop.close(), warehouse.close()]);
  }
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** What taking a file in does: raw counts on by one for each, whatever the shop's log says. */
async function takeFilesIn(files: number): Promise<void> {
  const warehouse = Database.open(config("warehouse"));
  await warehouse.raw("update raw._capture_state set applied_pos = applied_pos + $1", [files]);
  await warehouse.close();
}

/** By round: 4 of 10 kill PostgreSQL, 4 the loader, 2 the shop's writer in the middle of its transactions. */
const VICTIMS = ["loader", "postgres", "writer", "postgres", "loader"] as const;

test(`raw equals the shop after each of ${KILLS} kills of loader, shop or PostgreSQL under write load on every published table${proofMode() ? "" : " (npm run proof: 100)"}`, { timeout: KILLS * 30_000 + 60_000 }, async () => {
  const random = wholeNumbers(20_261_121);
  const told = { loader: 0, postgres: 0, writer: 0, lostSlots: 0, files: 0, transactions: 0 };
  for (let round = 0; round < KILLS; round += 1) {
    const victim = VICTIMS[round % VICTIMS.length] ?? "loader";
    const writing = startWriter(1 + random(1_000_000), victim === "writer");
    const inCopy = round % 3 === 0;
    if (inCopy && round > 0) told.lostSlots += await dropSlot();
    const loader = startProcess("loaderProcess.ts", capturing());
    // every third time early, in the first or a compared copy; else while it streams
    if (inCopy) await pause(200 + random(800));
    else {
      await Promise.race([Promise.all([loader.speaks, writing.ready]), pause(15_000)]);
      await pause(random(900));
    }
    told[victim] += 1;
    if (victim === "loader") await kill(loader.child);
    else if (victim === "writer") {
      await writing.kill();
      await pause(random(300));
      await kill(loader.child);
    } else {
      process.kill(postgres.pid, "SIGKILL");
      await postgres.exited;
      if (random(2) === 0) await kill(loader.child);
      postgres = await start();
      await pause(random(1_000));
      await kill(loader.child);
    }
    await pause(random(200));
    told.transactions += await writing.stop();

    await catchUpAndCompare();
    if (round % 2 === 0) {
      const files = 1 + random(100_000);
      await takeFilesIn(files);
      told.files += files;
    }
    if ((round + 1) % 10 === 0 || round + 1 === KILLS) process.stdout.write(`kills: ${JSON.stringify(told)}\n`);
  }
  expect(told.loader + told.postgres + told.writer).toBe(KILLS);
  expect(told.transactions).toBeGreaterThan(KILLS);
  const warehouse = Database.open(config("warehouse"));
  const shop = Database.open(config("shop"));
  const untouched: string[] = [];
  for (const { name } of await touchable(shop)) {
    const { rows } = await warehouse.raw<{ n: bigint }>(`select count(*) as n from raw."${name.replace(".", "__")}"`);
    if (rows[0]?.n === 0n) untouched.push(name);
  }
  await Promise.all([shop.close(), warehouse.close()]);
  expect(untouched, "published tables that the load never wrote").toEqual([]);
});

test("a slot that the server gave up for want of WAL space leads to a compared copy", { timeout: 120_000 }, async () => {
  await catchUpAndCompare();
  await postgres.stop("fast");
  postgres = await start({ max_slot_wal_keep_size: "32MB", min_wal_size: "32MB", max_wal_size: "32MB" });
  const shop = Database.open(config("shop"));
  for (let n = 0; n < 4; n += 1) {
    await shop.raw("insert into events.behaviour_events (session_id, type, search_text, occurred_at) select uuidv7(), 'SEARCH', repeat('x', 150), now() from generate_series(1, 60000)");
    await shop.raw("checkpoint");
  }
  const { rows } = await shop.raw<{ wal_status: string }>("select wal_status from pg_replication_slots where slot_name = $1", [SLOT]);
  await shop.close();
  expect(rows).toEqual([{ wal_status: "lost" }]);
  await postgres.stop("fast");
  postgres = await start();
  expect((await catchUpAndCompare()).snapshot).toBe(true);
});
