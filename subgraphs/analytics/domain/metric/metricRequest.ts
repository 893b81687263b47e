import type { CatalogueDimension, CatalogueMetric } from "#schema/values/metricCatalogue.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { METRIC_MODEL, type Grain, type MetricModel } from "./catalogue.ts";
import { storedValue } from "./metricValues.ts";
import { shiftOf, type Comparison, type Days, type Shift } from "./periods.ts";
import { isTimeZone } from "./timeZone.ts";

export type OrderOf = "VALUE" | "PREVIOUS" | "CHANGE" | "CHANGE_PERCENT";

export interface FilterClause {
  dimension: string;
  in?: readonly string[] | null;
  notIn?: readonly string[] | null;
  contains?: string | null;
  startsWith?: string | null;
}
export interface HavingClause {
  metric: string;
  gte?: string | null;
  gt?: string | null;
  lte?: string | null;
  lt?: string | null;
}
export interface OrderClause {
  metric?: string | null;
  of?: OrderOf | null;
  dimension?: string | null;
  direction?: "ASC" | "DESC" | null;
}
export interface TopClause {
  dimension: string;
  count: number;
  by?: string | null;
  rest?: boolean | null;
}

export interface MetricRequest {
  metrics: readonly string[];
  dimensions: readonly string[];
  grain: Grain | null;
  /** Half-open days, `YYYY-MM-DD`, of the time zone. */
  range: Days;
  filter: readonly FilterClause[];
  first: number;
  /** The place in the order after which the page begins. */
  after: readonly string[] | null;
  having?: readonly HavingClause[];
  compareTo?: Comparison | null;
  fillGaps?: boolean;
  top?: TopClause | null;
  /** IANA name; UTC where not given. */
  timeZone?: string | null;
  orderBy?: readonly OrderClause[];
  /** The vendors whose rows alone may be seen; null for all rows. */
  vendors?: readonly string[] | null;
  /** The graph's own ways to its entities may be named too. */
  internal?: boolean;
}

export interface StoredFilter {
  readonly dimension: CatalogueDimension;
  readonly kind: "in" | "notIn" | "contains" | "startsWith";
  readonly values: readonly string[];
  /** The values hold the one that stands for none. */
  readonly missing: boolean;
}
export interface HavingCondition {
  readonly metric: number;
  readonly operator: ">" | ">=" | "<" | "<=";
  readonly value: string;
}
export type OrderKey = { readonly dimension: number } | { readonly metric: number; readonly of: OrderOf };

export interface CheckedRequest {
  readonly metrics: readonly CatalogueMetric[];
  readonly dimensions: readonly CatalogueDimension[];
  readonly grain: Grain | null;
  readonly range: Days;
  readonly filters: readonly StoredFilter[];
  readonly having: readonly HavingCondition[];
  readonly shift: Shift | null;
  readonly fillGaps: boolean;
  readonly top: { readonly dimension: number; readonly count: number; readonly by: CatalogueMetric; readonly rest: boolean } | null;
  readonly zone: string;
  readonly order: readonly { readonly key: OrderKey; readonly descending: boolean }[];
  readonly first: number;
  readonly after: readonly string[] | null;
  readonly vendors: readonly string[] | null;
}

export interface BadMetricRequest {
  message: string;
  path: string[];
}
export const refuse = (message: string, ...path: string[]): { readonly ok: false; readonly error: BadMetricRequest } => err({ message, path });
export const quoted = (names: Iterable<string>) => [...names].join(", ");

export const MAX_METRICS = 20;
const MAX_FILTER_VALUES = 1_000;
const MAX_TOP = 1_000;
const MAX_TEXT = 200;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DECIMAL = /^-?\d{1,20}(\.\d{1,10})?$/;

