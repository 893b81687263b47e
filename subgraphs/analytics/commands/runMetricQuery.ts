import { createHash } from "node:crypto";
import { badUserInput } from "#kit/errors.ts";
import { cursorOf } from "#kit/page.ts";
import type { Viewer } from "#kit/viewer.ts";
import { isStaleFor } from "#warehouse/reader.ts";
import type { Answers, AnswerRow } from "../answers.ts";
import type { Grain } from "../domain/metric/catalogue.ts";
import type { FilterClause, HavingClause, MetricRequest, OrderClause, TopClause } from "../domain/metric/metricRequest.ts";
import { REST, shownMetric, shownValue } from "../domain/metric/metricValues.ts";
import { NOTHING } from "../domain/metric/order.ts";
import type { Comparison, Days } from "../domain/metric/periods.ts";
import { planMetricQuery, type MetricPlan } from "../domain/metric/planMetricQuery.ts";
import { readableSql } from "../domain/metric/readableSql.ts";
import { vendorScope } from "./vendorScope.ts";

export interface MetricQueryArgs {
  metrics: readonly string[];
  dimensions?: readonly string[] | null;
  grain?: Grain | null;
  range: Days;
  filter?: readonly FilterClause[] | null;
  having?: readonly HavingClause[] | null;
  compareTo?: Comparison | null;
  fillGaps?: boolean | null;
  top?: TopClause | null;
  timeZone?: string | null;
  orderBy?: readonly OrderClause[] | null;
  first: number;
  after?: string | null;
}

const MAX_GROUPS = 10_000;

/** Plans the request, runs it on the published build as far as the viewer may see it, and shapes a page of groups. @throws BAD_USER_INPUT, FORBIDDEN */
export async function runMetricQuery(answers: Answers, viewer: Viewer, args: MetricQueryArgs) {
  const vendors = vendorScope(viewer);
  if (args.first < 1 || args.first > MAX_GROUPS) throw badUserInput(`\`first\` must be between 1 and ${MAX_GROUPS}, it is ${args.first}.`, ["first"]);
  const cursor = groupCursor(args);
  const request: MetricRequest = {
    metrics: args.metrics,
    dimensions: args.dimensions ?? [],
    grain: args.grain ?? null,
    range: args.range,
    filter: args.filter ?? [],
    having: args.having ?? [],
    compareTo: args.compareTo ?? null,
    fillGaps: args.fillGaps ?? false,
    top: args.top ?? null,
    timeZone: args.timeZone ?? null,
    orderBy: args.orderBy ?? [],
    vendors,
    first: args.first,
    after: args.after == null ? null : cursor.decode(args.after),
  };
  const plan = planned(request, answers);
  const { info, rows } = await answers.read(plan.sql, plan.params, plan.types);
  const page = rows.slice(0, args.first);
  const cursorFor = (row: AnswerRow) => cursor.encode(plan.keys.map((key) => row[key] ?? NOTHING));
  const truncated = rows.length > args.first;
  const [firstRow, lastRow] = [page[0], page.at(-1)];
  return {
    asOf: info.asOf,
    isStale: isStaleFor(info, plan.sources),
    buildId: info.buildId,
    truncated,
    totalCount: Number(firstRow?.["total"] ?? (request.after ? await totalOf(answers, request) : 0)),
    nodes: page.map((row) => toNode(row, plan)),
    pageInfo: {
      hasNextPage: truncated,
      hasPreviousPage: args.after != null,
      startCursor: firstRow ? cursorFor(firstRow) : null,
      endCursor: lastRow ? cursorFor(lastRow) : null,
    },
    marts: plan.sources,
    get sql() { return readableSql(plan); },
  };
}

function planned(request: MetricRequest, { dialect }: Answers): MetricPlan {
  const plan = planMetricQuery(request, dialect);
  if (!plan.ok) throw badUserInput(plan.error.message, plan.error.path);
  return plan.value;
}

/** Behind the last page there is no row to say how many there are. */
async function totalOf(answers: Answers, request: MetricRequest): Promise<string> {
  const plan = planned({ ...request, after: null, first: 1 }, answers);
  return (await answers.read(plan.sql, plan.params, plan.types)).rows[0]?.["total"] ?? "0";
}

function toNode(row: AnswerRow, { metrics, dimensions, compares }: MetricPlan) {
  return {
    at: row["period"] || null,
    dimensions: dimensions.map((dimension, index) => {
      const value = row[`d${index}`] ?? "";
      return { name: dimension.name, value: shownValue(dimension, value), isRest: value === REST };
    }),
    currency: row["currency"] || null,
    values: metrics.map((metric, index) => ({
      metric: metric.name,
      value: shownMetric(metric, row[`m${index}`] ?? null),
      unit: metric.unit === "currency" ? (row["currency"] ?? "") : metric.unit,
      previous: compares ? shownMetric(metric, row[`q${index}`] ?? null) : null,
      change: compares ? shownMetric(metric, row[`x${index}`] ?? null) : null,
      changePercent: compares ? (row[`y${index}`] ?? null) : null,
    })),
  };
}

/** The kit's cursors, bound to the groups they walk through: another query's cursor would begin at a place that means nothing here. */
function groupCursor({ first: _first, after: _after, ...rest }: MetricQueryArgs) {
  const asked = Object.entries(rest).filter(([, value]) => value != null && value !== false && !(Array.isArray(value) && value.length === 0));
  const groups = createHash("sha256").update(JSON.stringify(asked.sort(([a], [b]) => (a < b ? -1 : 1)))).digest("base64url");
  const byMetric = new Set((rest.orderBy ?? []).filter(({ metric }) => metric != null).map(({ metric, of }) => `${metric} ${of ?? "VALUE"}`));
  return cursorOf(`metricQuery ${groups}`, [...byMetric, "period", ...(rest.dimensions ?? []), "currency"].map(() => "text" as const));
}
