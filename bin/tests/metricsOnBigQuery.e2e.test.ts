import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { remoteTransport } from "#gateway/fetch/remote.ts";
import { graphOf, person } from "#kit/testing/graphOf.ts";
import type { Subgraph } from "#kit/subgraph.ts";
import { proofMode } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { engineEnvironment } from "#platform/engineSettings.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { type BigQueryClient, openBigQuery } from "#warehouse/engines/bigquery/client.ts";
import { controlColumns } from "#warehouse/engines/bigquery/dbtOnBigQuery.ts";
import type { Emulator } from "#warehouse/engines/bigquery/gates/emulator.ts";
import { emulatorFor } from "#warehouse/engines/bigquery/tests/emulatorFor.ts";
import { generatedOnBigQuery } from "#warehouse/engines/bigquery/generatedOnBigQuery.ts";
import { shipControlTable } from "#warehouse/engines/bigquery/shipRaw.ts";
import { METRIC_CATALOGUE } from "#subgraphs/analytics/domain/metric/catalogue.ts";
import { createAnalyticsSubgraph } from "#subgraphs/analytics/subgraph.ts";
import { fillRandomMarts, RANDOM } from "#subgraphs/analytics/tests/randomMarts.ts";
import { MARTS } from "#subgraphs/analytics/tests/smallMarts.ts";
import { startSplitProcess } from "../serve/splitProcess.ts";

const { missing, start: startEmulator } = await emulatorFor("Metrics are not asked on BigQuery");

const ASK = `query ($metrics: [String!]!, $dimensions: [String!], $grain: MetricGrain, $range: DateRangeInput!, $filter: [MetricFilterInput!], $having: [MetricHavingInput!], $compareTo: MetricComparison,
  $fillGaps: Boolean, $top: MetricTopInput, $timeZone: String, $orderBy: [MetricOrderInput!], $first: Int) {
  metricQuery(metrics: $metrics, dimensions: $dimensions, grain: $grain, range: $range, filter: $filter, having: $having, compareTo: $compareTo, fillGaps: $fillGaps, top: $top, timeZone: $timeZone, orderBy: $orderBy, first: $first) {
    buildId totalCount truncated marts nodes { at currency dimensions { value isRest } values { value previous change changePercent } } pageInfo { endCursor } } }`;
const RANGE = { from: "2024-03-05", to: "2025-02-11" };

