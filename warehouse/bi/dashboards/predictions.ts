import type { DashboardSpec } from "../bundle/types.ts";
import { count, decimal, share } from "./words.ts";

const AT_RISK = `select p.user_id, p.segment as risk, case p.segment when 'LOW' then '1 LOW' when 'MEDIUM' then '2 MEDIUM' else '3 HIGH' end as risk_step, coalesce(r.segment, 'NONE') as customer_segment, p.score
  from {marts}.fct_predictions p
  left join {marts}.rpt_customer_rfm r on r.user_id = p.user_id
 where p.model = 'churn' and p.is_current`;

const CHURN = { column: "model", op: "==", value: "churn" } as const;
const LISTS = { column: "model", op: "==", value: "recommendations" } as const;
const NOW = { column: "is_current", op: "==", value: true } as const;
const JUDGED = { column: "is_first_of_month", op: "==", value: true } as const;

/** What the models say, and how well they have done. */
export const predictions: DashboardSpec = {
  name: "predictions",
  title: "Predictions",
  description: "What the models say of customers in the batch that is read now, and how well earlier batches did once the outcome was known.",
  owner: "predictions",
  datasets: [
    {
      name: "churn_risk",
      description: "Customers of the batch that is read now: the risk that they do not come back, beside their segment by recency, frequency and money.",
      sql: AT_RISK,
      reads: ["fct_predictions", "rpt_customer_rfm"],
      columns: [
        { name: "user_id", from: "fct_predictions.user_id" },
        { name: "risk", type: "text", description: "LOW, MEDIUM or HIGH." },
        { name: "risk_step", type: "text", description: "The risk with its place before it, 1 the lowest." },
        { name: "customer_segment", type: "text", description: "The customer's segment, NONE for who never ordered." },
        { name: "score", from: "fct_predictions.score" },
      ],
      metrics: [
        count("risk_customers", "Customers", "count(*)", "Customers with a score."),
        count("risk_high", "At high risk", "sum(case when risk = 'HIGH' then 1 else 0 end)", "Customers whose risk is HIGH."),
        share("risk_high_share", "Share at high risk", "sum(case when risk = 'HIGH' then 1 else 0 end)", "count(*)", "Customers whose risk is HIGH as a share of all."),
        decimal("risk_expected", "Expected not to come back", "sum(cast(score as numeric))", "Probabilities added up: how many the model expects not to order within 90 days.", 0),
        share("risk_mean", "Mean probability", "sum(cast(score as numeric))", "count(*)", "Mean probability of not coming back."),
      ],
    },
    {
      name: "fct_predictions",
      metrics: [
        count("prediction_customers", "Customers", "count(distinct user_id)", "Customers of whom something was said."),
        count("prediction_suggestions", "Suggestions", "sum(suggestions)", "Products suggested, the first ten of each customer."),
      ],
    },
    {
      name: "rpt_model_performance",
      time: "as_of_month",
      metrics: [
        count("performance_batches", "Batches", "count(distinct batch_id)", "Batches."),
        count("performance_waiting", "Outcome not known yet", "sum(case when why_missing = 'OUTCOME_NOT_YET' then 1 else 0 end)", "Batches, by model, whose window is open."),
        decimal("performance_auc", "AUC", "avg(auc)", "How well the score orders who goes and who stays: 0.5 is chance, 1 is without fault; mean of the batches.", 3),
        decimal("performance_calibration", "Calibration error", "avg(calibration_error)", "How far probabilities are from what came; 0 is best; mean of the batches.", 3),
        share("performance_precision", "Precision at 10", "sum(precision_at_10)", "count(precision_at_10)", "Suggested products that were bought within 30 days, the first ten of each customer; mean of the batches."),
        share("performance_said", "Said", "sum(mean_score)", "count(mean_score)", "Mean probability of not coming back."),
        share("performance_came", "Came true", "sum(observed_rate)", "count(observed_rate)", "Share of customers of whom it came true."),
        count("performance_products", "Products suggested", "max(suggested_products)", "Different products among the first ten of anybody, the most of any batch."),
        share("performance_reach", "Share of the catalogue", "max(catalogue_share)", "1", "Products suggested to anybody as a share of those on sale, the most of any batch."),
      ],
    },
  ],
  filters: [],
  rows: [
    {
      height: 16,
      tiles: [
        { width: 3, chart: { kind: "number", name: "predictions_scored", title: "Customers scored", description: "By the churn model, in the batch that is read now.", dataset: "churn_risk", metric: "risk_customers" } },
        { width: 3, chart: { kind: "number", name: "predictions_at_risk", title: "At high risk", description: "Customers who will probably not come back.", dataset: "churn_risk", metric: "risk_high" } },
        { width: 3, chart: { kind: "number", name: "predictions_listed", title: "Customers with suggestions", description: "Customers with a list of their own.", dataset: "fct_predictions", metric: "prediction_customers", where: [LISTS, NOW] } },
        { width: 3, chart: { kind: "number", name: "predictions_reach", title: "Share of the catalogue suggested", description: "Products among the first ten of anybody.", dataset: "rpt_model_performance", metric: "performance_reach", where: [LISTS, NOW] } },
      ],
    },
    {
      height: 46,
      tiles: [
        { width: 6, chart: { kind: "ranking", name: "predictions_scores", title: "Probability of not coming back", description: "Customers by tenth of the probability: 0 is below 10 %, 9 is 90 % and more.", dataset: "fct_predictions", x: "score_band", metric: "prediction_customers", by: ["segment"], limit: 50, order: "name", where: [CHURN, NOW] } },
        { width: 6, chart: { kind: "heatmap", name: "predictions_segments", title: "Risk by customer segment", description: "Customers of each segment by the risk that they do not come back.", dataset: "churn_risk", x: "risk_step", y: "customer_segment", metric: "risk_customers", xTitle: "Risk", yTitle: "Segment" } },
      ],
    },
    {
      height: 40,
      tiles: [
        { width: 12, chart: { kind: "table", name: "predictions_risk_table", title: "Customers at risk, by segment", description: "Where it is worth writing to somebody.", dataset: "churn_risk", by: ["customer_segment"], metrics: ["risk_customers", "risk_high", "risk_high_share", "risk_mean", "risk_expected"], limit: 50, order: { by: "risk_high", isAscending: false } } },
      ],
    },
    {
      height: 46,
      tiles: [
        { width: 6, chart: { kind: "line", name: "predictions_said_and_came", title: "Churn: what was said and what came", description: "By month of the prediction, the first batch of each month; what came is known after 90 days.", dataset: "rpt_model_performance", x: "as_of_month", grain: "P1M", metrics: ["performance_said", "performance_came"], where: [CHURN, JUDGED] } },
        { width: 6, chart: { kind: "line", name: "predictions_precision", title: "Suggestions that were bought", description: "By month of the suggestion, within 30 days.", dataset: "rpt_model_performance", x: "as_of_month", grain: "P1M", metrics: ["performance_precision"], where: [LISTS, JUDGED] } },
      ],
    },
    {
      height: 46,
      tiles: [
        { width: 12, chart: { kind: "rows", name: "predictions_batches", title: "Models, batch by batch", description: "How well each batch did; empty until the outcome is known, and why.", dataset: "rpt_model_performance", columns: ["as_of_date", "model", "model_version", "customers", "mean_score", "observed_rate", "auc", "brier_score", "calibration_error", "precision_at_10", "suggested_products", "outcome_date", "why_missing"], limit: 200, order: { by: "as_of_date", isAscending: false } } },
      ],
    },
  ],
};
