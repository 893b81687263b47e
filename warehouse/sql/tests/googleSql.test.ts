import { describe, expect, test } from "vitest";
import { BigQueryError } from "../../engines/bigquery/bigQueryError.ts";
import { cellOf, typeOf } from "../bigQueryCells.ts";
import { bigQueryRefusal } from "../bigQueryRefusal.ts";
import { examineGoogleSql } from "../googleSql/examineGoogleSql.ts";
import { redactGoogleSql } from "../googleSql/scanGoogleSql.ts";
import { SqlRefused } from "../refusal.ts";
import { GOOD_GOOGLE_SQL, HOSTILE_GOOGLE_SQL } from "./hostileGoogleSql.ts";

const COLUMNS = new Set(["order_id", "vendor_id", "user_id", "country", "revenue", "placed_date", "martgraph_id"]);
const sight = { tables: new Map([["fct_orders", COLUMNS], ["dim_vendors", new Set(["vendor_id", "name"])]]), serverFunctions: new Set<string>(), mayExplain: false };
const examine = (sql: string) => examineGoogleSql(sql, sight, "martgraph");
function refusalOf(sql: string): string | undefined {
  try {
    examine(sql);
    return undefined;
  } catch (error) {
    if (error instanceof SqlRefused) return error.refusal.code;
    throw error;
  }
}

describe.each(Object.entries(HOSTILE_GOOGLE_SQL))("%s", (code, statements) => {
  test.each(statements.map((sql) => [sql.slice(0, 120), sql]))("%s", (_shown, sql) => {
    expect(refusalOf(sql)).toBe(code);
  });
});

describe("what people ask", () => {
  test.each(GOOD_GOOGLE_SQL)("%s", (sql, tables) => {
    expect(examine(sql).tables).toEqual(tables);
  });

  test("what is sent has no comments and no `marts.`, at the same places", () => {
    const sql = "select /* @@x */ count(*) -- drop\nfrom marts.fct_orders;";
    expect(examine(sql).text).toBe("select           count(*)        \nfrom       fct_orders");
  });

  test("parameters, columns, and the same fingerprint for other literals", () => {
    const one = examine("select revenue, o.* from fct_orders o where country = @p2 and revenue > @P1 and country <> 'x'");
    expect(one).toMatchObject({ parameters: 2, columns: ["*", "country", "revenue"] });
    expect(examine("SELECT revenue, o.*  from fct_orders o where country = @p2 and revenue > @P1 and country <> 'other'").fingerprint).toBe(one.fingerprint);
    expect(examine("select count(*) from fct_orders").columns).toEqual([]);
  });

  test("a column that begins as our datasets do is no dataset", () => {
    expect(refusalOf("select martgraph_id from fct_orders")).toBeUndefined();
  });
});

describe("the ledger", () => {
  test.each([
    ["select 'secret', \"secret\", r'se\\'cret', '''se'cret''', b\"secret\", 4711 from fct_orders -- secret", "select ?, ?, ?, ?, ?, ? from fct_orders"],
    ["select 'it\\'s secret' x # secret\n, /* secret */ `order_id`, a1, @p1", "select ? x , `order_id`, a1, @p1"],
    ["select 'secret", "select ?"],
    ["select `se\\cret", "select ?"],
    ["select /* secret", "select"],
    ["select \u00a0 \"it\" 'a\\", "select ? ?"],
  ])("%s", (sql, kept) => {
    expect(redactGoogleSql(sql)).toBe(kept);
  });
});

