import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Child } from "./shop/children.ts";
import { httpFloor } from "./shop/floor.ts";
import { cpuUse, hasProc } from "./shop/cpu.ts";
import type { Command, RunReport } from "./shop/driver.ts";
import { readOperations, type Operation, type OperationsFile } from "./shop/operations.ts";
import { asText, type Measured, percentiles, round } from "./shop/report.ts";
import type { Kind } from "./shop/target.ts";

const OPTIONS = {
  json: { type: "boolean" },
  /** Names of operations, with commas between. */
  only: { type: "string" },
  /** Runs per operation, instead of the file's. */
  count: { type: "string" },
  /** Runs begun a second, instead of the file's. */
  rate: { type: "string" },
  /** What each statement is and how often it ran, per operation. */
  statements: { type: "boolean" },
  /** Switches off what the product keeps of earlier answers. */
  "no-cache": { type: "boolean" },
  /** Writes a CPU profile of the server into this folder. */
  profile: { type: "string" },
  /** Another server instead of ours. */
  target: { type: "string" },
  kind: { type: "string", default: "graphql" },
  operations: { type: "string", default: join(import.meta.dirname, "shop", "operations.json") },
  pid: { type: "string" },
  "postgres-pid": { type: "string" },
} as const;

const CONNECTIONS = 32;
const WARM = 1_000;
/** Runs in progress while CPU is measured: a server that is busy, as where CPU matters. */
const AT_ONCE = 8;

/** The server under test: ours, or whatever stands at --target. */
interface Server {
  url: string;
  pid: number | undefined;
  postgresPid: number | undefined;
  pools: Record<string, unknown[]>;
  statements(): Promise<{ statements: number; byName: Record<string, number> } | undefined>;
  stop(): Promise<void>;
}

/** What the operations of a shop cost, from the outside: see bench/README.md. Options are written with "=": `npm run bench -- shop --only=list --json`. */
export async function bench(): Promise<void> {
  const { values } = parseArgs({ args: process.argv.slice(2).filter((word) => word.startsWith("--")), options: OPTIONS });
  const file = readOperations(values.operations);
  const wanted = values.only?.split(",");
  const operations = file.operations.filter(({ name }) => !wanted || wanted.includes(name));
  if (operations.length === 0) throw new Error(`--only=${values.only} names none of ${file.operations.map(({ name }) => name).join(", ")}`);
  const server = await (values.target === undefined ? ourServer({ noCache: values["no-cache"] === true, profile: values.profile }) : otherServer(values.target, values.pid, values["postgres-pid"]));
  const driver = new Child("driver.ts");
  const floorBefore = await httpFloor();
  const tell = async <T>(command: Command): Promise<T> => {
    const { answer, error } = await driver.ask<{ answer?: T; error?: string }>(command);
    if (error !== undefined) throw new Error(error);
    return answer as T;
  };
  const all: Measured[] = [];
  try {
    await tell({ do: "open", url: server.url, kind: kindOf(values.kind), connections: CONNECTIONS, file, pools: server.pools });
    // A server that has run for a while: compiled, its plans made.
    for (const { name, prepare } of operations) {
      if (prepare) await tell({ do: "prepare", operation: name });
      await tell({ do: "busy", operation: name, count: WARM, atOnce: AT_ONCE });
    }
    for (const operation of operations) {
      const measured = await measure(operation, server, tell, { count: numberOf(values.count), rate: numberOf(values.rate) });
      all.push(measured);
      if (values.json !== true && values.statements === true) for (const [name, times] of Object.entries(measured.byName ?? {})) process.stdout.write(`  ${operation.name.padEnd(10)} ${times.toFixed(2).padStart(6)}  ${name}\n`);
    }
    await tell({ do: "close" });
  } finally {
    await driver.stop();
    await server.stop();
  }
  const floor = { before: floorBefore, after: await httpFloor() };
  if (values.json === true) process.stdout.write(`${JSON.stringify({ bench: "shop", title: file.title, at: new Date().toISOString(), cache: values["no-cache"] === true ? "off" : "on", httpFloorCpuMs: floor, operations: all })}\n`);
  else process.stdout.write(`${titleOf(file)}\n${asText(all, values.target === undefined)}\nThe yardstick: node:http that answers 5 kB and does nothing else took ${floor.before ?? "?"} CPU-ms a request before and ${floor.after ?? "?"} after, at ${AT_ONCE} at once; 0.04 on a quiet machine.\n`);
}

type Tell = <T>(command: Command) => Promise<T>;

async function measure(operation: Operation, server: Server, tell: Tell, instead: { count: number | undefined; rate: number | undefined }): Promise<Measured> {
  const [count, rate] = [instead.count ?? operation.count, instead.rate ?? operation.rate];
  await tell({ do: "prepare", operation: operation.name });
  const busy = (runs: number) => tell<RunReport>({ do: "busy", operation: operation.name, count: runs, atOnce: AT_ONCE });
  await busy(Math.min(WARM, count));
  const before = { cpu: cpuOf(server), statements: await server.statements() };
  const report = await busy(count);
  const after = { cpu: cpuOf(server), statements: await server.statements() };
  // At a rate of its own: what is timed is the server and no queue of ours.
  const timed = await tell<RunReport>({ do: "run", operation: operation.name, count: Math.ceil(count / 2), rate });
  const perRun = (value: number): number => round(value / report.runs);
  const names = Object.entries(after.statements?.byName ?? {}).map(([name, times]) => [name, perRun(times - (before.statements?.byName[name] ?? 0))] as const);
  return {
    operation: operation.name, runs: report.runs + timed.runs, errors: report.errors + timed.errors, firstError: report.firstError ?? timed.firstError,
    atOnce: AT_ONCE, perSecond: round(report.runs / report.seconds), rate, reachedRate: round(timed.runs / timed.seconds),
    cpuMs: before.cpu && after.cpu && { node: perRun(after.cpu.server - before.cpu.server), postgres: perRun(after.cpu.postgres - before.cpu.postgres) },
    statements: before.statements && after.statements && perRun(after.statements.statements - before.statements.statements),
    byName: after.statements && Object.fromEntries(names.filter(([, times]) => times > 0).sort(([, a], [, b]) => b - a)),
    latencyMs: percentiles(timed.latencies), bytes: perRun(report.bytes),
  };
}

const cpuOf = ({ pid, postgresPid }: Server) => (pid === undefined || !hasProc() ? undefined : cpuUse(pid, postgresPid));

async function ourServer({ noCache, profile }: { noCache: boolean; profile: string | undefined }): Promise<Server> {
  const dir = mkdtempSync(join(tmpdir(), "martgraph-bench-shop-"));
  chmodSync(dir, 0o755);
  const child = new Child("served.ts", {
    args: [join(dir, "data")], env: { MARTGRAPH_KEEP: noCache ? "off" : "on" },
    execArgv: profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`],
  });
  const stop = async (): Promise<void> => {
    await child.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const { url, words } = await child.next<{ url: string; words: string[] }>();
    return { url, pid: child.pid, postgresPid: undefined, pools: { words }, statements: () => child.ask("statements"), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function otherServer(url: string, pid: string | undefined, postgresPid: string | undefined): Promise<Server> {
  return { url, pid: numberOf(pid), postgresPid: numberOf(postgresPid), pools: {}, statements: async () => undefined, stop: async () => {} };
}

function kindOf(text: string): Kind {
  if (text !== "graphql" && text !== "rest") throw new Error(`--kind is "${text}"; it is graphql or rest`);
  return text;
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`"${text}" is no number above 0`);
  return value;
}

const titleOf = ({ title }: OperationsFile): string => title ?? "A shop";
