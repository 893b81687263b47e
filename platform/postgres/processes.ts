import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { systemCode } from "./setupError.ts";

/**
 * Whether a process with this id runs. A zombie counts as gone: in a container whose first process
 * does not reap, a killed PostgreSQL stays in the table for ever.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) !== "EPERM") return false;
  }
  return procStat(pid)?.state !== "Z";
}

/**
 * A text that tells a process from a later one with the same id: boot and start time.
 * Undefined when there is no such process.
 */
export function identityOf(pid: number): string | undefined {
  const stat = procStat(pid);
  if (stat) return stat.state === "Z" ? undefined : `${bootId()}/${stat.startTicks}`;
  if (process.platform === "linux") return undefined;
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Whether `pid` is a PostgreSQL whose data directory is `clusterDir`: the postmaster works inside it. */
export function isPostmasterOf(pid: number, clusterDir: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === "linux") {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === clusterDir;
    } catch {
      return false; // another user's process, hence not ours
    }
  }
  try {
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).includes(clusterDir);
  } catch {
    return false;
  }
}

/** Waits until the process is gone; false when it still runs after `timeoutMs`. */
export async function waitUntilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() >= deadline) return false;
    await sleep(20);
  }
  return true;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function procStat(pid: number): { state: string; startTicks: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // the command name stands in parentheses and may hold anything, so count from the last one (proc(5))
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "?", startTicks: fields[19] ?? "?" };
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "-";
  }
}
