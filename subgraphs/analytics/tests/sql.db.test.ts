import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import type { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { openSqlGate } from "#warehouse/sql/gate.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { fillSmallMarts, MARTS } from "./smallMarts.ts";

/** The schemas of views as publishing makes them, over slot a; who sees what of them is the publisher's tests' business. */
async function fill(owner: Database): Promise<void> {
  await fillSmallMarts(owner);
  await owner.raw(`set role martgraph_builder;
    create view marts.fct_orders as select * from marts_a.fct_orders; create view marts.dim_customers as select * from marts_a.dim_customers;
    create view marts_masked.fct_orders as select order_id, revenue, placed_date, currency, md5(user_id::text)::uuid as user_id from marts_a.fct_orders;
    create view marts_vendor.dim_products with (security_barrier) as select product_id, slug, vendor_id from marts_a.dim_products where vendor_id = any ((select ops.sql_vendors())::uuid[]);
    grant select on all tables in schema marts to martgraph_sql_personal; grant select on all tables in schema marts_masked to martgraph_sql_analyst; grant select on all tables in schema marts_vendor to martgraph_sql_vendor;
    reset role`);
}
const slice = usePublishedSlice(fill, (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db), sql: openSqlGate({ control: db, loginAs: (user) => ({ ...db.config, user }), log: silentLog }) }));
const analyst = () => slice.graph.as(person(MARTS.bob, "ANALYST"));
const colleague = () => slice.graph.as(person(MARTS.ada, "ANALYST"));
const admin = () => slice.graph.as(person(MARTS.ada, "ADMIN"));
const vendor = () => slice.graph.as({ ...person(randomUUID(), "VENDOR"), vendorIds: [MARTS.vendor] });

const ASK = `query ($sql: String!, $parameters: [JSON], $limit: Int, $cancelKey: String) {
  sqlQuery(sql: $sql, parameters: $parameters, limit: $limit, cancelKey: $cancelKey) {
    __typename
    ... on SqlRows { attemptId columns { name type } rows rowCount truncated truncatedBy csv buildId asOf cost ms }
    ... on SqlRefused { code message path position line column }
  }
}`;

