import { describe, expect, test } from "vitest";
import type { CatalogueDimension } from "#schema/values/metricCatalogue.ts";
import { METRIC_MODEL } from "../domain/metric/catalogue.ts";
import type { MetricRequest } from "../domain/metric/metricRequest.ts";
import { REST, shownMetric, shownValue } from "../domain/metric/metricValues.ts";
import { planMetricQuery } from "../domain/metric/planMetricQuery.ts";
import { readableSql } from "../domain/metric/readableSql.ts";

const PRODUCT = "0190f5c2-6f0e-7c3a-9d53-0d1f6f6b2a11";
const PRODUCT_ID = "prd_0190f5c26f0e7c3a9d530d1f6f6b2a11";

const ask = (changes: Partial<MetricRequest> = {}): MetricRequest => ({
  metrics: ["revenue"], dimensions: [], grain: null, range: { from: "2011-01-01", to: "2011-02-01" }, filter: [], first: 10, after: null, ...changes,
});

function plan(changes: Partial<MetricRequest> = {}) {
  const planned = planMetricQuery(ask(changes));
  if (!planned.ok) throw new Error(planned.error.message);
  return planned.value;
}

function refusal(changes: Partial<MetricRequest>): string {
  const planned = planMetricQuery(ask(changes));
  if (planned.ok) throw new Error("the request was accepted");
  return planned.error.message;
}

