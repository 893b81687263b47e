import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "#platform/config.ts";
import { runTool, startChild, ToolError } from "../../tools/exec.ts";
import type { InstalledSuperset } from "./installSuperset.ts";

const RECIPE = fileURLToPath(new URL("../../../deploy/superset", import.meta.url));
const PREPARE_MS = 300_000;
const READY_MS = 180_000;

export interface SupersetOptions {
  installed: InstalledSuperset;
  /** Keeps Superset's database and secrets; made where it is not there, readable for its owner alone. */
  home: string;
  port: number;
  /** Password of bi_reader, which Superset looks up at every connection; it is stored nowhere. */
  biPassword: string;
  signal?: AbortSignal;
}

/** A Superset that serves on loopback. */
export interface RunningSuperset {
  readonly url: string;
  readonly admin: { readonly name: string; readonly password: string };
  /** Resolves when it goes away, with its last words. */
  readonly gone: Promise<{ stderr: string }>;
  close(): Promise<void>;
}

interface Secrets {
  secretKey: string;
  adminPassword: string;
}

/**
 * Makes Superset's database ready and starts one worker on 127.0.0.1. An installation keeps its secret key and its
 * administrator's password, so that sessions and stored passwords of other databases survive.
 * @throws ToolError with Superset's last words when it does not come up.
 */
export async function startSuperset(options: SupersetOptions): Promise<RunningSuperset> {
  const { installed, home, port } = options;
  const secrets = loadSecrets(home);
  const admin = { name: "admin", password: secrets.adminPassword };
  const env = childEnvironment({
    SUPERSET_CONFIG_PATH: join(RECIPE, "superset_config.py"),
    FLASK_APP: "superset.app:create_app()",
    SUPERSET_HOME: home,
    MARTGRAPH_SUPERSET_HOME: home,
    MARTGRAPH_SUPERSET_SECRET_KEY: secrets.secretKey,
    MARTGRAPH_SUPERSET_ADMIN: admin.name,
    MARTGRAPH_SUPERSET_PASSWORD: admin.password,
    MARTGRAPH_BI_PASSWORD: options.biPassword,
    SCARF_ANALYTICS: "false",
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONWARNINGS: "ignore",
  });
  const prepared = await runTool({ file: installed.python, args: ["-I", join(RECIPE, "prepare.py")], env, cwd: home, timeoutMs: PREPARE_MS, ...(options.signal ? { signal: options.signal } : {}) });
  if (prepared.exitCode !== 0) throw new ToolError(`Superset could not make its database ready: ${lastLine(prepared.stderr)}`, prepared.stderr);
  const log = join(home, "superset.log");
  writeFileSync(log, prepared.stderr, { mode: 0o600 });
  let words = "";
  const args = ["-I", "-m", "gunicorn", "--bind", `127.0.0.1:${port}`, "--workers", "1", "--worker-class", "gthread", "--threads", "4", "--timeout", "120", "--graceful-timeout", "3", "--log-level", "warning", "superset.app:create_app()"];
  const child = startChild({ file: installed.python, args, env, cwd: home }, () => {}, (text) => {
    words = (words + text).slice(-4_000);
    appendFileSync(log, text);
  });
  const url = `http://127.0.0.1:${port}`;
  const close = async () => {
    terminate(child.pid);
    await child.close(5_000);
  };
  let isGone = false;
  void child.gone.then(() => { isGone = true; });
  const until = performance.now() + READY_MS;
  for (;;) {
    if (options.signal?.aborted) {
      await close();
      throw new ToolError("Superset was stopped");
    }
    if (isGone) throw new ToolError(`Superset ended before it served: ${lastLine(words)}`, words);
    if (await answers(url)) return { url, admin, gone: child.gone, close };
    if (performance.now() > until) {
      await close();
      throw new ToolError(`Superset did not answer within ${READY_MS / 1000} s: ${lastLine(words)}`, words);
    }
    await sleep(150);
  }
}

function loadSecrets(home: string): Secrets {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  chmodSync(home, 0o700);
  const file = join(home, "secrets.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Secrets;
  const made: Secrets = { secretKey: randomBytes(42).toString("base64url"), adminPassword: randomBytes(12).toString("base64url") };
  writeFileSync(file, `${JSON.stringify(made)}\n`, { mode: 0o600 });
  return made;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}

function terminate(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // gone already
  }
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "it said nothing";
