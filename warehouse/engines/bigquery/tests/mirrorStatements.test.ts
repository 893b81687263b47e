import { describe, expect, test } from "vitest";
import { copyLine, createTable, indexTable, selectFrom } from "../mirror/mirrorStatements.ts";
import type { OnlineTable } from "../mirror/onlineTables.ts";

const column = (name: string, type: string, isRequired = false) => ({ name, type, isRequired, description: `It's ${name}.` });
const TABLE: OnlineTable = {
  layer: "marts", name: "fct_things", description: "Things.", columns: [column("id", "uuid", true), column("word", "text"), column("at", "timestamptz"), column("n", "numeric")],
  indexes: [{ columns: ["id"], isUnique: true }, { columns: ["word", "n"], isUnique: false, type: "brin" }, { columns: ["word"], isUnique: true, nullsEqual: true }],
};

describe("a mirrored table", () => {
  test("has its contract's columns and descriptions, and its model's indexes", () => {
    expect(createTable("b", TABLE)).toContain(`create table marts_b."fct_things" ("id" uuid not null, "word" text, "at" timestamptz, "n" numeric)`);
    expect(createTable("b", TABLE)).toContain(`comment on column marts_b."fct_things"."word" is 'It''s word.'`);
    expect(indexTable("b", TABLE).split(";\n")).toEqual([
      `create unique index on marts_b."fct_things" using btree ("id")`, `create index on marts_b."fct_things" using brin ("word", "n")`, `create unique index on marts_b."fct_things" using btree ("word") nulls not distinct`, `analyze marts_b."fct_things"`,
    ]);
  });

  test("is read with instants as microseconds", () => {
    expect(selectFrom("`p.d.t`", TABLE)).toBe("select `id`, `word`, unix_micros(`at`) as `at`, `n` from `p.d.t`");
  });

  test.each([
    [{ id: "a", word: "tab\tline\nback\\slash\r", at: "1767225600000001", n: "1.5" }, "a\ttab\\tline\\nback\\\\slash\\r\t2026-01-01 00:00:00.000001+00\t1.5\n"],
    [{ id: "a", word: null, at: null, n: null }, "a\t\\N\t\\N\t\\N\n"],
    [{ id: "a", word: "", at: "-1", n: "-0.1" }, "a\t\t1969-12-31 23:59:59.999999+00\t-0.1\n"],
    [{ id: "a", word: "\\N", at: "0", n: "0" }, "a\t\\\\N\t1970-01-01 00:00:00.000000+00\t0\n"],
  ])("keeps %j through COPY", (row, line) => {
    expect(copyLine(TABLE, row)).toBe(line);
  });
});
