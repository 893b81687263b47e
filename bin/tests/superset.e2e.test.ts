import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { graphOf, person } from "#kit/testing/graphOf.ts";
import type { Subgraph } from "#kit/subgraph.ts";
import { proofMode } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { fillTable } from "#platform/testing/slotTables.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { METRIC_CATALOGUE } from "#subgraphs/analytics/domain/metric/catalogue.ts";
import { createAnalyticsSubgraph } from "#subgraphs/analytics/subgraph.ts";
import { HAND_WRITTEN } from "#subgraphs/analytics/tests/handWritten.ts";
import { fillRandomMarts, RANDOM } from "#subgraphs/analytics/tests/randomMarts.ts";
import { MARTS } from "#subgraphs/analytics/tests/smallMarts.ts";
import { chartUuid } from "#warehouse/bi/bundle/chartYaml.ts";
import { readBundle } from "#warehouse/bi/bundle/bundleFiles.ts";
import { dashboardSlug } from "#warehouse/bi/bundle/dashboardYaml.ts";
import type { ChartSpec } from "#warehouse/bi/bundle/types.ts";
import { DASHBOARDS } from "#warehouse/bi/dashboards/dashboards.ts";
import { checkBundle } from "#warehouse/bi/superset/checkBundle.ts";
import { bundleFor } from "#warehouse/bi/superset/importBundle.ts";
import { installSuperset } from "#warehouse/bi/superset/installSuperset.ts";
import { giveRoles, ROLE_NAMES, vendorRoleName } from "#warehouse/bi/superset/provisionAccess.ts";
import { startSuperset, type RunningSuperset } from "#warehouse/bi/superset/startSuperset.ts";
import { loginToSuperset, type SupersetClient } from "#warehouse/bi/superset/supersetClient.ts";
import { findBrowser, lookAtDashboards } from "#warehouse/bi/tests/dashboardPictures.ts";
import { listMarts, prepareMarts, swapMarts } from "#warehouse/publish/marts.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { bringIn, engineAt, type BiConnection } from "../bi/biTarget.ts";

// The real Superset over published marts of a shop with three currencies and three vendors: what a person sees there.

const [vendor, otherVendor] = RANDOM.vendors;
const PASSWORDS = { vera: "vera-sells-1", anna: "anna-reads-1" };
const RANGE = { from: "2024-01-01", to: "2027-01-01" };
const CURRENCIES = ["EUR", "GBP", "JPY"];
const SEGMENTS = ["CHAMPION", "LOYAL", "AT_RISK", "NEW", "PROMISING", "FADING", "LOST"];
type Row = Record<string, unknown>;

const databases = useTestDatabases({ warehouse: true });
const folder = mkdtempSync(join(tmpdir(), "martgraph-superset-"));
let owner: Database;
let subgraph: Subgraph;
let superset: RunningSuperset;
let admin: SupersetClient;
let bi: BiConnection;
let missing: string | undefined = proofMode() ? undefined : "npm run proof runs it: a real Superset";
beforeEach(({ skip }) => skip(missing !== undefined, missing));

