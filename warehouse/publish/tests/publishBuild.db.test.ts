import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { proofMode } from "#platform/config.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { PublishRefused } from "../marts.ts";
import { publishBuild } from "../publishBuild.ts";
import { otherSlot, slotLockKey, type Slot } from "../slots.ts";

const databases = useTestDatabases({ warehouse: true });
let admin: Database;
let builder: Database;
let bi: Database;

beforeAll(() => {
  admin = Database.open(databases.warehouse.config);
  builder = Database.open(databases.warehouse.as("martgraph_builder"));
  bi = Database.open(databases.warehouse.as("bi_reader"));
});
afterAll(async () => {
  for (const db of [admin, builder, bi]) await db?.close();
});

/** Makes a build whose two tables both hold `value`, the way dbt replaces tables. */
async function makeBuild(slot: Slot, value: number): Promise<string> {
  const buildId = randomUUID();
  const schema = `marts_${slot}`;
  await builder.tx(async (tx) => {
    const run = randomUUID();
    await tx.raw("insert into ops.pipeline_run (run_id, trigger, state) values ($1, 'test', 'SUCCEEDED')", [run]);
    await tx.raw("insert into ops.build (build_id, run_id, slot, cut_pos, cut_committed_at, business_as_of, state) values ($1, $2, $3, $4, now(), now(), 'BUILDING')", [buildId, run, slot, value]);
    await tx.raw("update ops.slot_state set build_id = $2, cut_pos = $3, complete_pos = $3 where slot = $1", [slot, buildId, value]);
  });
  await builder.raw(`create schema if not exists ${schema}; grant usage on schema ${schema} to martgraph_serving`);
  for (const table of ["fct_orders", "rpt_total"]) {
    await builder.raw(`
      create table ${schema}.${table}__dbt_tmp as select g as id, ${value}::int as value from generate_series(1, 200) g;
      begin;
      alter table if exists ${schema}.${table} rename to ${table}__dbt_backup;
      alter table ${schema}.${table}__dbt_tmp rename to ${table};
      comment on table ${schema}.${table} is 'It''s one row per order.'; comment on column ${schema}.${table}.value is 'The value.';
      grant select on ${schema}.${table} to martgraph_serving;
      commit;
      drop table if exists ${schema}.${table}__dbt_backup cascade;`);
  }
  return buildId;
}

describe("publishBuild", () => {
  test("the pointer, the views with their comments, and the builds' states move together", async () => {
    const first = await makeBuild("a", 1);
    const batch = randomUUID();
    expect(await publishBuild(builder, { buildId: first, predictionBatchId: batch })).toMatchObject({ slot: "a", tables: 2 });
    const second = await makeBuild("b", 2);
    expect((await bi.raw("select distinct value from marts.fct_orders")).rows).toEqual([{ value: 1 }]);
    const published = await publishBuild(builder, { buildId: second, predictionBatchId: null });
    expect((await bi.raw("select distinct value from marts.fct_orders")).rows).toEqual([{ value: 2 }]);
    const { rows } = await admin.raw("select p.slot, p.build_id, p.previous_build_id, b.state as before, b.prediction_batch_id as batch from ops.pointer p join ops.build b on b.build_id = p.previous_build_id");
    expect(rows).toEqual([{ slot: "b", build_id: second, previous_build_id: first, before: "SUPERSEDED", batch }]);
    const comments = await bi.raw("select obj_description('marts.fct_orders'::regclass) as a, col_description('marts.fct_orders'::regclass, 2) as b, obj_description('marts'::regnamespace) as c");
    expect(comments.rows).toEqual([{ a: "It's one row per order.", b: "The value.", c: expect.stringContaining(second) }]);
    // again changes nothing
    expect(await publishBuild(builder, { buildId: second, predictionBatchId: null })).toMatchObject({ publishedAt: published.publishedAt });
    expect((await admin.raw("select nspname from pg_namespace where nspname ~ '^marts_(next|retired)'")).rows).toEqual([]);
  });

  test("it is refused for a slot that holds another build, and for personal data", async () => {
    const lost = await makeBuild("a", 3);
    const next = await makeBuild("a", 4);
    await expect(publishBuild(builder, { buildId: lost, predictionBatchId: null })).rejects.toThrow(PublishRefused);
    await builder.raw("alter table marts_a.rpt_total add column email text");
    await expect(publishBuild(builder, { buildId: next, predictionBatchId: null })).rejects.toThrow(/rpt_total has a column "email"/);
    await builder.raw("alter table marts_a.rpt_total drop column email");
    expect((await bi.raw("select distinct value from marts.rpt_total")).rows).toEqual([{ value: 2 }]);
  });

  test("a reader of the old views that is still reading keeps them, and the next publish cleans up", async () => {
    const slow = Database.open(databases.warehouse.as("bi_reader"));
    const next = await makeBuild("a", 5);
    await slow.tx(async (tx) => {
      await tx.raw("select * from marts.fct_orders");
      await publishBuild(builder, { buildId: next, predictionBatchId: null });
      expect((await admin.raw("select 1 from pg_namespace where nspname ~ '^marts_retired'")).rows).toHaveLength(1);
    });
    await publishBuild(builder, { buildId: await makeBuild("b", 6), predictionBatchId: null });
    expect((await admin.raw("select 1 from pg_namespace where nspname ~ '^marts_retired'")).rows).toEqual([]);
    await slow.close();
  });
});

