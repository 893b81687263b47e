import { countryByCode } from "#schema/values/countries.ts";
import { decodeId, encodeId, isUuid } from "#schema/values/ids.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { CHARGES, dimensionByName, metricByName, type Dimension, type Grain, type Metric, type MetricSource } from "./metrics.ts";

export interface MetricRequest {
  metrics: readonly string[];
  dimensions: readonly string[];
  grain: Grain | null;
  /** Half-open days, `YYYY-MM-DD`. */
  range: { from: string; to: string };
  filter: readonly { dimension: string; in: readonly string[] }[];
  first: number;
  /** The group after which the page begins. */
  after: readonly string[] | null;
}

export interface MetricPlan {
  readonly metrics: readonly Metric[];
  readonly dimensions: readonly Dimension[];
  readonly sql: string;
  readonly params: readonly unknown[];
}

export interface BadMetricRequest {
  message: string;
  path: string[];
}

const refuse = (message: string, ...path: string[]): { readonly ok: false; readonly error: BadMetricRequest } => err({ message, path });
const quoted = (names: Iterable<string>) => [...names].join(", ");

const MAX_METRICS = 20;
const MAX_FILTER_VALUES = 1_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Compiles a request into one statement over the slot's facts: sales and refunds are grouped apart and joined on their groups. */
export function planMetricQuery(request: MetricRequest): Result<MetricPlan, BadMetricRequest> {
  const metrics = request.metrics.map((name) => metricByName.get(name));
  const dimensions = request.dimensions.map((name) => dimensionByName.get(name));
  const unknownMetric = request.metrics[metrics.indexOf(undefined)];
  if (metrics.includes(undefined)) return refuse(`There is no metric "${unknownMetric}"; there are ${quoted(metricByName.keys())}.`, "metrics");
  if (metrics.length === 0 || metrics.length > MAX_METRICS) return refuse(`Ask for 1 to ${MAX_METRICS} metrics.`, "metrics");
  if (new Set(request.metrics).size !== metrics.length) return refuse("A metric is named twice.", "metrics");
  if (dimensions.includes(undefined)) {
    return refuse(`There is no dimension "${request.dimensions[dimensions.indexOf(undefined)]}"; there are ${quoted(dimensionByName.keys())}.`, "dimensions");
  }
  if (new Set(request.dimensions).size !== dimensions.length) return refuse("A dimension is named twice.", "dimensions");
  if (!isDay(request.range.from) || !isDay(request.range.to)) return refuse("The range takes days as YYYY-MM-DD.", "range");
  if (request.range.from >= request.range.to) return refuse("The range is half-open: `from` must be before `to`.", "range");

  const params: unknown[] = [request.range.from, request.range.to];
  const conditions: string[] = [];
  for (const [index, { dimension: name, in: values }] of request.filter.entries()) {
    const dimension = dimensionByName.get(name);
    if (!dimension) return refuse(`There is no dimension "${name}" to filter on; there are ${quoted(dimensionByName.keys())}.`, "filter", String(index), "dimension");
    if (values.length > MAX_FILTER_VALUES) return refuse(`A filter takes at most ${MAX_FILTER_VALUES} values.`, "filter", String(index), "in");
    const stored = values.map((value) => storedValue(name, value));
    const wrong = values[stored.indexOf(undefined)];
    if (stored.includes(undefined)) return refuse(`"${wrong}" is no value of the dimension "${name}".`, "filter", String(index), "in");
    params.push(stored);
    conditions.push(`${dimension.expression} = any($${params.length}::text[])`);
  }

  const found = metrics as Metric[];
  const groups = groupsOf(request.grain, dimensions as Dimension[], found.some((metric) => metric.kind === "MONEY"));
  const byProduct = request.dimensions.includes("product") || request.filter.some((one) => one.dimension === "product");
  const sql = statement(found, groups, byProduct, conditions, request, params);
  if (!sql) return refuse("The cursor does not belong to this query.", "after");
  return ok({ metrics: found, dimensions: dimensions as Dimension[], sql, params });
}

