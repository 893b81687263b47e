import type { DashboardSpec } from "../bundle/types.ts";
import { count, decimal, money } from "./words.ts";

/** Who buys how recently, how often and for how much. */
export const rfm: DashboardSpec = {
  name: "rfm",
  title: "Customer segments (RFM)",
  description: "Customers by how recently, how often and for how much they bought, in fifths, on the day of the build.",
  owner: "customers",
  datasets: [
    {
      name: "rpt_customer_rfm",
      metrics: [
        count("rfm_customers", "Customers", "count(*)", "Customers who ordered."),
        money("rfm_average_monetary", "Average spent", "avg(cast(monetary as numeric))", "What a customer of the segment spent on average, of customers of one currency."),
        money("rfm_total_monetary", "Spent", "sum(monetary)", "What the customers of the segment spent, of customers of one currency."),
        decimal("rfm_average_frequency", "Average orders", "avg(cast(frequency as numeric))", "Orders of a customer on average."),
        decimal("rfm_average_recency", "Average days since the last order", "avg(cast(recency_days as numeric))", "Days since the last order on average.", 1),
      ],
    },
  ],
  filters: [{ name: "Currency", kind: "value", dataset: "rpt_customer_rfm", column: "currency", isSingle: true }, { name: "Segment", kind: "value", dataset: "rpt_customer_rfm", column: "segment" }],
  rows: [
    {
      height: 16,
      tiles: [
        { width: 3, chart: { kind: "number", name: "rfm_customers_total", title: "Customers who ordered", description: "Registered ones.", dataset: "rpt_customer_rfm", metric: "rfm_customers" } },
        { width: 3, chart: { kind: "number", name: "rfm_recency", title: "Days since the last order", description: "On average.", dataset: "rpt_customer_rfm", metric: "rfm_average_recency" } },
        { width: 3, chart: { kind: "number", name: "rfm_frequency", title: "Orders per customer", description: "On average.", dataset: "rpt_customer_rfm", metric: "rfm_average_frequency" } },
        { width: 3, chart: { kind: "number", name: "rfm_monetary", title: "Spent per customer", description: "On average.", dataset: "rpt_customer_rfm", metric: "rfm_average_monetary" } },
      ],
    },
    {
      height: 50,
      tiles: [
        { width: 6, chart: { kind: "ranking", name: "rfm_segments", title: "Customers by segment", description: "How many customers stand in each segment.", dataset: "rpt_customer_rfm", x: "segment", metric: "rfm_customers", limit: 20, isHorizontal: true } },
        { width: 6, chart: { kind: "heatmap", name: "rfm_heatmap", title: "Customers by recency and frequency", description: "Fifths; 5 is the most recent and the most frequent.", dataset: "rpt_customer_rfm", x: "r_score", y: "f_score", metric: "rfm_customers", xTitle: "Recency", yTitle: "Frequency" } },
      ],
    },
    {
      height: 50,
      tiles: [
        { width: 5, chart: { kind: "pie", name: "rfm_spent", title: "What each segment spent", description: "Share of all that registered customers spent.", dataset: "rpt_customer_rfm", by: "segment", metric: "rfm_total_monetary" } },
        { width: 7, chart: { kind: "table", name: "rfm_table", title: "Segments in numbers", description: "Averages of the customers of each segment.", dataset: "rpt_customer_rfm", by: ["segment"], metrics: ["rfm_customers", "rfm_average_recency", "rfm_average_frequency", "rfm_average_monetary", "rfm_total_monetary"], limit: 50, order: { by: "rfm_customers", isAscending: false } } },
      ],
    },
  ],
};
