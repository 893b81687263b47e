import { existsSync } from "node:fs";
import { serverSettings } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { Lifecycle } from "#platform/lifecycle.ts";
import type { Log } from "#platform/log.ts";
import { claimDataDir } from "#platform/postgres/dataDirLock.ts";
import { startEmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import type { Progress } from "../cli/progress.ts";
import { addressFromUrl, databasesOf, migrateBoth, type Databases } from "./databases.ts";
import { dataDirAt, readRuntime, removeRuntime, wipe, type DataDir, type ServerAddress } from "./dataDir.ts";
import { loadSecrets, type Secrets } from "./secrets.ts";

/** One installation, its servers up and its databases migrated. */
export interface Installation {
  readonly dir: DataDir;
  readonly secrets: Secrets;
  readonly databases: Databases;
  readonly lifecycle: Lifecycle;
  readonly log: Log;
  /** True when another process (`martgraph start`) holds the installation and this one works beside it. */
  readonly attached: boolean;
  /** Loopback port that PostgreSQL listens on, where one was asked for. */
  readonly pgPort: number | undefined;
  /** A pool as the owner of a database; closed with the installation. */
  owner(which: "shop" | "warehouse"): Database;
  /** Resolves when the embedded server goes away without having been asked to. */
  readonly serverLost: Promise<void>;
}

export interface OpenOptions {
  dataDir: string | undefined;
  progress: Progress;
  log: Log;
  pgPort?: number;
  /** Throws databases and secrets away first. */
  reset?: boolean;
  /** Work beside a running `start` instead of being refused. */
  attach?: boolean;
}

/**
 * Claims the data directory, starts (or adopts) PostgreSQL and migrates both databases.
 * @throws SetupError naming what is in the way and the cure.
 */
export async function openInstallation(options: OpenOptions): Promise<Installation> {
  const { progress, log } = options;
  const dir = dataDirAt(options.dataDir);
  const lifecycle = new Lifecycle(log);
  const running = options.attach ? readRuntime(dir) : undefined;
  try {
    const parts = running ? await attach(dir, running, progress) : await begin(dir, options, lifecycle);
    const pools = new Map<string, Database>();
    return {
      ...parts,
      dir,
      lifecycle,
      log,
      owner(which) {
        let pool = pools.get(which);
        if (!pool) {
          pool = Database.open({ ...parts.databases[which], max: 4, applicationName: "martgraph" }, { onError: (error) => log.warn({ error }, "idle connection lost") });
          pools.set(which, pool);
          const opened = pool;
          lifecycle.onClose(`${which} owner`, () => opened.close());
        }
        return pool;
      },
    };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

type Parts = Pick<Installation, "secrets" | "databases" | "attached" | "pgPort" | "serverLost">;

const never = new Promise<void>(() => {});

async function attach(dir: DataDir, running: { pid: number; shop: ServerAddress; warehouse: ServerAddress }, progress: Progress): Promise<Parts> {
  const secrets = await loadSecrets(dir);
  progress.note(`Working beside process ${running.pid}, which holds ${dir.root}.`);
  return { secrets, databases: databasesOf(running.shop, running.warehouse, secrets), attached: true, pgPort: undefined, serverLost: never };
}

async function begin(dir: DataDir, options: OpenOptions, lifecycle: Lifecycle): Promise<Parts> {
  const { progress, log } = options;
  const claim = claimDataDir(dir.root);
  lifecycle.onClose("data directory", async () => claim.release());
  removeRuntime(dir);
  if (options.reset) await reset(dir, progress);
  const secrets = await loadSecrets(dir);
  const external = serverSettings();
  if ((external.shopUrl === undefined) !== (external.warehouseUrl === undefined)) {
    throw new SetupError("MARTGRAPH_SHOP_URL and MARTGRAPH_WAREHOUSE_URL go together: set both, or neither for the embedded PostgreSQL.");
  }
  const servers =
    external.shopUrl && external.warehouseUrl
      ? { shop: addressFromUrl(external.shopUrl, "MARTGRAPH_SHOP_URL", "shop"), warehouse: addressFromUrl(external.warehouseUrl, "MARTGRAPH_WAREHOUSE_URL", "warehouse"), serverLost: never }
      : await startEmbedded(dir, options, lifecycle);
  const databases = databasesOf(servers.shop, servers.warehouse, secrets);
  await progress.step("Migrate both databases", async () => {
    const { applied } = await migrateBoth(databases, secrets, log);
    return { value: undefined, note: applied === 0 ? "nothing new" : `${applied} migrations` };
  });
  return { secrets, databases, attached: false, pgPort: options.pgPort, serverLost: servers.serverLost };
}

async function startEmbedded(dir: DataDir, options: OpenOptions, lifecycle: Lifecycle) {
  const server = await options.progress.step("Start PostgreSQL 18 (embedded)", async () => {
    const fresh = !existsSync(dir.secretsFile) || !existsSync(`${dir.root}/postgres`);
    const started = await startEmbeddedPostgres({
      dataDir: `${dir.root}/postgres`,
      ...(options.pgPort === undefined ? {} : { tcpPort: options.pgPort }),
      log: (message) => options.log.info({}, message),
    });
    return { value: started, note: started.adopted ? "took over the server of an earlier start" : fresh ? "new cluster" : "existing cluster" };
  });
  let stopping = false;
  lifecycle.onClose("PostgreSQL", async () => {
    stopping = true;
    await server.stop();
  });
  const at = { host: server.socketDir, port: server.port, user: server.superuser, password: server.password };
  const serverLost = server.exited.then(() => (stopping ? never : undefined));
  return { shop: { ...at, database: "shop" }, warehouse: { ...at, database: "warehouse" }, serverLost };
}

async function reset(dir: DataDir, progress: Progress): Promise<void> {
  const external = serverSettings();
  if (external.shopUrl) {
    throw new SetupError("--reset only throws embedded databases away: drop the databases of MARTGRAPH_SHOP_URL and MARTGRAPH_WAREHOUSE_URL yourself, then start again.");
  }
  await progress.step("Throw the old installation away (--reset)", async () => {
    // A server that an earlier, killed start left behind still writes here: take it over and stop it first.
    if (existsSync(`${dir.root}/postgres`)) {
      const left = await startEmbeddedPostgres({ dataDir: `${dir.root}/postgres`, log: () => {} }).catch(() => undefined);
      await left?.stop("immediate");
    }
    wipe(dir, ["postgres", "secrets.json", "state"]);
    return { value: undefined };
  });
}