beforeAll(async () => {
  if (missing) return;
  const installed = await installSuperset();
  if ("missing" in installed) {
    missing = installed.missing;
    return;
  }
  owner = Database.open({ ...databases.warehouse.config, max: 2 });
  await fillRandomMarts(owner);
  await owner.raw("update marts_a.fct_vendor_orders set vendor = 'Vendor ' || right(vendor_id::text, 1)");
  await fillRest();
  const relations = await listMarts(owner, "a");
  const prepared = await owner.tx((tx) => prepareMarts(tx, "a", RANDOM.buildId, relations, "a test"));
  await owner.tx((tx) => swapMarts(tx, prepared));
  subgraph = await createAnalyticsSubgraph({ reader: createWarehouseReader(Database.open({ ...databases.warehouse.as("martgraph_serving"), max: 2 })) });
  bi = databases.warehouse.as("bi_reader") as BiConnection;
  superset = await startSuperset({ installed, home: join(folder, "home"), port: await freePort(), biPassword: bi.password });
  admin = await login(superset.admin.name, superset.admin.password);
  await bringIn(admin, { engine: engineAt(bi) }, [vendor]);
  await giveRoles(admin, { name: "vera", password: PASSWORDS.vera }, [ROLE_NAMES.vendor, vendorRoleName(vendor)]);
  await giveRoles(admin, { name: "anna", password: PASSWORDS.anna }, [ROLE_NAMES.analyst]);
}, 900_000);
afterAll(async () => {
  await superset?.close();
  await subgraph?.close();
  await owner?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** What no sale makes: rows by hand, so that every chart has something to show. */
async function fillRest(): Promise<void> {
  const at = "2025-12-30T10:00:00Z";
  const day = at.slice(0, 10);
  const uuid = MARTS.builds.b;
  const people = Array.from({ length: 60 }, (_, n) => `01920001-0000-7000-8000-${n.toString(16).padStart(12, "0")}`);
  const rows: Record<string, Row[]> = {
    fct_dq_results: [true, true, false].map((is_passed, n) => ({ build_id: uuid, suite: "raw", layer: "raw", check_name: `check ${n}`, severity: n === 0 ? "CRITICAL" : "WARNING", is_passed, message: is_passed ? null : "2 rows", build_state: "PUBLISHED", checked_at: at, checked_date: day })),
    fct_pipeline_runs: ["capture", "dbt", "publish"].map((asset, n) => ({ run_id: uuid, asset, build_id: uuid, trigger_kind: "SCHEDULE", run_state: "DONE", asset_state: "DONE", processed_rows: 10 * n, seconds: `${n + 1}.5`, run_started_at: at, run_started_date: day, run_finished_at: at, started_at: at })),
    rpt_source_freshness: ["orders.orders", "users.users"].map((source_table, n) => ({ source_table, last_change_at: at, hours_since_change: String(n) })),
    rpt_reconciliation_daily: [{ date_day: day, provider: "bank", currency: "EUR", captured_shop: "10", captured_ledger: "10", captured_provider: "10", refunded_shop: "0", refunded_ledger: "0", refunded_provider: "0", captured_gap: "0", refunded_gap: "0", messages: 3, messages_not_ours: 0, is_reconciled: true }],
    rpt_cohorts_monthly: [0, 1, 2, 6].map((month_index) => ({ cohort_month: "2025-01-01", month_index, cohort_size: 10, customers: 10 - month_index, retention: String((10 - month_index) / 10), currency: "EUR", revenue: "100" })),
    fct_predictions: ["churn", "recommendations"].flatMap((model) => people.map((user_id, n) => {
      const score = (((n * 17) % people.length) + 0.5) / people.length;
      const churn = model === "churn";
      return {
        batch_id: uuid, model, model_version: 1, user_id, made_at: at, as_of: at, as_of_date: day, is_current: true, is_first_of_month: true, score, score_band: churn ? Math.floor(score * 10) : null,
        segment: churn ? (score < 0.4 ? "LOW" : score < 0.7 ? "MEDIUM" : "HIGH") : null, suggestions: churn ? null : 10, bought: null, outcome_date: "2026-03-30", is_outcome_known: false, has_happened: null,
      };
    })),
    rpt_model_performance: [0, 1, 2, 3].flatMap((month) => ["churn", "recommendations"].map((model) => ({
      batch_id: uuid.replace(/.$/, String(month)), model, model_version: 1, made_at: at, as_of_date: `2025-0${month + 1}-02`, as_of_month: `2025-0${month + 1}-01`, is_current: month === 3, is_first_of_month: true, outcome_date: `2025-0${month + 4}-02`, customers: 60,
      mean_score: model === "churn" ? `0.${50 + month}` : null, observed_rate: month === 3 ? null : `0.${45 + 3 * month}`, auc: model === "churn" && month < 3 ? `0.7${month}` : null, brier_score: model === "churn" && month < 3 ? "0.2" : null,
      calibration_error: model === "churn" && month < 3 ? "0.03" : null, precision_at_10: model === "churn" || month === 3 ? null : `0.0${month + 4}`, suggested_products: model === "churn" ? null : 20, catalogue_share: model === "churn" ? null : "0.4", why_missing: month === 3 ? "OUTCOME_NOT_YET" : null,
    }))),
    rpt_customer_rfm: people.map((user_id, n) => ({ user_id, recency_days: 5 + ((n * 11) % 300), frequency: 1 + (n % 9), currency: n % 6 === 0 ? "GBP" : "EUR", monetary: `${20 + ((n * 37) % 400)}.50`, r_score: 1 + (n % 5), f_score: 1 + (Math.floor(n / 5) % 5), m_score: 1 + ((n * 7) % 5), segment: SEGMENTS[(n * 3) % 7] })),
  };
  for (const [table, list] of Object.entries(rows)) await fillTable(owner, `marts_a.${table}`, list);
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => found(port));
    });
  });
}

