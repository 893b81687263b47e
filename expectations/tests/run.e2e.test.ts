import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { childEnvironment } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { runTool } from "#warehouse/tools/exec.ts";
import { createExpectations } from "#warehouse/tools/expectations.ts";
import { pythonExecutable } from "#warehouse/tools/python/pythonPath.ts";
import { type PythonWorker, startPythonWorker } from "#warehouse/tools/worker.ts";

const databases = useTestDatabases({ warehouse: true });
const SCRIPT = fileURLToPath(new URL("../run.py", import.meta.url));
let worker: PythonWorker;
let suitesDir: string;
let admin: Database;

beforeAll(async () => {
  suitesDir = await mkdtemp(join(tmpdir(), "martgraph-suites-"));
  worker = startPythonWorker({ log: silentLog });
  admin = Database.open(databases.warehouse.config);
  await admin.raw(`set role martgraph_builder; create schema things; create table things.people (id int, email text, age int);
    insert into things.people values (1, 'ada@example.test', 36), (2, 'bob@example.test', -5), (2, null, 200); reset role`);
});
afterAll(async () => {
  await worker?.close();
  await admin?.close();
  await rm(suitesDir, { recursive: true, force: true });
});

const CHECKS = `
  - { name: rows, severity: CRITICAL, expect_table_row_count_to_equal: { value: 3 } }
  - { name: other columns, severity: WARNING, expect_table_columns_to_match_set: { column_set: [id, email], exact_match: true } }
  - { name: columns, severity: CRITICAL, expect_table_columns_to_match_set: { column_set: [id, email, age], exact_match: true } }
  - { name: email is there, severity: WARNING, expect_column_values_to_not_be_null: { column: email } }
  - { name: age is plausible, severity: CRITICAL, description: an age lies between 0 and 120, expect_column_values_to_be_between: { column: age, min_value: 0, max_value: 120 } }
  - { name: id is unique, severity: CRITICAL, expect_no_rows: "select id, max(email) from $table group by id having count(*) > $most" }
  - { name: a pattern with a count, severity: INFO, expect_no_rows: "select 1 from $table where email ~ '^[a-z]{3}@' and age > 0 limit 20" }
  - { name: a column that is missing, severity: CRITICAL, expect_column_values_to_not_be_null: { column: phone } }
  - { name: a query that fails, severity: INFO, expect_no_rows: "select 1 from $table where email::int > 0" }
  - { name: a query on a missing table, severity: INFO, expect_no_rows: select 1 from things.animals }
  - { name: not without a build, severity: CRITICAL, needs: published, expect_no_rows: select 1 from $published.people }
`;

