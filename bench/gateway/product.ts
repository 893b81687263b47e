import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { processTree } from "./measure.ts";
import type { ProcessUse } from "./measure.ts";

const PROJECT = join(import.meta.dirname, "..", "..");
const WARM = 300;
const RUNS = 600;
const AT_ONCE = 8;

interface Ready { url: string; accounts: { role: string; email: string; password: string }[] }
interface Started { child: ChildProcess; ready: Ready }
interface Reply { data?: Record<string, unknown> | null; errors?: { message: string }[] }

/** CPU and memory of the whole product on a small generated shop, its marts published, in both shapes. PostgreSQL's own share is told apart. */
export async function measureProduct(say: (what: string, value: string) => void): Promise<void> {
  if (processTree(process.pid).length === 0) return say("the product's CPU per request", "not measured: this system has no /proc");
  const dir = mkdtempSync(join(tmpdir(), "martgraph-gateway-"));
  chmodSync(dir, 0o755);
  try {
    for (const [shape, extra] of [["one process", []], ["six processes", ["--split"]]] as const) {
      const started = await start(["--size", "tiny", "--data-dir", join(dir, "data"), ...extra]);
      try {
        await measure(shape, started, say);
      } finally {
        await stop(started.child);
      }
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measure(shape: string, { child, ready }: Started, say: (what: string, value: string) => void): Promise<void> {
  const token = async (role: string): Promise<string> => {
    const { email, password } = ready.accounts.find((account) => account.role === role) as Ready["accounts"][number];
    const { data } = await ask(ready.url, operation("Login"), { input: { email, password } });
    const login = data?.["login"] as { accessToken?: string } | undefined;
    if (!login?.accessToken) throw new Error(`the demo account of ${role} could not log in`);
    return login.accessToken;
  };
  const admin = await token("ADMIN");
  const me = (await ask(ready.url, operation("Me"), {}, await token("CUSTOMER"))).data?.["me"] as { id: string };
  const products = (await ask(ready.url, "{ products(first: 100) { nodes { id } } }", {})).data?.["products"] as { nodes: { id: string }[] };
  let turn = 0;
  const cases: [string, () => Promise<Reply>][] = [
    // Another product each time: no two requests could share an answer.
    ["product page", () => ask(ready.url, operation("ProductPage"), { id: products.nodes[turn++ % products.nodes.length]?.id })],
    ["five-subgraph query", () => ask(ready.url, operation("FiveSubgraphs"), { userId: me.id, similar: 1 + (turn++ % 5), lines: 5 + (turn % 7) }, admin)],
  ];
  for (const [name, request] of cases) {
    const run = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, request));
    };
    const { errors } = await request();
    await run(WARM);
    const before = processTree(child.pid as number);
    const startedAt = performance.now();
    await run(RUNS);
    const seconds = (performance.now() - startedAt) / 1_000;
    const [ours, postgres] = spent(before, processTree(child.pid as number));
    say(`${shape}: ${name}${errors ? ` (with ${errors.length} errors: ${errors[0]?.message})` : ""}`, `${(ours / RUNS).toFixed(2)} CPU-ms + ${(postgres / RUNS).toFixed(2)} in PostgreSQL, ${Math.round(RUNS / seconds)} requests/s at ${AT_ONCE} at once`);
  }
  const serving = processTree(child.pid as number).filter(({ command }) => !isPostgres(command) && /bin\/main\.ts|\/main\.ts/.test(command));
  say(`${shape}: RSS of the serving processes`, `${serving.map(({ rssMb }) => Math.round(rssMb)).join(" + ")} MB`);
}

const isPostgres = (command: string): boolean => /postgres/.test(command.split(" ")[0] ?? "");

function spent(before: readonly ProcessUse[], after: readonly ProcessUse[]): [ours: number, postgres: number] {
  const earlier = new Map(before.map(({ pid, cpuMs }) => [pid, cpuMs]));
  let [ours, postgres] = [0, 0];
  for (const { pid, command, cpuMs } of after) {
    const used = cpuMs - (earlier.get(pid) ?? 0);
    if (isPostgres(command)) postgres += used;
    else ours += used;
  }
  return [ours, postgres];
}

const operation = (name: string): string => readFileSync(join(PROJECT, "schema", "graphql", "operations", `${name}.graphql`), "utf8");

async function ask(url: string, query: string, variables: object, token?: string): Promise<Reply> {
  const answer = await fetch(url, {
    method: "POST", body: JSON.stringify({ query, variables }),
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
  return (await answer.json()) as Reply;
}

async function start(args: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [join(PROJECT, "bin/martgraph.mjs"), "start", "--json", "--port", "0", "--build-every", "0", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let last = "";
  createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => { last = line; });
  const ready = await new Promise<Ready>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => { if (line.startsWith("{")) resolve(JSON.parse(line) as Ready); });
    child.once("exit", (code) => reject(new Error(`start ended with code ${code}: ${last}`)));
  });
  return { child, ready };
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}