describe("planMetricQuery", () => {
  test("without product, sales come from orders: a charge-only order counts", () => {
    expect(plan({ metrics: ["revenue", "orders"], dimensions: ["country"], timeZone: "Asia/Kathmandu" }).sources).toEqual(["fct_orders"]);
  });

  test("by product, what is distinct comes from order lines", () => {
    expect(plan({ metrics: ["customers"], dimensions: ["product"] }).sources).toEqual(["fct_order_lines"]);
    expect(plan({ metrics: ["customers"], filter: [{ dimension: "product", in: ["CHARGES"] }] }).sources).toEqual(["fct_order_lines"]);
  });

  test("only the sides that the metrics need are read", () => {
    expect(plan({ metrics: ["refunds"], timeZone: "Asia/Kathmandu" }).sources).toEqual(["fct_refunds"]);
    expect(plan({ metrics: ["netRevenue"], timeZone: "Asia/Kathmandu" }).sources).toEqual(["fct_orders", "fct_refunds"]);
  });

  test("numbers of one source are taken in one scan", () => {
    expect(plan({ metrics: ["customers", "averageOrderValue", "orders", "unitsSold"], timeZone: "Asia/Kathmandu" }).sql.match(/\{marts\}/g)).toHaveLength(1);
  });

  test("values of clients travel as parameters, never as text of the statement", () => {
    const hostile = "x'; drop table ops.pointer; --";
    const { sql, params } = plan({ filter: [{ dimension: "country", in: [hostile], notIn: [hostile], contains: hostile, startsWith: hostile }], after: [hostile, hostile] });
    expect(sql).not.toContain("drop table");
    expect(params).toContainEqual([hostile]);
    expect(params).toContain(hostile);
  });

  test("the readable statement has its values written in, quoted", () => {
    const text = readableSql(plan({ filter: [{ dimension: "country", in: ["Côte d'Ivoire"] }] }));
    expect(text).toContain("'Côte d''Ivoire'");
    expect(text).not.toMatch(/\$\d|\{marts\}/);
  });

  test("filters take what the dimension shows: product ids, ISO codes, customer types", () => {
    expect(plan({ filter: [{ dimension: "product", in: [PRODUCT_ID] }] }).params).toContainEqual([PRODUCT]);
    expect(plan({ filter: [{ dimension: "country", in: ["GB", "Ireland"] }] }).params).toContainEqual(["United Kingdom", "Ireland"]);
    expect(refusal({ filter: [{ dimension: "customerType", in: ["registered"] }] })).toMatch(/"registered" is no value/);
    expect(refusal({ filter: [{ dimension: "product", in: ["ord_0190f5c26f0e7c3a9d530d1f6f6b2a11"] }] })).toMatch(/is no value of the dimension "product"/);
  });

  test.each([
    [{ metrics: ["profit"] }, /no metric "profit"; there are revenue/],
    [{ metrics: [] }, /1 to 20/],
    [{ metrics: ["revenue", "revenue"] }, /named twice/],
    [{ dimensions: ["colour"] }, /no dimension "colour"; there are country/],
    [{ dimensions: ["customer"] }, /no dimension "customer"/],
    [{ dimensions: ["country", "country"] }, /named twice/],
    [{ metrics: ["refunds"], dimensions: ["orderState"] }, /refunds cannot be grouped by orderState; it can by/],
    [{ dimensions: ["orderState", "product"] }, /revenue cannot be told by \w+ together with what else/],
    [{ range: { from: "2011-02-01", to: "2011-02-01" } }, /half-open/],
    [{ range: { from: "2011-02-30", to: "2011-03-01" } }, /YYYY-MM-DD/],
    [{ filter: [{ dimension: "colour", in: [] }] }, /to filter on/],
    [{ filter: [{ dimension: "country" }] }, /says what it takes/],
    [{ filter: [{ dimension: "product", contains: "x" }] }, /holds ids/],
    [{ after: ["only one"] }, /cursor/],
    [{ after: ["", "GBP", "x"] }, /cursor/],
    [{ orderBy: [{ metric: "revenue" }], after: ["1; drop", "", "GBP"] }, /cursor/],
    [{ timeZone: "Europe/Lodnon" }, /no time zone/],
    [{ timeZone: "+02:00" }, /no time zone/],
    [{ timeZone: "EST5EDT'; --" }, /no time zone/],
    [{ fillGaps: true }, /give a `grain`/],
    [{ fillGaps: true, grain: "DAY", range: { from: "0001-01-01", to: "9999-12-31" } }, /more than 4000 periods/],
    [{ top: { dimension: "country", count: 3 } }, /is not/],
    [{ dimensions: ["country"], top: { dimension: "country", count: 0 } }, /1 to 1000/],
    [{ dimensions: ["country"], top: { dimension: "country", count: 3, by: "orders" } }, /"orders" is not/],
    [{ orderBy: [{ metric: "orders" }] }, /is not/],
    [{ orderBy: [{}] }, /one of the two/],
    [{ orderBy: [{ metric: "revenue", of: "CHANGE" }] }, /give `compareTo`/],
    [{ having: [{ metric: "orders", gt: "1" }] }, /is not/],
    [{ having: [{ metric: "revenue", gt: "1e9" }] }, /A bound is a decimal/],
  ] as const)("%o is refused", (changes, message) => {
    expect(refusal(changes as Partial<MetricRequest>)).toMatch(message);
  });
});

describe("values as clients see them", () => {
  const metric = (name: string) => METRIC_MODEL.metrics.get(name) ?? { format: "count" as const };
  const product = METRIC_MODEL.dimensions.get("product") as CatalogueDimension;

  test("money keeps two decimals at least, and every exact one beyond", () => {
    expect(shownMetric(metric("revenue"), "686654.16")).toBe("686654.16");
    expect(shownMetric(metric("revenue"), "1172336.042")).toBe("1172336.042");
    expect(shownMetric(metric("revenue"), "12")).toBe("12.00");
    expect(shownMetric(metric("revenue"), null)).toBeNull();
    expect(shownMetric(metric("orders"), "12")).toBe("12");
  });

  test("a product's UUID is shown as its id, the bucket of charges as it is, the others as REST", () => {
    expect(shownValue(product, PRODUCT)).toBe(PRODUCT_ID);
    expect(shownValue(product, "CHARGES")).toBe("CHARGES");
    expect(shownValue(product, REST)).toBe("REST");
  });
});