async function suite(area: string, text: string): Promise<void> {
  const file = join(suitesDir, area, "people.yml");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

const connection = () => databases.warehouse.as("martgraph_builder");

describe("expectations/run.py", () => {
  test("answers each check by its name, with counts and without cell content", async () => {
    await suite("mixed", `suite: people\ntable: $schema.people\nchecks:${CHECKS}`);
    const report = await createExpectations({ worker, connection: connection(), suitesDir }).run({ areas: ["mixed"], values: { schema: "things", most: "1", published: null } });
    expect(report.success).toBe(false);
    expect(report.suites.map(({ suite: name, table }) => [name, table])).toEqual([["people", "things.people"]]);
    const checks = Object.fromEntries(report.suites[0]!.checks.map(({ name, ...rest }) => [name, rest]));
    expect(checks).toEqual({
      rows: { severity: "CRITICAL", passed: true, message: null, observed: null },
      columns: { severity: "CRITICAL", passed: true, message: null, observed: null },
      "other columns": { severity: "WARNING", passed: false, message: "table columns to match set; found: age, email, id", observed: "age, email, id" },
      "email is there": { severity: "WARNING", passed: false, message: "column values to not be null (email); found: 1", observed: 1 },
      "age is plausible": { severity: "CRITICAL", passed: false, message: "an age lies between 0 and 120; found: 2", observed: 2 },
      "id is unique": { severity: "CRITICAL", passed: false, message: "no rows; found: 1", observed: 1 },
      "a pattern with a count": { severity: "INFO", passed: false, message: "no rows; found: 1", observed: 1 },
      "a column that is missing": { severity: "CRITICAL", passed: false, message: 'could not be evaluated: Error: The column "phone" in BatchData does not exist.', observed: null },
      "a query that fails": { severity: "INFO", passed: false, message: "could not be evaluated: the query failed; see the database's log", observed: null },
      "a query on a missing table": { severity: "INFO", passed: false, message: 'could not be evaluated: relation "things.animals" does not exist', observed: null },
      "not without a build": { severity: "CRITICAL", passed: true, message: "not applicable: there is no published", observed: null },
    });
    expect(JSON.stringify(report)).not.toContain("example.test");
    // the checks leave no session behind that could hold a table
    expect((await admin.raw("select 1 from pg_stat_activity where application_name = 'martgraph-expectations' and datname = current_database()")).rows).toEqual([]);
  }, 120_000);

  test("a check of tables that did not change since it passed is carried over; what looks further, failed or is new is asked", async () => {
    const checks = [
      "{ name: of an unchanged table, severity: CRITICAL, expect_table_row_count_to_equal: { value: 99 } }",
      '{ name: of two unchanged tables, severity: CRITICAL, expect_no_rows: "select 1 from $table p, $things.people q where p.id = q.id" }',
      '{ name: of a changed table beside, severity: CRITICAL, expect_no_rows: "select 1 from $table p, $things.moved q where p.id = q.id" }',
      '{ name: of another build, severity: CRITICAL, expect_no_rows: "select 1 from $table p, $published.people q where p.id = q.id" }',
      '{ name: of a table by its own name, severity: CRITICAL, expect_no_rows: "select 1 from $table p join things.people q using (id)" }',
      '{ name: of the clock, severity: CRITICAL, expect_no_rows: "select 1 from $table where now() is not null" }',
      '{ name: of the build, severity: CRITICAL, expect_no_rows: "select 1 from $table where $today is not null" }',
      "{ name: not passed then, severity: CRITICAL, expect_table_row_count_to_equal: { value: 98 } }",
    ];
    await suite("carried", `suite: people\ntable: $things.people\nchecks:\n${checks.map((check) => `  - ${check}\n`).join("")}`);
    await admin.raw("set role martgraph_builder; create table things.moved as select * from things.people; reset role");
    const names = checks.map((check) => /name: ([^,]+)/.exec(check)?.[1] ?? "");
    const ask = async (changed: Record<string, string[]>, same: string[] = []) => {
      const values = { things: "things", published: "things", today: "date '2026-01-01'" };
      const passed = names.slice(0, -1).map((name) => ["people", name] as const);
      const { suites, success } = await createExpectations({ worker, connection: connection(), suitesDir }).run({ areas: ["carried"], values, carry: { changed, same, passed } });
      expect(success).toBe(false);
      return suites[0]!.checks.map(({ name, passed: isPassed, carried = false }) => [name, isPassed, carried]);
    };
    expect(await ask({ things: ["moved"] })).toEqual(names.map((name, index) => [name, index < 2, index < 2]));
    // a day that is the same, which is no table
    expect(await ask({ things: ["moved"] }, ["today"])).toEqual(names.map((name, index) => [name, index < 2 || name === "of the build", index < 2 || name === "of the build"]));
    expect(await ask({ things: ["people"] })).toEqual(names.map((name) => [name, false, false]));
    // what nobody speaks of counts as changed
    expect(await ask({})).toEqual(names.map((name) => [name, false, false]));
  }, 120_000);

  const broken: [string, string, RegExp][] = [
    ["no yml", "suite: [", /is not yml/],
    ["no checks", "suite: s\ntable: t", /a suite has the keys/],
    ["no severity", "suite: s\ntable: t.t\nchecks: [{ name: n, expect_no_rows: select 1 }]", /needs a severity/],
    ["two expectations", "suite: s\ntable: t.t\nchecks: [{ name: n, severity: INFO, expect_no_rows: select 1, expect_table_row_count_to_equal: { value: 1 } }]", /exactly one expectation/],
    ["an unknown expectation", "suite: s\ntable: things.people\nchecks: [{ name: n, severity: INFO, expect_miracles: {} }]", /expect_miracles is no expectation/],
    ["a name without a value", "suite: s\ntable: $nowhere.people\nchecks: [{ name: n, severity: INFO, expect_no_rows: select 1 }]", /\$nowhere has no value/],
  ];
  test.each(broken)("refuses a suite with %s and says what to correct", async (_what, text, message) => {
    await suite("broken", text);
    await expect(createExpectations({ worker, connection: connection(), suitesDir }).run({ areas: ["broken"], values: {} })).rejects.toThrow(message);
  });

  test("as a program: 0 green, 1 a critical check is red, 2 a wrong request, 3 no database", async () => {
    await suite("green", "suite: people\ntable: things.people\nchecks: [{ name: rows, severity: CRITICAL, expect_table_row_count_to_equal: { value: 3 } }]");
    await suite("red", "suite: people\ntable: things.people\nchecks: [{ name: rows, severity: CRITICAL, expect_table_row_count_to_equal: { value: 4 } }]");
    const program = async (request: object) => {
      const { exitCode, stdout } = await runTool({ file: pythonExecutable(), args: [SCRIPT], env: childEnvironment(), input: JSON.stringify(request), timeoutMs: 60_000 });
      return { exitCode, document: JSON.parse(stdout) as Record<string, unknown> };
    };
    const request = { connection: connection(), suites: suitesDir, values: {} };
    expect(await program({ ...request, areas: ["green"] })).toMatchObject({ exitCode: 0, document: { version: 1, success: true } });
    expect(await program({ ...request, areas: ["red"] })).toMatchObject({ exitCode: 1, document: { version: 1, success: false } });
    expect(await program({ ...request, areas: ["nothing here"] })).toMatchObject({ exitCode: 2, document: { error: expect.stringContaining("no suite files") } });
    expect(await program({ ...request, areas: ["green"], connection: { ...connection(), database: "gone" } })).toMatchObject({ exitCode: 3 });
  }, 120_000);

  test("every suite in the house is well formed, and its hash moves with it", async () => {
    const expectations = createExpectations({ worker, connection: connection(), suitesDir });
    const before = await expectations.codeHash();
    expect(await expectations.codeHash()).toBe(before);
    await suite("green", `${await readFile(join(suitesDir, "green", "people.yml"), "utf8")}\n# changed`);
    expect(await expectations.codeHash()).not.toBe(before);
  });
});
