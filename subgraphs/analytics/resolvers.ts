import { GraphQLError } from "graphql";
import { badUserInput } from "#kit/errors.ts";
import { graphMoney } from "#kit/graphMoney.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { currencyExponent, parseDecimal } from "#schema/values/money.ts";
import { runMetricQuery, type MetricQueryArgs } from "./commands/runMetricQuery.ts";
import type { AnalyticsContext as Context } from "./context.ts";
import { toCohorts } from "./domain/cohorts.ts";
import { DIMENSIONS, GRAINS, METRICS } from "./domain/metrics.ts";
import { defaultRange, readRange, type DayRange } from "./domain/dayRange.ts";
import { checksOfBuild, recentRuns } from "./queries/ledger.ts";
import { cohortActivity, rfmSegments } from "./queries/marts.ts";

export const resolvers = {
  Query: {
    metrics: () => METRICS.map(({ name, description, unit }) => ({ name, description, unit, dimensions: DIMENSIONS.map((dimension) => dimension.name), grains: GRAINS })),
    metricDimensions: () => DIMENSIONS.map(({ name, description }) => ({ name, description })),
    metricQuery: (_root: unknown, args: MetricQueryArgs, { reader }: Context) => runMetricQuery(reader, args),
    async cohorts(_root: unknown, { range }: { range?: DayRange | null }, { reader }: Context) {
      const { from, to } = range ? readRange(range) : { from: "0001-01-01", to: "9999-12-31" };
      return toCohorts(await reader.read((build) => build.many(cohortActivity, [from, to])));
    },
    async rfmSegments(_root: unknown, _args: object, { reader }: Context) {
      const rows = await reader.read((build) => build.many(rfmSegments, []));
      return rows.map((row) => ({
        segment: row.segment, customers: Number(row.customers), revenue: row.revenue,
        averageRecencyDays: row.average_recency_days, averageOrders: row.average_orders,
      }));
    },
    async dataQuality(_root: unknown, _args: object, { reader }: Context) {
      const build = await reader.current();
      if (!build) return null;
      const checks = await reader.ledger.many(checksOfBuild, [build.buildId]);
      return { buildId: build.buildId, publishedAt: build.publishedAt, asOf: build.asOf, verdict: checks.every((check) => check.passed) ? "PASSED" : "WARNED", checks };
    },
    async pipelineRuns(_root: unknown, { first }: { first: number }, { reader }: Context) {
      if (first < 1 || first > 100) throw badUserInput(`\`first\` must be between 1 and 100, it is ${first}.`, ["first"]);
      const rows = await reader.ledger.many(recentRuns, [first]);
      return rows.map((row) => ({
        id: encodeId("run", row.run_id), runId: row.run_id, trigger: row.trigger, state: row.state, reason: row.reason, buildId: row.build_id,
        startedAt: row.started_at, finishedAt: row.finished_at,
      }));
    },
  },
  PipelineRun: {
    steps: (run: { runId: string }, _args: object, { loaders }: Context) => loaders.stepsOfRun.load(run.runId),
  },
  Product: {
    async analytics(product: { id: string }, { range }: { range?: DayRange | null }, { loaders }: Context) {
      const productId = decodeId("prd", product.id);
      if (!productId) return null;
      const days = range ? readRange(range) : defaultRange(await loaders.businessAsOf());
      const { asOf, sales } = await loaders.productSales.load({ productId, ...days });
      if (sales.length > 1) throw new GraphQLError("This product was sold in several currencies: ask metricQuery, which keeps them apart.", { extensions: { code: "BAD_USER_INPUT" } });
      const [one] = sales;
      if (!one) return null;
      return { revenue: one.currency === null ? null : graphMoney(withDecimals(one.revenue, one.currency)), unitsSold: one.unitsSold, asOf };
    },
  },
};

/** Exact money of a mart's number, with the decimals its currency is written with. */
function withDecimals(value: string, currency: string) {
  const [whole, fraction = ""] = value.split(".");
  const decimals = fraction.padEnd(currencyExponent(currency), "0");
  const exact = parseDecimal(decimals === "" ? String(whole) : `${whole}.${decimals}`, currency);
  if (!exact) throw new Error(`the mart's amount ${value} is no amount of money`);
  return exact;
}
