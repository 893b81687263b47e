import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import type { TestDatabase } from "#platform/testing/testDatabase.ts";
import type { ExpectationsReport } from "../../tools/expectations.ts";
import type { CaptureTool, DbtTool, ExpectationsTool, ModelsTool, PipelineDeps } from "../types.ts";

/**
 * A warehouse with one raw table of orders, and tools that are small but keep their contracts: dbt writes the slot's tables
 * from raw as of the cut, the suites are one query, the models write a batch id.
 */
export interface SmallWarehouse extends AsyncDisposable {
  readonly admin: Database;
  readonly deps: PipelineDeps;
  /** What the tools were asked, in order. */
  readonly calls: string[];
  /** Overrides what a tool does until it is deleted again. */
  readonly tools: { catchUp?: CaptureTool["catchUp"]; build?: DbtTool["build"]; check?: ExpectationsTool["run"]; score?: ModelsTool["score"]; train?: ModelsTool["train"] };
  codeHash: string;
  champions: boolean;
  /** Puts an order into raw at the next position, as the loader would. */
  order(amount: number): Promise<void>;
  /** The shop commits something that no published table holds. */
  tick(): Promise<void>;
}

export async function openSmallWarehouse(database: TestDatabase, { fresh = true } = {}): Promise<SmallWarehouse> {
  const admin = Database.open(database.config);
  const builder = Database.open(database.as("martgraph_builder"));
  if (fresh) await admin.raw(`
    set role martgraph_loader;
    create table raw.orders__orders (id int, amount numeric, _op text, _from_pos bigint, _to_pos bigint, _committed_at timestamptz);
    create index on raw.orders__orders (_from_pos);
    create table raw.platform__clock (id boolean, offset_ms bigint, _op text, _from_pos bigint, _to_pos bigint, _committed_at timestamptz);
    insert into raw.platform__clock values (true, -86400000, 'r', 1, null, '2026-03-01');
    insert into raw._capture_state (slot_name, source_identity, applied_pos, applied_committed_at, snapshot_pos) values ('s', 'i', 10, '2026-03-02 12:00Z', 1);
    set role martgraph_builder;
    ${["a", "b"].map((slot) => `create schema intermediate_${slot}; create table intermediate_${slot}.int_changed_orders (entity text, entity_id uuid, day date)`).join(";\n")};
    reset role;`);
  const calls: string[] = [];
  let nextId = 1;
  let batch = 0;
  // Stands on the day of the small shop; every look at it is a millisecond later.
  let now = Date.parse("2026-03-02T12:00:00Z");
  const tick = () => admin.raw("update raw._capture_state set applied_pos = applied_pos + 10, applied_committed_at = applied_committed_at + interval '1 second'").then(() => undefined);
  const tools: SmallWarehouse["tools"] = {};

  const dbt: DbtTool = {
    codeHash: async () => small.codeHash,
    async build(request) {
      calls.push(`dbt ${request.slot}${request.fullRefresh ? " full" : ""}${request.isCopy ? " copy" : ""}${request.isGroundwork ? " views" : ""}`);
      if (tools.build) return tools.build(request);
      if (request.isGroundwork) return { ok: true, rows: 0, models: 0, tests: 0 };
      const marts = `marts_${request.slot}`;
      const cut = `(select cut_pos from ops.slot_state where slot = '${request.slot}')`;
      // As dbt does it: a table is made beside the old one and takes its name.
      await builder.raw(`
        create schema if not exists ${marts};
        create table if not exists ${marts}.fct_orders as select 1 as id, 1::numeric as amount where false;
        begin;
        create table ${marts}.fct_orders__dbt_tmp as select id, amount from raw.orders__orders where _from_pos <= ${cut} and (_to_pos is null or _to_pos > ${cut}) and _op <> 'd';
        alter table ${marts}.fct_orders rename to fct_orders__dbt_backup;
        alter table ${marts}.fct_orders__dbt_tmp rename to fct_orders;
        comment on table ${marts}.fct_orders is 'Orders, one row each.'; comment on column ${marts}.fct_orders.amount is 'It''s exact.';
        grant usage on schema ${marts} to martgraph_serving; grant select on ${marts}.fct_orders to martgraph_serving;
        commit;
        begin; drop table ${marts}.fct_orders__dbt_backup cascade; commit;
        create or replace view ${marts}.agg_total as select sum(amount) as total from ${marts}.fct_orders;
        grant select on ${marts}.agg_total to martgraph_serving;`);
      return { ok: true, rows: nextId - 1, models: 2, tests: 1 };
    },
  };
  const expectations: ExpectationsTool = {
    codeHash: async () => "suites",
    async run(request): Promise<ExpectationsReport> {
      calls.push(`check ${request.areas.join("+")}`);
      if (tools.check) return tools.check(request);
      const source = request.areas.includes("raw") ? `${request.values["audit"]}.orders__orders` : `${request.values["marts"]}.fct_orders`;
      if (request.areas.includes("predictions")) return { version: 1, success: true, seconds: 0, suites: [] };
      const { rows } = await builder.raw<{ bad: bigint }>(`select count(*) as bad from ${source} where amount < 0`);
      const bad = Number(rows[0]?.bad);
      const check = { name: "amount is not negative", severity: "CRITICAL" as const, passed: bad === 0, message: bad === 0 ? null : `${bad} found`, observed: bad };
      return { version: 1, success: bad === 0, seconds: 0, suites: [{ suite: request.areas[0] ?? "", table: source, checks: [check] }] };
    },
  };
  const models: ModelsTool = {
    missingChampions: async () => (small.champions ? [] : ["churn"]),
    async train(request) {
      calls.push("train");
      if (tools.train) return tools.train(request);
      small.champions = true;
      return { rows: 1, summary: "trained" };
    },
    async score(request) {
      calls.push(request.changedOnly ? "score changed" : "score");
      if (tools.score) return tools.score(request);
      batch += 1;
      return { batchId: `00000000-0000-7000-8000-${String(batch).padStart(12, "0")}`, rows: 1, summary: "scored" };
    },
  };
  const capture: CaptureTool = {
    async passIdle() {
      return 0n;
    },
    async catchUp() {
      calls.push("capture");
      return tools.catchUp ? tools.catchUp() : { rowsByTable: {}, snapshot: false };
    },
  };
  const small: SmallWarehouse = {
    admin, calls, tools, codeHash: "h1", champions: false, tick,
    deps: { warehouse: builder, capture, dbt, expectations, models, log: silentLog, clock: { now: () => new Date((now += 1)) } },
    async order(amount) {
      await admin.raw(
        `insert into raw.orders__orders select $1, $2, 'c', applied_pos + 5, null, applied_committed_at from raw._capture_state`, [nextId, amount]);
      nextId += 1;
      await tick();
    },
    async [Symbol.asyncDispose]() {
      await builder.close();
      await admin.close();
    },
  };
  return small;
}

/** Calls as if one had come after the other: the marts are checked and scores are made side by side. */
export function oneByOne(calls: readonly string[]): string[] {
  const [check, score] = [calls.indexOf("check marts+features"), calls.findIndex((call) => call.startsWith("score"))];
  if (score < 0 || check < score) return [...calls];
  return [...calls.slice(0, score), ...calls.slice(score + 1, check + 1), calls[score] as string, ...calls.slice(check + 1)];
}
