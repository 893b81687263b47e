import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { assertEnterable, chooseAccount, type Account } from "./account.ts";
import { findBinaries, type PostgresBinaries } from "./binaries.ts";
import { CHILD_ENV, ensureCluster, preparePaths, SUPERUSER, type ClusterPaths } from "./cluster.ts";
import { findRunning, optionsLine, readPostmasterOptions, stopPostmaster, waitUntilReady, type StopMode } from "./postmaster.ts";
import { isAlive, sleep } from "./processes.ts";
import { BASE_SETTINGS, toFlags, type PostgresSettings } from "./settings.ts";
import { SetupError, systemCode } from "./setupError.ts";
import { makeSocketDirectory, removeSocketDirectory, socketDirectoryOf } from "./socketDirectory.ts";

export interface EmbeddedPostgresOptions {
  /** Holds cluster, password and log; made when missing. Claim it first (claimDataDir). */
  dataDir: string;
  /** Opens 127.0.0.1 on this port as well; without it there is the socket alone. */
  tcpPort?: number;
  log: (message: string) => void;
  /** On top of BASE_SETTINGS; tests pass UNSAFE_FAST_SETTINGS. */
  settings?: PostgresSettings;
}

export interface EmbeddedPostgres {
  /** What libpq and pg take as `host`. */
  readonly socketDir: string;
  readonly port: number;
  readonly superuser: string;
  readonly password: string;
  readonly pid: number;
  /** True when the server of an earlier start was still running and was taken over. */
  readonly adopted: boolean;
  /** Resolves when the server is gone, stopped or killed. */
  readonly exited: Promise<void>;
  stop(mode?: StopMode): Promise<void>;
}

/** The name of the socket file carries a port even when no port is open. */
const SOCKET_PORT = 5432;
const RETRY_MS = 10_000;
const READY_MS = 120_000;
const LOG_BYTES = 10_000_000;

