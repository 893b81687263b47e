import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { childEnvironment, fetchingEnvironment } from "#platform/config.ts";
import { makeEmulatorFolder } from "./emulatorFolder.ts";
import { freeLoopbackPort } from "./freeLoopbackPort.ts";
import { findPython313 } from "./python313.ts";

const run = promisify(execFile);
const HERE = fileURLToPath(new URL("localBigQuery/", import.meta.url));
const UV = fileURLToPath(new URL("../../../../.martgraph/uv/bin/uv", import.meta.url));
const LOCK = join(HERE, "lock.txt");
const INSTALL_MS = 400_000;
const START_MS = 60_000;

/** A BigQuery emulator (local-bigquery over DuckDB) of its own, empty, on a loopback port. */
export interface Emulator extends AsyncDisposable {
  readonly endpoint: string;
  readonly project: string;
}

/** The emulator's Python environment, made at the first time from our lock file; or the reason why the execution gate cannot run. */
export async function findEmulator(): Promise<{ python: string } | { missing: string }> {
  const stamp = createHash("sha256").update(readFileSync(LOCK)).digest("hex").slice(0, 12);
  const cache = join(homedir(), ".cache", "martgraph", `local-bigquery-0.4.0-${stamp}`);
  const python = join(cache, "bin", "python");
  if (existsSync(join(cache, "complete"))) return { python };
  const found = await findPython313();
  if ("missing" in found) return { missing: `the BigQuery emulator needs Python 3.13, and ${found.missing}` };
  if (!existsSync(UV)) return { missing: "the product's own Python set-up has not run yet, which brings uv: run `node bin/martgraph.mjs setup`" };
  const env = fetchingEnvironment();
  try {
    // Made in place: a virtual environment knows its path.
    await run(UV, ["venv", "--clear", "--python", found.program, cache], { env, timeout: INSTALL_MS });
    await run(UV, ["pip", "sync", "--python", python, "--require-hashes", LOCK], { env, timeout: INSTALL_MS });
    await run(python, ["-c", `open(${JSON.stringify(join(cache, "complete.part"))}, "w").close()`], { env, timeout: INSTALL_MS });
    renameSync(join(cache, "complete.part"), join(cache, "complete"));
    return { python };
  } catch (error) {
    return { missing: `the BigQuery emulator could not be installed for ${found.program}: ${(error as Error).message.split("\n").slice(0, 3).join(" ")}` };
  }
}

/** @throws Error with its last words when the emulator does not come up. */
export async function startEmulator(python: string): Promise<Emulator> {
  const data = makeEmulatorFolder();
  const port = await freeLoopbackPort();
  const child = spawn(python, [join(HERE, "serve.py"), String(port), String(await freeLoopbackPort(port)), data], { stdio: ["pipe", "ignore", "pipe"], env: childEnvironment() });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-2_000)));
  const gone = new Promise<void>((done) => child.once("exit", () => done()));
  const stop = async () => {
    child.kill("SIGKILL");
    await gone;
    rmSync(data, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  for (const started = Date.now(); Date.now() - started < START_MS; ) {
    if (child.exitCode !== null) break;
    if (await fetch(`${endpoint}/bigquery/v2/projects/proof/datasets`).then((answer) => answer.ok, () => false)) return { endpoint, project: "proof", [Symbol.asyncDispose]: stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`the BigQuery emulator did not come up: ${words}`);
}
