import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { Database } from "#platform/db/database.ts";
import { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from "../embeddedPostgres.ts";
import { UNSAFE_FAST_SETTINGS } from "../settings.ts";

export const AS_ROOT = process.getuid?.() === 0;

/** A folder of this test, which other users may enter; removed after it. */
export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "mg-pg-"));
  chmodSync(dir, 0o755);
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Starts a server that is stopped after the test, however the test ends. */
export async function start(dataDir: string, options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => {}, settings: UNSAFE_FAST_SETTINGS, ...options });
  onTestFinished(() => postgres.stop("immediate"));
  return postgres;
}

export function connect(postgres: EmbeddedPostgres, over: { host?: string; password?: string } = {}): Database {
  return Database.open({
    host: postgres.socketDir, port: postgres.port, user: postgres.superuser, password: postgres.password, database: "postgres", max: 1, ...over,
  });
}

/** The value of a setting, or of any one-column query. */
export async function ask(postgres: EmbeddedPostgres, sql: string): Promise<unknown> {
  await using db = connect(postgres);
  return Object.values((await db.raw(sql)).rows[0] ?? {})[0];
}

/** Runs starter.ts in a Node of its own; resolves with its first line, which says how the start went. */
export function startInChild(mode: "start" | "claim", dir: string, ids: { uid?: number; gid?: number } = {}): Promise<{ child: ChildProcess; said: Record<string, unknown> }> {
  const script = fileURLToPath(new URL("./starter.ts", import.meta.url));
  const child = spawn(process.execPath, [script, mode, dir], { stdio: ["ignore", "pipe", "inherit"], cwd: "/", ...ids });
  onTestFinished(() => void child.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf("\n");
      if (end >= 0) resolve({ child, said: JSON.parse(text.slice(0, end)) as Record<string, unknown> });
    });
    child.once("exit", (code) => reject(new Error(`the starter ended with ${code} before it said anything`)));
  });
}

export function killHard(child: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGKILL");
  return gone;
}