describe("bi_reader", () => {
  const denied = [
    ["a slot", "select * from marts_a.fct_orders"],
    ["the other slot", "select * from marts_b.fct_orders"],
    ["raw", "select * from raw._capture_state"],
    ["the ledger", "select * from ops.pointer"],
    ["the checks' views", "create view audit_a.x as select 1"],
    ["writing through a view", "insert into marts.fct_orders (id, value) values (1, 1)"],
    ["deleting through a view", "delete from marts.fct_orders"],
    ["making a table", "create table marts.mine (id int)"],
    ["making a schema", "create schema mine"],
    ["making a table in public", "create table public.mine (id int)"],
    ["temporary tables", "create temporary table mine (id int)"],
    ["large objects", "select lo_create(0)"],
    ["the locks of builds", "select pg_advisory_lock(727010)"],
    ["becoming another role", "set role martgraph_builder"],
    ["files of the server", "select pg_read_file('postgresql.conf')"],
    ["running a program", "copy (select 1) to program 'true'"],
    ["settings of the server", "alter system set work_mem = '1GB'"],
  ] as const;
  test.each(denied)("cannot reach %s, also after it has switched read-only off", async (_what, sql) => {
    await bi.session(async (session) => {
      await session.raw("set default_transaction_read_only = off");
      await expect(session.raw(sql)).rejects.toThrow(/permission denied|must be|cannot|not allowed|Only roles/i);
    });
  });

  test("reads every view of marts, and none of them names a person", async () => {
    const { rows } = await bi.raw<{ relation: string; columns: string[] }>(
      `select c.relname as relation, array_agg(a.attname::text) as columns from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
       where c.relnamespace = 'marts'::regnamespace and has_table_privilege(c.oid, 'select') group by 1 order by 1`);
    expect(rows.map((row) => row.relation)).toEqual(["fct_orders", "rpt_total"]);
    for (const { relation } of rows) await bi.raw(`select * from marts.${relation} limit 1`);
    const elsewhere = await bi.raw(`select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname not in ('marts', 'pg_catalog', 'information_schema', 'pg_toast') and c.relkind in ('r', 'v', 'm', 'p')
        and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')`);
    expect(elsewhere.rows).toEqual([]);
  });
});

test("readers that pin the slot never see two builds, and readers of the views never fail, under many publishes", async () => {
  const publishes = proofMode() ? 280 : 40;
  const serving = Database.open({ ...databases.warehouse.as("martgraph_serving"), max: 4 });
  const analysts = Database.open({ ...databases.warehouse.as("bi_reader"), max: 2 });
  let value = 100;
  await publishBuild(builder, { buildId: await makeBuild("a", value), predictionBatchId: null });
  let done = false;
  const counts = { pinned: 0, torn: 0, views: 0 };
  const errors: string[] = [];

  const pinned = async () => {
    while (!done) {
      const seen = await serving.tx(async (tx) => {
        const pointer = (await tx.raw<{ slot: Slot; build_id: string; cut_pos: bigint }>("select slot, build_id, cut_pos from ops.pointer")).rows[0]!;
        await tx.raw("select pg_advisory_xact_lock_shared($1)", [slotLockKey(pointer.slot)]);
        const again = (await tx.raw<{ build_id: string }>("select build_id from ops.pointer")).rows[0]!;
        if (again.build_id !== pointer.build_id) return undefined;
        const one = (await tx.raw<{ low: number; high: number; n: bigint }>(`select min(value) as low, max(value) as high, count(*) as n from marts_${pointer.slot}.fct_orders`)).rows[0]!;
        const two = (await tx.raw<{ low: number; high: number; n: bigint }>(`select min(value) as low, max(value) as high, count(*) as n from marts_${pointer.slot}.rpt_total`)).rows[0]!;
        return [one.low, one.high, two.low, two.high, one.n === 200n && two.n === 200n ? Number(pointer.cut_pos) : -1];
      });
      if (!seen) continue;
      counts.pinned += 1;
      if (new Set(seen).size !== 1) counts.torn += 1;
    }
  };
  const views = async () => {
    while (!done) {
      await analysts.raw("select count(*), sum(value) from marts.fct_orders");
      counts.views += 1;
    }
  };
  const readers = [pinned(), pinned(), pinned(), views(), views()].map((reader) => reader.catch((error: Error) => { errors.push(error.message); }));
  const times: number[] = [];
  let slot: Slot = "a";
  for (let index = 0; index < publishes; index += 1) {
    slot = otherSlot(slot);
    value += 1;
    const building = slot;
    const buildId = await builder.session(async (session) => {
      await session.raw("select pg_advisory_lock($1)", [slotLockKey(building)]);
      const made = await makeBuild(building, value);
      await session.raw("select pg_advisory_unlock($1)", [slotLockKey(building)]);
      return made;
    });
    times.push((await publishBuild(builder, { buildId, predictionBatchId: null })).ms);
  }
  done = true;
  await Promise.all(readers);
  await serving.close();
  await analysts.close();
  times.sort((a, b) => a - b);
  console.info(`${publishes} publishes, median ${times[publishes >> 1]?.toFixed(1)} ms, slowest ${times.at(-1)?.toFixed(1)} ms; ${counts.pinned} pinned reads, ${counts.torn} torn; ${counts.views} reads of the views`);
  expect(errors).toEqual([]);
  expect(counts.torn).toBe(0);
  expect(counts.pinned).toBeGreaterThan(publishes);
}, 120_000);
