import { badUserInput } from "#kit/errors.ts";
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
  const plan = planMetricQuery({
    metrics: args.metrics,
    dimensions: args.dimensions ?? [],
    grain: args.grain ?? null,
    range: args.range,
    filter: args.filter ?? [],
    first: args.first,
    after: args.after == null ? null : readCursor(args.after),
  });
  if (!plan.ok) throw badUserInput(plan.error.message, plan.error.path);
  const { info, rows } = await reader.read(async (build) => ({ info: build, rows: await build.generated<Record<string, string | null>>(plan.value.sql, plan.value.params) }));
  const page = rows.slice(0, args.first);
  const keys = ["at", ...plan.value.dimensions.map((_, index) => `d${index}`), "currency"];
  const cursorOf = (row: Record<string, string | null>) => Buffer.from(JSON.stringify(keys.map((key) => row[key] ?? ""))).toString("base64url");
  const truncated = rows.length > args.first;
  const [firstRow, lastRow] = [page[0], page.at(-1)];
  return {
    asOf: info.asOf,
    buildId: info.buildId,
    truncated,
    nodes: page.map((row) => toNode(row, plan.value)),
    pageInfo: {
      hasNextPage: truncated,
      hasPreviousPage: args.after != null,
      startCursor: firstRow ? cursorOf(firstRow) : null,
      endCursor: lastRow ? cursorOf(lastRow) : null,
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

function readCursor(text: string): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (Array.isArray(parts) && parts.length <= 10 && parts.every((part) => typeof part === "string" && part.length < 500 && !part.includes("\0"))) return parts as string[];
  } catch {
    // Fall through: what cannot be read is no cursor.
  }
  throw badUserInput("`after` is no cursor of this list: give the endCursor of the page before.", ["after"]);
}
