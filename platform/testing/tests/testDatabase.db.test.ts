import { expect, inject, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { cloneDatabase, dropDatabase, useTestDatabases } from "../testDatabase.ts";

const databases = useTestDatabases({ shop: true, warehouse: true });

test("clones hold the migrated schemas", async () => {
  await using shop = Database.open(databases.shop.config);
  await using warehouse = Database.open(databases.warehouse.config);
  const count = "select count(*)::int as n from migrations.applied";
  expect((await shop.raw<{ n: number }>(count)).rows[0]?.n).toBeGreaterThan(0);
  expect((await warehouse.raw<{ n: number }>(count)).rows[0]?.n).toBeGreaterThan(0);
});

test("a clone's database rights equal its template's", async () => {
  await using admin = Database.open({ ...databases.shop.config, database: "postgres" });
  const { rows } = await admin.raw<{ rights: string }>(
    `select (select string_agg(format('%s:%s', grantee::regrole, privilege_type), ',' order by grantee, privilege_type)
               from aclexplode(coalesce(datacl, acldefault('d', datdba)))) as rights
       from pg_database where datname in ('template_warehouse', $1)`,
    [databases.warehouse.name],
  );
  expect(rows).toHaveLength(2);
  expect(rows[0]?.rights).toBe(rows[1]?.rights);
});

test("every role of ours may log in", async () => {
  await using db = Database.open(databases.shop.as("martgraph_orders"));
  await db.ping();
});

test("a connection left open is named", async () => {
  const server = inject("testServer");
  const clone = await cloneDatabase(server, "shop");
  const left = Database.open({ ...clone.config, applicationName: "forgotten" });
  await left.ping();
  expect((await dropDatabase(server, clone.name)).join()).toContain("forgotten");
  await left.close();
});