const login = (user: string, password: string) => loginToSuperset({ url: superset.url, user, password });
const target = () => ({ engine: engineAt(bi) });
const drift = () => checkBundle(admin, bundleFor(readBundle(), target()));
const specs: readonly ChartSpec[] = DASHBOARDS.flatMap(({ rows }) => rows.flatMap(({ tiles }) => tiles.map(({ chart }) => chart))).filter(({ name }) => readBundle().has(`charts/${name}.yaml`));
const sqlOf = async (text: string, params: unknown[] = []) => (await owner.raw<Row>(text, params)).rows;

let ids: ReadonlyMap<string, number> | undefined;
async function idOf({ name }: ChartSpec): Promise<number> {
  ids ??= new Map((await admin.list<{ id: number; uuid: string }>("/api/v1/chart/", ["id", "uuid"])).map(({ id, uuid }) => [uuid, id]));
  const id = ids.get(chartUuid(name));
  if (id === undefined) throw new Error(`Superset has no chart "${name}"`);
  return id;
}
type Answer = { result: { data: Row[]; error: string | null; query: string }[] };
/** What the chart's tile gets, in one currency where one is chosen in the dashboard's filter. */
async function chartRows(client: SupersetClient, spec: ChartSpec, currency?: string): Promise<Row[]> {
  const id = await idOf(spec);
  if (currency === undefined) return rowsOf(await client.json<Answer>(`/api/v1/chart/${id}/data/`));
  const { result } = await client.json<{ result: { query_context: string } }>(`/api/v1/chart/${id}`);
  const context = JSON.parse(result.query_context) as { queries: { filters: object[] }[] };
  for (const query of context.queries) query.filters.push({ col: "currency", op: "IN", val: [currency] });
  return rowsOf(await client.json<Answer>("/api/v1/chart/data", { method: "POST", json: context }));
}
function rowsOf({ result: [first] }: Answer): Row[] {
  expect(first?.error ?? null).toBeNull();
  return first?.data ?? [];
}
async function sqlLab(client: SupersetClient, sql: string): Promise<Row[]> {
  const [database] = await admin.list<{ id: number; database_name: string }>("/api/v1/database/");
  const { data } = await client.json<{ data: Row[] }>("/api/v1/sqllab/execute/", { method: "POST", json: { database_id: database?.id, schema: "marts", sql, runAsync: false, client_id: randomBytes(5).toString("hex") } });
  return data;
}

