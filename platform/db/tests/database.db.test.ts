import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { Database } from "../database.ts";
import { constraintName, SQLSTATE, sqlState } from "../errors.ts";
import { listStatements, query } from "../query.ts";

const databases = useTestDatabases({ shop: true });
const observed: { name: string; rows: number }[] = [];
let db: Database;

beforeAll(async () => {
  db = Database.open({ ...databases.shop.config, max: 4 }, { observe: (name, rows) => observed.push({ name, rows }) });
  await db.raw("create table public.counters (id int primary key, n bigint not null check (n >= 0)); insert into public.counters values (1, 0), (2, 0)");
});
afterAll(async () => db.close());

const numbers = query({
  name: "test.numbers",
  text: "select n from generate_series(1, $1) as n",
  params: ["int4"],
  row: { n: "int4" },
  budget: { access: "scan", maxRows: 3 },
});
const readCounter = query({ name: "test.readCounter", text: "select n from public.counters where id = $1", params: ["int4"], row: { n: "int8" }, budget: { access: "index", maxRows: 1 } });
const writeCounter = query({ name: "test.writeCounter", text: "update public.counters set n = $2 where id = $1", params: ["int4", "int8"], row: {}, budget: { access: "write", maxRows: 0 } });

describe("what a statement may answer", () => {
  test("rows within the budget, and not one more", async () => {
    expect(await db.many(numbers, [3])).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    await expect(db.many(numbers, [4])).rejects.toThrow("statement test.numbers returned 4 rows, its budget is 3");
  });

  test("one row where one must be, none or one where none may be", async () => {
    expect(await db.one(numbers, [1])).toEqual({ n: 1 });
    await expect(db.one(numbers, [0])).rejects.toThrow("returned no row where one must be");
    await expect(db.one(numbers, [2])).rejects.toThrow("returned 2 rows");
    expect(await db.maybeOne(numbers, [0])).toBeUndefined();
    await expect(db.maybeOne(numbers, [2])).rejects.toThrow("returned 2 rows where at most one is possible");
  });

  test("the rows a change touched", async () => {
    expect(await db.execute(writeCounter, [1, 0n])).toBe(1);
    expect(await db.execute(writeCounter, [99, 0n])).toBe(0);
  });

  test("is told to the observer under the statement's name", async () => {
    observed.length = 0;
    await db.many(numbers, [2]);
    await db.raw("select 1");
    expect(observed).toEqual([{ name: "test.numbers", rows: 2 }, { name: "raw", rows: 1 }]);
  });

  test("two statements of one name are refused, the same one twice is not", () => {
    const again = { name: "test.once", text: "select 1 as one", params: [], row: { one: "int4" }, budget: { access: "scan", maxRows: 1 } } as const;
    query(again);
    query({ ...again });
    expect(() => query({ ...again, text: "select 2 as one" })).toThrow('two statements are named "test.once"');
    expect(listStatements().filter((statement) => statement.name === "test.once")).toHaveLength(1);
  });
});

describe("values", () => {
  const echo = query({
    name: "test.echo",
    text: `select $1::int8 as big, $2::int8[] as bigs, $3::numeric as exact, $4::date as day, $5::timestamptz as at, $6::jsonb as document, $7::bytea as bytes, $8::text[] as texts, $9::float8 as rough`,
    params: ["int8", "int8[]", "numeric", "date", "timestamptz", "jsonb", "bytea", "text[]", "float8"],
    row: { big: "int8", bigs: "int8[]", exact: "numeric", day: "date", at: "timestamptz", document: "jsonb", bytes: "bytea", texts: "text[]", rough: "float8" },
    budget: { access: "scan", maxRows: 1 },
  });

  test("come back as they went: 64-bit integers whole, exact decimals and days as text", async () => {
    const at = new Date("2011-12-09T12:50:00.123Z");
    expect(await db.one(echo, [9_223_372_036_854_775_807n, [-1n, 2n ** 53n + 1n], "0.10", "2011-02-28", at, { a: [1, null] }, Buffer.from([0, 255]), ["a,b", '"', "\\", "NULL", "é"], 0.1])).toEqual({
      big: 9_223_372_036_854_775_807n, bigs: [-1n, 2n ** 53n + 1n], exact: "0.10", day: "2011-02-28", at, document: { a: [1, null] }, bytes: Buffer.from([0, 255]), texts: ["a,b", '"', "\\", "NULL", "é"], rough: 0.1,
    });
  });

  test("raw reads them the same way, several statements at once too", async () => {
    expect((await db.raw("select 1::int8 as n")).rows).toEqual([{ n: 1n }]);
    expect((await db.raw("select 1 as first; select count(*) as last from public.counters")).rows).toEqual([{ last: 2n }]);
  });
});