describe("sqlQuery", () => {
  test("SqlRows: columns with their types, rows as JSON and CSV, the build, and whether all rows are here", async () => {
    const { data, errors } = await analyst().run(ASK, { sql: "select placed_date, revenue, count(*) over () as n, revenue > $1 as big, null as nothing, '=1+1' as formula from marts.fct_orders order by placed_date, revenue", parameters: [10], limit: 1 });
    expect(errors).toBeUndefined();
    expect(data["sqlQuery"]).toMatchObject({
      __typename: "SqlRows", rowCount: 1, truncated: true, truncatedBy: "ROWS", buildId: MARTS.builds.a, cost: expect.any(Number), attemptId: expect.stringMatching(/^sqa_/),
      columns: [{ name: "placed_date", type: "date" }, { name: "revenue", type: "numeric" }, { name: "n", type: "bigint" }, { name: "big", type: "boolean" }, { name: "nothing", type: "text" }, { name: "formula", type: "text" }],
      rows: [["2011-01-03", expect.any(String), 7, expect.any(Boolean), null, "=1+1"]],
    });
    expect(data["sqlQuery"].csv).toMatch(/^placed_date,revenue,n,big,nothing,formula\r\n2011-01-03,[\d.]+,7,[tf],,'=1\+1\r\n$/);
  });

  test("SqlRows: as Parquet, types and all", async () => {
    const { data } = await analyst().run('{ sqlQuery(sql: "select placed_date, revenue, revenue as \\"Revenue\\", 1 as n, null::text as x, timestamptz \'2026-01-01\' as moment from marts.fct_orders order by 1, 2") { ... on SqlRows { parquet rows } } }');
    const { writeFile, mkdtemp, rm } = await import("node:fs/promises");
    const dir = await mkdtemp("/tmp/martgraph-sql-");
    await writeFile(`${dir}/a.parquet`, Buffer.from(data["sqlQuery"].parquet as string, "base64"));
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const read = await connection.runAndReadAll(`select *, typeof(placed_date) || ' ' || typeof(revenue) || ' ' || typeof(n) || ' ' || typeof(moment) as types from read_parquet('${dir}/a.parquet')`);
    const rows = read.getRowObjectsJson();
    connection.closeSync();
    instance.closeSync();
    await rm(dir, { recursive: true });
    expect(rows).toHaveLength(7);
    expect(rows[0]).toMatchObject({ placed_date: "2011-01-03", Revenue_2: expect.any(String), n: 1, x: null, types: "DATE DECIMAL(38,9) INTEGER TIMESTAMP WITH TIME ZONE" });
  });

  test("SqlRefused: what is wrong, where, and what to do", async () => {
    const { data } = await analyst().run(ASK, { sql: "select 1\nfrom marts.fct_order" });
    expect(data["sqlQuery"]).toMatchObject({ __typename: "SqlRefused", code: "UNKNOWN_TABLE", position: 15, line: 2, column: 6, path: ["sql"], message: expect.stringContaining('did you mean "fct_orders"') });
    expect((await analyst().run(ASK, { sql: "select $1" })).data["sqlQuery"]).toMatchObject({ code: "BAD_PARAMETER", path: ["parameters"], position: null });
    expect((await analyst().run(ASK, { sql: "delete from marts.fct_orders" })).data["sqlQuery"]).toMatchObject({ code: "NOT_ALLOWED" });
  });

  test("who sees what: analysts hashes, admins ids, vendors their rows, nobody else anything", async () => {
    const people = "select distinct user_id from marts.fct_orders where user_id is not null";
    expect(JSON.stringify((await analyst().run(ASK, { sql: people })).data["sqlQuery"].rows)).not.toContain(MARTS.bob);
    expect(JSON.stringify((await admin().run(ASK, { sql: people })).data["sqlQuery"].rows)).toContain(MARTS.bob);
    expect((await vendor().run(ASK, { sql: "select slug from dim_products order by 1" })).data["sqlQuery"]).toMatchObject({ rows: [["lantern"], ["teapot"]], cost: null });
    expect((await vendor().run(ASK, { sql: people })).data["sqlQuery"]).toMatchObject({ code: "UNKNOWN_TABLE" });
    for (const role of ["CUSTOMER", "SUPPORT"] as const) expect((await slice.graph.as(person(MARTS.bob, role)).run(ASK, { sql: "select 1" })).errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
    expect((await slice.graph.run(ASK, { sql: "select 1" })).errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
  });

  test.each([[{ limit: 0 }], [{ limit: 10_001 }], [{ cancelKey: "" }], [{ cancelKey: "a b" }]])("%j is no bound and no key", async (more) => {
    expect((await analyst().run(ASK, { sql: "select 1", ...more })).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });
});

describe("sqlEstimate and sqlTables", () => {
  const ESTIMATE = "query ($sql: String!) { sqlEstimate(sql: $sql) { __typename ... on SqlEstimate { measure cost maxCost rows isAllowed tables } ... on SqlRefused { code } } }";
  test("SqlEstimate: cost and rows, for vendors only whether it would run", async () => {
    const sql = "select * from generate_series(1, 100000) a, generate_series(1, 100000) b";
    expect((await analyst().run(ESTIMATE, { sql })).data["sqlEstimate"]).toMatchObject({ measure: "PLAN_COST", isAllowed: false, maxCost: 5_000_000, rows: 10_000_000_000, tables: [] });
    expect((await vendor().run(ESTIMATE, { sql })).data["sqlEstimate"]).toMatchObject({ isAllowed: false, cost: null, rows: null });
    expect((await analyst().run(ESTIMATE, { sql: "drop table x" })).data["sqlEstimate"]).toMatchObject({ __typename: "SqlRefused", code: "NOT_ALLOWED" });
  });

  test("the tables of one's own audience, described", async () => {
    const tables = "{ sqlTables { name description grain columns { name type description isPersonal } } }";
    const { data } = await analyst().run(tables);
    expect(data["sqlTables"].map((table: { name: string }) => table.name)).toEqual(["fct_orders"]);
    expect(data["sqlTables"][0].columns).toContainEqual({ name: "user_id", type: "uuid", description: expect.any(String), isPersonal: true });
    expect((await vendor().run(tables)).data["sqlTables"].map((table: { name: string }) => table.name)).toEqual(["dim_products"]);
  });
});

describe("saved statements", () => {
  const SAVE = `mutation ($input: SqlQuerySaveInput!) { sqlQuerySave(input: $input) { __typename ... on UserError { code message path } ... on VersionConflict { expected actual }
    ... on SqlQuerySaveSuccess { savedQuery { id name description sql isShared isOwn version } } } }`;
  const DELETE = "mutation ($id: ID!, $version: Int) { sqlQueryDelete(id: $id, expectedVersion: $version) { __typename ... on UserError { code } ... on SqlQueryDeleteSuccess { savedQuery { name } } } }";
  const LIST = "{ savedQueries { nodes { name isOwn } pageInfo { hasNextPage } } }";
  const save = async (who: ReturnType<typeof analyst>, input: object) => (await who.run(SAVE, { input })).data["sqlQuerySave"];

  test("SqlQuerySaveSuccess, SqlQueryDeleteSuccess, SavedQueryNameTaken, SavedQueryNotFound, VersionConflict: kept, changed by its owner alone, and by who read it last", async () => {
    const kept = await save(analyst(), { name: " Revenue by day ", sql: "select 1", description: "For Mondays" });
    expect(kept).toMatchObject({ __typename: "SqlQuerySaveSuccess", savedQuery: { name: "Revenue by day", isOwn: true, isShared: false, version: 1 } });
    const { id } = kept.savedQuery as { id: string };
    expect(await save(analyst(), { name: "Revenue by day", sql: "select 2" })).toMatchObject({ __typename: "SavedQueryNameTaken" });
    expect(await save(colleague(), { name: "Revenue by day", sql: "select 2" })).toMatchObject({ __typename: "SqlQuerySaveSuccess" });
    expect(await save(colleague(), { id, name: "Mine now", sql: "select 2" })).toMatchObject({ __typename: "SavedQueryNotFound" });
    expect(await save(analyst(), { id, name: "Daily", sql: "select 3", isShared: true, expectedVersion: 1 })).toMatchObject({ savedQuery: { name: "Daily", version: 2, isShared: true } });
    expect(await save(analyst(), { id, name: "Weekly", sql: "select 4", expectedVersion: 1 })).toMatchObject({ __typename: "VersionConflict", expected: 1, actual: 2 });
    for (const wrong of ["usr_00000000000000000000000000000000", "x", encodeId("sqs", randomUUID())]) expect(await save(analyst(), { id: wrong, name: "N", sql: "select 1" })).toMatchObject({ __typename: "SavedQueryNotFound" });
    expect((await colleague().run(LIST)).data["savedQueries"].nodes).toEqual([{ name: "Daily", isOwn: false }, { name: "Revenue by day", isOwn: true }]);
    expect((await vendor().run(LIST)).data["savedQueries"].nodes).toEqual([]);
    expect((await colleague().run(DELETE, { id })).data["sqlQueryDelete"]).toMatchObject({ __typename: "SavedQueryNotFound" });
    expect((await analyst().run(DELETE, { id, version: 1 })).data["sqlQueryDelete"]).toMatchObject({ __typename: "VersionConflict" });
    expect((await analyst().run(DELETE, { id })).data["sqlQueryDelete"]).toMatchObject({ __typename: "SqlQueryDeleteSuccess", savedQuery: { name: "Daily" } });
  });

  test.each([[{ name: "" }, "name"], [{ name: "a\nb" }, "name"], [{ name: "a\0" }, "name"], [{ name: "\ud800" }, "name"], [{ description: "\0" }, "description"], [{ sql: " " }, "sql"], [{ sql: "\0" }, "sql"], [{ sql: "x".repeat(20_001) }, "sql"]])("InvalidValue: %j", async (wrong, field) => {
    expect(await save(analyst(), { name: "N", sql: "select 1", ...wrong })).toMatchObject({ __typename: "InvalidValue", path: ["input", field] });
  });

  test("InvalidValue: a vendor shares with nobody", async () => {
    expect(await save(vendor(), { name: "N", sql: "select 1", isShared: true })).toMatchObject({ __typename: "InvalidValue", path: ["input", "isShared"] });
  });

  test("TooManySavedQueries: five hundred are enough", async () => {
    await slice.owner.raw("insert into ops.sql_saved (saved_id, owner_id, name, sql) select gen_random_uuid(), $1, g::text, 'select 1' from generate_series(1, 500) g", [MARTS.vendor]);
    expect(await save(slice.graph.as(person(MARTS.vendor, "ANALYST")), { name: "One more", sql: "select 1" })).toMatchObject({ __typename: "TooManySavedQueries" });
  });
});

describe("sqlQueryCancel", () => {
  const CANCEL = "mutation ($key: String!) { sqlQueryCancel(cancelKey: $key) { __typename ... on SqlQueryCancelSuccess { cancelled } ... on UserError { code path } } }";
  test("SqlQueryCancelSuccess: the statement ends as cancelled", async () => {
    const asked = analyst().run(ASK, { sql: "select count(*) from generate_series(1, 3000) a cross join generate_series(1, 3000) b where a::text || b::text like '%x%x%x%'", cancelKey: "k-1" });
    await expect.poll(async () => (await analyst().run(CANCEL, { key: "k-1" })).data["sqlQueryCancel"].cancelled, { timeout: 10_000 }).toBe(1);
    expect((await asked).data["sqlQuery"]).toMatchObject({ __typename: "SqlRefused", code: "CANCELLED" });
  });
  test("InvalidValue: no key at all", async () => {
    expect((await analyst().run(CANCEL, { key: "" })).data["sqlQueryCancel"]).toMatchObject({ __typename: "InvalidValue", path: ["cancelKey"] });
  });
});

describe("sqlAttempts", () => {
  const LIST = "query ($after: String, $actor: ID, $state: SqlAttemptState) { sqlAttempts(first: 2, after: $after, actorId: $actor, state: $state) { nodes { id startedAt actorId source audience kind sql sqlHash tables state reason ms } pageInfo { hasNextPage endCursor } } }";
  test("who asked what, newest first, by pages, for who may read the audit alone", async () => {
    for (const n of [1, 2, 3]) await slice.graph.as(person(MARTS.otherVendor, "ANALYST")).run(ASK, { sql: `select ${n} from marts.fct_orders where currency = 'GBP'` });
    const variables = { actor: encodeId("usr", MARTS.otherVendor) };
    const first = (await admin().run(LIST, variables)).data["sqlAttempts"];
    expect(first.nodes[0]).toMatchObject({ actorId: variables.actor, source: "GRAPH", audience: "ANALYST", kind: "QUERY", state: "DONE", sql: "select ? from marts.fct_orders where currency = ?", tables: ["fct_orders"] });
    const rest = (await admin().run(LIST, { ...variables, after: first.pageInfo.endCursor })).data["sqlAttempts"];
    expect([first.nodes.length, first.pageInfo.hasNextPage, rest.nodes.length, rest.pageInfo.hasNextPage]).toEqual([2, true, 1, false]);
    expect((await admin().run(LIST, { state: "REFUSED" })).data["sqlAttempts"].nodes[0]).toMatchObject({ state: "REFUSED", reason: expect.any(String) });
    expect((await admin().run(LIST, { actor: "prd_x" })).data["sqlAttempts"].nodes).toEqual([]);
    expect((await analyst().run(LIST)).errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
  });
});
