import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { martCatalogue } from "#schema/generated/martCatalogue.ts";
import { vendorProof } from "../../sql/vendorProof.ts";
import { fillSqlWarehouse, PEOPLE, publishSlot, RIVAL, VENDOR } from "../../sql/tests/sqlWarehouse.ts";
import { VENDOR_MARTS } from "../vendorMarts.ts";

const databases = useTestDatabases({ warehouse: true });
let owner: Database;
const logins = new Map<string, Database>();
const as = (role: "analyst" | "personal" | "vendor") => logins.get(role) as Database;
beforeAll(async () => {
  owner = Database.open({ ...databases.warehouse.config, max: 2 });
  await fillSqlWarehouse(owner, databases.warehouse);
  for (const role of ["analyst", "personal", "vendor"]) logins.set(role, Database.open({ ...databases.warehouse.as(`martgraph_sql_${role}`), max: 2 }));
});
afterAll(async () => {
  for (const db of [owner, ...logins.values()]) await db?.close();
});

async function speakFor(vendorIds: readonly string[], sql: string, { lifetimeMs = 60_000, forge = (proof: string) => proof } = {}): Promise<unknown[]> {
  const { rows: [key] } = await owner.raw<{ vendor_key: Buffer }>("select vendor_key from ops.sql_keys");
  return as("vendor").tx(async (tx) => {
    const { rows: [own] } = await tx.raw<{ pid: number }>("select pg_backend_pid() as pid");
    const proof = vendorProof(key?.vendor_key as Buffer, { vendorIds, pid: own?.pid as number, validUntil: Date.now() + lifetimeMs });
    await tx.raw("select set_config('martgraph.vendors', $1, true)", [forge(proof)]);
    return (await tx.raw(sql)).rows;
  });
}

test("every mart that vendors see is there, with the columns its rule names", () => {
  for (const [mart, rule] of Object.entries(VENDOR_MARTS)) {
    const columns = Object.keys(martCatalogue[mart]?.columns ?? {});
    expect(columns, mart).not.toEqual([]);
    if (rule.rows === "own") expect(columns, mart).toContain("vendor_id");
    for (const column of rule.without ?? []) expect(columns, mart).toContain(column);
  }
});

describe("what analysts see", () => {
  test("is every mart with all its columns, the ids of people hashed so that they join within a build", async () => {
    const { rows } = await as("analyst").raw<{ relation: string; columns: string[] }>(
      "select c.relname::text as relation, array_agg(a.attname::text order by a.attnum) as columns from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 where c.relnamespace = 'marts_masked'::regnamespace group by 1 order by 1");
    expect(Object.fromEntries(rows.map((row) => [row.relation, row.columns]))).toEqual(Object.fromEntries(Object.entries(martCatalogue).map(([name, mart]) => [name, Object.keys(mart.columns)])));
    const [joined] = (await as("analyst").raw<{ n: bigint; people: bigint }>("select count(*) as n, count(distinct c.user_id) as people from marts_masked.fct_order_lines l join marts_masked.dim_customers c using (user_id)")).rows;
    expect(joined).toEqual({ n: 9n, people: 3n });
    const shown = (await as("analyst").raw<{ user_id: string; email_sha256: string }>("select user_id, email_sha256 from marts_masked.dim_customers")).rows;
    for (const { user_id, email_sha256 } of shown) {
      expect(PEOPLE).not.toContain(user_id);
      expect(email_sha256).toMatch(/^[0-9a-f]{32}$/);
    }
    expect(shown.map((row) => row.user_id)).not.toContain(createHash("sha256").update(PEOPLE[0]).digest("hex").slice(0, 32));
    const clear = (await as("personal").raw<{ user_id: string }>("select user_id from marts.dim_customers order by 1")).rows;
    expect(clear.map((row) => row.user_id)).toEqual([...PEOPLE]);
  });

  test("cannot be joined from build to build", async () => {
    const before = (await as("analyst").raw("select user_id from marts_masked.dim_customers order by 1")).rows;
    await publishSlot(owner, databases.warehouse, "b");
    const after = (await as("analyst").raw("select user_id from marts_masked.dim_customers order by 1")).rows;
    expect(after).toHaveLength(3);
    expect(after).not.toContainEqual(before[0]);
  });
});

