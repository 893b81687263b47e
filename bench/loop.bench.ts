import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, existsSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { dataSetsDir } from "#platform/config.ts";

interface Step {
  step?: string;
  verdict?: string;
  seconds?: number;
  rows?: number;
  note?: string;
}
interface Ready {
  ready: true;
  url: string;
  accounts: { role: string; email: string; password: string }[];
}
interface Started {
  child: ChildProcess;
  ready: Ready;
  steps: Step[];
  seconds: number;
}

const say = (what: string, value: string) => void process.stdout.write(`${what.padEnd(64)} ${value}\n`);
const inSeconds = (seconds: number) => `${seconds.toFixed(1)} s`;

/**
 * The whole loop as a user sees it, in a clone of the last commit with nothing installed: first and second start on the real data,
 * orders to the published mart, memory.
 */
export async function bench(): Promise<void> {
  const data = join(dataSetsDir(), "online_retail_ii");
  if (!existsSync(data)) {
    say("the loop on real data", `not run: ${data} is missing (MARTGRAPH_DATA names another place)`);
    return;
  }
  const dir = mkdtempSync(join(tmpdir(), "martgraph-loop-"));
  chmodSync(dir, 0o755);
  try {
    const clone = join(dir, "clone");
    execFileSync("git", ["clone", "--quiet", join(import.meta.dirname, ".."), clone]);
    const first = await start(clone, ["--data", data]);
    for (const { step, seconds, rows, note } of first.steps) if (step !== undefined) say(`  ${step}`, `${inSeconds(seconds ?? 0)}${rows === undefined ? "" : `  ${rows} rows`}${note && note.length < 60 ? `  ${note}` : ""}`);
    const imported = first.steps.find((step) => step.step?.startsWith("Import"));
    say("first start from an empty clone, on the real data", inSeconds(first.seconds));
    if (imported?.rows && imported.seconds) say("import", `${Math.round(imported.rows / imported.seconds)} lines/s`);
    const pipeline = first.steps.find((step) => step.step === "Pipeline");
    say("full pipeline: raw to published marts, two models, predictions", inSeconds(pipeline?.seconds ?? Number.NaN));
    await increment(first, clone);
    say("RSS of the serving process", `${await rss(first.child)} MB`);
    await stop(first.child);
    const second = await start(clone, []);
    say("second start", inSeconds(second.seconds));
    await stop(second.child);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function start(clone: string, args: string[]): Promise<Started> {
  const began = performance.now();
  const child = spawn(process.execPath, [join(clone, "bin/martgraph.mjs"), "start", "--json", "--port", "0", "--build-every", "0", ...args], { cwd: clone, stdio: ["ignore", "pipe", "pipe"] });
  const steps: Step[] = [];
  createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => {
    try {
      steps.push(JSON.parse(line) as Step);
    } catch {
      process.stderr.write(`${line}\n`);
    }
  });
  const ready = await new Promise<Ready>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => { if (line.startsWith("{")) resolve(JSON.parse(line) as Ready); });
    child.once("exit", (code) => reject(new Error(`start ended with code ${code}: ${JSON.stringify(steps.at(-1))}`)));
  });
  return { child, ready, steps, seconds: (performance.now() - began) / 1000 };
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

/** Places an order through the graph, then times a `pipeline run` that publishes it: a new process that loads dbt and Great Expectations. */
async function increment({ ready }: Started, clone: string): Promise<void> {
  const { email, password } = ready.accounts.find((account) => account.role === "CUSTOMER") as Ready["accounts"][number];
  const login = await ask(ready.url, "mutation($input: LoginInput!) { login(input: $input) { ... on TokenPair { accessToken } } }", { input: { email, password } });
  const token = (login["login"] as { accessToken: string }).accessToken;
  for (const which of ["first", "second", "third"]) {
    await placeOrder(ready.url, token);
    const began = performance.now();
    await runPipeline(clone);
    say(`one new order to the published mart, by pipeline run (${which} time)`, inSeconds((performance.now() - began) / 1000));
  }
}

async function placeOrder(url: string, token: string): Promise<void> {
  const products = await ask(url, "{ products(first: 20) { nodes { variants(first: 1) { nodes { id availability { available } price { validFrom } } } } } }", {}, token);
  const variants = (products["products"] as { nodes: { variants: { nodes: { id: string; availability: { available: number }; price: object | null }[] } }[] }).nodes.flatMap((node) => node.variants.nodes);
  const variant = variants.find((one) => one.availability.available > 0 && one.price !== null);
  if (!variant) throw new Error("none of the first products can be bought");
  const cart = await ask(url, "mutation { cartCreate(input: {}) { __typename ... on CartCreateSuccess { cart { id } } } }", {}, token);
  const cartId = (cart["cartCreate"] as { cart: { id: string } }).cart.id;
  await ask(url, "mutation($input: CartLinesSetInput!) { cartLinesSet(input: $input) { __typename } }", { input: { cartId, lines: [{ variantId: variant.id, quantity: 1 }] } }, token);
  const done = await ask(url, "mutation($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) { __typename } }", { input: { cartId, idempotencyKey: crypto.randomUUID() } }, token);
  const outcome = (done["checkoutComplete"] as { __typename: string }).__typename;
  if (outcome !== "CheckoutCompleteSuccess") throw new Error(`checkout answered ${outcome}`);
}

async function ask(url: string, query: string, variables: object, token?: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { data?: Record<string, unknown>; errors?: { message: string }[] };
  if (errors || !data) throw new Error(errors?.map((error) => error.message).join("; ") ?? `HTTP ${answer.status}`);
  return data;
}

function runPipeline(clone: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(clone, "bin/martgraph.mjs"), "pipeline", "run", "--json"], { cwd: clone, stdio: ["ignore", "ignore", "ignore"] });
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`pipeline run ended with code ${code}`))));
  });
}

async function rss(child: ChildProcess): Promise<number> {
  // The process that serves is a child of the one that sets up.
  const { readdirSync, readFileSync } = await import("node:fs");
  let most = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      if (!command.includes("bin/main.ts\0start") || !/^PPid:\s+(\d+)/m.exec(status)?.[1]?.match(String(child.pid))) continue;
      most = Math.max(most, Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      // The process ended while we looked, or this is no Linux: the figure stays 0.
    }
  }
  return Math.round(most / 1024);
}
