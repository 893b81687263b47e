import type { DashboardSpec } from "../bundle/types.ts";
import { count, decimal, share } from "./words.ts";

/** Whether the numbers can be trusted. */
export const quality: DashboardSpec = {
  name: "quality",
  title: "Data quality",
  description: "Whether the numbers can be trusted: what checks said of earlier builds, runs of the pipeline, how fresh the sources are, and whether payments agree with the provider.",
  owner: "quality",
  datasets: [
    {
      name: "fct_dq_results",
      time: "checked_date",
      metrics: [
        count("dq_checks", "Checks", "count(*)", "Checks of builds."),
        count("dq_failed", "Not passed", "sum(case when is_passed then 0 else 1 end)", "Checks that found something wrong."),
        share("dq_passed_share", "Passed", "sum(case when is_passed then 1 else 0 end)", "count(*)", "Checks that found nothing wrong as a share of all."),
        count("dq_builds", "Builds", "count(distinct build_id)", "Builds that were checked."),
      ],
    },
    {
      name: "fct_pipeline_runs",
      time: "run_started_date",
      metrics: [
        count("run_count", "Runs", "count(distinct run_id)", "Runs of the pipeline."),
        decimal("run_seconds", "Seconds", "sum(seconds)", "How long the steps took in all.", 1),
        decimal("run_seconds_per_run", "Seconds per run", "cast(sum(seconds) as numeric) / nullif(count(distinct run_id), 0)", "How long the steps of a run took on average.", 1),
        count("run_rows", "Rows", "sum(processed_rows)", "Rows that the steps moved."),
      ],
    },
    {
      name: "rpt_source_freshness",
      metrics: [
        count("source_count", "Tables", "count(*)", "Tables of the shop."),
        decimal("source_hours_least", "Hours since any change", "min(hours_since_change)", "Since the latest change of any table, at the cut."),
      ],
    },
    {
      name: "rpt_reconciliation_daily",
      metrics: [
        count("reconciled_days", "Days", "count(*)", "Days, by provider and currency."),
        share("reconciled_share", "Reconciled", "sum(case when is_reconciled then 1 else 0 end)", "count(*)", "Days on which shop, books and provider agree, as a share of all."),
      ],
    },
  ],
  filters: [{ name: "Time", kind: "time", dataset: "fct_dq_results", column: "checked_date" }],
  rows: [
    {
      height: 16,
      tiles: [
        { width: 3, chart: { kind: "number", name: "quality_passed", title: "Checks passed", description: "Of all checks of earlier builds.", dataset: "fct_dq_results", metric: "dq_passed_share" } },
        { width: 3, chart: { kind: "number", name: "quality_failed", title: "Checks not passed", description: "Of earlier builds; a critical one stops its build.", dataset: "fct_dq_results", metric: "dq_failed" } },
        { width: 3, chart: { kind: "number", name: "quality_runs", title: "Runs of the pipeline", description: "That have ended.", dataset: "fct_pipeline_runs", metric: "run_count" } },
        { width: 3, chart: { kind: "number", name: "quality_reconciled", title: "Days reconciled", description: "Days on which shop, books and payment provider agree.", dataset: "rpt_reconciliation_daily", metric: "reconciled_share" } },
      ],
    },
    {
      height: 46,
      tiles: [
        { width: 6, chart: { kind: "bar", name: "quality_checks_by_day", title: "Checks by day and severity", description: "Checks of earlier builds.", dataset: "fct_dq_results", x: "checked_date", grain: "P1D", metrics: ["dq_checks"], by: ["severity"], isStacked: true } },
        { width: 6, chart: { kind: "table", name: "quality_layers", title: "Layers in numbers", description: "Checks by layer and severity.", dataset: "fct_dq_results", by: ["layer", "severity"], metrics: ["dq_builds", "dq_checks", "dq_failed", "dq_passed_share"], limit: 100, order: { by: "dq_checks", isAscending: false } } },
      ],
    },
    {
      height: 46,
      tiles: [
        { width: 6, chart: { kind: "ranking", name: "quality_steps", title: "Seconds per run, by step", description: "How long each step of the pipeline takes on average.", dataset: "fct_pipeline_runs", x: "asset", metric: "run_seconds_per_run", limit: 30, isHorizontal: true } },
        { width: 6, chart: { kind: "rows", name: "quality_findings", title: "What checks found", description: "The latest two hundred checks that found something wrong.", dataset: "fct_dq_results", columns: ["checked_at", "suite", "check_name", "severity", "message"], limit: 200, order: { by: "checked_at", isAscending: false }, where: [{ column: "is_passed", op: "==", value: false }] } },
      ],
    },
    {
      height: 46,
      tiles: [
        { width: 5, chart: { kind: "rows", name: "quality_freshness", title: "Tables of the shop", description: "When each was last heard of, the longest silent first.", dataset: "rpt_source_freshness", columns: ["source_table", "hours_since_change", "last_change_at"], limit: 200, order: { by: "hours_since_change", isAscending: false } } },
        { width: 7, chart: { kind: "rows", name: "quality_reconciliation", title: "Payments, day by day", description: "What shop, books and provider say of a day; a gap is in the sums up to the day.", dataset: "rpt_reconciliation_daily", columns: ["date_day", "provider", "currency", "captured_shop", "captured_provider", "captured_gap", "is_reconciled"], limit: 400, order: { by: "date_day", isAscending: false } } },
      ],
    },
  ],
};
