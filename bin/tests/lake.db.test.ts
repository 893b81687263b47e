import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { createFileStore } from "#platform/objects/fileStore.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { exportLake, listExports, NothingToExport, pruneLake } from "#warehouse/lake/exportLake.ts";
import { pythonExecutable } from "#warehouse/tools/python/pythonPath.ts";

const EXAMPLE = fileURLToPath(new URL("../../docs/examples/read_lake.py", import.meta.url));
const databases = useTestDatabases({ warehouse: true });
let owner: Database;
let builder: Database;
let folder: string;
let store: ObjectStore;
let now = new Date("2026-03-01T03:17:00Z");
const clock = { now: () => now };
const deps = () => ({ warehouse: builder, store, clock });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "martgraph-lake-test-"));
  owner = Database.open(databases.warehouse.config);
  builder = Database.open(databases.warehouse.as("martgraph_builder"));
  await builder.raw("create schema marts_a; create schema features_a");
  await builder.raw(`create table marts_a.fct_orders as
    select md5(n::text)::uuid as order_id, date '2010-01-01' + (n % 400) as placed_date, (timestamptz '2010-01-01 12:00Z' + make_interval(days => n % 400)) as placed_at,
      round((n * 1.0001)::numeric, 4) as revenue, case when n % 7 = 0 then null else n::bigint end as units, case n % 3 when 0 then '' when 1 then null else E'a "b", \\n ü' end as note, n % 2 = 0 as flag,
      array['x', 'y'] as tags from generate_series(1, 25000) n`);
  await builder.raw("create table features_a.tiny as select 1::int as id, 0.1::float8 as score, null::numeric as nothing");
  await builder.raw(`create view audit_a.users__users as select md5('1')::uuid as id, 'ann@example.com'::text as email, 'ann'::text as display_name, 'ACTIVE'::text as status, 'c'::text as _op, 5::bigint as _from_pos, null::bigint as _to_pos, now() as _committed_at`);
});
afterAll(async () => {
  await Promise.all([owner.close(), builder.close()]);
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  rmSync(join(folder, "objects"), { recursive: true, force: true });
  store = createFileStore({ dir: join(folder, "objects") });
  now = new Date("2026-03-01T03:17:00Z");
  await owner.raw("delete from ops.pointer; delete from ops.build; delete from raw._erasures");
});
async function publish(cut: number): Promise<void> {
  await owner.raw("delete from ops.pointer");
  const { rows } = await owner.raw<{ build_id: string }>("insert into ops.build (build_id, run_id, slot, cut_pos, cut_committed_at, business_as_of, state) values (uuidv7(), uuidv7(), 'a', $1, '2026-03-01', '2011-12-10', 'PUBLISHED') returning build_id", [cut]);
  await owner.raw("insert into ops.pointer (slot, build_id, cut_pos, cut_committed_at, business_as_of, published_at) values ('a', $1, $2, '2026-03-01', '2011-12-10', now())", [rows[0]?.build_id, cut]);
}

test("what is published is there as Parquet, parted by month, with a manifest that says of each file what it is; pandas reads the same sums", async () => {
  await publish(100);
  const { prefix, manifest } = await exportLake(deps());
  expect(manifest.tables.map(({ layer, name, rows }) => `${layer}.${name} ${rows}`)).toEqual(["raw.users__users 1", "features.tiny 1", "marts.fct_orders 25000"]);
  const orders = manifest.tables.find(({ name }) => name === "fct_orders");
  expect(orders?.partitionedBy).toBe("placed_date");
  expect(orders?.files.map(({ path }) => path.split("/")[2]).slice(0, 2)).toEqual(["placed_date_month=2010-01", "placed_date_month=2010-02"]);
  expect(orders?.files).toHaveLength(14);
  for (const file of orders?.files ?? []) expect(createHash("sha256").update(readFileSync(join(folder, "objects", prefix, file.path))).digest("hex")).toBe(file.sha256);
  expect(Object.fromEntries((orders?.columns ?? []).map(({ name, type, nulls, min, max }) => [name, [type, nulls, min, max]]))).toMatchObject({
    order_id: ["VARCHAR", 0, null, null], placed_date: ["DATE", 0, "2010-01-01", "2011-02-04"], placed_at: ["TIMESTAMPTZ", 0, "2010-01-01 12:00:00+00", "2011-02-04 12:00:00+00"],
    revenue: ["DECIMAL(38, 4)", 0, "1.0001", "25002.5000"], units: ["BIGINT", 3571, "1", "25000"], note: ["VARCHAR", 8334, null, null], flag: ["BOOLEAN", 0, "false", "true"],
  });
  const answer = JSON.parse(execFileSync(pythonExecutable(), [EXAMPLE, join(folder, "objects"), "fct_orders"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })) as Record<string, string>;
  const { rows } = await owner.raw<{ month: string; revenue: string }>("select to_char(placed_date, 'YYYY-MM') as month, sum(revenue)::text as revenue from marts_a.fct_orders group by 1 order by 1");
  expect(answer).toEqual(Object.fromEntries(rows.map(({ month, revenue }) => [month, revenue])));
});

test("a file that is not what was exported is refused by its reader", async () => {
  await publish(100);
  const { prefix, manifest } = await exportLake(deps());
  const [file] = manifest.tables.find(({ name }) => name === "fct_orders")?.files ?? [];
  writeFileSync(join(folder, "objects", prefix, file?.path ?? ""), "PAR1");
  expect(() => execFileSync(pythonExecutable(), [EXAMPLE, join(folder, "objects"), "fct_orders"], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })).toThrow(/is not what was exported/);
});

test("nobody's name or address leaves raw; ids that only lead to rows do", async () => {
  await publish(100);
  const { prefix, manifest } = await exportLake(deps());
  expect(manifest.tables.find(({ layer }) => layer === "raw")?.columns.map(({ name }) => name)).toEqual(["id", "status"]);
  expect(readFileSync(join(folder, "objects", prefix, "raw/users__users/part-0.parquet"), "latin1")).not.toContain("ann@");
});

test("the newest stay; what broke off goes, and so does what was cut before somebody was erased", async () => {
  const day = async (date: string, cut: number) => {
    now = new Date(date);
    await publish(cut);
    return (await exportLake(deps())).prefix;
  };
  const [first, second, third] = [await day("2026-03-01T03:17:00Z", 100), await day("2026-03-02T03:17:00Z", 200), await day("2026-03-03T03:17:00Z", 300)];
  await store.put("lake/20260303t040000z-broken/marts/x/part-0.parquet", Buffer.from("x"), { contentType: "application/octet-stream" });
  expect(await pruneLake(deps(), 2)).toEqual([first, "lake/20260303t040000z-broken/"].toSorted());
  expect((await listExports(store)).map(({ prefix }) => prefix)).toEqual([second, third]);
  await owner.raw("insert into raw._erasures (user_hash, erased_at, applied_pos) values ('x', now(), 250)");
  expect(await pruneLake(deps(), 7)).toEqual([second]);
});

test("there is nothing to export before something is published", async () => {
  await expect(exportLake(deps())).rejects.toThrow(NothingToExport);
});
