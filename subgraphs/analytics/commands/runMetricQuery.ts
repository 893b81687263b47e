import { createHash } from "node:crypto";
import { badUserInput } from "#kit/errors.ts";
import { cursorOf } from "#kit/page.ts";
import type { WarehouseReader } from "#warehouse/reader.ts";
import { planMetricQuery, shownMetric, shownValue, type MetricPlan } from "../domain/metricQuery.ts";
import type { DayRange } from "../domain/dayRange.ts";
import type { Grain } from "../domain/metrics.ts";

export interface MetricQueryArgs {
  metrics: readonly string[];
  dimensions?: readonly string[] | null;
  grain?: Grain | null;
  range: DayRange;
  filter?: readonly { dimension: string; in: readonly string[] }[] | null;
  first: number;
  after?: string | null;
}

const MAX_GROUPS = 10_000;

/** Plans the request, runs it on the published build and shapes a page of groups. @throws BAD_USER_INPUT */
export async function runMetricQuery(reader: WarehouseReader, args: MetricQueryArgs) {
  if (args.first < 1 || args.first > MAX_GROUPS) throw badUserInput(`\`first\` must be between 1 and ${MAX_GROUPS}, it is ${args.first}.`, ["first"]);
  const cursor = groupCursor(args);
  const plan = planMetricQuery({
    metrics: args.metrics,
    dimensions: args.dimensions ?? [],
    grain: args.grain ?? null,
    range: args.range,
    filter: args.filter ?? [],
    first: args.first,
    after: args.after == null ? null : cursor.decode(args.after),
  });
  if (!plan.ok) throw badUserInput(plan.error.message, plan.error.path);
  const { info, rows } = await reader.read(async (build) => ({ info: build, rows: await build.generated<Record<string, string | null>>(plan.value.sql, plan.value.params) }));
  const page = rows.slice(0, args.first);
  const keys = ["at", ...plan.value.dimensions.map((_, index) => `d${index}`), "currency"];
  const cursorFor = (row: Record<string, string | null>) => cursor.encode(keys.map((key) => row[key] ?? ""));
  const truncated = rows.length > args.first;
  const [firstRow, lastRow] = [page[0], page.at(-1)];
  return {
    asOf: info.asOf,
    isStale: info.isStale,
    buildId: info.buildId,
    truncated,
    nodes: page.map((row) => toNode(row, plan.value)),
    pageInfo: {
      hasNextPage: truncated,
      hasPreviousPage: args.after != null,
      startCursor: firstRow ? cursorFor(firstRow) : null,
      endCursor: lastRow ? cursorFor(lastRow) : null,
    },
  };
}

function toNode(row: Record<string, string | null>, { metrics, dimensions }: MetricPlan) {
  return {
    at: row["at"] || null,
    dimensions: dimensions.map(({ name }, index) => ({ name, value: shownValue(name, row[`d${index}`] ?? "") })),
    values: metrics.map((metric, index) => ({
      metric: metric.name,
      value: shownMetric(metric, row[`m${index}`] ?? null),
      unit: metric.unit === "currency" ? (row["currency"] ?? "") : metric.unit,
    })),
  };
}

/** The kit's cursors, bound to the groups they walk through: another query's cursor would begin at a place that means nothing here. */
function groupCursor({ dimensions, grain, range, filter }: MetricQueryArgs) {
  const groups = createHash("sha256").update(JSON.stringify([dimensions ?? [], grain ?? null, range.from, range.to, filter ?? []])).digest("base64url");
  const columns = ["at", ...(dimensions ?? []), "currency"].map(() => "text" as const);
  return cursorOf(`metricQuery ${groups}`, columns);
}
