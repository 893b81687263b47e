import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { Database, type Tx } from "../database.ts";
import { SQLSTATE, sqlState } from "../errors.ts";
import { query } from "../query.ts";

const databases = useTestDatabases({ shop: true });
let db: Database;

const put = query({ name: "test.putMark", text: "insert into public.marks values ($1)", params: ["int4"], row: {}, budget: { access: "write", maxRows: 0 } });
const list = query({ name: "test.listMarks", text: "select id from public.marks order by id", params: [], row: { id: "int4" }, budget: { access: "scan", maxRows: 100 } });
const marks = async () => (await db.many(list, [])).map(({ id }) => id);
const failing = (work: (tx: Tx) => Promise<unknown>) => db.tx(work).then(() => "committed", (error: unknown) => sqlState(error) ?? (error as Error).message);

beforeAll(async () => {
  // One connection, which knows how to begin after its first transaction.
  db = Database.open({ ...databases.shop.config, max: 1 });
  await db.raw("create table public.marks (id int primary key)");
});
beforeEach(async () => {
  await db.raw("delete from public.marks");
  await db.tx((tx) => tx.raw("select 1"));
});
afterAll(async () => db.close());

test("what runs in a transaction is gone with it, from the first statement on", async () => {
  expect(await failing(async (tx) => {
    await tx.execute(put, [1]);
    await tx.execute(put, [2]);
    throw new Error("no");
  })).toBe("no");
  expect(await marks()).toEqual([]);
  await db.tx(async (tx) => Promise.all([tx.execute(put, [1]), tx.execute(put, [2]), tx.raw("insert into public.marks values (3)")]));
  expect(await marks()).toEqual([1, 2, 3]);
});

test("where the first statement fails nothing stays, and the connection goes on", async () => {
  await db.execute(put, [1]);
  expect(await failing(async (tx) => {
    await tx.execute(put, [1]).catch(() => undefined);
    await tx.execute(put, [2]);
  })).toBe(SQLSTATE.uniqueViolation);
  expect(await failing((tx) => Promise.all([tx.execute(put, [1]), tx.execute(put, [2])]))).toBe(SQLSTATE.uniqueViolation);
  expect(await marks()).toEqual([1]);
});

test("where the transaction does not begin no statement runs", async () => {
  await db.raw('deallocate "tx.begin"');
  expect(await failing((tx) => Promise.all([tx.execute(put, [1]), tx.execute(put, [2])]))).toBe("26000");
  expect(await marks()).toEqual([]);
  await db.raw('prepare "tx.begin" as begin').catch(() => undefined);
});

test("a transaction without a statement asks nothing of the server", async () => {
  expect(await db.tx(async () => 7)).toBe(7);
  expect(await failing(async () => { throw new Error("early"); })).toBe("early");
});
