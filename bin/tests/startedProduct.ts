import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { OPERATIONS_DIR } from "#gateway/graphiql/examples.ts";
import { childEnvironment } from "#platform/config.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { waitUntilGone } from "#platform/postgres/processes.ts";
import { PROJECT_DIR, type ServerAddress } from "../install/dataDir.ts";
import { addressFromUrl } from "../install/databases.ts";
import type { AccountRole } from "../install/secrets.ts";

/** How a command ended, and what it said. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
export type Data = Record<string, any>;

export interface Reply {
  status: number;
  data: Data;
  errors: { message: string; extensions: Data }[];
}

export interface CallOptions {
  /** Settings of the environment on top of what a program needs to run. */
  env?: Record<string, string>;
  uid?: number;
  gid?: number;
}

/** The last line of stdout of a `--json` start that serves. */
export interface ReadyLine {
  ready: true;
  url: string;
  accounts: { role: AccountRole; email: string; password: string }[];
  bi: string;
}

/** A `martgraph start` that runs. */
export interface Starting {
  readonly pid: number;
  /** The steps it printed, in order. */
  readonly steps: { step: string; verdict: string; note?: string; rows?: number }[];
  /** Resolves when the process is gone and its output is complete. */
  readonly ended: Promise<Ended>;
  /** Rejects with everything it said when it ends before it serves. */
  readonly serving: Promise<ReadyLine>;
  signal(name: NodeJS.Signals): void;
}

/** One that serves. */
export interface StartedProduct extends Starting {
  readonly ready: ReadyLine;
  /** Runs an operation of schema/graphql/operations; `token` as `login` answers it. */
  run(operation: string, variables?: object, token?: string): Promise<Reply>;
  login(role: AccountRole): Promise<string>;
}

const MAIN = join(PROJECT_DIR, "bin", "main.ts");
/** The machine may be busy with anything: only a start that hangs may end here. */
const PATIENCE_MS = 400_000;
const started = new Set<ChildProcess>();

/** A new folder that the account of PostgreSQL can enter, also where root runs the tests. */
export function makeScratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "mg-e2e-"));
  chmodSync(folder, 0o755);
  return folder;
}

function launch(args: readonly string[], options: CallOptions): { child: ChildProcess; ended: Promise<Ended> } {
  const { env = {}, ...account } = options;
  // In a session of its own, as under a terminal: a signal to the test run must not reach it before the hooks do.
  // The channel is the launcher's: when the test run itself is killed, the product stops in order.
  const child = spawn(process.execPath, [MAIN, ...args], { ...account, env: childEnvironment(env), cwd: "/", detached: true, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  started.add(child);
  const said = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
  const ended = new Promise<Ended>((resolve) => {
    child.once("error", (error) => resolve({ code: null, stdout: "", stderr: error.message }));
    const end = (code: number | null) => { started.delete(child); resolve({ code, ...said }); };
    child.once("close", end);
    // What a killed start leaves behind may hold its stderr for a while.
    child.once("exit", (code) => setTimeout(end, 2_000, code));
  });
  return { child, ended };
}

/** Runs a command to its end. */
export async function martgraph(args: readonly string[], options: CallOptions = {}): Promise<Ended> {
  const { child, ended } = launch(args, options);
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  return ended.finally(() => clearTimeout(timer));
}

/** The document on the last line that a `--json` command printed. */
export const lastLine = (text: string): Data => JSON.parse(text.trimEnd().split("\n").at(-1) ?? "") as Data;

/** Begins a start. It is killed when it does not serve for very long. */
export function beginStart(dataDir: string, more: readonly string[] = [], options: CallOptions = {}): Starting {
  const { child, ended } = launch(["start", "--json", "--port", "0", "--build-every", "0", "--data-dir", dataDir, ...more], options);
  const steps: Starting["steps"] = [];
  if (!child.stdout || !child.stderr) throw new Error("a piped process has its streams");
  createInterface({ input: child.stderr }).on("line", (line) => {
    const said = line.startsWith("{") ? (JSON.parse(line) as Data) : {};
    if (said["step"]) steps.push(said as Starting["steps"][number]);
  });
  const lines = createInterface({ input: child.stdout });
  const said = new Promise<ReadyLine>((resolve) => lines.once("line", (line) => resolve(JSON.parse(line) as ReadyLine)));
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const serving = Promise.race([said, ended.then((end) => Promise.reject(new Error(`start ended before it served: ${JSON.stringify(end)}`)))]).finally(() => clearTimeout(timer));
  serving.catch(() => {}); // some tests end it before
  return { pid: child.pid as number, steps, ended, serving, signal: (name) => void child.kill(name) };
}

/** Starts the product and waits until it serves. */
export async function startProduct(dataDir: string, more: readonly string[] = [], options: CallOptions = {}): Promise<StartedProduct> {
  const starting = beginStart(dataDir, more, options);
  const ready = await starting.serving;
  const run: StartedProduct["run"] = async (operation, variables = {}, token) => {
    const query = readFileSync(join(OPERATIONS_DIR, `${operation}.graphql`), "utf8");
    const response = await fetch(ready.url, {
      method: "POST", body: JSON.stringify({ query, operationName: operation, variables }),
      headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    });
    const body = (await response.json()) as { data?: Data; errors?: [] };
    return { status: response.status, data: body.data ?? {}, errors: body.errors ?? [] };
  };
  return {
    ...starting, ready, run,
    async login(role) {
      const account = ready.accounts.find((one) => one.role === role);
      const { data } = await run("Login", { input: { email: account?.email, password: account?.password } });
      return String(data["login"].accessToken);
    },
  };
}

/** Ends what a failed test has left, and the PostgreSQL of the data directories. */
export async function endEverything(dataDirs: readonly string[]): Promise<void> {
  for (const child of started) child.kill("SIGTERM");
  for (const child of started) if (child.pid !== undefined && !(await waitUntilGone(child.pid, 30_000))) child.kill("SIGKILL");
  for (const dir of dataDirs) {
    const pid = postmasterOf(dir);
    if (pid === undefined) continue;
    try {
      process.kill(pid, "SIGINT");
    } catch {
      continue; // a stale file
    }
    await waitUntilGone(pid, 30_000);
  }
}

/** The PostgreSQL of a data directory, by its own file. */
export function postmasterOf(dataDir: string): number | undefined {
  try {
    return Number(readFileSync(join(dataDir, "postgres", "cluster", "postmaster.pid"), "utf8").split("\n")[0]);
  } catch {
    return undefined;
  }
}

/** The owner's pool of a database of a started product. */
export function openAsOwner(dataDir: string, which: "shop" | "warehouse"): Database {
  const runtime = JSON.parse(readFileSync(join(dataDir, "runtime.json"), "utf8")) as Record<typeof which, ServerAddress>;
  return Database.open({ ...runtime[which], max: 2, applicationName: "test" });
}

/** What a BI tool makes of the connection string that start prints. */
export function openAsBi(ready: ReadyLine, more: Partial<DatabaseConfig> = {}): Database {
  return Database.open({ ...addressFromUrl(ready.bi, "bi", "warehouse"), max: 2, applicationName: "BI", ...more });
}
