import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { type BigQueryClient, openBigQuery } from "../../engines/bigquery/client.ts";
import type { Emulator } from "../../engines/bigquery/gates/emulator.ts";
import { emulatorFor } from "../../engines/bigquery/tests/emulatorFor.ts";
import type { Asker } from "../audience.ts";
import type { SqlCell, SqlColumn } from "../engine.ts";
import { openSqlGate, type SqlGate, type SqlQuestion } from "../gate.ts";
import { type DryRunPlayer, playDryRuns, publishInBigQuery } from "./bigQueryStage.ts";
import { type Asked, askerOf } from "./gateHarness.ts";
import { fillSqlWarehouse, id, PEOPLE } from "./sqlWarehouse.ts";

const { missing, start: startEmulator } = await emulatorFor("Ad-hoc SQL on BigQuery is not tried");

const analyst = askerOf("ANALYST");
const admin = askerOf("PERSONAL");
const GB = 1e9;

describe.skipIf(missing)("ad-hoc SQL on an emulator of BigQuery", { timeout: 120_000 }, () => {
  const databases = useTestDatabases({ warehouse: true });
  let owner: Database;
  let control: Database;
  let emulator: Emulator;
  let player: DryRunPlayer;
  let client: BigQueryClient;
  let gate: SqlGate;
  let buildId: string;

  beforeAll(async () => {
    owner = Database.open({ ...databases.warehouse.config, max: 2 });
    ({ buildId } = await fillSqlWarehouse(owner, databases.warehouse));
    control = Database.open({ ...databases.warehouse.as("martgraph_serving"), max: 4 });
    emulator = await startEmulator();
    player = await playDryRuns(emulator);
    client = openBigQuery({ project: emulator.project, datasetPrefix: "shop", location: "US", endpoint: player.endpoint, maximumBytesBilled: 20 * GB });
    await publishInBigQuery(client, buildId);
    gate = openSqlGate({ control, loginAs: (role) => databases.warehouse.as(role), log: silentLog, bigQuery: { client, dailyBytes: 50 * GB } });
  }, 90_000);
  afterEach(() => { player.recorded = {}; player.onJob = undefined; player.jobs.length = 0; });
  afterAll(async () => {
    await gate?.close();
    player?.close();
    await emulator?.[Symbol.asyncDispose]();
    await control?.close();
    await owner?.close();
  });

  async function ask(asker: Asker, sql: string, more: Partial<SqlQuestion> = {}): Promise<Asked & { readonly attemptId?: string }> {
    let columns: readonly SqlColumn[] = [];
    const rows: (readonly SqlCell[])[] = [];
    const outcome = await gate.ask(asker, { sql, limit: 1_000, maxBytes: 1_000_000, signal: new AbortController().signal, ...more }, { columns: (some) => { columns = some; }, rows: (batch) => { rows.push(...batch); } });
    return { columns, rows, ...(outcome.ok ? { summary: outcome.value } : { refusal: outcome.refusal, attemptId: outcome.attemptId }) };
  }
  const attemptOf = async (attemptId: string | undefined) => (await owner.raw("select * from ops.sql_attempt where attempt_id = $1", [attemptId])).rows[0];

  test("answers as PostgreSQL's gate shows them, with parameters; the job has its id, labels, cap and time", async () => {
    const { refusal, rows, columns, summary } = await ask(analyst, "select name, amount, placed_at, amount > 5 as dear, [1, 2] as list from marts.fct_order_lines where amount < @p1 and name in unnest(@p2) order by 1", { parameters: [100, ["lantern", "cake's", null]] });
    expect(refusal).toBeUndefined();
    expect(columns).toEqual([{ name: "name", type: "text" }, { name: "amount", type: "numeric" }, { name: "placed_at", type: "timestamptz" }, { name: "dear", type: "boolean" }, { name: "list", type: "bigint[]" }]);
    expect(rows).toEqual([["cake's", "3.25", "2026-02-01 10:00:00.000001+00", "f", "{1,2}"], ["lantern", "10.5", "2026-02-01 10:00:00.000001+00", "t", "{1,2}"]]);
    expect(summary).toMatchObject({ buildId, rows: 2, truncatedBy: null, tables: ["fct_order_lines"], estimate: { measure: "BYTES" } });
    expect(player.jobs.at(-1)).toMatchObject({
      jobReference: { jobId: `martgraph_sql_${summary?.attemptId}` },
      configuration: { labels: { product: "martgraph", step: "sql" }, jobTimeoutMs: "15000", query: { maximumBytesBilled: String(20 * GB), defaultDataset: { datasetId: "shop_marts_masked" } } },
    });
  });

  test("analysts see hashes of people, administrators their ids, vendors nothing", async () => {
    const sql = "select user_id, email_sha256 from dim_customers order by 1";
    const masked = await ask(analyst, sql);
    expect(masked.rows).toHaveLength(2);
    for (const row of masked.rows) expect(row).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(masked.rows.flat()).not.toContain(PEOPLE[0]);
    expect((await ask(admin, sql)).rows.map(([user]) => user)).toEqual([PEOPLE[0], PEOPLE[1]]);
    expect((await ask(askerOf("VENDOR"), sql)).refusal).toMatchObject({ code: "NOT_ALLOWED", message: expect.stringContaining("shop_marts_vendor") });
  });

  test("tables with their columns, of the audience", async () => {
    expect((await gate.tables(analyst.audience)).map(({ name }) => name)).toEqual(["dim_customers", "fct_order_lines"]);
    expect(await gate.tables(askerOf("VENDOR").audience)).toEqual([]);
  });

  test("what is cut off is said", async () => {
    expect((await ask(analyst, "select n from unnest(generate_array(1, 10)) n", { limit: 10 })).summary).toMatchObject({ rows: 10, truncatedBy: null });
    expect((await ask(analyst, "select n from unnest(generate_array(1, 11)) n", { limit: 10 })).summary).toMatchObject({ rows: 10, truncatedBy: "ROWS" });
  });

  test("what BigQuery reads otherwise than we do is not run", async () => {
    const table = (datasetId: string, projectId = "proof") => ({ projectId, datasetId, tableId: "x" });
    for (const query of [{ statementType: "SCRIPT" }, { referencedTables: [table("finance")] }, { referencedTables: [table("shop_marts_masked", "other")] }, { referencedTables: [table("shop_marts")] }, { referencedTables: [table("shop_raw")] }]) {
      player.recorded = { query };
      expect((await ask(analyst, "select 1")).refusal?.code, JSON.stringify(query)).toBe("NOT_ALLOWED");
    }
    player.recorded = { query: { referencedTables: [table("shop_marts_a"), table("shop_marts_b")] } };
    expect((await ask(analyst, "select 1")).refusal?.code).toBe("BUSY");
    expect(player.jobs.every(({ configuration }) => configuration.dryRun)).toBe(true);
    player.recorded = { query: { statementType: "SELECT", referencedTables: [table("shop_marts_masked"), table("shop_marts_a"), table("shop_access")] } };
    expect((await ask(analyst, "select 1")).rows).toEqual([["1"]]);
  });

  test("what would read too much is refused before it is run, with both numbers", async () => {
    player.recorded = { totalBytesProcessed: String(31.5 * GB) };
    const question = { sql: "select name from fct_order_lines", signal: new AbortController().signal };
    expect(await gate.estimate(analyst, question)).toMatchObject({ ok: true, value: { measure: "BYTES", amount: 31.5 * GB, maxAmount: 20 * GB, isAllowed: false, tables: ["fct_order_lines"] } });
    expect((await ask(analyst, question.sql)).refusal).toMatchObject({ code: "TOO_COSTLY", message: expect.stringContaining("31.5 GB, at most 20 GB") });
    expect(player.jobs.every(({ configuration }) => configuration.dryRun)).toBe(true);
  });

  test("a person's day holds so many bytes and no more, those of statements under way and cancelled included", async () => {
    const spender = { ...analyst, actorId: id(9, 77) };
    player.recorded = { totalBytesProcessed: String(20 * GB) };
    await owner.raw("insert into ops.sql_attempt (attempt_id, actor_id, source, audience, kind, sql, sql_hash, state, cost, started_at) select gen_random_uuid(), $1, 'GRAPH', 'ANALYST', kind, '', '', state, cost, now() - ago from (values ('QUERY', 'REFUSED', 9e12, interval '1 hour'), ('ESTIMATE', 'DONE', 9e12, interval '1 hour'), ('QUERY', 'DONE', 9e12, interval '25 hours'), ('QUERY', 'CANCELLED', 5e9, interval '1 hour')) v (kind, state, cost, ago)", [spender.actorId]);
    expect((await ask(spender, "select 1")).refusal).toBeUndefined();
    expect((await ask(spender, "select 2")).refusal).toBeUndefined();
    expect((await ask(spender, "select 3")).refusal).toMatchObject({ code: "TOO_COSTLY", message: expect.stringMatching(/would read 20 GB, .*read 45 GB of the 50 GB/) });
    expect((await ask(analyst, "select 4")).refusal).toBeUndefined();
  });

  test("who goes away ends the job; who asks from another process ends it by its id", async () => {
    const gone = new AbortController();
    player.onJob = () => gone.abort();
    const { refusal, attemptId } = await ask(analyst, "select count(*) from fct_order_lines", { signal: gone.signal });
    expect(refusal?.code).toBe("CANCELLED");
    expect(await attemptOf(attemptId)).toMatchObject({ state: "CANCELLED", reason: "CANCELLED" });

    await using elsewhere = Database.open({ ...databases.warehouse.as("martgraph_serving"), max: 2 });
    const other = openSqlGate({ control: elsewhere, loginAs: (role) => databases.warehouse.as(role), log: silentLog, bigQuery: { client, dailyBytes: 50 * GB } });
    const ended = Promise.withResolvers<number>();
    player.onJob = () => other.cancel(analyst.actorId, { cancelKey: "key" }).then(ended.resolve, ended.reject);
    await ask(analyst, "select count(*) from fct_order_lines", { cancelKey: "key" });
    expect(await ended.promise).toBe(1);
    expect(await other.cancel(analyst.actorId, { cancelKey: "key" })).toBe(0);
    await other.close();
  });

  test("the ledger keeps no literal; what is refused by words or names is said", async () => {
    const { refusal, attemptId } = await ask(analyst, "select \"SECRET\", 'it\\'s SECRET' from finance.salaries");
    expect(refusal).toMatchObject({ code: "UNKNOWN_TABLE", position: 38 });
    expect((await attemptOf(attemptId))?.["sql"]).toBe("select ?, ? from finance.salaries");
    const nothing = await ask(analyst, "select nothing_of_that from fct_order_lines");
    expect(nothing.refusal?.code).toMatch(/INVALID|BAD_VALUE/);
    expect(nothing.refusal?.message).not.toMatch(/shop_|proof/);
  });
});
