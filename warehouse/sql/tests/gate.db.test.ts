import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { askerOf, type GateBench, openGate } from "./gateHarness.ts";
import { fillSqlWarehouse, id, PEOPLE, publishSlot, RIVAL, VENDOR } from "./sqlWarehouse.ts";

const databases = useTestDatabases({ warehouse: true });
let owner: Database;
let bench: GateBench;
let buildId: string;
beforeAll(async () => {
  owner = Database.open({ ...databases.warehouse.config, max: 2 });
  ({ buildId } = await fillSqlWarehouse(owner, databases.warehouse));
  bench = openGate(databases.warehouse);
});
afterAll(async () => {
  await bench?.[Symbol.asyncDispose]();
  await owner?.close();
});

const analyst = askerOf("ANALYST");
const vendor = askerOf("VENDOR");
const attemptOf = async (attemptId: string) => (await owner.raw("select * from ops.sql_attempt where attempt_id = $1", [attemptId])).rows[0];

describe("what people ask", () => {
  test.each([
    ["select count(*) from marts.fct_order_lines", [["9"]]],
    ["select count(*) from fct_order_lines;", [["9"]]],
    ["select marts.fct_order_lines.name from marts.fct_order_lines where amount = 3.25 order by 1 limit 1", [["cake stand 0"]]],
    ["with big as (select * from marts.fct_order_lines where amount > 100) select count(*), sum(amount) from big", [["3", "1998.00"]]],
    ["with fct_order_lines as (select * from marts.fct_order_lines where amount > 100) select count(*) from fct_order_lines", [["3"]]],
    ["select date_trunc('month', placed_at)::date, extract(day from placed_at)::int from fct_order_lines group by 1, 2", [["2026-02-01", "1"]]],
    ["select name, rank() over (order by amount desc) from fct_order_lines where placed_date = date '2026-02-01' order by 2", [["RIVALS-SECRET-0", "1"], ["lantern 0", "2"], ["cake stand 0", "3"]]],
    ["select percentile_cont(0.5) within group (order by amount)::numeric from fct_order_lines", [["10.5"]]],
    ["select l.name from fct_order_lines l join marts.dim_products p using (product_id) where p.slug = 'p2' and l.quantity in (1, 2) order by 1", [["cake stand 0"], ["cake stand 1"]]],
    ["select g::date from generate_series(date '2026-02-01', date '2026-02-02', interval '1 day') g", [["2026-02-01"], ["2026-02-02"]]],
    ["select 'é' as \"Ü\", case when true then null end, coalesce(null, 'x'), 'a' || 'b', array[1,2], true", [["é", null, "x", "ab", "{1,2}", "t"]]],
    ["values (1, 'a'), (2, 'b')", [["1", "a"], ["2", "b"]]],
    ["select sum(amount) filter (where vendor_id is null) from fct_order_lines group by rollup (country) having count(*) > 0 order by 1 limit 1", [["9.75"]]],
    ["(select 1 union all select 2) except select 2", [["1"]]],
    ["select trim(both ' ' from ' x '), substring('abc' from 2 for 1), position('b' in 'abc'), 'a' like '%a', 'a' similar to 'a|b', timestamptz '2026-01-01 00:00Z' at time zone 'Europe/Berlin'", [["x", "b", "2", "t", "t", "2026-01-01 01:00:00"]]],
  ])("%s", async (sql, rows) => {
    const asked = await bench.ask(analyst, sql);
    expect(asked.refusal).toBeUndefined();
    expect(asked.rows).toEqual(rows);
    expect(asked.summary).toMatchObject({ buildId, truncatedBy: null });
  });

  test("parameters are bound: text, numbers, lists, null; never read as SQL", async () => {
    const sql = "select count(*), $3::text, $4::int is null from fct_order_lines where amount < $1 and country = any($2)";
    const { rows, refusal } = await bench.ask(analyst, sql, { parameters: [100, ["United Kingdom", "'; drop view x; --"], "x' or 1=1", null] });
    expect(refusal).toBeUndefined();
    expect(rows).toEqual([["6", "x' or 1=1", "t"]]);
    for (const parameters of [[], [1], [1, ["a"], "b", null, "more"], [1, ["a"], "\0", null], [1, ["a"], "\ud800", null], [Number.NaN, ["a"], "b", null]]) {
      expect((await bench.ask(analyst, sql, { parameters })).refusal?.code).toBe("BAD_PARAMETER");
    }
  });

  test("EXPLAIN shows the plan to analysts", async () => {
    const { rows, columns } = await bench.ask(analyst, "explain select * from marts.fct_order_lines");
    expect(columns).toMatchObject([{ name: "QUERY PLAN" }]);
    expect(rows[0]?.[0]).toMatch(/Scan/);
    expect((await bench.ask(analyst, "explain (format json, costs off) select 1")).rows[0]?.[0]).toContain("Result");
  });
});