describe("transactions", () => {
  const counter = async (id = 1) => (await db.one(readCounter, [id])).n;

  test("keep everything, or nothing when something throws", async () => {
    await db.execute(writeCounter, [1, 0n]);
    expect(await db.tx(async (tx) => tx.execute(writeCounter, [1, 5n]))).toBe(1);
    await expect(db.tx(async (tx) => {
      await tx.execute(writeCounter, [1, 6n]);
      throw new Error("the work failed");
    })).rejects.toThrow("the work failed");
    expect(await counter()).toBe(5n);
  });

  test("a refused statement takes the ones before it back", async () => {
    await db.execute(writeCounter, [1, 5n]);
    const failed = await db.tx(async (tx) => {
      await tx.execute(writeCounter, [2, 8n]);
      await tx.execute(writeCounter, [1, -1n]);
    }).catch((error: unknown) => error);
    expect([sqlState(failed), constraintName(failed)]).toEqual([SQLSTATE.checkViolation, "counters_n_check"]);
    expect([await counter(1), await counter(2)]).toEqual([5n, 0n]);
  });

  test("read-only ones cannot write", async () => {
    await expect(db.tx(async (tx) => tx.execute(writeCounter, [1, 1n]), { readOnly: true })).rejects.toThrow("read-only transaction");
  });

  /** Ten increments at once that read first and write afterwards. */
  const increments = (retries: number) =>
    Promise.allSettled(Array.from({ length: 10 }, () => db.tx(async (tx) => {
      const { n } = await tx.one(readCounter, [1]);
      await tx.execute(writeCounter, [1, n + 1n]);
    }, { isolation: "serializable", retries })));

  test("that cannot be put in an order begin again, as often as they were allowed to", async () => {
    await db.execute(writeCounter, [1, 0n]);
    const outcomes = await increments(100);
    expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);
    expect(await counter()).toBe(10n);
  });

  test("without retries say so, and none of their work stays", async () => {
    await db.execute(writeCounter, [1, 0n]);
    const outcomes = await increments(0);
    const failed = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [sqlState(outcome.reason)] : []));
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed)).toEqual(new Set([SQLSTATE.serializationFailure]));
    expect(await counter()).toBe(BigInt(10 - failed.length));
  });

  test("that lock each other out are untied and begin again", async () => {
    await db.raw("update public.counters set n = 0");
    let arrived = 0;
    let open = () => {};
    const both = new Promise<void>((resolve) => { open = resolve; });
    const crosswise = (first: number, second: number) => db.tx(async (tx) => {
      await tx.execute(writeCounter, [first, 1n]);
      if (++arrived === 2) open();
      await both;
      await tx.execute(writeCounter, [second, 1n]);
    }, { retries: 20 });
    await Promise.all([crosswise(1, 2), crosswise(2, 1)]);
    // The one that was sent back may take its first row before the other wakes up, and they meet once more.
    expect(arrived).toBeGreaterThanOrEqual(3);
  });

  test("an error that is no clash is not tried again", async () => {
    let attempts = 0;
    await expect(db.tx(async () => {
      attempts += 1;
      throw new Error("no");
    }, { retries: 5 })).rejects.toThrow("no");
    expect(attempts).toBe(1);
  });
});

describe("copy", () => {
  test("goes in and comes out; what cannot be read leaves nothing behind", async () => {
    await db.raw("create table public.copied (id int, word text)");
    expect(await db.tx((tx) => tx.copyFrom("copy public.copied from stdin", Readable.from(["1\tone\n2\t", "two\n"])))).toBe(2);
    await expect(db.tx((tx) => tx.copyFrom("copy public.copied from stdin", Readable.from(["3\tthree\n", "x\tfour\n"])))).rejects.toThrow("invalid input syntax");
    await expect(db.tx((tx) => tx.copyFrom("copy public.copied from stdin", Readable.from((async function* () {
      yield "5\tfive\n";
      throw new Error("the source broke");
    })())))).rejects.toThrow("the source broke");
    expect((await db.raw("select id, word from public.copied order by id")).rows).toEqual([{ id: 1, word: "one" }, { id: 2, word: "two" }]);
  });
});

test("a pool closes once, however often it is asked to", async () => {
  const pool = Database.open(databases.shop.config);
  await pool.ping();
  await Promise.all([pool.close(), pool.close()]);
  await pool.close();
  await expect(pool.ping()).rejects.toThrow();
});
