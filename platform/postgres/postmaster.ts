import { readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { isAlive, isPostmasterOf, sleep, waitUntilGone } from "./processes.ts";
import { socketPath } from "./socketDirectory.ts";

/** What a running server writes of itself (src/include/utils/pidfile.h of PostgreSQL). */
export interface PostmasterFile {
  pid: number;
  port: number;
  socketDir: string;
  status: string;
}

export function readPostmasterFile(clusterDir: string): PostmasterFile | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(clusterDir, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return undefined;
  }
  const pid = Math.abs(Number(lines[0]));
  if (!Number.isInteger(pid) || pid === 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), socketDir: lines[4] ?? "", status: (lines[7] ?? "").trim() };
}

/** The command line, in PostgreSQL's own quoting, with which the server was last started. */
export function readPostmasterOptions(clusterDir: string): string | undefined {
  try {
    return readFileSync(join(clusterDir, "postmaster.opts"), "utf8").trim();
  } catch {
    return undefined;
  }
}

/** The line PostgreSQL would write into postmaster.opts for this command (CreateOptsFile in postmaster.c). */
export function optionsLine(postgres: string, args: readonly string[]): string {
  return [postgres, ...args.map((arg) => `"${arg}"`)].join(" ");
}

/**
 * The server of this cluster when one runs. A file left by a killed server is removed once its process
 * is certainly no PostgreSQL of this cluster, because PostgreSQL itself would trust a reused process id.
 */
export function findRunning(clusterDir: string): PostmasterFile | undefined {
  const file = readPostmasterFile(clusterDir);
  if (!file) return undefined;
  if (isPostmasterOf(file.pid, clusterDir)) return file;
  rmSync(join(clusterDir, "postmaster.pid"), { force: true });
  return undefined;
}

/** Waits for "ready" in the server's own file and for an answer on its socket. */
export async function waitUntilReady(clusterDir: string, pid: number, timeoutMs: number): Promise<PostmasterFile | undefined> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const file = readPostmasterFile(clusterDir);
    if (file?.pid === pid && file.status === "ready" && (await answers(socketPath(file.socketDir, file.port)))) return file;
    if (!isAlive(pid)) return undefined;
    await sleep(20);
  }
  return undefined;
}

/** Asks for TLS, which a PostgreSQL on a socket declines with one byte (protocol, "SSL Session Encryption"). */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const finish = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(2_000, () => finish(false));
    socket.once("error", () => finish(false));
    socket.once("data", () => finish(true));
    socket.once("connect", () => {
      const request = Buffer.alloc(8);
      request.writeInt32BE(8, 0);
      request.writeInt32BE(80_877_103, 4);
      socket.write(request);
    });
  });
}

/** smart waits for clients to leave, fast ends their sessions, immediate leaves recovery to the next start. */
export type StopMode = "smart" | "fast" | "immediate";

const SIGNALS = { smart: "SIGTERM", fast: "SIGINT", immediate: "SIGQUIT" } as const;

/** Stops a server and waits until it is gone; what does not stop in `timeoutMs` is stopped the harder way. */
export async function stopPostmaster(pid: number, mode: StopMode, timeoutMs = 30_000): Promise<void> {
  const ladder: StopMode[] = mode === "smart" ? ["smart", "fast", "immediate"] : mode === "fast" ? ["fast", "immediate"] : ["immediate"];
  for (const step of ladder) {
    try {
      process.kill(pid, SIGNALS[step]);
    } catch {
      return; // gone already
    }
    if (await waitUntilGone(pid, timeoutMs)) return;
  }
  process.kill(pid, "SIGKILL");
  await waitUntilGone(pid, timeoutMs);
}