/**
 * Starts PostgreSQL over a data directory, or adopts the one that still runs there with the same
 * settings (one with other settings is restarted). The server runs in its own session, so that a
 * terminal's Ctrl-C reaches only the one who decides the order of stopping.
 *
 * @throws SetupError, one sentence with its cure, when the machine does not allow it.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = findBinaries();
  const paths = preparePaths(options.dataDir);
  const account = chooseAccount(paths.cluster);
  assertEnterable(binaries.root, account);
  assertEnterable(paths.root, account);
  const unsafeFast = options.settings?.fsync === "off";
  const password = await ensureCluster(paths, binaries, account, unsafeFast);
  const port = options.tcpPort ?? SOCKET_PORT;
  const socketDir = socketDirectoryOf(paths.cluster);
  const settings: PostgresSettings = {
    ...BASE_SETTINGS,
    ...options.settings,
    listen_addresses: options.tcpPort === undefined ? "" : "127.0.0.1",
    port: String(port),
    unix_socket_directories: socketDir,
  };
  const args = ["-D", paths.cluster, ...toFlags(settings)];
  const identity = { socketDir, port, superuser: SUPERUSER, password };

  const adopted = await adopt(paths, binaries, args, options.log);
  if (adopted !== undefined) return handle(identity, adopted, undefined);

  if (options.tcpPort !== undefined) await assertPortFree(options.tcpPort);
  makeSocketDirectory(socketDir, port, account);
  try {
    const child = await launch(paths, binaries, args, account, options.log);
    return handle(identity, child.pid ?? 0, child);
  } catch (error) {
    removeSocketDirectory(socketDir);
    throw error;
  }
}

async function adopt(paths: ClusterPaths, binaries: PostgresBinaries, args: string[], log: (message: string) => void): Promise<number | undefined> {
  const running = findRunning(paths.cluster);
  if (!running) return undefined;
  const same = readPostmasterOptions(paths.cluster) === optionsLine(binaries.postgres, args);
  if (same && (await waitUntilReady(paths.cluster, running.pid, RETRY_MS))) {
    log(`took over the PostgreSQL of an earlier start (process ${running.pid})`);
    return running.pid;
  }
  log(`stopping the PostgreSQL of an earlier start (process ${running.pid}): ${same ? "it does not answer" : "its settings differ"}`);
  await stopPostmaster(running.pid, "fast");
  return undefined;
}

/** A killed server's children need a moment to leave their shared memory: so long a start is tried again. */
async function launch(paths: ClusterPaths, binaries: PostgresBinaries, args: string[], account: Account, log: (message: string) => void): Promise<ChildProcess> {
  const deadline = Date.now() + RETRY_MS;
  rotateLog(paths.log);
  for (;;) {
    const from = sizeOf(paths.log);
    const output = openSync(paths.log, "a", 0o600);
    const child = spawn(binaries.postgres, args, { ...account.spawn, env: CHILD_ENV, cwd: "/", detached: true, stdio: ["ignore", output, output] });
    closeSync(output);
    child.unref();
    const spawnError = new Promise<never>((_, reject) => child.once("error", (error) => reject(new SetupError(`PostgreSQL cannot be started (${error.message}): run "npm ci" to install it anew.`))));
    const exit = new Promise<undefined>((resolve) => child.once("exit", () => resolve(undefined)));
    const ready = child.pid === undefined ? exit : waitUntilReady(paths.cluster, child.pid, READY_MS);
    if (await Promise.race([ready, exit, spawnError])) return child;
    const said = readFileSync(paths.log, "utf8").slice(from);
    if (child.pid !== undefined && isAlive(child.pid)) {
      await stopPostmaster(child.pid, "immediate");
      throw new SetupError(`PostgreSQL was not ready within ${READY_MS / 1000} s: look into ${paths.log}.`);
    }
    const transient = /shared memory block|lock file .* already exists|is another postmaster/i.test(said);
    if (!transient || Date.now() > deadline) throw new SetupError(explain(said, paths));
    log("waiting for the last processes of a killed PostgreSQL");
    await sleep(250);
  }
}

function explain(said: string, paths: ClusterPaths): string {
  const line = said.split("\n").find((text) => /FATAL|PANIC|ERROR|could not/.test(text))?.replace(/^.*?(FATAL|PANIC|ERROR): */, "");
  if (/could not create any TCP\/IP sockets|could not bind/i.test(said)) return "PostgreSQL could not open its port: choose another with --pg-port.";
  if (/No space left on device/i.test(said)) return `PostgreSQL found the disk of ${paths.root} full: free some space and start again.`;
  return `PostgreSQL did not start: ${line?.trim() ?? "it said nothing"}; look into ${paths.log}.`;
}

function assertPortFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      const reason = systemCode(error) === "EACCES" ? "is not allowed for this user" : "is taken by another program";
      reject(new SetupError(`Port ${port} on 127.0.0.1 ${reason}: choose another with --pg-port.`));
    });
    server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
  });
}

function handle(identity: Pick<EmbeddedPostgres, "socketDir" | "port" | "superuser" | "password">, pid: number, child: ChildProcess | undefined): EmbeddedPostgres {
  const exited = child
    ? new Promise<void>((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once("exit", () => resolve())))
    : new Promise<void>((resolve) => {
        const timer = setInterval(() => {
          if (isAlive(pid)) return;
          clearInterval(timer);
          resolve();
        }, 250).unref();
      });
  let gone = false; // after that the process id may belong to somebody else
  void exited.then(() => (gone = true));
  return {
    ...identity,
    pid,
    adopted: child === undefined,
    exited,
    async stop(mode = "fast") {
      if (gone) return; // a later server may have the folder by now
      await stopPostmaster(pid, mode);
      removeSocketDirectory(identity.socketDir);
    },
  };
}

function rotateLog(file: string): void {
  if (sizeOf(file) > LOG_BYTES) renameSync(file, `${file}.1`);
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
