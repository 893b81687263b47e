import type { DashboardSpec } from "../bundle/types.ts";

/** What was sold, by month, country and kind of customer. */
export const revenue: DashboardSpec = {
  name: "revenue",
  title: "Revenue",
  description: "Orders at placing, before any refund, as the metric revenue counts them; what was paid back stands beside.",
  owner: "analytics",
  datasets: [{ name: "fct_orders", time: "placed_date" }, { name: "fct_refunds", time: "refunded_date" }],
  filters: [
    { name: "Time", kind: "time", dataset: "fct_orders", column: "placed_date" },
    { name: "Currency", kind: "value", dataset: "fct_orders", column: "currency", isSingle: true },
    { name: "Customers", kind: "value", dataset: "fct_orders", column: "customer_type" },
    { name: "Country", kind: "value", dataset: "fct_orders", column: "country" },
  ],
  rows: [
    {
      height: 16,
      tiles: [
        { width: 3, chart: { kind: "number", name: "revenue_total", title: "Revenue", description: "Gross value of orders at placing.", dataset: "fct_orders", metric: "revenue" } },
        { width: 2, chart: { kind: "number", name: "revenue_orders", title: "Orders", description: "Orders placed.", dataset: "fct_orders", metric: "orders" } },
        { width: 2, chart: { kind: "number", name: "revenue_customers", title: "Customers", description: "Distinct registered customers who ordered; guests are not counted.", dataset: "fct_orders", metric: "customers" } },
        { width: 2, chart: { kind: "number", name: "revenue_average_order", title: "Per order", description: "Revenue divided by orders.", dataset: "fct_orders", metric: "average_order_value" } },
        { width: 3, chart: { kind: "number", name: "revenue_refunds", title: "Refunds", description: "Money paid back, at the time of the refund.", dataset: "fct_refunds", metric: "refunds" } },
      ],
    },
    {
      height: 50,
      tiles: [
        { width: 8, chart: { kind: "bar", name: "revenue_by_month", title: "Revenue by month", description: "Gross value of orders at placing, of registered customers and of guests, in the chosen currency.", dataset: "fct_orders", x: "placed_date", grain: "P1M", metrics: ["revenue"], by: ["customer_type"], isStacked: true } },
        { width: 4, chart: { kind: "ranking", name: "revenue_by_country", title: "Revenue by country, first fifteen", description: "Of the countries that orders went to.", dataset: "fct_orders", x: "country", metric: "revenue", limit: 15, isHorizontal: true } },
      ],
    },
    {
      height: 46,
      tiles: [
        { width: 6, chart: { kind: "line", name: "revenue_orders_by_month", title: "Orders and customers by month", description: "Orders placed, and distinct registered customers who placed one.", dataset: "fct_orders", x: "placed_date", grain: "P1M", metrics: ["orders", "customers"] } },
        { width: 6, chart: { kind: "line", name: "revenue_average_by_month", title: "Average order value by month", description: "Revenue divided by orders, of registered customers and of guests.", dataset: "fct_orders", x: "placed_date", grain: "P1M", metrics: ["average_order_value"], by: ["customer_type"] } },
      ],
    },
    {
      height: 52,
      tiles: [
        { width: 8, chart: { kind: "table", name: "revenue_months", title: "Months in numbers", description: "Every month's revenue, orders and customers, by kind of customer and currency.", dataset: "fct_orders", by: ["placed_date", "customer_type", "currency"], time: "placed_date", grain: "P1M", metrics: ["revenue", "orders", "customers", "average_order_value", "units_sold"], limit: 1_000, order: { by: "placed_date", isAscending: false } } },
        { width: 4, chart: { kind: "bar", name: "revenue_refunds_by_month", title: "Refunds by month", description: "Money paid back, at the time of the refund.", dataset: "fct_refunds", x: "refunded_date", grain: "P1M", metrics: ["refunds"], by: ["customer_type"], isStacked: true } },
      ],
    },
  ],
};
