import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { DuckDBInstance } from "@duckdb/node-api";
import { childEnvironment } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { openBigQuery } from "#warehouse/engines/bigquery/client.ts";
import type { Emulator } from "#warehouse/engines/bigquery/gates/emulator.ts";
import { emulatorFor } from "#warehouse/engines/bigquery/tests/emulatorFor.ts";
import { type DryRunPlayer, playDryRuns, publishInBigQuery } from "#warehouse/sql/tests/bigQueryStage.ts";
import { fillSqlWarehouse, PEOPLE } from "#warehouse/sql/tests/sqlWarehouse.ts";
import { dataDirAt, PROJECT_DIR, writePrivate } from "../install/dataDir.ts";
import { loadSecrets } from "../install/secrets.ts";

const { missing, start: startEmulator } = await emulatorFor("martgraph sql is not tried on BigQuery");

describe.skipIf(missing)("martgraph sql on BigQuery", { timeout: 300_000 }, () => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let emulator: Emulator;
  let player: DryRunPlayer;
  let dir: string;
  let owner: Database;

  beforeAll(async () => {
    owner = Database.open({ ...databases.warehouse.config, max: 2 });
    const { buildId } = await fillSqlWarehouse(owner, databases.warehouse);
    emulator = await startEmulator();
    player = await playDryRuns(emulator);
    await publishInBigQuery(openBigQuery({ project: emulator.project, datasetPrefix: "shop", location: "US", endpoint: emulator.endpoint }), buildId);
    // An installation that this process holds, as `start` does.
    dir = mkdtempSync(join(tmpdir(), "martgraph-sql-bigquery-"));
    const installed = dataDirAt(dir);
    const secrets = await loadSecrets(installed);
    const databasePasswords = Object.fromEntries(Object.keys(secrets.databasePasswords).map((role) => [role, databases.warehouse.as(role).password]));
    writePrivate(installed.secretsFile, JSON.stringify({ ...secrets, databasePasswords }));
    writePrivate(installed.runtimeFile, JSON.stringify({ pid: process.pid, shop: databases.shop.config, warehouse: databases.warehouse.config }));
  }, 240_000);
  afterEach(() => { player.recorded = {}; player.jobs.length = 0; });
  afterAll(async () => {
    player?.close();
    await emulator?.[Symbol.asyncDispose]();
    await owner?.close();
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  function sql(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = childEnvironment({
      MARTGRAPH_ENGINE: "bigquery", MARTGRAPH_BIGQUERY_PROJECT: emulator.project, MARTGRAPH_BIGQUERY_DATASET_PREFIX: "shop", MARTGRAPH_BIGQUERY_ENDPOINT: player.endpoint, MARTGRAPH_BIGQUERY_MAX_BYTES: "20 GB", MARTGRAPH_SQL_DAILY_BYTES: "50 GB",
    });
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [join(PROJECT_DIR, "bin", "main.ts"), "sql", ...args, "--data-dir", dir], { env, timeout: 120_000 }, (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }));
      child.stdin?.end();
    });
  }
  const LINES = "select name, amount, placed_at from marts.fct_order_lines order by amount desc";

  test("rows as a table, with what BigQuery read; one that is cut short says so", async () => {
    player.recorded = { totalBytesProcessed: "31500000" };
    const { code, stdout, stderr } = await sql(LINES, "--limit", "2");
    expect(stderr).toMatch(/\n2 rows as of 2026-03-01T12:00:00\.000Z, \d+ ms, BigQuery read 31\.5 MB; there are more: --limit 20 shows them\n$/);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "name     amount  placed_at\n-------  ------  -----------------------------\nclock       666  2026-02-02 10:00:00+00\nlantern    10.5  2026-02-01 10:00:00.000001+00\n" });
    expect(player.jobs.at(-1)?.configuration).toMatchObject({ labels: { step: "sql" }, query: { defaultDataset: { datasetId: "shop_marts_masked" } } });
  });

  test("as JSON, CSV and Parquet", async () => {
    const json = await sql(LINES, "--json", "--limit", "1");
    expect(json.stdout).toBe('{"name":"clock","amount":"666","placed_at":"2026-02-02 10:00:00+00"}\n');
    expect(JSON.parse(json.stderr.trim().split("\n").at(-1) ?? "")).toMatchObject({ rows: 1, truncated: true, bytesRead: 0 });
    expect((await sql(LINES, "--format", "csv")).stdout).toBe("name,amount,placed_at\r\nclock,666,2026-02-02 10:00:00+00\r\nlantern,10.5,2026-02-01 10:00:00.000001+00\r\ncake's,3.25,2026-02-01 10:00:00.000001+00\r\n");
    const out = join(dir, "lines.parquet");
    expect((await sql(LINES, "--format", "parquet", "--out", out)).stderr).toMatch(/3 rows as of/);
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const read = await connection.runAndReadAll(`select name, typeof(amount) as type from read_parquet('${out}')`);
    expect(read.getRowObjectsJson()).toEqual(["clock", "lantern", "cake's"].map((name) => ({ name, type: "DECIMAL(38,9)" })));
    connection.closeSync();
    instance.closeSync();
  });

  test("what the dry run says would be too much is refused with both numbers, and nothing is run or written", async () => {
    player.recorded = { totalBytesProcessed: "31500000000" };
    const out = join(dir, "refused.csv");
    expect(await sql(LINES, "--format", "csv", "--out", out)).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/martgraph sql: The statement would read too much: 31\.5 GB, at most 20 GB is read at once\. Name the columns you need and a date/) });
    expect(existsSync(out)).toBe(false);
    expect(await sql(LINES, "--explain")).toMatchObject({ code: 1, stdout: "BigQuery would read 31.5 GB of at most 20 GB; would be refused; reads fct_order_lines\n" });
    expect(player.jobs.length).toBeGreaterThan(0);
    expect(player.jobs.every(({ configuration }) => configuration.dryRun)).toBe(true);
  });

  test("people are hashed for the analyst, shown to the administrator; a vendor is told where its rows are", async () => {
    const people = "select user_id from dim_customers order by 1";
    const masked = await sql(people, "--format", "csv");
    expect(masked.stdout).toMatch(/^user_id(\r\n[0-9a-f-]{36}){2}\r\n$/);
    for (const person of PEOPLE) expect(masked.stdout).not.toContain(person);
    expect((await sql(people, "--format", "csv", "--as", "admin")).stdout).toBe(`user_id\r\n${PEOPLE[0]}\r\n${PEOPLE[1]}\r\n`);
    expect(await sql(people, "--as", "vendor:01900001-0000-7000-8000-000000000001")).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("shop_marts_vendor") });
  });

  test("PostgreSQL's SQL, a table that is not there, two statements: each is refused at its place; tables are listed", async () => {
    expect(await sql("select amount::text\nfrom fct_order_lines")).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/ {2}select amount::text\n {15}\^\nmartgraph sql: line 1, column 14: GoogleSQL casts by cast\(value as type\)/) });
    expect(await sql("select 1 from fct_orderlines")).toMatchObject({ code: 1, stderr: expect.stringMatching(/line 1, column 15: .*fct_orderlines/) });
    expect(await sql("select 1; drop table fct_order_lines")).toMatchObject({ code: 1 });
    expect((await sql("--tables")).stdout).toMatch(/^dim_customers {2}[^]*\n {2}user_id +uuid +.*\(personal\)\n[^]*\nfct_order_lines {2}/);
  });
});
