import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { startEmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";
import { findRunning, stopPostmaster } from "#platform/postgres/postmaster.ts";
import { isAlive } from "#platform/postgres/processes.ts";
import { UNSAFE_FAST_SETTINGS } from "#platform/postgres/settings.ts";
import { removeSocketDirectory, socketDirectoryOf } from "#platform/postgres/socketDirectory.ts";

/** How a test file reaches the server of its run; handed from the run to its workers as plain data. */
export interface TestServer {
  host: string;
  port: number;
  user: string;
  password: string;
  /** The password of every database role of ours, in this run alone. */
  rolePassword: string;
}

export const TEMPLATES = { shop: "template_shop", warehouse: "template_warehouse" } as const;

const SQL_DIR = resolve(dirname(fileURLToPath(import.meta.url)), "../../schema/sql");
const DIR_PREFIX = "martgraph-test-";

/** Starts a throw-away server with a migrated template of each database; `stop` leaves nothing behind. */
export async function startTestServer(): Promise<{ server: TestServer; stop: () => Promise<void> }> {
  await sweepDeadRuns();
  const dataDir = join(tmpdir(), `${DIR_PREFIX}${process.pid}`);
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { mode: 0o755 });
  try {
    const postgres = await startEmbeddedPostgres({ dataDir, log: () => {}, settings: UNSAFE_FAST_SETTINGS });
    const stop = async () => {
      await postgres.stop("immediate");
      rmSync(dataDir, { recursive: true, force: true });
    };
    const server: TestServer = {
      host: postgres.socketDir,
      port: postgres.port,
      user: postgres.superuser,
      password: postgres.password,
      rolePassword: randomBytes(12).toString("hex"),
    };
    try {
      await makeTemplates(server);
    } catch (error) {
      await stop();
      throw error;
    }
    return { server, stop };
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
}

export function superuserConfig(server: TestServer, database: string): DatabaseConfig {
  return { host: server.host, port: server.port, user: server.user, password: server.password, database, max: 4, applicationName: "test" };
}

async function makeTemplates(server: TestServer): Promise<void> {
  await using admin = Database.open(superuserConfig(server, "postgres"));
  for (const [name, template] of Object.entries(TEMPLATES)) {
    await admin.raw(`create database ${template}`);
    await using db = Database.open(superuserConfig(server, template));
    await migrate(db, join(SQL_DIR, name));
  }
  const { rows } = await admin.raw<{ statement: string }>(
    `select format('alter role %I password %L', rolname, $1::text) as statement
       from pg_roles where rolcanlogin and not rolsuper`,
    [server.rolePassword],
  );
  for (const { statement } of rows) await admin.raw(statement);
}

/** A run that was killed left its server and folder: they are known by the dead process in the folder's name. */
async function sweepDeadRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(name.startsWith(DIR_PREFIX) ? name.slice(DIR_PREFIX.length) : "");
    if (!Number.isInteger(pid) || pid <= 0 || isAlive(pid)) continue;
    const cluster = join(tmpdir(), name, "cluster");
    const running = findRunning(cluster);
    if (running) await stopPostmaster(running.pid, "immediate");
    removeSocketDirectory(socketDirectoryOf(cluster));
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}
