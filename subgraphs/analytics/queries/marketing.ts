import { slotQuery } from "#warehouse/reader.ts";

export const ltvMonths = slotQuery({
  name: "analytics.ltvMonths",
  text: `select cohort_month, currency, month_index, cohort_size, orders, revenue, refunds, revenue_to_date, ltv, net_ltv
           from {marts}.rpt_ltv_observed
          where cohort_month >= $1 and cohort_month < $2
          order by cohort_month, currency, month_index`,
  params: ["date", "date"],
  row: { cohort_month: "date", currency: "text", month_index: "int4", cohort_size: "int8", orders: "int8", revenue: "numeric", refunds: "numeric", revenue_to_date: "numeric", ltv: "numeric", net_ltv: "numeric" },
  budget: { access: "scan", maxRows: 200_000 },
});

/** One row; nothing at all makes zeros. */
export const funnelSteps = slotQuery({
  name: "analytics.funnelSteps",
  text: `select coalesce(sum(sessions), 0)::bigint as sessions, coalesce(sum(bounces), 0)::bigint as bounces, coalesce(sum(viewed), 0)::bigint as viewed,
            coalesce(sum(added_to_cart), 0)::bigint as added_to_cart, coalesce(sum(checkout_started), 0)::bigint as checkout_started,
            coalesce(sum(delivery_chosen), 0)::bigint as delivery_chosen, coalesce(sum(payment_chosen), 0)::bigint as payment_chosen, coalesce(sum(purchased), 0)::bigint as purchased
           from {marts}.rpt_funnel_by_channel_daily
          where session_date >= $1 and session_date < $2 and ($3::text is null or channel = $3) and ($4::text is null or device_class = $4)`,
  params: ["date", "date", "text?", "text?"],
  row: { sessions: "int8", bounces: "int8", viewed: "int8", added_to_cart: "int8", checkout_started: "int8", delivery_chosen: "int8", payment_chosen: "int8", purchased: "int8" },
  budget: { access: "scan", maxRows: 1 },
});

export const channelSessions = slotQuery({
  name: "analytics.channelSessions",
  text: `select channel, sum(sessions)::bigint as sessions, sum(bounces)::bigint as bounces, sum(purchased)::bigint as purchases
           from {marts}.rpt_funnel_by_channel_daily where session_date >= $1 and session_date < $2 group by channel`,
  params: ["date", "date"],
  row: { channel: "text", sessions: "int8", bounces: "int8", purchases: "int8" },
  budget: { access: "scan", maxRows: 100 },
});

export const channelCredit = slotQuery({
  name: "analytics.channelCredit",
  text: `select channel, currency, sum(attributed_orders)::numeric as orders, sum(attributed_first_orders)::numeric as first_orders, sum(attributed_revenue)::numeric as revenue
           from {marts}.rpt_channel_performance where placed_date >= $1 and placed_date < $2 and model = $3 group by channel, currency order by channel, currency`,
  params: ["date", "date", "text"],
  row: { channel: "text", currency: "text", orders: "numeric", first_orders: "numeric", revenue: "numeric" },
  budget: { access: "scan", maxRows: 1_000 },
});
