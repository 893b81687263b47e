import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertEnterable, type Account } from "./account.ts";
import type { PostgresBinaries } from "./binaries.ts";
import { unwritable } from "./dataDirLock.ts";
import { SetupError, systemCode } from "./setupError.ts";

export const SUPERUSER = "postgres";

/** A child gets this and nothing else, so that no PG* or LC_* of the caller changes what it does. */
export const CHILD_ENV = { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" } as const;

/** Where the parts of a data directory are; `root` is absolute and free of links. */
export interface ClusterPaths {
  root: string;
  cluster: string;
  password: string;
  log: string;
}

/** @throws SetupError when the directory cannot be made or written. */
export function preparePaths(dataDir: string): ClusterPaths {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o755 });
    const root = realpathSync(dataDir);
    const probe = join(root, `.probe-${process.pid}`);
    writeFileSync(probe, "");
    rmSync(probe);
    return { root, cluster: join(root, "cluster"), password: join(root, "superuser-password"), log: join(root, "postgres.log") };
  } catch (error) {
    throw unwritable(dataDir, error);
  }
}

/**
 * Makes the cluster when there is none; gives the superuser's password, random per cluster and readable
 * by its owner alone. A half-made cluster never counts: it is made beside its place and moved in whole.
 *
 * Text sorts by code point with Unicode case rules (PostgreSQL's built-in C.UTF-8), so that order and
 * indexes are the same on every machine.
 */
export async function ensureCluster(paths: ClusterPaths, binaries: PostgresBinaries, account: Account, unsafeFast: boolean): Promise<string> {
  if (existsSync(join(paths.cluster, "PG_VERSION"))) {
    const major = readFileSync(join(paths.cluster, "PG_VERSION"), "utf8").trim();
    if (major !== binaries.major) {
      throw new SetupError(`The cluster in ${paths.cluster} is of PostgreSQL ${major}, this version needs ${binaries.major}: choose another directory with --data-dir, or start once with --reset.`);
    }
    return readPassword(paths);
  }
  const password = existsSync(paths.password) ? readPassword(paths) : newPassword(paths);
  const draft = `${paths.cluster}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  if (account.spawn.uid !== undefined) chownSync(draft, account.uid, account.gid);
  assertEnterable(draft, account);
  // initdb reads the password from a file, as the account it runs under
  const passwordFile = join(draft, "..", `.initdb-${process.pid}`);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account.spawn.uid !== undefined) chownSync(passwordFile, account.uid, account.gid);
  try {
    await run(binaries.initdb, [
      "--pgdata", draft, "--username", SUPERUSER, "--pwfile", passwordFile, "--auth", "scram-sha-256",
      "--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
      "--no-instructions", ...(unsafeFast ? ["--no-sync"] : []),
    ], account);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  rmSync(paths.cluster, { recursive: true, force: true });
  renameSync(draft, paths.cluster);
  return password;
}

function newPassword(paths: ClusterPaths): string {
  const password = randomBytes(24).toString("base64url");
  writeFileSync(paths.password, password, { mode: 0o600 });
  chmodSync(paths.password, 0o600);
  return password;
}

function readPassword(paths: ClusterPaths): string {
  try {
    return readFileSync(paths.password, "utf8").trim();
  } catch (error) {
    throw new SetupError(`The superuser's password ${paths.password} cannot be read (${systemCode(error) ?? String(error)}): put the file back, or start once with --reset to make a new cluster.`);
  }
}

function run(command: string, args: string[], account: Account): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...account.spawn, env: CHILD_ENV, cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("error", (error) => reject(new SetupError(`initdb cannot be started (${error.message}): run "npm ci" to install PostgreSQL anew.`)));
    child.once("close", (code) => {
      if (code === 0) return resolve();
      const lines = output.trim().split("\n");
      const line = lines.find((text) => /error|fatal|could not/i.test(text)) ?? lines.at(-1) ?? "no message";
      reject(new SetupError(`initdb could not make the cluster (exit ${code}): ${line.trim()}; free the named resource and start again.`));
    });
  });
}
