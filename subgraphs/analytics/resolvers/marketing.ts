import { isStaleFor, type PinnedBuild } from "#warehouse/reader.ts";
import type { AnalyticsContext as Context } from "../context.ts";
import { readRange, type DayRange } from "../domain/dayRange.ts";
import { toChannels, toLtvCohorts, toSteps } from "../domain/marketing.ts";
import { channelCredit, channelSessions, funnelSteps, ltvMonths } from "../queries/marketing.ts";
import { martMoney } from "./martMoney.ts";

interface FunnelArgs { range: DayRange; channel?: string | null; device?: string | null }
interface ChannelArgs { range: DayRange; model: string }

const NO_SESSIONS = { sessions: 0n, bounces: 0n, viewed: 0n, added_to_cart: 0n, checkout_started: 0n, delivery_chosen: 0n, payment_chosen: 0n, purchased: 0n };

export const marketingResolvers = {
  Query: {
    async ltv(_root: unknown, { range }: { range?: DayRange | null }, { reader }: Context) {
      const { from, to } = range ? readRange(range) : { from: "0001-01-01", to: "9999-12-31" };
      const { info, rows } = await reader.read(async (build) => ({ info: standing(build, ["rpt_ltv_observed"]), rows: await build.many(ltvMonths, [from, to]) }));
      return {
        ...info,
        cohorts: toLtvCohorts(rows).map((cohort) => ({
          ...cohort,
          months: cohort.months.map((row) => ({
            monthIndex: row.month_index, orders: Number(row.orders), revenue: martMoney(row.revenue, row.currency), refunds: martMoney(row.refunds, row.currency),
            revenueToDate: martMoney(row.revenue_to_date, row.currency), ltv: row.ltv, netLtv: row.net_ltv,
          })),
        })),
      };
    },
    async funnel(_root: unknown, { range, channel, device }: FunnelArgs, { reader }: Context) {
      const { from, to } = readRange(range);
      const { info, row } = await reader.read(async (build) => ({ info: standing(build, ["rpt_funnel_by_channel_daily"]), row: await build.maybeOne(funnelSteps, [from, to, channel ?? null, device ?? null]) }));
      const counts = row ?? NO_SESSIONS;
      return { ...info, bounces: counts.bounces, steps: toSteps(counts) };
    },
    async channels(_root: unknown, { range, model }: ChannelArgs, { reader }: Context) {
      const { from, to } = readRange(range);
      const { info, sessions, credit } = await reader.read(async (build) => ({
        info: standing(build, ["rpt_funnel_by_channel_daily", "rpt_channel_performance"]),
        sessions: await build.many(channelSessions, [from, to]), credit: await build.many(channelCredit, [from, to, model.toLowerCase()]),
      }));
      return {
        ...info, model,
        channels: toChannels(sessions, credit).map((figures) => ({
          ...figures, credit: figures.credit.map((part) => ({ orders: part.orders, firstOrders: part.first_orders, revenue: martMoney(part.revenue, part.currency) })),
        })),
      };
    },
  },
};

const standing = (build: PinnedBuild, tables: readonly string[]) => ({ asOf: build.asOf, isStale: isStaleFor(build, tables) });