describe("bounds", () => {
  test("rows and bytes: what is cut off is said", async () => {
    expect((await bench.ask(analyst, "select * from generate_series(1, 5000)", { limit: 5_000 })).summary).toMatchObject({ rows: 5_000, truncatedBy: null });
    expect((await bench.ask(analyst, "select * from generate_series(1, 5001)", { limit: 5_000 })).summary).toMatchObject({ rows: 5_000, truncatedBy: "ROWS" });
    const { summary, rows } = await bench.ask(analyst, "select lpad('x', 1000) from generate_series(1, 5000)", { limit: 5_000, maxBytes: 100_000 });
    expect(summary).toMatchObject({ truncatedBy: "BYTES" });
    expect(rows).toHaveLength(99);
  });

  test("cost: a plan that is too dear is refused before it runs, with what to do", async () => {
    const { refusal } = await bench.ask(analyst, "select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b");
    expect(refusal).toMatchObject({ code: "TOO_COSTLY", message: expect.stringMatching(/costs [\d,]+, at most 5,000,000 is run\. Narrow it by a date/) });
    const theirs = await bench.ask(vendor, "select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b");
    expect(theirs.refusal?.message).not.toMatch(/\d/);
  });

  test("time: the server stops, and the next statement of the session is not shortened", async () => {
    const slow = "select count(*) from generate_series(1, 3000) a cross join generate_series(1, 3000) b where a::text || b::text like '%x%x%'";
    const { refusal } = await bench.ask(analyst, slow, { timeoutMs: 100 });
    expect(refusal).toMatchObject({ code: "TIMED_OUT", message: expect.stringContaining("0.1 seconds") });
    expect((await bench.ask(analyst, "select 1")).rows).toEqual([["1"]]);
  });

  test("cancelling, by whoever asked and by nobody else, and by going away, ends the work on the server", async () => {
    const slow = "select count(*) from generate_series(1, 3000) a cross join generate_series(1, 3000) b where a::text || b::text like '%x%x%x%'";
    const working = async () => (await owner.raw<{ n: number }>("select count(*)::int as n from pg_stat_activity where application_name like 'martgraph sql %' and state = 'active' and query ~ '^(fetch|declare)'")).rows[0]?.n;
    const gone = new AbortController();
    const first = bench.ask(askerOf("ANALYST", { actorId: id(9, 2) }), slow, { cancelKey: "mine" });
    const second = bench.ask(askerOf("ANALYST", { actorId: id(9, 3) }), slow, { signal: gone.signal });
    await expect.poll(working, { timeout: 10_000 }).toBe(2);
    expect(await bench.gate.cancel(id(9, 4), { cancelKey: "mine" })).toBe(0);
    expect(await bench.gate.cancel(id(9, 2), { cancelKey: "mine" })).toBe(1);
    expect((await first).refusal?.code).toBe("CANCELLED");
    gone.abort();
    expect((await second).refusal?.code).toBe("CANCELLED");
    expect(await working()).toBe(0);
  });

  test("a person has so many statements at once", async () => {
    const slow = "select count(*) from generate_series(1, 2000) a cross join generate_series(1, 1000) b where a::text || b::text like '%x%x%'";
    const codes = (await Promise.all(Array.from({ length: 5 }, () => bench.ask(askerOf("ANALYST", { actorId: id(9, 5) }), slow)))).map(({ refusal }) => refusal?.code);
    expect(codes.filter((code) => code === "BUSY")).toHaveLength(2);
    expect((await bench.ask(askerOf("ANALYST", { actorId: id(9, 5) }), "select 1")).refusal).toBeUndefined();
  });

  test("a row that nobody reads does not fill the memory", async () => {
    const sql = "select string_agg(lpad('x', 1000), '') from generate_series(1, 60000)";
    const { refusal } = await bench.ask(analyst, sql);
    expect(refusal?.code).toBe("TOO_LARGE");
    expect((await bench.ask(analyst, "select 1")).rows).toEqual([["1"]]);
  });
});