interface Group {
  alias: string;
  expression: (dateColumn: string) => string;
}

function groupsOf(grain: Grain | null, dimensions: readonly Dimension[], money: boolean): Group[] {
  return [
    // A total without groups still needs one column to join sales and refunds on.
    { alias: "at", expression: (date) => (grain ? `to_char(date_trunc('${grain.toLowerCase()}', t.${date}), 'YYYY-MM-DD')` : "''") },
    ...dimensions.map((dimension, index) => ({ alias: `d${index}`, expression: () => dimension.expression })),
    // Money of two currencies is never added up.
    { alias: "currency", expression: () => (money ? "t.currency" : "''") },
  ];
}

function statement(metrics: readonly Metric[], groups: readonly Group[], byProduct: boolean, conditions: readonly string[], request: MetricRequest, params: unknown[]): string | undefined {
  const aliases = groups.map((group) => group.alias);
  const grouped = (table: string, date: string, sums: string) =>
    [
      `select ${groups.map((group) => `${group.expression(date)} collate "C" as ${group.alias}`).join(", ")}, ${sums}`,
      `from {marts}.${table} t`,
      `where t.${date} >= $1::date and t.${date} < $2::date${conditions.map((condition) => ` and ${condition}`).join("")}`,
      `group by ${groups.map((_, index) => index + 1).join(", ")}`,
    ].join(" ");
  const wanted = new Set(metrics.flatMap((metric) => metric.sources));
  const sides: Record<MetricSource, string> = {
    sales: byProduct
      ? grouped("fct_order_lines", "placed_date", "sum(t.amount) as revenue, count(distinct t.order_id) as orders, count(distinct t.user_id) as customers, sum(t.units_sold) as units_sold")
      : grouped("fct_orders", "placed_date", "sum(t.revenue) as revenue, count(*) as orders, count(distinct t.user_id) as customers, sum(t.units_sold) as units_sold"),
    refunds: grouped("fct_refunds", "refunded_date", "sum(t.amount) as refunds"),
  };
  const from =
    wanted.size === 2
      ? `(${sides.sales}) s full join (${sides.refunds}) r using (${aliases.join(", ")})`
      : wanted.has("sales")
        ? `(${sides.sales}) s`
        : `(${sides.refunds}) r`;
  let after = "";
  if (request.after) {
    if (request.after.length !== aliases.length) return undefined;
    const places = request.after.map((value) => {
      params.push(value);
      return `$${params.length}::text`;
    });
    after = ` where (${aliases.join(", ")}) > (${places.join(", ")})`;
  }
  params.push(request.first + 1);
  return [
    `select ${aliases.join(", ")}, ${metrics.map((metric, index) => `trim_scale((${metric.expression})::numeric)::text as m${index}`).join(", ")}`,
    `from ${from}${after} order by ${aliases.join(", ")} limit $${params.length}::bigint`,
  ].join(" ");
}

function isDay(text: string): boolean {
  return DAY.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
}

/** What the mart holds for a value a client names, or undefined when it can be none. */
function storedValue(dimension: string, value: string): string | undefined {
  if (dimension === "product") return value === CHARGES ? CHARGES : decodeId("prd", value);
  // No text in the database holds a NUL.
  if (dimension === "country") return value.includes("\0") ? undefined : (countryByCode(value)?.name ?? value);
  return value === "REGISTERED" || value === "GUEST" ? value : undefined;
}

/** What a client sees for a value the mart holds. */
export function shownValue(dimension: string, value: string): string {
  return dimension === "product" && isUuid(value) ? encodeId("prd", value) : value;
}

/** Money keeps at least the two decimals people expect; everything exact beyond them stays. */
export function shownMetric(metric: Metric, value: string | null): string | null {
  if (value === null || metric.kind === "COUNT") return value;
  const [whole, fraction = ""] = value.split(".");
  return `${whole}.${fraction.padEnd(2, "0")}`;
}
