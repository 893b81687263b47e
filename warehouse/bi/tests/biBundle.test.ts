import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import type { CatalogueMetric, MetricCatalogue } from "#schema/values/metricCatalogue.ts";
import { biBundle } from "../bundle/biBundle.ts";
import { bigQuery } from "../bundle/databaseYaml.ts";
import { labelOf } from "../bundle/datasetYaml.ts";
import { readBundle } from "../bundle/bundleFiles.ts";
import { metricExpressions } from "../bundle/metricExpressions.ts";
import type { BiModel, ChartSpec, DashboardSpec } from "../bundle/types.ts";
import { uuid5 } from "../bundle/uuid5.ts";
import { bundleFor } from "../superset/importBundle.ts";

const sales: BiModel = {
  name: "sales", description: "What was sold.", owner: "orders", grain: "one row per order",
  columns: [
    { name: "day", type: "date", description: "Day of the order." },
    { name: "country", type: "text", description: "Where to." },
    { name: "amount", type: "numeric", description: "How much." },
    { name: "user_id", type: "uuid", description: "Who.", pii: "pseudonymous" },
  ],
};
const chart = (name: string, over: Partial<Record<string, unknown>> = {}): ChartSpec =>
  ({ kind: "number", name, title: name, description: "A number.", dataset: "sales", metric: "sold", ...over }) as ChartSpec;
const dashboard = (charts: readonly ChartSpec[]): DashboardSpec => ({
  name: "one", title: "One", description: "A dashboard.", owner: "orders", datasets: [{ name: "sales", metrics: [{ name: "sold", label: "Sold", description: "Sold.", expression: "sum(amount)", format: ",.2f" }] }],
  filters: [{ name: "Country", kind: "value", dataset: "sales", column: "country" }], rows: [{ height: 20, tiles: charts.map((one) => ({ chart: one, width: 6 })) }],
});
const make = (charts: readonly ChartSpec[], models: readonly BiModel[] = [sales]) => biBundle({ models, metrics: new Map(), dashboards: [dashboard(charts)] });
// oxlint-disable-next-line typescript/no-explicit-any -- documents of every shape
const read = (files: ReadonlyMap<string, string>, path: string): any => parse(files.get(path) ?? "", { version: "1.1" });