describe("what errors say", () => {
  test.each([
    ["select foo from fct_order_lines", "INVALID", 8],
    ["/* é */ select  foo from fct_order_lines", "INVALID", 17],
    ["select amonut from fct_order_lines", "INVALID", 8],
    ["select 1 / (amount - amount) from fct_order_lines", "BAD_VALUE", undefined],
    ["select name::int from fct_order_lines", "BAD_VALUE", undefined],
    ["select 'x'::date", "BAD_VALUE", 8],
    ["select (select name from fct_order_lines)", "BAD_VALUE", undefined],
    ["select country, count(*) from fct_order_lines", "INVALID", 8],
    ["select sqrt(-amount) from fct_order_lines", "BAD_VALUE", undefined],
    ["select * from fct_order_line", "UNKNOWN_TABLE", 15],
    ["select conut(*) from fct_order_lines", "NOT_ALLOWED", 8],
    ["select regexp_replace(name, '(', '') from fct_order_lines", "BAD_VALUE", undefined],
    ["select lower(amount) from fct_order_lines", "INVALID", 8],
    ["selec 1", "SYNTAX", 1],
  ])("%s: %s", async (sql, code, position) => {
    const { refusal } = await bench.ask(analyst, sql);
    expect(refusal).toMatchObject({ code, ...(position === undefined ? {} : { position }) });
    // Says what to do, and no value of a row.
    expect(refusal?.message).toMatch(/[.?]$|\.\)?$/);
    expect(refusal?.message).not.toMatch(/lantern|SECRET|cake|666|marts_/);
  });
});

describe("vendors", () => {
  const SECRETS = /RIVALS-SECRET|666/;
  test("see their rows, counted, joined and in subqueries", async () => {
    expect((await bench.ask(vendor, "select name, amount from marts.fct_order_lines order by 1")).rows).toEqual([["lantern 0", "10.50"], ["lantern 1", "10.50"], ["lantern 2", "10.50"]]);
    expect((await bench.ask(vendor, "select count(*), (select count(*) from dim_products), max(amount) from fct_order_lines")).rows).toEqual([["3", "1", "10.50"]]);
    expect((await bench.ask(askerOf("VENDOR", { vendorIds: [VENDOR, RIVAL] }), "select count(*) from fct_order_lines")).rows).toEqual([["6"]]);
    expect((await bench.ask(askerOf("VENDOR", { vendorIds: [] }), "select count(*) from fct_order_lines")).rows).toEqual([["0"]]);
    expect((await bench.ask(vendor, "select * from marts.dim_customers")).refusal?.code).toBe("UNKNOWN_TABLE");
  });

  // Each would tell of another's row, were its condition asked before the view's own.
  test.each([
    "select 1 / (case when name like 'RIVALS%' then 0 else 1 end) from fct_order_lines",
    "select * from fct_order_lines where 1 / (amount - 666) > 0",
    "select * from fct_order_lines where (case when vendor_id <> '{me}' then name else '0' end)::int >= 0",
    "select * from fct_order_lines where regexp_replace(case when amount = 666 then '(' else 'x' end, 'x', '') is not null",
    "select count(*) from fct_order_lines where ('x' || name)::text <> '' and sqrt(665 - amount) > 0",
    "select * from fct_order_lines a join dim_products p on 1 / (a.amount - 666) > 0 and p.product_id = a.product_id",
    "select * from (select * from fct_order_lines offset 0) x where 1 / (amount - 666) > 0",
    "select exists (select from fct_order_lines where to_date(case when amount = 666 then 'x' else '2026-01-01' end, 'YYYY-MM-DD') is null)",
    "select min(name), max(name), string_agg(name, ',') from fct_order_lines",
    "select * from dim_products where length(name) / (length(name) - 21) >= 0",
    "select fct_order_lines::text from fct_order_lines",
    "select count(*) over (), name from fct_order_lines where vendor_id = '{other}' or true",
  ])("learn nothing of others by %s", async (sql) => {
    const { refusal, rows, summary } = await bench.ask(vendor, sql.replace("{me}", VENDOR).replace("{other}", RIVAL));
    expect(refusal?.message ?? "").toBe("");
    expect(JSON.stringify(rows)).not.toMatch(SECRETS);
    expect(summary?.estimate ?? null).toBeNull();
  });

  test("are told no plan and no estimate", async () => {
    expect((await bench.ask(vendor, "explain select * from fct_order_lines")).refusal?.code).toBe("NOT_ALLOWED");
    const signal = new AbortController().signal;
    const one = await bench.gate.estimate(vendor, { sql: "select * from fct_order_lines", signal });
    const other = await bench.gate.estimate(vendor, { sql: "select * from dim_products where vendor_id = $1", parameters: [RIVAL], signal });
    expect(one).toMatchObject({ ok: true, value: { amount: 0, rows: null, isAllowed: true } });
    expect(other).toMatchObject({ ok: true, value: { amount: 0, rows: null, isAllowed: true } });
  });

  test("do not inherit who was there before in the same session", async () => {
    for (const [who, name] of [[VENDOR, "lantern 0"], [RIVAL, "RIVALS-SECRET-0"], [VENDOR, "lantern 0"]] as const) {
      expect((await bench.ask(askerOf("VENDOR", { vendorIds: [who] }), "select min(name) from fct_order_lines")).rows).toEqual([[name]]);
    }
  });
});