/** Names, days, values and clauses of a request against the catalogue; what of it no statement could mean is refused by its place. */
export function checkRequest(request: MetricRequest, model: MetricModel = METRIC_MODEL): Result<CheckedRequest, BadMetricRequest> {
  const found = names(request.metrics, model.metrics, "metric", "metrics");
  if (!found.ok) return found;
  if (found.value.length === 0 || found.value.length > MAX_METRICS) return refuse(`Ask for 1 to ${MAX_METRICS} metrics.`, "metrics");
  const open = request.internal ? model.dimensions : new Map([...model.dimensions].filter(([, dimension]) => !dimension.internal));
  const dimensions = names(request.dimensions, open, "dimension", "dimensions");
  if (!dimensions.ok) return dimensions;
  for (const metric of found.value) {
    const foreign = dimensions.value.find((dimension) => !dimension.internal && !metric.dimensions.includes(dimension.name));
    if (foreign) return refuse(`${metric.name} cannot be grouped by ${foreign.name}; it can by ${quoted(metric.dimensions) || "nothing"}.`, "dimensions");
    if (request.grain && !metric.periods) return refuse(`${metric.name} is a picture of the present and has no periods: ask for it without \`grain\`.`, "grain");
    if (request.vendors && !metric.ofVendors) return refuse(`${metric.name} cannot be told apart by vendor, so it is not shown to vendors.`, "metrics");
  }
  if (!isDay(request.range.from) || !isDay(request.range.to)) return refuse("The range takes days as YYYY-MM-DD.", "range");
  if (request.range.from >= request.range.to) return refuse("The range is half-open: `from` must be before `to`.", "range");
  const zone = request.timeZone ?? "UTC";
  if (!isTimeZone(zone)) return refuse(`"${zone.slice(0, 60)}" is no time zone; name one as Europe/London or UTC.`, "timeZone");
  const still = found.value.find((metric) => !metric.timeZones && metric.periods);
  if (zone !== "UTC" && still) return refuse(`${still.name} is kept by UTC days: ask for it in UTC.`, "timeZone");
  if (request.compareTo && found.value.some((metric) => !metric.periods)) return refuse(`${found.value.find((metric) => !metric.periods)?.name} is a picture of the present: there is nothing to compare it to.`, "compareTo");
  if (request.fillGaps && !request.grain) return refuse("`fillGaps` fills periods: give a `grain`.", "fillGaps");
  const filters = checkFilters(request.filter, open);
  if (!filters.ok) return filters;
  const having = checkHaving(request.having ?? [], request.metrics);
  if (!having.ok) return having;
  const order = checkOrder(request);
  if (!order.ok) return order;
  const top = checkTop(request, found.value);
  if (!top.ok) return top;
  const shift = request.compareTo ? shiftOf(request.compareTo, request.grain, request.range) : null;
  return ok({
    metrics: found.value, dimensions: dimensions.value, grain: request.grain, range: request.range, filters: filters.value, having: having.value, shift, fillGaps: request.fillGaps ?? false,
    top: top.value, zone, order: order.value, first: request.first, after: request.after, vendors: request.vendors ?? null,
  });
}

function names<T>(asked: readonly string[], known: ReadonlyMap<string, T>, what: string, path: string): Result<T[], BadMetricRequest> {
  const unknown = asked.find((name) => !known.has(name));
  if (unknown !== undefined) return refuse(`There is no ${what} "${unknown.slice(0, 100)}"; there are ${quoted(known.keys())}.`, path);
  if (new Set(asked).size !== asked.length) return refuse(`A ${what} is named twice.`, path);
  return ok(asked.map((name) => known.get(name) as T));
}