describe.skipIf(missing)("metrics on BigQuery", { timeout: 900_000 }, () => {
  const databases = useTestDatabases({ warehouse: true });
  const subgraphs: Subgraph[] = [];
  const said: Record<string, unknown>[] = [];
  let owner: Database;
  let emulator: Emulator;
  let client: BigQueryClient;
  beforeAll(async () => {
    owner = Database.open({ ...databases.warehouse.config, max: 6 });
    await fillRandomMarts(owner);
    emulator = await startEmulator();
    client = openBigQuery({ project: emulator.project, datasetPrefix: "metrics", location: "US", endpoint: emulator.endpoint });
    const { rows } = await owner.raw<{ name: string }>("select schemaname || '.' || tablename as name from pg_tables where schemaname = 'marts_a'");
    const waiting = [...(await controlColumns(owner, rows.map(({ name }) => name)))];
    await client.makeDataset(client.dataset("marts_a"));
    const ship = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await shipControlTable({ warehouse: owner, client, schema: "marts_a", table: next[0].slice("marts_a.".length), columns: next[1] });
    };
    await Promise.all([ship(), ship()]);
    const serving = () => Database.open({ ...databases.warehouse.as("martgraph_serving"), max: 4 });
    const bigQuery = generatedOnBigQuery({ client, log: { info: (fields: object) => void said.push(fields as Record<string, unknown>) } as never, maximumBytesBilled: 10_000_000_000n });
    for (const options of [{}, { bigQuery }]) subgraphs.push(await createAnalyticsSubgraph({ reader: createWarehouseReader(serving(), options) }));
  }, 300_000);
  afterAll(async () => {
    for (const subgraph of subgraphs) await subgraph.close();
    await owner?.close();
    await emulator?.[Symbol.asyncDispose]();
  }, 60_000);

  const ask = async (engine: 0 | 1, args: object) => {
    const { data, errors } = await graphOf(subgraphs[engine] as Subgraph, []).as(person(MARTS.bob, "ANALYST")).run(ASK, { range: RANGE, first: 1_000, ...args });
    return errors ? { errors: errors.map(({ message }) => message) } : data["metricQuery"];
  };
  async function expectSame(asked: readonly object[]): Promise<number> {
    let numbers = 0;
    const waiting = [...asked];
    const work = async () => {
      for (let args = waiting.shift(); args; args = waiting.shift()) {
        const [postgres, bigQuery] = await Promise.all([ask(0, args), ask(1, args)]);
        expect(postgres, JSON.stringify(args)).not.toHaveProperty("errors");
        // PostgreSQL alone finds percentiles by steps (decision 44); each answer names the tables that gave it
        const withoutSteps = (answer: Record<string, unknown>) => ({ ...answer, marts: (answer["marts"] as string[] | undefined)?.filter((mart) => mart !== "agg_daily_order_values") });
        expect(withoutSteps(bigQuery), JSON.stringify(args)).toEqual(withoutSteps(postgres));
        numbers += postgres.nodes.length;
      }
    };
    await Promise.all([work(), work(), work()]);
    return numbers;
  }

  test("every certified metric has PostgreSQL's answer: whole, by month, by a dimension", async () => {
    const certified = METRIC_CATALOGUE.metrics.filter((metric) => metric.certified);
    // the analyzer reads all of them every time; half of them are run, in a proof all
    const asked = certified.filter((_, index) => proofMode() || index % 2 === 0);
    const questions = asked.flatMap(({ name, dimensions, periods }): object[] => {
      const dimension = dimensions.filter((one) => one !== "currency").slice(0, 1);
      const [grain] = periods ? ["MONTH"] : [null];
      // in a proof each alone, otherwise month and dimension at once, of which the whole is made
      return proofMode() ? [{ metrics: [name] }, { metrics: [name], grain }, { metrics: [name], dimensions: dimension }] : [{ metrics: [name], dimensions: dimension, grain }];
    });
    const rows = await expectSame(questions);
    console.log(`${asked.length} of ${certified.length} certified metrics, ${questions.length} questions, ${rows} rows equal`);
    expect(certified.length).toBeGreaterThanOrEqual(40);
    expect(rows).toBeGreaterThan(asked.length);
  });

  test("every form of question has it: several sources, comparisons, gaps, the top and its rest, time zones, filters, having", async () => {
    const rows = await expectSame([
      { metrics: ["revenue", "refunds", "netRevenue", "visits", "revenuePerVisit"], grain: "DAY", range: { from: "2024-12-20", to: "2025-01-20" } },
      { metrics: ["revenue", "customers"], grain: "MONTH", compareTo: "PREVIOUS_PERIOD", orderBy: [{ metric: "revenue", of: "CHANGE_PERCENT", direction: "DESC" }] },
      { metrics: ["orders", "revenueTrailing28Days"], grain: "DAY", compareTo: "PREVIOUS_YEAR", range: { from: "2025-02-01", to: "2025-03-05" } },
      { metrics: ["revenue"], dimensions: ["country"], grain: "WEEK", fillGaps: true, range: { from: "2024-12-01", to: "2025-02-01" } },
      { metrics: ["revenue", "customers"], dimensions: ["product"], top: { dimension: "product", count: 3 } },
      { metrics: ["orders", "revenue"], dimensions: ["country"], grain: "MONTH", top: { dimension: "country", count: 2, by: "orders", rest: false } },
      { metrics: ["revenue", "refunds", "shipments"], grain: "DAY", timeZone: "America/New_York", range: { from: "2024-10-27", to: "2024-11-10" } },
      { metrics: ["revenue"], filter: [{ dimension: "country", notIn: ["IE"], contains: "king", startsWith: "U" }] },
      { metrics: ["revenue", "orders"], dimensions: ["country"], having: [{ metric: "orders", gte: "2" }], orderBy: [{ metric: "revenue", direction: "DESC" }] },
      { metrics: ["customersTrailing30Days", "revenueMonthToDate"], grain: "WEEK", range: { from: "2025-01-06", to: "2025-03-03" } },
    ]);
    expect(rows).toBeGreaterThan(100);
  });

  test("each question is a job of its own with labels, whose size was asked before; it is asked of BigQuery once for a build", async () => {
    const before = said.length;
    const args = { metrics: ["unitsSold"], grain: "QUARTER" };
    await ask(1, args);
    await ask(1, args);
    expect(said.slice(before)).toEqual([{ jobId: expect.stringMatching(/^martgraph_generated_[0-9a-f]{12}_[0-9a-f]{32}$/), bytes: expect.any(Number), buildId: RANDOM.buildId }]);
  });

  test("analytics as a process of its own asks BigQuery as the settings name it, for metrics and for ad-hoc SQL", async () => {
    const settings = { MARTGRAPH_ENGINE: "bigquery", MARTGRAPH_BIGQUERY_PROJECT: emulator.project, MARTGRAPH_BIGQUERY_DATASET_PREFIX: "metrics", MARTGRAPH_BIGQUERY_ENDPOINT: emulator.endpoint, MARTGRAPH_BIGQUERY_MAX_BYTES: "10 GB", MARTGRAPH_BIGQUERY_LABELS: "process=own" };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    const environment = engineEnvironment();
    vi.unstubAllEnvs();
    const hopKey = { id: "analytics-1", secret: randomBytes(32).toString("base64url") };
    const sqlLogins = Object.fromEntries((["martgraph_sql_analyst", "martgraph_sql_vendor", "martgraph_sql_personal"] as const).map((role) => [role, databases.warehouse.as(role)]));
    const process = await startSplitProcess("analytics", "subgraphs/analytics/main.ts", { host: "127.0.0.1", port: 0, hopKey, database: databases.warehouse.as("martgraph_serving"), sqlLogins }, environment);
    const transport = remoteTransport({ subgraph: "analytics", endpoint: new URL("/graphql", process.url).href, hopKey });
    try {
      const run = (query: string, variables: Record<string, unknown>) => transport.fetch({ query, variables, request: { viewer: person(MARTS.bob, "ANALYST"), requestId: "split", signal: new AbortController().signal } }, 60_000);
      const args = { metrics: ["revenue"], grain: "MONTH" };
      expect((await run(ASK, { range: RANGE, first: 1_000, ...args })).data?.["metricQuery"]).toEqual(await ask(0, args));
      // PostgreSQL has no function of this name.
      expect((await run("{ sqlQuery(sql: \"select safe_divide(1, 0) as nothing\") { __typename ... on SqlRows { rows } ... on SqlRefused { code message } } }", {})).data?.["sqlQuery"]).toEqual({ __typename: "SqlRows", rows: [[null]] });
      const { jobs } = (await (await fetch(`${emulator.endpoint}/bigquery/v2/projects/${emulator.project}/jobs?projection=full&maxResults=10000`)).json()) as { jobs: { configuration: { labels?: Record<string, string> } }[] };
      const steps = jobs.flatMap(({ configuration: { labels } }) => (labels?.["process"] === "own" ? [labels["step"]] : []));
      expect(new Set(steps.filter((step) => step !== undefined))).toEqual(new Set(["read", "sql"]));
    } finally {
      await transport.close();
      await process.stop();
    }
  });
});