describe("what vendors see", () => {
  test("is their own rows, of one vendor or of several, and of the marts on the list alone", async () => {
    expect(await speakFor([VENDOR], "select distinct vendor_id, amount::text as amount from marts_vendor.fct_order_lines")).toEqual([{ vendor_id: VENDOR, amount: "10.50" }]);
    expect(await speakFor([VENDOR, RIVAL], "select count(*)::int as n from marts_vendor.fct_order_lines")).toEqual([{ n: 6 }]);
    const { rows } = await as("vendor").raw<{ relation: string }>("select relname::text as relation from pg_class where relnamespace = 'marts_vendor'::regnamespace order by 1");
    expect(rows.map((row) => row.relation)).toEqual(Object.keys(VENDOR_MARTS).sort());
  });

  test("days, reviews and histories of vendors are their own; categories are everybody's, without the count of everybody's products", async () => {
    await owner.tx(async (tx) => {
      for (const [mart, key] of [["dim_vendors", "slug"], ["snap_vendors", "slug"], ["agg_daily_vendor", "vendor"], ["fct_reviews", "state"]] as const) {
        const { rows: columns } = await tx.raw<{ name: string }>("select attname::text as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and attnotnull and attname not in ('vendor_id', $2)", [`marts_a.${mart}`, key]);
        for (const { name } of columns) await tx.raw(`alter table marts_a.${mart} alter column ${name} drop not null`);
        for (const vendor of [VENDOR, RIVAL]) await tx.raw(`insert into marts_a.${mart} (vendor_id, ${key}) values ($1, 'x')`, [vendor]);
      }
    });
    await publishSlot(owner, databases.warehouse, "a");
    for (const mart of ["dim_vendors", "snap_vendors", "agg_daily_vendor", "fct_reviews"]) expect(await speakFor([VENDOR], `select vendor_id from marts_vendor.${mart}`), mart).toEqual([{ vendor_id: VENDOR }]);
    const { rows } = await as("vendor").raw<{ column: string }>("select attname::text as column from pg_attribute where attrelid = 'marts_vendor.dim_categories'::regclass and attnum > 0 order by attnum");
    expect(rows.map((row) => row.column)).not.toContain("products");
    expect(rows.map((row) => row.column)).toContain("path");
  });

  test("hashes customers for each vendor anew: two of them cannot compare", async () => {
    const mine = await speakFor([VENDOR], "select distinct user_id from marts_vendor.fct_order_lines");
    const theirs = await speakFor([RIVAL], "select distinct user_id from marts_vendor.fct_order_lines");
    expect(mine).toHaveLength(3);
    for (const row of mine) expect(theirs).not.toContainEqual(row);
  });

  const COUNT = "select count(*)::int as n from marts_vendor.fct_order_lines";
  test.each([
    ["no proof", () => ""],
    ["bare ids", () => RIVAL],
    ["another vendor's name in a proof", (proof: string) => proof.replace(VENDOR, RIVAL)],
    ["a longer life", (proof: string) => proof.replace(/\|\d{13}\|/, "|9999999999999|")],
    ["another session's proof", (proof: string) => proof.replace(/\|(\d+)\|(\w+)$/, (_all, pid, mac) => `|${Number(pid) + 1}|${mac}`)],
    ["a proof without its end", (proof: string) => proof.slice(0, -1)],
    ["a proof with more behind it", (proof: string) => `${proof}|`],
    ["an empty proof", (proof: string) => proof.replace(/[0-9a-f]{64}$/, "")],
  ])("is nothing with %s", async (_what, forge) => {
    expect(await speakFor([VENDOR], COUNT, { forge })).toEqual([{ n: 0 }]);
  });

  test("is nothing once the proof has run out, and nothing without any", async () => {
    expect(await speakFor([VENDOR], COUNT, { lifetimeMs: -1 })).toEqual([{ n: 0 }]);
    expect((await as("vendor").raw(COUNT)).rows).toEqual([{ n: 0 }]);
    expect(await speakFor([VENDOR], COUNT)).toEqual([{ n: 3 }]);
  });
});
