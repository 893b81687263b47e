import { readdirSync, readFileSync } from "node:fs";

/** CPU milliseconds used so far, told apart. */
export interface CpuUse {
  /** The server and its descendants that are not PostgreSQL. */
  server: number;
  /** Every PostgreSQL process below the server, or below the process named for it: backends and background workers. */
  postgres: number;
}

/** What a server, its descendants and (where it is not one of them) a PostgreSQL have used so far, all threads; from /proc. */
export function cpuUse(server: number, postgres?: number): CpuUse {
  const processes = [...readProcesses().values()];
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  const under = (pid: number, root: number): boolean => pid === root || (parents.has(pid) && under(parents.get(pid) as number, root));
  const use: CpuUse = { server: 0, postgres: 0 };
  for (const { pid, name, endedChildrenMs } of processes) {
    const named = postgres !== undefined && under(pid, postgres);
    // A backend whose connection is closed between two looks must not take its share along.
    if (named || (name === "postgres" && under(pid, server))) use.postgres += cpuMs(pid) + endedChildrenMs;
    else if (under(pid, server)) use.server += cpuMs(pid);
  }
  return use;
}

/** False where processes cannot be looked into: then CPU is not told. */
export function hasProc(): boolean {
  return cpuMs(process.pid) > 0;
}

interface Seen { pid: number; parent: number; name: string; endedChildrenMs: number }

function readProcesses(): Map<number, Seen> {
  const found = new Map<number, Seen>();
  for (const entry of entriesOf("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = textOf(`/proc/${entry}/stat`);
    // The name stands in brackets and may hold blanks.
    const [open, close] = [stat.indexOf("("), stat.lastIndexOf(")")];
    if (close <= open) continue;
    // Numbered from 3 in proc(5): 4 is the parent, 16 and 17 the ticks of children that ended.
    const fields = stat.slice(close + 2).split(" ").map(Number);
    found.set(Number(entry), { pid: Number(entry), parent: fields[1] ?? 0, name: stat.slice(open + 1, close), endedChildrenMs: ((fields[13] ?? 0) + (fields[14] ?? 0)) * 10 });
  }
  return found;
}

/** The scheduler's account in nanoseconds where the kernel keeps one, else the clock ticks of 10 ms. */
function cpuMs(pid: number): number {
  const threads = entriesOf(`/proc/${pid}/task`).map((thread) => Number(textOf(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0]) / 1e6);
  const living = threads.reduce((sum, ms) => sum + ms, 0);
  const stat = textOf(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // the ticks count threads that ended as well, as dbt's do
  return fields.length > 12 ? Math.max(living, (Number(fields[11]) + Number(fields[12])) * 10) : living;
}

function entriesOf(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it ended while we looked
  }
}
