import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { silentLog } from "#platform/log.ts";
import type { EmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";
import { makeSlotTables } from "#platform/testing/slotTables.ts";
import { publishBuild } from "#warehouse/publish/publishBuild.ts";
import { LOGIN_OF } from "#warehouse/sql/audience.ts";
import { type Asker, openSqlGate } from "#warehouse/sql/gate.ts";
import { fillMarts } from "./metrics/fillMarts.ts";
import { cpuUse } from "./shop/cpu.ts";
import { withServer } from "./withServer.ts";

const LINES = 200_000;
const RUNS = 300;
const WARM_UP = 20;

interface Figures { p50: number; p95: number; nodeMs: number; postgresMs: number }

/**
 * What the gate of ad-hoc SQL adds to a statement: asked through the gate (allow-list, estimate, ledger, masking views, transaction of
 * its own) and on a bare connection of the same role over the same views, in turns. Generated order lines, synthetic. `--json`: the
 * figures as one line at the end.
 */
export async function bench(): Promise<void> {
  await withServer("sql", (server) => measure(server));
}

async function measure(server: EmbeddedPostgres): Promise<void> {
  const login = (database: string, user = server.superuser): DatabaseConfig => ({ host: server.socketDir, port: server.port, database, user, password: server.password });
  const admin = Database.open(login("postgres"));
  await admin.raw("create database warehouse");
  const owner = Database.open(login("warehouse"));
  await migrate(owner, join(import.meta.dirname, "../schema/sql/warehouse"));
  for (const role of ["martgraph_serving", "martgraph_builder", ...Object.values(LOGIN_OF)]) await admin.raw(`alter role ${role} password '${server.password}'`);
  const vendorIds = await publish(owner, Database.open(login("warehouse", "martgraph_builder")));
  const control = Database.open(login("warehouse", "martgraph_serving"));
  const gate = openSqlGate({ control, loginAs: (role) => login("warehouse", role), log: silentLog });
  const analyst: Asker = { actorId: randomUUID(), source: "GRAPH", audience: { kind: "ANALYST", vendorIds: [] } };
  const vendor: Asker = { actorId: randomUUID(), source: "GRAPH", audience: { kind: "VENDOR", vendorIds } };
  const bare = Database.open({ ...login("warehouse", LOGIN_OF.ANALYST), max: 1 });
  const statements: { name: string; sql: string; asker: Asker; bare: boolean }[] = [
    { name: "a constant", sql: "select 1", asker: analyst, bare: true },
    { name: "one order's lines, by key", sql: "select code, quantity, amount from marts.fct_order_lines where order_id = (select min(order_id::text)::uuid from marts.fct_orders)", asker: analyst, bare: true },
    { name: "revenue by month and country", sql: "select date_trunc('month', placed_date) as month, country, currency, sum(amount) as revenue from marts.fct_order_lines group by 1, 2, 3 order by 1, 2, 3", asker: analyst, bare: true },
    { name: "a vendor's own rows", sql: "select count(*), sum(quantity) from marts.fct_order_lines", asker: vendor, bare: false },
  ];
  try {
    const answers: { name: string; gate: Figures; bare: Figures | null }[] = [];
    for (const statement of statements) {
      const ask = async () => {
        const outcome = await gate.ask(statement.asker, { sql: statement.sql, limit: 1_000, maxBytes: 1_000_000, signal: new AbortController().signal }, { columns: () => {}, rows: () => {} });
        if (!outcome.ok) throw new Error(outcome.refusal.message);
      };
      const [throughGate, direct] = await inTurns(server.pid, ask, statement.bare ? async () => void (await bare.raw(statement.sql.replaceAll("marts.", "marts_masked."))) : undefined);
      answers.push({ name: statement.name, gate: throughGate, bare: direct ?? null });
      const added = direct ? `; bare ${shown(direct)}; the gate adds ${(throughGate.p50 - direct.p50).toFixed(2)} ms at the median` : "";
      process.stdout.write(`${statement.name.padEnd(30)} gate ${shown(throughGate)}${added}\n`);
    }
    if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ synthetic: true, lines: LINES, statements: answers })}\n`);
  } finally {
    await gate.close();
    for (const db of [bare, control, owner, admin]) await db.close();
  }
}

/** Publishes a build of generated lines; answers a vendor of whom there are some. */
async function publish(owner: Database, builder: Database): Promise<readonly string[]> {
  await makeSlotTables(owner, "a");
  await makeSlotTables(owner, "b");
  const held = await fillMarts(owner, LINES);
  const [buildId, run] = [randomUUID(), randomUUID()];
  await owner.raw("insert into ops.pipeline_run (run_id, trigger, state) values ($1, 'test', 'SUCCEEDED')", [run]);
  await owner.raw("insert into ops.build (build_id, run_id, slot, cut_pos, cut_committed_at, business_as_of, state) values ($1, $2, 'a', 1, now(), now(), 'BUILDING')", [buildId, run]);
  await owner.raw("update ops.slot_state set build_id = $1, cut_pos = 1, complete_pos = 1 where slot = 'a'", [buildId]);
  await publishBuild(builder, { buildId, predictionBatchId: null });
  await builder.close();
  return held.vendorIds.slice(0, 1);
}

/** Runs both in turns, so that what else the machine does falls on both. */
async function inTurns(postgres: number, one: () => Promise<void>, other: (() => Promise<void>) | undefined): Promise<[Figures, Figures | undefined]> {
  const works = other ? [one, other] : [one];
  const took = works.map(() => [] as number[]);
  const cpu = works.map(() => ({ node: 0, postgres: 0 }));
  for (let run = -WARM_UP; run < RUNS; run += 1) {
    for (const [index, work] of works.entries()) {
      // /proc counts in hundredths of a second: PostgreSQL's share is a mean over all runs
      const before = cpuUse(process.pid, postgres);
      const [node, began] = [process.cpuUsage(), performance.now()];
      await work();
      const ms = performance.now() - began;
      if (run < 0) continue;
      took[index]?.push(ms);
      const used = process.cpuUsage(node);
      const [after, sums] = [cpuUse(process.pid, postgres), cpu[index]];
      if (sums) {
        sums.node += (used.user + used.system) / 1000;
        sums.postgres += after.postgres - before.postgres;
      }
    }
  }
  const figures = took.map((times, index): Figures => {
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.max(0, Math.ceil(times.length * share) - 1)] ?? 0;
    return { p50: at(0.5), p95: at(0.95), nodeMs: (cpu[index]?.node ?? 0) / RUNS, postgresMs: (cpu[index]?.postgres ?? 0) / RUNS };
  });
  return [figures[0] as Figures, figures[1]];
}

const shown = ({ p50, p95, nodeMs, postgresMs }: Figures) => `p50 ${p50.toFixed(2)} p95 ${p95.toFixed(2)} ms, CPU ${nodeMs.toFixed(2)} + ${postgresMs.toFixed(2)} ms`;
