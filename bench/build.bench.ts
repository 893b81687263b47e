import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dataSetsDir } from "#platform/config.ts";
import type { Database } from "#platform/db/database.ts";
import type { EmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";
import { fillGenerated } from "#shopdata/generated/fillGenerated.ts";
import type { GeneratedSize } from "#shopdata/generated/generateShop.ts";
import { importOnlineRetail } from "#shopdata/onlineRetail/importOnlineRetail.ts";
import { type BenchWarehouse, openBenchWarehouse, placeOrders } from "./build/warehouse.ts";
import { cpuUse } from "./shop/cpu.ts";
import { withServer } from "./withServer.ts";

const SHOWN = 10;
const asJson = process.argv.includes("--json");
const option = (name: string): string | undefined => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const say = (what: string, value: string) => asJson || process.stdout.write(`${what.padEnd(64)} ${value}\n`);
const inSeconds = (seconds: number) => `${seconds.toFixed(1)} s`;

interface Costs {
  seconds: number;
  /** CPU seconds: the Python processes with this one, and every process of PostgreSQL. */
  tools: number;
  postgres: number;
}
interface DbtCosts {
  nodes: number;
  /** From the first node to the last. */
  elapsed: number;
  /** What nodes spent in `execute`, over the threads that ran them; the rest of `elapsed` is dbt's own. */
  executing: number;
  compiling: number;
  dearest: { node: string; seconds: number }[];
}
interface Build extends Costs {
  what: string;
  state: string;
  reason: string | null;
  /** Seconds from the ledger. */
  assets: { asset: string; seconds: number; rows: number | null }[];
  dbt: DbtCosts;
}
interface Measured { data: string; orders: number; lines: number; builds: Build[] }

/**
 * What a build costs from the shop's change to published marts: from nothing, after one order and after a day of them, on real data and
 * on a generated shop, and how it grows with ten times the history. Asserts nothing.
 */
export async function bench(): Promise<void> {
  await withServer("build", measureAll);
}

async function measureAll(server: EmbeddedPostgres, dir: string): Promise<void> {
  const path = option("data") ?? join(dataSetsDir(), "online_retail_ii");
  const size: GeneratedSize = option("size") === "tiny" ? "tiny" : "demo";
  const times = Number(option("times") ?? 10);
  const measured: Measured[] = [];
  const one = async (name: string, data: string, fill: (shop: Database) => Promise<unknown>) => {
    const opened = await openBenchWarehouse(server, dir, name);
    try {
      await fill(opened.shop);
      measured.push(await measure(opened, data, server.pid));
    } finally {
      await opened.close();
    }
  };
  if (path !== "none" && existsSync(path)) await one("real", "Online Retail II", (shop) => importOnlineRetail({ db: shop, path, seed: 1, onProgress: () => {} }));
  else say("real data", path === "none" ? "left out" : `not there: ${path} (MARTGRAPH_DATA names another place)`);
  const until = new Date();
  await one("generated", `generated, ${size}`, (shop) => fillGenerated({ db: shop, seed: 1, size, until }));
  if (times > 1) await one("grown", `generated, ${size}, ${times} times the customers`, (shop) => fillGenerated({ db: shop, seed: 1, size, times, until }));
  const growth = times > 1 ? growthOf(measured) : [];
  for (const { what, history, postgres, tools, seconds } of growth) {
    say(`${what}: ${history.toFixed(1)} times the lines cost`, `${postgres.toFixed(1)} times the CPU of PostgreSQL, ${tools.toFixed(1)} of the tools, ${seconds.toFixed(1)} times the seconds`);
  }
  if (asJson) process.stdout.write(`${JSON.stringify({ measured, growth })}\n`);
}

async function measure(opened: BenchWarehouse, data: string, postgres: number): Promise<Measured> {
  const { pipeline, shop } = opened;
  const { rows } = await shop.raw<{ orders: bigint; lines: bigint; daily: bigint }>(`
    select (select count(*) from orders.orders) as orders, (select count(*) from orders.order_lines) as lines,
      (select ceil(count(*) / count(distinct placed_at::date)::numeric)::bigint from orders.orders) as daily`);
  const [orders, lines, daily] = [Number(rows[0]?.orders), Number(rows[0]?.lines), Number(rows[0]?.daily)];
  say(`\n${data}`, `${orders} orders, ${lines} lines, ${daily} orders a day`);
  const builds: Build[] = [];
  const build = async (what: string) => builds.push(await measureBuild(opened, what, postgres));
  await build("build from nothing");
  // As an installation does after its first build: the slot that is idle becomes a copy.
  const primed = await costsOf(postgres, () => pipeline.prime());
  say("copy into the other slot", told(primed));
  // The schedule looks each minute: what builds wrote to the log that the shop shares is read past then, and not with the next change.
  const look = async () => {
    const looked = await costsOf(postgres, () => pipeline.run({ trigger: "schedule", train: "never" }));
    say("the look that finds nothing", told(looked));
  };
  await look();
  await placeOrders(shop, 1);
  await build("increment of one order");
  await look();
  await placeOrders(shop, daily);
  await build(`increment of a day's ${daily} orders`);
  return { data, orders, lines, builds };
}

async function measureBuild({ pipeline, warehouse, stateDir }: BenchWarehouse, what: string, postgres: number): Promise<Build> {
  let state = "FAILED";
  let reason: string | null = null;
  let runId = "";
  const costs = await costsOf(postgres, async () => ({ state, reason, runId } = await pipeline.run({ trigger: "manual", train: "auto" })));
  const { rows: assets } = await warehouse.raw<{ asset: string; seconds: number; rows: bigint | null }>("select asset, seconds, rows from ops.asset_run where run_id = $1 order by started_at", [runId]);
  // a build that was rejected is not the one that the pointer names
  const { rows } = await warehouse.raw<{ slot: string }>("select slot from ops.build where run_id = $1", [runId]);
  const built: Build = {
    what, state, reason, ...costs, dbt: dbtCosts(join(stateDir, "target", rows[0]?.slot ?? "a", "run_results.json")),
    assets: assets.map(({ asset, seconds, rows: written }) => ({ asset, seconds: seconds ?? 0, rows: written === null ? null : Number(written) })),
  };
  say(what, `${told(costs)}${state === "SUCCEEDED" ? "" : `  ${state}: ${reason ?? ""}`}`);
  say("  by asset", built.assets.map(({ asset, seconds }) => `${asset} ${seconds.toFixed(1)}`).join(", "));
  const { nodes, elapsed, executing, compiling, dearest } = built.dbt;
  say(`  dbt, ${nodes} nodes`, `${inSeconds(elapsed)}: in the database ${inSeconds(executing)}, rendering ${inSeconds(compiling)}, the rest its own`);
  for (const { node, seconds } of dearest) say(`    ${node}`, `${seconds.toFixed(2)} s`);
  return built;
}

/** What PostgreSQL's processes and everything else below this one used while `work` ran. */
async function costsOf(postgres: number, work: () => Promise<unknown>): Promise<Costs> {
  const [before, began] = [cpuUse(process.pid, postgres), performance.now()];
  await work();
  const after = cpuUse(process.pid, postgres);
  return { seconds: (performance.now() - began) / 1000, tools: (after.server - before.server) / 1000, postgres: (after.postgres - before.postgres) / 1000 };
}

const told = ({ seconds, tools, postgres }: Costs) => `${inSeconds(seconds)}; CPU: Python and Node ${inSeconds(tools)}, PostgreSQL ${inSeconds(postgres)}`;

interface RunResults {
  elapsed_time: number;
  results: { unique_id: string; thread_id: string; execution_time: number; timing: { name: string; started_at: string; completed_at: string }[] }[];
}

function dbtCosts(path: string): DbtCosts {
  const { elapsed_time: elapsed, results } = JSON.parse(readFileSync(path, "utf8")) as RunResults;
  const threads = new Set(results.map(({ thread_id: thread }) => thread)).size || 1;
  const spent = (phase: string) =>
    results.flatMap(({ timing }) => timing).filter(({ name }) => name === phase).reduce((sum, { started_at: from, completed_at: to }) => sum + Date.parse(to) - Date.parse(from), 0) / 1000 / threads;
  const dearest = results.toSorted((left, right) => right.execution_time - left.execution_time).slice(0, SHOWN);
  return { nodes: results.length, elapsed, executing: spent("execute"), compiling: spent("compile"), dearest: dearest.map(({ unique_id: node, execution_time: seconds }) => ({ node, seconds })) };
}

/** How much dearer the last of the measured is than the one before it, build by build. */
function growthOf(measured: readonly Measured[]) {
  const [small, large] = measured.slice(-2) as [Measured, Measured];
  return small.builds.map((before, index) => {
    const after = large.builds[index] as Build;
    return { what: before.what, history: large.lines / small.lines, postgres: after.postgres / before.postgres, tools: after.tools / before.tools, seconds: after.seconds / before.seconds };
  });
}
