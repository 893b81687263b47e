import type { DashboardSpec } from "../bundle/types.ts";
import { count, share } from "./words.ts";

/** Whether customers come back, by the month of their first order. */
export const cohorts: DashboardSpec = {
  name: "cohorts",
  title: "Cohorts",
  description: "Whether customers come back, by the month of their first order.",
  owner: "customers",
  datasets: [
    {
      name: "rpt_cohorts_monthly",
      time: "cohort_month",
      metrics: [
        share("cohort_retention", "Retention", "sum(customers)", "sum(cohort_size)", "Customers who ordered in the month as a share of their cohort."),
        count("cohort_customers", "Customers", "sum(customers)", "Customers of the cohort who ordered in the month."),
        count("cohort_new_customers", "New customers", "sum(case when month_index = 0 then cohort_size else 0 end)", "Customers whose first order fell in the month."),
      ],
    },
  ],
  filters: [{ name: "Time", kind: "time", dataset: "rpt_cohorts_monthly", column: "cohort_month" }],
  rows: [
    {
      height: 16,
      tiles: [
        { width: 4, chart: { kind: "number", name: "cohorts_customers", title: "Customers with an order", description: "Of all cohorts.", dataset: "rpt_cohorts_monthly", metric: "cohort_new_customers" } },
        { width: 4, chart: { kind: "number", name: "cohorts_after_one_month", title: "Came back in the month after", description: "Share of the customers of all cohorts that are old enough.", dataset: "rpt_cohorts_monthly", metric: "cohort_retention", where: [{ column: "month_index", op: "==", value: 1 }] } },
        { width: 4, chart: { kind: "number", name: "cohorts_after_six_months", title: "Ordered in the sixth month after", description: "Share of the customers of all cohorts that are old enough.", dataset: "rpt_cohorts_monthly", metric: "cohort_retention", where: [{ column: "month_index", op: "==", value: 6 }] } },
      ],
    },
    {
      height: 74,
      tiles: [{ width: 12, chart: { kind: "heatmap", name: "cohorts_heatmap", title: "Retention by cohort and month", description: "Share of a cohort that ordered so many months after the first order; the month of the first order itself, which is all of them, is left out.", dataset: "rpt_cohorts_monthly", x: "month_index", y: "cohort_month", metric: "cohort_retention", xTitle: "Months after the first order", yTitle: "Month of the first order", where: [{ column: "month_index", op: ">", value: 0 }] } }],
    },
    {
      height: 46,
      tiles: [
        { width: 6, chart: { kind: "bar", name: "cohorts_new_by_month", title: "New customers by month", description: "Customers whose first order fell in the month.", dataset: "rpt_cohorts_monthly", x: "cohort_month", grain: "P1M", metrics: ["cohort_new_customers"] } },
        { width: 6, chart: { kind: "ranking", name: "cohorts_curve", title: "Retention by months after the first order", description: "Over all cohorts that are old enough.", dataset: "rpt_cohorts_monthly", x: "month_index", metric: "cohort_retention", limit: 60, order: "name", where: [{ column: "month_index", op: ">", value: 0 }] } },
      ],
    },
  ],
};
