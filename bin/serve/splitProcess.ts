import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { childEnvironment, keepSettings, leaseSettings, logSettings, passwordSettings, serverSettings, tellingSettings } from "#platform/config.ts";
import { PROJECT_DIR } from "../install/dataDir.ts";

/** A process of the split: where it serves, and how it ends. */
export interface SplitProcess {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

const START_MS = 30_000;
const STOP_MS = 12_000;

/**
 * Starts `script` with its settings and `environment` in the environment and waits until it says where it serves. The process stands in a group
 * of its own (a terminal's Ctrl-C must reach the starter alone) and ends by itself when the starter is gone: its stdin closes.
 * @throws when it ends, or stays silent for 30 s, before it serves.
 */
export async function startSplitProcess(name: string, script: string, settings: object, environment: Readonly<Record<string, string>> = {}): Promise<SplitProcess> {
  const { redisUrl } = serverSettings();
  const { rangeUrl } = passwordSettings();
  const child = spawn(process.execPath, [join(PROJECT_DIR, script)], {
    cwd: PROJECT_DIR,
    detached: true,
    env: childEnvironment({ MARTGRAPH_PROCESS: JSON.stringify(settings), MARTGRAPH_LOG_LEVEL: logSettings().level, NODE_ENV: "production", MARTGRAPH_KEEP: keepSettings().keep ? "on" : "off", MARTGRAPH_LEASE_SECONDS: String(leaseSettings().seconds), APOLLO_TELEMETRY_DISABLED: "true", MARTGRAPH_WEBHOOKS_TO_PRIVATE: tellingSettings().allowPrivateWebhooks ? "1" : "0", ...(redisUrl ? { MARTGRAPH_REDIS_URL: redisUrl } : {}), ...(rangeUrl ? { MARTGRAPH_PASSWORD_RANGE_URL: rangeUrl } : {}), ...environment }),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  child.stdin?.on("error", () => {});
  const url = await Promise.race([
    announcedUrl(child),
    exited.then((code) => Promise.reject(new Error(`the ${name} process ended with code ${code} before it served`))),
    new Promise<never>((_, reject) => { setTimeout(() => reject(new Error(`the ${name} process did not serve within ${START_MS / 1000} s`)), START_MS).unref(); }),
  ]).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw error;
  });
  return { name, pid: child.pid as number, url, exited, stop: () => stop(child, exited) };
}

async function announcedUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the process has no stdout");
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith("{")) continue;
    const said = JSON.parse(line) as { ready?: boolean; url?: string };
    if (said.ready && said.url) return said.url;
  }
  // The race ends with the exit code, which says more.
  return new Promise<never>(() => {});
}

async function stop(child: ChildProcess, exited: Promise<number | null>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await exited;
  clearTimeout(timer);
}
