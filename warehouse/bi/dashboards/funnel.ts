import type { DashboardSpec } from "../bundle/types.ts";
import { count, share } from "./words.ts";

const STEPS = [
  ["visits", "Visited"],
  ["viewed", "Looked at a product"],
  ["added_to_cart", "Put into the cart"],
  ["checkout_started", "Began to check out"],
  ["delivery_chosen", "Chose a delivery"],
  ["payment_chosen", "Chose a payment"],
  ["purchased", "Bought"],
] as const;

const stepLabel = (label: string, index: number) => `${index + 1} ${label}`;
/** Superset writes dark labels onto the bands: pale ones let them be read. The further down, the deeper. */
const PALE_BLUES = ["#e1edf8", "#d1e3f4", "#c1d9f0", "#b0cfec", "#a0c5e7", "#90bce3", "#7fb2de"];

const LONG = STEPS.map(([column, label], index) => `select visit_date, ${index + 1} as step_number, '${stepLabel(label, index)}' as step, ${column} as visits_with_step from {marts}.rpt_funnel_daily`).join("\nunion all\n");

/** How far visits come on their way to an order. */
export const funnel: DashboardSpec = {
  name: "funnel",
  title: "Funnel",
  description: "How far visits come on their way to an order. A visit counts for a step when it did it or a later one.",
  owner: "analytics",
  colors: Object.fromEntries(STEPS.map(([, label], index) => [stepLabel(label, index), PALE_BLUES[index] as string])),
  datasets: [
    {
      name: "funnel_steps",
      description: "Visits by day and step, one row per step that a visit can come to.",
      sql: LONG,
      reads: ["rpt_funnel_daily"],
      time: "visit_date",
      columns: [
        { name: "visit_date", from: "rpt_funnel_daily.visit_date" },
        { name: "step_number", type: "integer", description: "Place of the step on the way, 1 first." },
        { name: "step", type: "text", description: "The step." },
        { name: "visits_with_step", type: "bigint", description: "Visits of the day that came as far." },
      ],
      metrics: [count("step_visits", "Visits", "sum(visits_with_step)", "Visits that came as far as the step.")],
    },
    {
      name: "rpt_funnel_daily",
      time: "visit_date",
      metrics: [
        count("funnel_visits", "Visits", "sum(visits)", "Visits that began on the day."),
        count("funnel_purchases", "Visits that bought", "sum(purchased)", "Visits that ended in an order."),
        count("funnel_searches", "Visits that searched", "sum(searched)", "Visits that searched."),
        share("funnel_conversion", "Conversion", "sum(purchased)", "sum(visits)", "Visits that bought as a share of visits."),
        share("funnel_cart_share", "Put into the cart", "sum(added_to_cart)", "sum(visits)", "Visits that put something into the cart as a share of visits."),
        share("funnel_checkout_success", "Checkouts that end in an order", "sum(purchased)", "sum(checkout_started)", "Visits that bought as a share of those that began to check out."),
        share("funnel_synthetic", "Synthetic share", "sum(synthetic_visits)", "sum(visits)", "Visits that were generated as a share of all."),
      ],
    },
    {
      name: "rpt_search_quality",
    },
  ],
  filters: [{ name: "Time", kind: "time", dataset: "rpt_funnel_daily", column: "visit_date" }],
  rows: [
    {
      height: 16,
      tiles: [
        { width: 3, chart: { kind: "number", name: "funnel_visits_total", title: "Visits", description: "Visits that began in the time.", dataset: "rpt_funnel_daily", metric: "funnel_visits" } },
        { width: 3, chart: { kind: "number", name: "funnel_purchases_total", title: "Visits that bought", description: "Visits that ended in an order.", dataset: "rpt_funnel_daily", metric: "funnel_purchases" } },
        { width: 3, chart: { kind: "number", name: "funnel_conversion_total", title: "Conversion", description: "Visits that bought as a share of visits.", dataset: "rpt_funnel_daily", metric: "funnel_conversion" } },
        { width: 3, chart: { kind: "number", name: "funnel_checkout_total", title: "Checkouts that end in an order", description: "Of the visits that began to check out.", dataset: "rpt_funnel_daily", metric: "funnel_checkout_success" } },
      ],
    },
    {
      height: 56,
      tiles: [
        { width: 6, chart: { kind: "funnel", name: "funnel_by_step", title: "Visits by step", description: "Visits that came as far; the share is of the first step.", dataset: "funnel_steps", by: "step", metric: "step_visits" } },
        { width: 6, chart: { kind: "line", name: "funnel_conversion_by_week", title: "Conversion by week", description: "Of visits, and of checkouts that were begun.", dataset: "rpt_funnel_daily", x: "visit_date", grain: "P1W", metrics: ["funnel_conversion", "funnel_cart_share", "funnel_checkout_success"] } },
      ],
    },
    {
      height: 46,
      tiles: [{ width: 12, chart: { kind: "bar", name: "funnel_visits_by_day", title: "Visits by day", description: "Visits that began on the day, and those of them that bought.", dataset: "rpt_funnel_daily", x: "visit_date", grain: "P1D", metrics: ["funnel_visits", "funnel_purchases"] } }],
    },
  ],
};