describe("charts", () => {
  test("every chart of the bundle answers, and those over rows that are there show some", async () => {
    expect(specs.length).toBeGreaterThanOrEqual(50);
    const empty: string[] = [];
    for (const spec of specs) if ((await chartRows(admin, spec)).length === 0) empty.push(spec.name);
    expect(empty).toEqual([]);
  });

  const certified = new Map(METRIC_CATALOGUE.metrics.filter((metric) => metric.certified).map((metric) => [metric.key, metric]));
  /** A chart's columns as the metric layer names them; undefined where the chart is of another kind. */
  const shapeOf = (spec: ChartSpec): { time?: string; by: readonly string[]; metrics: readonly string[] } | undefined => {
    if (spec.kind === "number") return { by: [], metrics: [spec.metric] };
    if (spec.kind === "line" || spec.kind === "bar") return { time: spec.x, by: spec.by ?? [], metrics: spec.metrics };
    if (spec.kind === "ranking") return { by: [spec.x, ...(spec.by ?? [])], metrics: [spec.metric] };
    if (spec.kind === "table") return { ...(spec.time ? { time: spec.time } : {}), by: spec.by.filter((column) => column !== spec.time), metrics: spec.metrics };
    return undefined;
  };
  const cases = specs.flatMap((spec) => (shapeOf(spec)?.metrics ?? []).flatMap((key) => {
    const metric = certified.get(key);
    return metric ? [[spec.name, metric.name, spec, key] as const] : [];
  }));
  const camel = (column: string) => column.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  const dayOf = (value: unknown) => (typeof value === "number" ? new Date(value).toISOString() : String(value)).slice(0, 10);
  const ASK = `query ($metrics: [String!]!, $dimensions: [String!], $grain: MetricGrain, $range: DateRangeInput!, $filter: [MetricFilterInput!]) {
    metricQuery(metrics: $metrics, dimensions: $dimensions, grain: $grain, range: $range, filter: $filter, first: 1000) { truncated nodes { at dimensions { value } values { value } } } }`;
  const spelled = (entries: readonly (readonly [string, unknown])[]) => entries.filter(([, value]) => Number(value) !== 0).map(([key, value]) => `${key}: ${Number(Number(value).toPrecision(12))}`).sort();

  test("of certified metrics are a good part", () => expect(cases.length).toBeGreaterThanOrEqual(15));

  test.each(cases)("%s shows %s as the metric layer and as SQL written by hand", async (_chart, name, spec, key) => {
    const shape = shapeOf(spec);
    const metric = certified.get(key);
    if (!shape || !metric) throw new Error("the case is made of both");
    let seen = 0;
    for (const currency of metric.money ? CURRENCIES : [undefined]) {
      const rows = await chartRows(admin, spec, currency);
      const shown = spelled(rows.map((row) => [[...(shape.time ? [dayOf(row[shape.time])] : []), ...shape.by.map((column) => String(row[column]))].join(" | "), row[key]] as const));
      const { data, errors } = await graphOf(subgraph, []).as(person(MARTS.bob, "ANALYST")).run(ASK, { metrics: [name], range: RANGE, dimensions: shape.by.map(camel), ...(shape.time ? { grain: "MONTH" } : {}), filter: currency ? [{ dimension: "currency", in: [currency] }] : [] });
      expect(errors).toBeUndefined();
      const nodes = data["metricQuery"].nodes as { at: string | null; dimensions: { value: string }[]; values: { value: string | null }[] }[];
      expect(shown).toEqual(spelled(nodes.map((node) => [[...(node.at ? [node.at.slice(0, 10)] : []), ...node.dimensions.map(({ value }) => value.replace(/^ven_\w*(\w)$/, "Vendor $1"))].join(" | "), node.values[0]?.value] as const)));
      seen += shown.length;
      const plain = HAND_WRITTEN[name];
      if (plain === undefined || shape.by.length > 0) continue;
      const periods = shape.time ? rows.map((row) => dayOf(row[shape.time as string])) : [RANGE.from];
      for (const from of periods) {
        const to = shape.time ? new Date(Date.UTC(Number(from.slice(0, 4)), Number(from.slice(5, 7)), 1)).toISOString().slice(0, 10) : RANGE.to;
        const values = (await sqlOf(`select currency, value::text as value from (${plain}) plain`, [from, to])).filter((row) => row["currency"] === null || row["currency"] === currency);
        const row = shape.time ? rows.find((one) => dayOf(one[shape.time as string]) === from) : rows[0];
        expect(spelled([[from, row?.[key]]])).toEqual(spelled(values.map(({ value }) => [from, value] as const)));
      }
    }
    expect(seen).toBeGreaterThan(0);
  });
});

