import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { Database } from "../database.ts";
import { migrate } from "../migrate.ts";

const databases = useTestDatabases({ shop: true });
let dir = "";
let db: Database;

const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
const tables = async () => (await db.raw<{ name: string }>("select relname as name from pg_class where relnamespace = 'work'::regnamespace and relkind = 'r' order by 1")).rows.map((row) => row.name);
const history = async () => (await db.raw<{ name: string }>("select name from migrations.applied order by name")).rows.map((row) => row.name);

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "mg-migrations-"));
  db = Database.open(databases.shop.config);
  // The clone comes with the shop's own history; these tests write another.
  await db.raw("drop schema if exists migrations, work cascade");
  write("0001_schema.sql", "create schema work; create table work.one (id int)");
  write("0002_second.sql", "alter table work.one add column n int;\ncreate table work.two (id int);");
});
afterEach(async () => {
  await db.close();
  rmSync(dir, { recursive: true });
});

test("files are applied once, in the order of their numbers", async () => {
  write("0010_last.sql", "alter table work.two add column n int");
  expect(await migrate(db, dir)).toEqual({ applied: ["0001_schema.sql", "0002_second.sql", "0010_last.sql"] });
  expect(await migrate(db, dir)).toEqual({ applied: [] });
  write("0011_more.sql", "create table work.three (id int)");
  expect(await migrate(db, dir)).toEqual({ applied: ["0011_more.sql"] });
  expect(await tables()).toEqual(["one", "three", "two"]);
});

test("a file that fails leaves nothing of itself, and the ones before it stay", async () => {
  write("0003_broken.sql", "create table work.half (id int); select no_such_function()");
  await expect(migrate(db, dir)).rejects.toThrow("migration 0003_broken.sql failed: function no_such_function() does not exist");
  expect(await tables()).toEqual(["one", "two"]);
  write("0003_broken.sql", "create table work.whole (id int)");
  expect(await migrate(db, dir)).toEqual({ applied: ["0003_broken.sql"] });
});

test("an applied file that was edited is refused, with its name and the way out", async () => {
  await migrate(db, dir);
  write("0001_schema.sql", `${readFileSync(join(dir, "0001_schema.sql"), "utf8")} `);
  await expect(migrate(db, dir)).rejects.toThrow("migration 0001_schema.sql was changed after it had been applied: restore the file and add a new one");
});

test("code that is older than the data is refused", async () => {
  await migrate(db, dir);
  rmSync(join(dir, "0002_second.sql"));
  await expect(migrate(db, dir)).rejects.toThrow(/applied migration 0002_second\.sql, which .+ does not hold at its place: this code is older than the data; update the code/);
});

test("a file that would have had to come earlier is refused", async () => {
  write("0010_last.sql", "select 1");
  await migrate(db, dir);
  write("0005_late.sql", "create table work.late (id int)");
  await expect(migrate(db, dir)).rejects.toThrow("migration 0005_late.sql is new but is numbered before 0010_last.sql");
  expect(await tables()).not.toContain("late");
});

test.each(["1_short.sql", "0003_Upper.sql", "0003-dash.sql", "notes.sql"])("%s is no name for a migration", async (name) => {
  write(name, "select 1");
  await expect(migrate(db, dir)).rejects.toThrow("must be named NNNN_lower_case.sql");
});

test("what is no .sql file is left alone", async () => {
  write("README.md", "text");
  expect((await migrate(db, dir)).applied).toHaveLength(2);
});

test("processes that start together apply each file once", async () => {
  write("0003_slow.sql", "select pg_sleep(0.2); create table work.slow (id int)");
  await using other = Database.open(databases.shop.config);
  const outcomes = await Promise.all([migrate(db, dir), migrate(other, dir), migrate(db, dir)]);
  expect(outcomes.flatMap(({ applied }) => applied).sort()).toEqual(["0001_schema.sql", "0002_second.sql", "0003_slow.sql"]);
  expect(await history()).toHaveLength(3);
});

test("after a failure the lock is free", async () => {
  write("0003_broken.sql", "select no_such_function()");
  await expect(migrate(db, dir)).rejects.toThrow("0003_broken.sql");
  rmSync(join(dir, "0003_broken.sql"));
  await using other = Database.open(databases.shop.config);
  expect(await migrate(other, dir)).toEqual({ applied: [] });
});

test("a connection that is lost in the middle says which migration it was", async () => {
  await using admin = Database.open(databases.shop.config);
  await using victim = Database.open({ ...databases.shop.config, applicationName: "migrating" });
  write("0003_slow.sql", "create table work.slow (id int); select pg_sleep(30)");
  const running = migrate(victim, dir).catch((error: unknown) => error);
  await expect.poll(async () => (await admin.raw("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'migrating' and query like '%pg_sleep%'")).rowCount, { timeout: 5_000 }).toBe(1);
  expect(String(await running)).toMatch(/migration 0003_slow\.sql failed: /);
  expect(await tables()).toEqual(["one", "two"]);
});
