import { describe, expect, test } from "vitest";
import { planMetricQuery, shownMetric, shownValue, type MetricRequest } from "../domain/metricQuery.ts";
import { metricByName, type Metric } from "../domain/metrics.ts";

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
    expect(plan({ metrics: ["revenue", "orders"], dimensions: ["country"] }).sql).toContain("{marts}.fct_orders");
  });

  test("by product, sales come from order lines", () => {
    expect(plan({ dimensions: ["product"] }).sql).toContain("{marts}.fct_order_lines");
    expect(plan({ filter: [{ dimension: "product", in: ["CHARGES"] }] }).sql).toContain("{marts}.fct_order_lines");
  });

  test("only the sides that the metrics need are read", () => {
    expect(plan({ metrics: ["refunds"] }).sql).not.toContain("fct_orders");
    expect(plan({ metrics: ["revenue"] }).sql).not.toContain("fct_refunds");
    expect(plan({ metrics: ["netRevenue"] }).sql).toContain("full join");
  });

  test("values of clients travel as parameters, never as text of the statement", () => {
    const hostile = "x'; drop table ops.pointer; --";
    const { sql, params } = plan({ filter: [{ dimension: "country", in: [hostile] }], after: [hostile, hostile] });
    expect(sql).not.toContain("drop table");
    expect(params).toContainEqual([hostile]);
    expect(params).toContain(hostile);
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
    [{ dimensions: ["country", "country"] }, /named twice/],
    [{ range: { from: "2011-02-01", to: "2011-02-01" } }, /half-open/],
    [{ range: { from: "2011-02-30", to: "2011-03-01" } }, /YYYY-MM-DD/],
    [{ filter: [{ dimension: "colour", in: [] }] }, /to filter on/],
    [{ after: ["only one"] }, /cursor/],
  ] as const)("%o is refused", (changes, message) => {
    expect(refusal(changes as Partial<MetricRequest>)).toMatch(message);
  });
});

describe("values as clients see them", () => {
  test("money keeps two decimals at least, and every exact one beyond", () => {
    const revenue = metricByName.get("revenue") as Metric;
    expect(shownMetric(revenue, "686654.16")).toBe("686654.16");
    expect(shownMetric(revenue, "1172336.042")).toBe("1172336.042");
    expect(shownMetric(revenue, "12")).toBe("12.00");
    expect(shownMetric(revenue, null)).toBeNull();
    expect(shownMetric(metricByName.get("orders") as Metric, "12")).toBe("12");
  });

  test("a product's UUID is shown as its id, the bucket of charges as it is", () => {
    expect(shownValue("product", PRODUCT)).toBe(PRODUCT_ID);
    expect(shownValue("product", "CHARGES")).toBe("CHARGES");
  });
});
