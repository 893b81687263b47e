import { readdirSync, readFileSync } from "node:fs";

/** CPU milliseconds (all threads, collector and compiler included) per run of `work`, once it is warm; the best of three rounds. */
export async function cpuPerRun(work: () => Promise<unknown>, rounds: { warm: number; runs: number; atOnce?: number }): Promise<number> {
  const run = async (count: number): Promise<void> => {
    const atOnce = rounds.atOnce ?? 8;
    for (let done = 0; done < count; done += atOnce) await Promise.all(Array.from({ length: Math.min(atOnce, count - done) }, work));
  };
  await run(rounds.warm);
  let best = Infinity;
  for (let round = 0; round < 3; round += 1) {
    const before = process.cpuUsage();
    await run(rounds.runs);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1_000 / rounds.runs);
  }
  return best;
}

export interface ProcessUse { pid: number; command: string; cpuMs: number; rssMb: number }

/** What a process and its descendants have used so far, from /proc; empty where there is none. */
export function processTree(root: number): ProcessUse[] {
  const all = new Map<number, ProcessUse & { parent: number }>();
  for (const name of entriesOf("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The command stands in brackets and may hold blanks; the fields after it are numbered from 3 in proc(5).
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      const rss = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1];
      all.set(Number(name), { pid: Number(name), parent: Number(fields[1]), command, cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, rssMb: Number(rss ?? 0) / 1024 });
    } catch {
      // It ended while we looked.
    }
  }
  const within = (pid: number): boolean => pid === root || (all.has(pid) && within((all.get(pid) as { parent: number }).parent));
  return [...all.values()].filter(({ pid }) => within(pid));
}

function entriesOf(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
