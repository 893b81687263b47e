import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { DBT_PROJECT_DIR } from "../../../tools/dbt.ts";
import { analyzeProject, describeFault } from "../gates/analyzeProject.ts";
import { findGoogleSql, type GoogleSql, type SqlCatalog, startGoogleSql } from "../gates/googleSql.ts";
import { REFUSED } from "./refused.ts";

const found = await findGoogleSql();
const missing = "missing" in found ? found.missing : undefined;
if (missing) console.warn(`The analyzer gate does not run: ${missing}`);

const ORDERS: SqlCatalog = new Map([["shop", new Map([["orders", [
  { name: "id", type: "STRING" }, { name: "user_id", type: "STRING" }, { name: "state", type: "STRING" }, { name: "units", type: "INT64" }, { name: "total", type: "NUMERIC" },
  { name: "placed_at", type: "TIMESTAMP" }, { name: "placed_date", type: "DATE" }, { name: "payload", type: "JSON" }, { name: "tags", type: "ARRAY<STRING>" },
]]])]]);

describe.skipIf(missing)("GoogleSQL's analyzer", { timeout: 900_000 }, () => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let googleSql: GoogleSql;
  let shop: Database;
  let warehouse: Database;
  beforeAll(async () => {
    googleSql = await startGoogleSql("dir" in found ? found.dir : "");
    shop = Database.open(databases.shop.config);
    warehouse = Database.open(databases.warehouse.config);
  });
  afterAll(async () => {
    await googleSql?.[Symbol.asyncDispose]();
    await shop?.close();
    await warehouse?.close();
  });

  test("takes every statement that dbt sends: builds from nothing, increments, tests, unit tests", async () => {
    const analysis = await analyzeProject({ googleSql, shop, warehouse });
    expect(analysis.faults.map(describeFault)).toEqual([]);
    expect(Object.keys(analysis.kinds)).toEqual(expect.arrayContaining(["createSchema", "createView", "createTableAsSelect", "merge", "delete", "query"]));
    expect(analysis.statements).toBeGreaterThan(200);
    // twice: from nothing, and as an increment, where tables that are not incremental are made anew
    expect(analysis.layouts.partitioned).toBeGreaterThanOrEqual(33);
    expect(analysis.layouts.clustered).toBeGreaterThanOrEqual(49);
    expect(analysis.layouts.labelled).toBeGreaterThanOrEqual(70);
    console.log(`${analysis.statements} statements analyzed`, analysis.kinds, analysis.layouts);
  });

  test.each(REFUSED)("refuses %s", async (_why, sql) => {
    const answer = await googleSql.analyze(sql, "proof", ORDERS);
    expect(answer.ok ? "accepted" : "refused", sql).toBe("refused");
  });

  test("sees a statement behind another", async () => {
    expect(await googleSql.analyze("select 'ü'; select nothing from proof.shop.orders", "proof", ORDERS)).toMatchObject({ ok: false, error: expect.stringContaining("nothing") });
  });

  test("refuses a project whose macro speaks PostgreSQL, and says which model and where", async () => {
    const projectDir = await mkdtemp(join(tmpdir(), "martgraph-spoiled-"));
    try {
      await cp(DBT_PROJECT_DIR, projectDir, { recursive: true });
      const macro = join(projectDir, "macros", "engine", "dates.sql");
      await writeFile(macro, (await readFile(macro, "utf8")).replace("date({{ instant }}, 'UTC')", "({{ instant }})::date"));
      const { faults } = await analyzeProject({ googleSql, shop, warehouse, projectDir, select: ["int_orders_located"] });
      expect(faults.find(({ node }) => node === "model.martgraph.int_orders_located")).toBeDefined();
      expect(faults.map(describeFault).find((text) => text.includes("::"))).toMatch(/^model\.martgraph\.int_orders_located: Syntax error: .*\[at \d+:\d+\]\n[^]*::date[^]*\^$/);
    } finally {
      await rm(projectDir, { recursive: true, force: true });
    }
  });
});