describe("cells as PostgreSQL's gate shows them", () => {
  test.each([
    ["INTEGER", "7", "7", "bigint"], ["BOOLEAN", "true", "t", "boolean"], ["BOOL", "false", "f", "boolean"], ["NUMERIC", "10.5", "10.5", "numeric"], ["DATE", "2026-02-01", "2026-02-01", "date"],
    ["TIMESTAMP", "1.7699004E9", "2026-01-31 23:00:00+00", "timestamptz"], ["TIMESTAMP", "1.767225600000001E9", "2026-01-01 00:00:00.000001+00", "timestamptz"],
    ["TIMESTAMP", "-0.5", "1969-12-31 23:59:59.5+00", "timestamptz"], ["TIMESTAMP", "0.0", "1970-01-01 00:00:00+00", "timestamptz"],
    ["DATETIME", "2026-01-01T10:00:00", "2026-01-01 10:00:00", "timestamp"], ["BYTES", "AP8=", "\\x00ff", "bytea"], ["STRING", "", "", "text"],
  ])("%s %s", (type, value, shown, name) => {
    expect(cellOf(value, { name: "x", type })).toBe(shown);
    expect(typeOf({ name: "x", type })).toBe(name);
  });

  test("lists and nothing", () => {
    expect(cellOf(["a", "b c", "", "null", "q\"\\"], { name: "x", type: "STRING", mode: "REPEATED" })).toBe("{a,\"b c\",\"\",\"null\",\"q\\\"\\\\\"}");
    expect(cellOf(["true"], { name: "x", type: "BOOL", mode: "REPEATED" })).toBe("{t}");
    expect(typeOf({ name: "x", type: "INTEGER", mode: "REPEATED" })).toBe("bigint[]");
    expect(cellOf(null, { name: "x", type: "BOOL" })).toBeNull();
  });
});

describe("what BigQuery refuses", () => {
  const told = { text: "select\n\tfoo\nfrom x", names: ["my-shop-1234", "martgraph_"], isDry: true, isCancelled: false, isLate: false, timeoutMs: 15_000 };
  const of = (reason: string, message: string, more: Partial<typeof told> = {}) => (bigQueryRefusal(new BigQueryError(reason, message), { ...told, ...more }) as SqlRefused).refusal;

  test("a name or word is shown at its place, tabs counted as BigQuery does", () => {
    expect(of("invalidQuery", "Unrecognized name: foo at [2:9]")).toEqual({ code: "INVALID", message: "Unrecognized name: foo. Mend the SQL there.", position: 9 });
    expect(of("invalidQuery", "Syntax error: Unexpected end of script at [3:5]")).toMatchObject({ code: "SYNTAX", position: 17 });
  });

  test("names of ours and values of rows are not shown", () => {
    expect(of("invalidQuery", "Name x not found inside my-shop-1234.martgraph_marts_a.y at [1:1]").message).toBe("Names or types of this statement do not fit. Mend the SQL there.");
    expect(of("invalidQuery", "Bad int64 value: SECRET", { isDry: false })).toEqual({ code: "BAD_VALUE", message: expect.not.stringContaining("SECRET") as string });
    expect(of("notFound", "Not found: Table my-shop-1234:martgraph_marts.x").message).not.toMatch(/1234|martgraph_/);
  });

  test.each([
    ["bytesBilledLimitExceeded", "Query exceeded limit for bytes billed: 20000000000. 31457280000 or higher required.", {}, "TOO_COSTLY", /31.5 GB, at most 20 GB/],
    ["stopped", "Job execution was cancelled: User requested cancellation", {}, "CANCELLED", /cancelled/],
    ["stopped", "Job timed out after 15 s", {}, "TIMED_OUT", /15 seconds/],
    ["timeout", "x", {}, "TIMED_OUT", /15 seconds/],
    ["invalidQuery", "x", { isCancelled: true }, "CANCELLED", /cancelled/],
    ["invalidQuery", "x", { isLate: true }, "TIMED_OUT", /15 seconds/],
    ["resourcesExceeded", "x", {}, "TOO_LARGE", /room/],
    ["quotaExceeded", "x", {}, "BUSY", /again/],
    ["accessDenied", "x", {}, "NOT_ALLOWED", /may not read/],
    ["invalidQuery", "division by zero: 5 / 0", { isDry: false }, "BAD_VALUE", /safe_divide/],
  ])("%s %s %o is %s", (reason, message, more, code, text) => {
    expect(of(reason, message, more)).toMatchObject({ code, message: expect.stringMatching(text) as string });
  });

  test("what is no matter of the statement stays an error", () => {
    const error = new BigQueryError("backendError", "x");
    expect(bigQueryRefusal(error, told)).toBe(error);
  });
});