describe("people", () => {
  const OWN = "select count(*)::int as orders, sum(gross)::text as gross from marts_a.fct_vendor_orders where vendor_id = $1";
  const IN_LAB = "select vendor_id, count(*) as orders, cast(sum(gross) as text) as gross from fct_vendor_orders group by vendor_id order by vendor_id";
  const table = () => specs.find(({ name }) => name === "vendor_table") as ChartSpec;

  test("a vendor sees exactly their own rows in a chart, the analyst everybody's", async () => {
    const vera = await login("vera", PASSWORDS.vera);
    const anna = await login("anna", PASSWORDS.anna);
    const wanted = (rows: Row[]) => rows.map(({ vendor: name, currency, orders }) => `${String(name)} ${String(currency)} ${String(orders)}`).sort();
    const shown = (rows: Row[]) => rows.map((row) => `${String(row["vendor"])} ${String(row["currency"])} ${String(row["vendor_orders"])}`).sort();
    const groups = (where: string) => sqlOf(`select vendor, currency, count(*) as orders from marts_a.fct_vendor_orders where ${where} group by 1, 2`);
    const own = wanted(await groups(`vendor_id = '${vendor}'`));
    expect(own.length).toBe(3);
    expect(shown(await chartRows(vera, table()))).toEqual(own);
    const all = wanted(await groups("true"));
    expect(all.length).toBe(9);
    expect(shown(await chartRows(anna, table()))).toEqual(all);
  });

  test("and in SQL Lab, whatever they write", async () => {
    const vera = await login("vera", PASSWORDS.vera);
    const [own] = await sqlOf(OWN, [vendor]);
    expect(await sqlLab(vera, IN_LAB)).toEqual([{ vendor_id: vendor, ...own }]);
    for (const sql of [
      `select count(*) as n from marts.fct_vendor_orders where vendor_id = '${otherVendor}'`,
      `select count(*) as n from fct_vendor_orders o where o.vendor_id = '${otherVendor}' or o.vendor_id = '${otherVendor}'`,
      `with x as (select * from marts.fct_vendor_orders) select count(*) as n from x where vendor_id <> '${vendor}'`,
      `select count(*) as n from (select * from marts.fct_vendor_orders union all select * from fct_vendor_orders) x where vendor_id <> '${vendor}'`,
    ]) expect(await sqlLab(vera, sql), sql).toEqual([{ n: 0 }]);
    for (const sql of ["select * from marts.fct_orders", "select * from marts_a.fct_vendor_orders", "select query_to_xml('select * from marts.fct_vendor_orders', true, true, '')", "select * from pg_catalog.pg_stat_activity"])
      await expect(sqlLab(vera, sql), sql).rejects.toThrow(/Superset answered 4|Superset answered 500/);
    const anna = await login("anna", PASSWORDS.anna);
    expect((await sqlLab(anna, IN_LAB)).length).toBe(RANDOM.vendors.length);
  });

  test("nobody writes, not even the administrator", async () => {
    const before = await sqlOf("select count(*) as n, sum(revenue) as revenue from marts_a.fct_orders");
    for (const client of [await login("anna", PASSWORDS.anna), admin]) {
      for (const sql of [
        "insert into marts.dim_currencies values ('XXX')", "update marts.fct_orders set revenue = 0", "delete from marts.fct_orders", "truncate marts.fct_orders", "create table marts.t (n int)", "create temp table t as select 1",
        "drop view marts.fct_orders", "set role postgres", "set default_transaction_read_only = off; delete from marts.fct_orders", "copy marts.fct_orders to program 'true'", "do $$ begin delete from marts.fct_orders; end $$", "select 1; delete from marts.fct_orders",
        "with gone as (delete from marts.fct_orders returning 1) select count(*) from gone", "select set_config('default_transaction_read_only', 'off', false)",
      ]) await expect(sqlLab(client, sql), sql).rejects.toThrow(/Superset answered/);
    }
    expect(await sqlOf("select count(*) as n, sum(revenue) as revenue from marts_a.fct_orders")).toEqual(before);
  });
});

test("bi check finds nothing after an import, names an edit by hand, and nothing again after the next import", async () => {
  expect(await drift()).toEqual([]);
  const chart = specs.find(({ name }) => name === "revenue_total") as ChartSpec;
  await admin.json(`/api/v1/chart/${await idOf(chart)}`, { method: "PUT", json: { description: "by hand" } });
  expect(await drift()).toEqual([expect.objectContaining({ kind: "chart", name: chart.title, at: "description", ours: chart.description, theirs: "by hand" })]);
  await bringIn(admin, target(), []);
  expect(await drift()).toEqual([]);
});

test("no dashboard shows an error or lacks a tile", async ({ skip }) => {
  const browser = findBrowser();
  if ("missing" in browser) return skip(browser.missing);
  const made = DASHBOARDS.filter(({ name }) => readBundle().has(`dashboards/${name}.yaml`));
  const seen = await lookAtDashboards({ program: browser.program, url: superset.url, user: superset.admin.name, password: superset.admin.password, slugs: made.map(({ name }) => dashboardSlug(name)), folder: join(folder, "pictures") });
  for (const [index, { slug, errors, empty, tiles, answers }] of seen.entries()) {
    expect({ slug, errors, empty }).toEqual({ slug, errors: [], empty: [] });
    expect(answers.filter(({ status }) => status !== 200), slug).toEqual([]);
    const wanted = made[index]?.rows.flatMap((row) => row.tiles.map(({ chart }) => chart)).filter(({ name }) => readBundle().has(`charts/${name}.yaml`)) ?? [];
    expect(tiles.map((title) => title.trim()).sort(), slug).toEqual(wanted.map(({ title }) => title).sort());
  }
}, 900_000);
