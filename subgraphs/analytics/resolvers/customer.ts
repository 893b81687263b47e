import type { AnalyticsContext as Context } from "../context.ts";
import { toCohorts } from "../domain/cohorts.ts";
import { readRange, type DayRange } from "../domain/dayRange.ts";
import { cohortActivity, rfmSegments } from "../queries/marts.ts";
import { martMoney } from "./martMoney.ts";

export const customerResolvers = {
  Query: {
    async cohorts(_root: unknown, { range }: { range?: DayRange | null }, { reader }: Context) {
      const { from, to } = range ? readRange(range) : { from: "0001-01-01", to: "9999-12-31" };
      return toCohorts(await reader.read((build) => build.many(cohortActivity, [from, to])));
    },
    async rfmSegments(_root: unknown, _args: object, { reader }: Context) {
      const rows = await reader.read((build) => build.many(rfmSegments, []));
      return rows.map((row) => ({
        segment: row.segment, customers: Number(row.customers), revenue: row.revenue,
        money: row.currencies.map((currency, index) => martMoney(row.amounts[index] ?? "0", currency)),
        averageRecencyDays: row.average_recency_days, averageOrders: row.average_orders,
      }));
    },
  },
};