function checkFilters(clauses: readonly FilterClause[], dimensions: ReadonlyMap<string, CatalogueDimension>): Result<StoredFilter[], BadMetricRequest> {
  const filters: StoredFilter[] = [];
  for (const [index, clause] of clauses.entries()) {
    const at = (field: string) => ["filter", String(index), field];
    const dimension = dimensions.get(clause.dimension);
    if (!dimension) return refuse(`There is no dimension "${clause.dimension.slice(0, 100)}" to filter on; there are ${quoted(dimensions.keys())}.`, ...at("dimension"));
    const given = (["in", "notIn", "contains", "startsWith"] as const).filter((kind) => clause[kind] != null);
    if (given.length === 0) return refuse("A filter says what it takes: `in`, `notIn`, `contains` or `startsWith`.", ...at("dimension"));
    for (const kind of given) {
      const values = kind === "in" || kind === "notIn" ? (clause[kind] ?? []) : [clause[kind] ?? ""];
      if (values.length > MAX_FILTER_VALUES) return refuse(`A filter takes at most ${MAX_FILTER_VALUES} values.`, ...at(kind));
      if (kind === "in" || kind === "notIn") {
        const stored = values.map((value) => storedValue(dimension, value));
        const wrong = values[stored.indexOf(undefined)];
        if (stored.includes(undefined)) return refuse(`"${wrong?.slice(0, 100)}" is no value of the dimension "${dimension.name}".`, ...at(kind));
        const known = (stored as string[]).filter((value) => !dimension.idPrefix || !dimension.missing.includes(value));
        filters.push({ dimension, kind, values: known, missing: (stored as string[]).some((value) => dimension.missing.includes(value)) });
        continue;
      }
      if (dimension.idPrefix) return refuse(`${dimension.name} holds ids: filter them with \`in\`.`, ...at(kind));
      if (values[0]?.includes("\0") || (values[0]?.length ?? 0) > MAX_TEXT) return refuse(`The text to look for has at most ${MAX_TEXT} characters.`, ...at(kind));
      filters.push({ dimension, kind, values, missing: false });
    }
  }
  return ok(filters);
}

function checkHaving(clauses: readonly HavingClause[], metrics: readonly string[]): Result<HavingCondition[], BadMetricRequest> {
  const conditions: HavingCondition[] = [];
  for (const [index, clause] of clauses.entries()) {
    const metric = metrics.indexOf(clause.metric);
    if (metric < 0) return refuse(`\`having\` looks at metrics that are asked for, and "${clause.metric.slice(0, 100)}" is not.`, "having", String(index), "metric");
    for (const [field, operator] of [["gte", ">="], ["gt", ">"], ["lte", "<="], ["lt", "<"]] as const) {
      const value = clause[field];
      if (value == null) continue;
      if (!DECIMAL.test(value)) return refuse("A bound is a decimal of at most 20 digits before the point and 10 after.", "having", String(index), field);
      conditions.push({ metric, operator, value });
    }
  }
  return ok(conditions);
}

function checkOrder({ orderBy = [], metrics, dimensions, compareTo }: MetricRequest): Result<CheckedRequest["order"], BadMetricRequest> {
  const order: { key: OrderKey; descending: boolean }[] = [];
  for (const [index, { metric, dimension, of, direction }] of orderBy.entries()) {
    if ((metric == null) === (dimension == null)) return refuse("An order is by a metric or by a dimension, one of the two.", "orderBy", String(index));
    if (of != null && of !== "VALUE" && !compareTo) return refuse("Nothing is compared: give `compareTo`, or order by the value.", "orderBy", String(index), "of");
    const place = metric != null ? metrics.indexOf(metric) : dimensions.indexOf(dimension ?? "");
    if (place < 0) return refuse(`One orders by what is asked for, and "${(metric ?? dimension ?? "").slice(0, 100)}" is not.`, "orderBy", String(index));
    order.push({ key: metric != null ? { metric: place, of: of ?? "VALUE" } : { dimension: place }, descending: direction === "DESC" });
  }
  return ok(order);
}

function checkTop({ top, dimensions, metrics }: MetricRequest, found: readonly CatalogueMetric[]): Result<CheckedRequest["top"], BadMetricRequest> {
  if (!top) return ok(null);
  const dimension = dimensions.indexOf(top.dimension);
  if (dimension < 0) return refuse(`The top is of a dimension that is asked for, and "${top.dimension.slice(0, 100)}" is not.`, "top", "dimension");
  if (top.count < 1 || top.count > MAX_TOP) return refuse(`The top has 1 to ${MAX_TOP} values.`, "top", "count");
  const by = found[top.by == null ? 0 : metrics.indexOf(top.by)];
  if (!by) return refuse(`The top is by a metric that is asked for, and "${(top.by ?? "").slice(0, 100)}" is not.`, "top", "by");
  return ok({ dimension, count: top.count, by, rest: top.rest ?? true });
}

function isDay(text: string): boolean {
  return DAY.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
}
