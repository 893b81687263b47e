import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive } from "#platform/postgres/processes.ts";
import { SetupError, systemCode } from "#platform/postgres/setupError.ts";

export const PROJECT_DIR = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Where an installation keeps what is its own. */
export interface DataDir {
  readonly root: string;
  readonly secretsFile: string;
  readonly runtimeFile: string;
  /** dbt targets, worker state, training output: can be thrown away. */
  readonly stateDir: string;
}

export function dataDirAt(path: string | undefined): DataDir {
  const root = path ? resolve(path) : join(PROJECT_DIR, ".martgraph", "data");
  return { root, secretsFile: join(root, "secrets.json"), runtimeFile: join(root, "runtime.json"), stateDir: join(root, "state") };
}

/** What a running `martgraph start` tells other commands: how to reach the servers it holds. */
export interface Runtime {
  pid: number;
  shop: ServerAddress;
  warehouse: ServerAddress;
  url?: string;
}

export interface ServerAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** Writes a file that only its owner can read, replaced in one step so that a crash never leaves half of it. */
export function writePrivate(file: string, content: string): void {
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, content, { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    if (["EACCES", "EROFS", "EPERM"].includes(systemCode(error) ?? "")) {
      throw new SetupError(`The directory ${dirname(file)} cannot be written: make it writable for this user, or choose another with --data-dir.`);
    }
    throw error;
  }
}

export function readRuntime(dir: DataDir): Runtime | undefined {
  try {
    const runtime = JSON.parse(readFileSync(dir.runtimeFile, "utf8")) as Runtime;
    return isAlive(runtime.pid) ? runtime : undefined;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function removeRuntime(dir: DataDir): void {
  rmSync(dir.runtimeFile, { force: true });
}

/** Throws the installation away, claims aside (they belong to whoever holds the directory). */
export function wipe(dir: DataDir, names: readonly string[]): void {
  for (const name of names) rmSync(join(dir.root, name), { recursive: true, force: true });
}