describe("biBundle", () => {
  test("a name gives the uuid that RFC 9562 says, each time the same", () => {
    expect(uuid5("dataset/sales")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuid5("dataset/sales")).toBe(uuid5("dataset/sales"));
    expect(uuid5("dataset/sales")).not.toBe(uuid5("dataset/sale"));
  });

  test("a dataset has the contract's columns and words, and says which are personal", () => {
    const dataset = read(make([]).files, "datasets/martgraph/sales.yaml");
    expect(dataset).toMatchObject({ table_name: "sales", schema: "marts", main_dttm_col: "day", description: "What was sold. Grain: one row per order." });
    expect(dataset.columns).toEqual([
      expect.objectContaining({ column_name: "day", is_dttm: true, type: "DATE", description: "Day of the order." }),
      expect.objectContaining({ column_name: "country", verbose_name: "Country", is_dttm: false, type: "TEXT" }),
      expect.objectContaining({ column_name: "amount", type: "NUMERIC" }),
      expect.objectContaining({ column_name: "user_id", description: "Who. Personal: pseudonymous." }),
    ]);
  });

  test("a column is called as people read it", () => {
    expect(["placed_date", "sku", "net_ltv", "auc"].map(labelOf)).toEqual(["Placed date", "SKU", "Net LTV", "AUC"]);
  });

  test("a chart has parameters for the front end and a query for everybody else, over the same metric", () => {
    const document = read(make([chart("total")]).files, "charts/total.yaml");
    expect(document.params).toMatchObject({ viz_type: "big_number_total", metric: "sold", y_axis_format: ",.2f" });
    expect(JSON.parse(document.query_context).queries).toEqual([expect.objectContaining({ metrics: ["sold"], columns: [], filters: [] })]);
  });

  test("a condition stands in both the parameters and the query", () => {
    const document = read(make([chart("total", { where: [{ column: "country", op: "==", value: "France" }] })]).files, "charts/total.yaml");
    expect(document.params.adhoc_filters).toEqual([expect.objectContaining({ subject: "country", operator: "==", comparator: "France" })]);
    expect(JSON.parse(document.query_context).queries[0].filters).toEqual([{ col: "country", op: "==", val: "France" }]);
  });

  test("a tile whose mart, column or metric is missing is left out and named; the others take its room", () => {
    const { files, skipped } = make([chart("total"), chart("lost", { dataset: "absent" }), chart("odd", { metric: "unknown" }), chart("where", { where: [{ column: "town", op: "IS NOT NULL" }] })]);
    expect(skipped).toEqual([
      { dashboard: "one", chart: "lost", reason: "there is no dataset absent" },
      { dashboard: "one", chart: "odd", reason: "sales has no metric unknown" },
      { dashboard: "one", chart: "where", reason: "sales has no column town" },
    ]);
    const { position } = read(files, "dashboards/one.yaml");
    expect(Object.keys(position).filter((key) => key.startsWith("CHART-"))).toEqual(["CHART-total"]);
    expect(position["CHART-total"].meta.width).toBe(12);
  });

  test("a dashboard none of whose tiles can be made is left out", () => {
    expect([...make([chart("lost", { dataset: "absent" })]).files.keys()].filter((path) => path.startsWith("dashboards/"))).toEqual([]);
  });

  test("every reference leads to something in the bundle", () => {
    const files = readBundle();
    const uuids = new Map([...files.keys()].map((path) => [path, read(files, path).uuid as string | undefined]));
    const of = (folder: string) => new Set([...uuids].filter(([path]) => path.startsWith(folder)).map(([, uuid]) => uuid));
    expect(of("dashboards/").size).toBeGreaterThanOrEqual(7);
    for (const path of files.keys()) {
      const document = read(files, path);
      if (path.startsWith("datasets/")) expect(of("databases/"), path).toContain(document.database_uuid);
      if (path.startsWith("charts/")) expect(of("datasets/"), path).toContain(document.dataset_uuid);
      if (!path.startsWith("dashboards/")) continue;
      for (const node of Object.values<{ type?: string; meta?: { uuid?: string } }>(document.position)) if (node.type === "CHART") expect(of("charts/"), path).toContain(node.meta?.uuid);
      for (const filter of document.metadata.native_filter_configuration) for (const target of filter.targets) if (target.datasetUuid) expect(of("datasets/"), path).toContain(target.datasetUuid);
    }
    const all = [...uuids.values()].filter((uuid) => uuid !== undefined);
    expect(new Set(all).size).toBe(all.length);
  });

  test("no quotient is one of whole numbers, and money is never added up over currencies", () => {
    const files = readBundle();
    for (const path of [...files.keys()].filter((one) => one.startsWith("datasets/"))) {
      const { metrics, columns } = read(files, path);
      for (const { metric_name: name, expression } of metrics as { metric_name: string; expression: string }[]) {
        if (expression.includes("/")) expect(expression, `${path} ${name}`).toMatch(/cast\(.* as numeric\) \/ nullif\(/);
        const sumsMoney = /\b(sum|avg)\((cast\()?(amount|revenue|gross|net|commission|share|refunds|total|discounts|tax)\b/.test(expression);
        const hasCurrency = (columns as { column_name: string }[]).some(({ column_name: column }) => column === "currency");
        if (sumsMoney && hasCurrency) expect(expression, `${path} ${name}`).toMatch(/^case when min\(currency\) = max\(currency\) then /);
      }
    }
  });

  test("for BigQuery the same dashboards read another database and schema, with a cap on what a query may cost", () => {
    const files = bundleFor(readBundle(), { engine: bigQuery("my-project", "marts_published") });
    const database = read(files, "databases/martgraph.yaml");
    expect(database).toMatchObject({ sqlalchemy_uri: "bigquery://my-project", allow_dml: false, extra: { engine_params: { maximum_bytes_billed: 5 * 1024 ** 3 } } });
    expect(read(files, "datasets/martgraph/fct_orders.yaml")).toMatchObject({ schema: "marts_published", database_uuid: database.uuid });
    expect(read(files, "datasets/martgraph/product_sales.yaml").sql).not.toMatch(/\bmarts\./);
    expect([...files.keys()]).toEqual([...readBundle().keys()]);
  });

  test("nothing in the bundle is a password", () => {
    for (const [path, text] of readBundle()) expect(text, path).not.toMatch(/password|:[^@\s/]+@/i);
  });
});

describe("metricExpressions", () => {
  const metric = (over: Partial<CatalogueMetric>): CatalogueMetric => ({
    name: "sold", key: "sold", label: "Sold", description: "Sold.", owner: "orders", certified: true, type: "simple", unit: "orders", format: "count", scale: 4, money: false, additive: [], dimensions: [], periods: true, timeZones: true, ofVendors: false,
    definition: { type: "simple", measure: { measure: "sold", equal: [], filtered: [], filter: null, zero: true } }, sql: { model: "sales", expression: "sum(1)", joins: [] }, ...over,
  });
  const catalogue = (metrics: readonly CatalogueMetric[]): MetricCatalogue => ({
    dimensions: [], metrics,
    sources: [{ name: "sales", description: "", model: "sales", owner: "", weight: 1, rows: null, currency: "currency", vendor: null, label: null, key: null, months: false, before: null, steps: null, apart: [], named: [], entities: {}, times: [], joins: [], dimensions: {}, internal: [], measures: [] }],
  });
  const use = (name: string) => ({ metric: name, alias: name, filter: null });

  test("a simple metric is its aggregate, nothing being zero; money has one currency", () => {
    const { byModel } = metricExpressions(catalogue([metric({}), metric({ name: "earned", key: "earned", money: true, format: "money", sql: { model: "sales", expression: "sum(amount)", joins: [] } })]));
    expect(byModel.get("sales")?.map(({ expression }) => expression)).toEqual(["coalesce(sum(1), 0)", "case when min(currency) = max(currency) then coalesce(sum(amount), 0) end"]);
  });

  test("a ratio is no division of whole numbers and rounds as the metric layer does", () => {
    const ratio = metric({ name: "perOrder", key: "per_order", type: "ratio", definition: { type: "ratio", numerator: use("sold"), denominator: use("sold") }, sql: null });
    expect(metricExpressions(catalogue([metric({}), ratio])).byModel.get("sales")?.[1]?.expression).toBe("round(cast(coalesce(sum(1), 0) as numeric) / nullif(coalesce(sum(1), 0), 0), 4)");
  });

  test("what no single aggregate can say is named: over two marts, over time, with a filter of its own", () => {
    const other = metric({ name: "other", key: "other", sql: { model: "refunds", expression: "sum(1)", joins: [] } });
    const net = metric({ name: "net", key: "net", type: "derived", definition: { type: "derived", expression: "sold - other", inputs: [use("sold"), use("other")] }, sql: null });
    const running = metric({ name: "running", key: "running", type: "cumulative", definition: { type: "cumulative", measure: { measure: "sold", equal: [], filtered: [], filter: null, zero: true }, windowDays: null, toDate: null }, sql: null });
    const filtered = metric({ name: "part", key: "part", type: "ratio", definition: { type: "ratio", numerator: { ...use("sold"), filter: "{country} = 'FR'" }, denominator: use("sold") }, sql: null });
    const { beyond, byModel } = metricExpressions(catalogue([metric({}), other, net, running, filtered]));
    expect(beyond).toEqual(["net", "running", "part"]);
    expect(byModel.get("sales")?.map(({ name }) => name)).toEqual(["sold"]);
  });
});
