import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Viewer } from "#kit/viewer.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import type { EmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";
import { makeSlotTables, pointTo } from "#platform/testing/slotTables.ts";
import { createAnswers } from "#subgraphs/analytics/answers.ts";
import { runMetricQuery } from "#subgraphs/analytics/commands/runMetricQuery.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { fillMarts } from "./metrics/fillMarts.ts";
import { requests } from "./metrics/requests.ts";
import { cpuUse } from "./shop/cpu.ts";
import { withServer } from "./withServer.ts";

const LINES = 10_000_000;
const QUICK_LINES = 200_000;
const COLD_RUNS = 5;
const KEPT_RUNS = 200;
const GOAL_MS = 200;

interface Figures { p50: number; p95: number; nodeMs: number; postgresMs: number }
interface Measured { name: string; groups: number; cold: Figures; kept: Figures }

/**
 * What typical metric requests cost over generated order lines (synthetic: even spreads, no real shop), first when the statement runs,
 * then when the answer was kept. Cold is a cold cache of answers; PostgreSQL's pages are warm after the first run. `--quick`: fewer
 * lines and runs; `--json`: the figures as one line of JSON at the end.
 */
export async function bench(): Promise<void> {
  const quick = process.argv.includes("--quick");
  await withServer("metrics", (server) => measure(server, quick ? QUICK_LINES : LINES, quick ? 3 : COLD_RUNS));
}

async function measure(server: EmbeddedPostgres, lines: number, coldRuns: number): Promise<void> {
  const login = (database: string, user = server.superuser): DatabaseConfig => ({ host: server.socketDir, port: server.port, database, user, password: server.password });
  const admin = Database.open(login("postgres"));
  await admin.raw("create database warehouse");
  const owner = Database.open(login("warehouse"));
  await migrate(owner, join(import.meta.dirname, "../schema/sql/warehouse"));
  await admin.raw(`alter role martgraph_serving password '${server.password}'`);
  const reader = createWarehouseReader(Database.open(login("warehouse", "martgraph_serving")));
  try {
    const filling = performance.now();
    await makeSlotTables(owner, "a");
    const held = await fillMarts(owner, lines);
    await pointTo(owner, { slot: "a", buildId: randomUUID(), asOf: "2026-01-01T00:00:00Z", businessAsOf: "2026-01-01T00:00:00Z" });
    process.stdout.write(`synthetic: ${held.lines} lines of ${held.orders} orders, filled in ${((performance.now() - filling) / 1000).toFixed(0)} s\n`);
    const answers: Measured[] = [];
    for (const { name, args, vendorIds } of requests(held.vendorIds)) {
      const viewer = viewerOf(vendorIds);
      let kept = createAnswers(reader);
      let groups = 0;
      const ask = async () => void (groups = (await runMetricQuery(kept, viewer, args)).totalCount);
      const cold = await timeEach(server.pid, coldRuns, async () => {
        kept = createAnswers(reader);
        await ask();
      });
      const again = await timeEach(server.pid, KEPT_RUNS, ask);
      answers.push({ name, groups, cold, kept: again });
      process.stdout.write(`${name.padEnd(44)} ${String(groups).padStart(6)} groups  cold ${shown(cold)}   kept ${shown(again)}\n`);
    }
    const all = (of: (one: Measured) => number) => answers.map(of).sort((a, b) => a - b);
    const [cold, kept] = [all((one) => one.cold.p50), all((one) => one.kept.p50)];
    process.stdout.write(`all ${answers.length} requests, by their medians: cold p50 ${at(cold, 0.5).toFixed(1)} p95 ${at(cold, 0.95).toFixed(1)} max ${at(cold, 1).toFixed(1)} ms, kept p50 ${at(kept, 0.5).toFixed(1)} p95 ${at(kept, 0.95).toFixed(1)} ms; ${cold.filter((ms) => ms <= GOAL_MS).length} cold ones within ${GOAL_MS} ms\n`);
    if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ synthetic: true, lines: held.lines, orders: held.orders, requests: answers })}\n`);
  } finally {
    await reader.close();
    for (const db of [owner, admin]) await db.close();
  }
}

/** CPU is a mean per request, of this process and of PostgreSQL; it holds on a busy machine, latencies do not. */
async function timeEach(postgres: number, runs: number, work: () => Promise<void>): Promise<Figures> {
  const took: number[] = [];
  const [node, before] = [process.cpuUsage(), cpuUse(process.pid, postgres)];
  for (let run = 0; run < runs; run += 1) {
    const began = performance.now();
    await work();
    took.push(performance.now() - began);
  }
  const [used, after] = [process.cpuUsage(node), cpuUse(process.pid, postgres)];
  took.sort((a, b) => a - b);
  return { p50: at(took, 0.5), p95: at(took, 0.95), nodeMs: (used.user + used.system) / 1000 / runs, postgresMs: (after.postgres - before.postgres) / runs };
}

/** Of numbers in order, the one that so large a share reaches at most. */
const at = (sorted: readonly number[], share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;

const shown = ({ p50, p95, nodeMs, postgresMs }: Figures) => `p50 ${p50.toFixed(1)} p95 ${p95.toFixed(1)} ms, CPU ${nodeMs.toFixed(2)} + ${postgresMs.toFixed(2)} ms`;

function viewerOf(vendorIds: readonly string[] | undefined): Viewer {
  return { userId: randomUUID(), roles: [vendorIds ? "VENDOR" : "ANALYST"], vendorIds: vendorIds ?? [] };
}
