import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataSetsDir } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";
import { fillGenerated } from "#shopdata/generated/fillGenerated.ts";
import { importOnlineRetail } from "#shopdata/onlineRetail/importOnlineRetail.ts";
import { measureByMapping } from "./import/byMapping.ts";

const SHOP_SQL = join(import.meta.dirname, "../schema/sql/shop");
const say = (what: string, value: string) => void process.stdout.write(`${what.padEnd(64)} ${value}\n`);

/** Brings a product file in by a mapping; fills a fresh shop from Online Retail II and another from the generator, on a server that syncs to disk as an installation's does. */
export async function bench(): Promise<void> {
  await measureByMapping(say);
  const dataDir = mkdtempSync(join(tmpdir(), "martgraph-bench-"));
  chmodSync(dataDir, 0o755);
  try {
    const server = await startEmbeddedPostgres({ dataDir, log: () => {} });
    try {
      await measureImport(server);
      const generated = await withShop(server, "bench_generate", (db) => fillGenerated({ db, seed: 1, until: new Date() }));
      say("generate a synthetic shop", `${generated.rows} rows in ${generated.seconds.toFixed(1)} s, ${Math.round(generated.rows / generated.seconds)} rows/s`);
    } finally {
      await server.stop("fast");
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measureImport(server: EmbeddedPostgres): Promise<void> {
  const path = join(dataSetsDir(), "online_retail_ii");
  if (!existsSync(path)) {
    say("import Online Retail II", `not run: ${path} is missing (MARTGRAPH_DATA names another place)`);
    return;
  }
  const onProgress = (_: string, { step, rows, seconds }: { step: string; rows: number; seconds: number }) => say(`  ${step}`, `${rows} in ${seconds.toFixed(2)} s`);
  const report = await withShop(server, "bench_import", (db) => importOnlineRetail({ db, path, seed: 1, onProgress }));
  say("import Online Retail II", `${report.linesRead} lines in ${report.seconds?.toFixed(1)} s, ${Math.round(report.linesRead / (report.seconds ?? 1))} lines/s`);
}

async function withShop<T>(server: EmbeddedPostgres, database: string, work: (db: Database) => Promise<T>): Promise<T> {
  const config = { host: server.socketDir, port: server.port, user: server.superuser, password: server.password };
  const admin = Database.open({ ...config, database: "postgres" });
  try {
    await admin.raw(`create database ${database}`);
  } finally {
    await admin.close();
  }
  const db = Database.open({ ...config, database });
  try {
    await migrate(db, SHOP_SQL);
    return await work(db);
  } finally {
    await db.close();
  }
}