describe("personal data", () => {
  test("is hashed for analysts, in conditions too, and shown to who may see it", async () => {
    expect((await bench.ask(analyst, "select count(*) from dim_customers where user_id = $1", { parameters: [PEOPLE[0]] })).rows).toEqual([["0"]]);
    expect((await bench.ask(askerOf("PERSONAL"), "select count(*) from dim_customers where user_id = $1", { parameters: [PEOPLE[0]] })).rows).toEqual([["1"]]);
  });
});

describe("the ledger of attempts", () => {
  test("says who asked what, without literals, and what came of it", async () => {
    const { summary } = await bench.ask(analyst, "select name, amount from marts.fct_order_lines where name = 'a secret person' and amount > 12345 -- and a note");
    expect(await attemptOf(summary?.attemptId as string)).toMatchObject({
      actor_id: analyst.actorId, audience: "ANALYST", source: "GRAPH", kind: "QUERY", state: "DONE", sql: "select name, amount from marts.fct_order_lines where name = ? and amount > ?",
      tables: ["fct_order_lines"], columns: ["amount", "name"], rows: 0n, truncated: false, build_id: buildId, sql_hash: expect.stringMatching(/^[0-9a-f]{16}$/), cost: expect.any(Number), ms: expect.any(Number),
    });
  });

  test("is written before anything is asked: what cannot be written down is not done", async () => {
    await owner.raw("alter table ops.sql_attempt add constraint no_more check (false) not valid");
    await expect(bench.ask(analyst, "select 1")).rejects.toThrow(/no_more/);
    await owner.raw("alter table ops.sql_attempt drop constraint no_more");
    expect((await bench.ask(analyst, "select 1")).rows).toEqual([["1"]]);
  });

  test("cannot be rewritten, nor emptied of the last thirty days, by the login that keeps it", async () => {
    const { summary } = await bench.ask(analyst, "select 2");
    await expect(bench.control.raw("update ops.sql_attempt set state = 'REFUSED' where attempt_id = $1", [summary?.attemptId])).rejects.toThrow(/is over/);
    await expect(bench.control.raw("update ops.sql_attempt set sql = 'nothing'")).rejects.toThrow(/permission denied/);
    await expect(bench.control.raw("delete from ops.sql_attempt")).rejects.toThrow(/permission denied/);
    await owner.raw("insert into ops.sql_attempt (attempt_id, started_at, source, audience, kind, sql, sql_hash, state) values (gen_random_uuid(), now() - interval '31 days', 'CLI', 'ANALYST', 'QUERY', 'old', 'x', 'DONE')");
    const { rows } = await bench.control.raw("select ops.forget_sql_attempts(0) as gone");
    expect(rows).toEqual([{ gone: 1n }]);
    expect(await attemptOf(summary?.attemptId as string)).toBeDefined();
  });
});

test("a build that is published in between is read whole: the answer's build is the one whose rows it has", async () => {
  await owner.raw("insert into marts_b.fct_order_lines select gen_random_uuid(), order_id, line_kind, product_id, variant_id, code, name, user_id, customer_type, country_code, country, currency, placed_at, placed_date, quantity, units_sold, amount, charge_kind, vendor_id, discount, tax, tax_included from marts_b.fct_order_lines limit 1").catch(() => owner.raw("delete from marts_b.fct_order_lines where name = 'lantern 0'"));
  const sizes = new Map([[buildId, "9"]]);
  const seen: string[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const { rows, summary, refusal } = await bench.ask(analyst, "select count(*) from marts.fct_order_lines");
      expect(refusal).toBeUndefined();
      seen.push(`${summary?.buildId} ${rows[0]?.[0]}`);
    }
  })();
  const size = (await owner.raw<{ n: string }>("select count(*)::text as n from marts_b.fct_order_lines")).rows[0]?.n as string;
  for (let turn = 0; turn < 12; turn += 1) {
    sizes.set(await publishSlot(owner, databases.warehouse, turn % 2 === 0 ? "b" : "a"), turn % 2 === 0 ? size : "9");
    await sleep(5);
  }
  isOver = true;
  await asking;
  expect(size).not.toBe("9");
  for (const one of new Set(seen)) {
    const [build = "", rows] = one.split(" ");
    expect(rows).toBe(sizes.get(build));
  }
  expect(new Set(seen).size).toBeGreaterThan(1);
});
