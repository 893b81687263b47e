import type { DashboardSpec } from "../bundle/types.ts";
import { count, money, share } from "./words.ts";

/** Sales and refunds as one list of amounts, so that both can be set against each other by product. */
const SOLD = `
select l.product_id, l.placed_date as day, l.currency, l.customer_type, l.country, coalesce(p.name, l.name) as product, coalesce(p.category, 'None') as category, coalesce(p.brand, 'None') as brand,
  l.amount as revenue, l.units_sold, cast(0 as numeric) as refunds, l.order_id
from {marts}.fct_order_lines l left join {marts}.dim_products p on p.product_id = l.product_id
where l.line_kind = 'PRODUCT'
union all
select r.product_id, r.refunded_date, r.currency, r.customer_type, r.country, coalesce(p.name, r.code), coalesce(p.category, 'None'), coalesce(p.brand, 'None'),
  cast(0 as numeric), 0, r.amount, null
from {marts}.fct_refunds r left join {marts}.dim_products p on p.product_id = r.product_id
where r.line_kind = 'PRODUCT'`.trim();

/** What sells, in which category, and what comes back. */
export const products: DashboardSpec = {
  name: "products",
  title: "Products",
  description: "What sells, in which category, and what comes back. Postage and fees are not in it.",
  owner: "catalog",
  datasets: [
    {
      name: "product_sales",
      description: "Products sold and given back, one row per line of an order or of a refund, under the product's name and category of today.",
      sql: SOLD,
      reads: ["fct_order_lines", "fct_refunds", "dim_products"],
      time: "day",
      columns: [
        { name: "product_id", from: "fct_order_lines.product_id" },
        { name: "day", type: "date", description: "Day of the order, of a refund the day it was paid." },
        { name: "currency", from: "fct_order_lines.currency" },
        { name: "customer_type", from: "fct_order_lines.customer_type" },
        { name: "country", from: "fct_order_lines.country" },
        { name: "product", type: "text", description: "The product's name today." },
        { name: "category", type: "text", description: "The product's category today, None where it has none." },
        { name: "brand", type: "text", description: "The product's brand today, None where it has none." },
        { name: "revenue", type: "numeric", description: "Of a line of an order its amount, of a refund 0." },
        { name: "units_sold", from: "fct_order_lines.units_sold" },
        { name: "refunds", type: "numeric", description: "Of a line of a refund its amount, of an order 0." },
        { name: "order_id", type: "uuid", description: "The order, null for a refund." },
      ],
      metrics: [
        money("product_revenue", "Revenue of products", "sum(revenue)", "Amounts of lines of products."),
        money("product_refunds", "Refunds of products", "sum(refunds)", "Paid back for products."),
        count("product_units", "Units sold", "sum(units_sold)", "Units of products sold."),
        count("product_orders", "Orders", "count(distinct order_id)", "Orders that hold a product."),
        { ...share("refund_share", "Refunded share", "sum(refunds)", "sum(revenue)", "Refunds as a share of revenue."), expression: "case when min(currency) = max(currency) then cast(sum(refunds) as numeric) / nullif(sum(revenue), 0) end" },
      ],
    },
    {
      // Without the currency of the price: who looks at sales in yen still has the whole catalogue.
      name: "catalogue_products",
      description: "The products of the catalogue, whatever they are priced in.",
      sql: "select product_id, name as product, coalesce(category, 'None') as category, status, pictures from {marts}.dim_products",
      reads: ["dim_products"],
      columns: [
        { name: "product_id", from: "dim_products.product_id" },
        { name: "product", type: "text", description: "The product's name today." },
        { name: "category", type: "text", description: "The product's category today, None where it has none." },
        { name: "status", from: "dim_products.status" },
        { name: "pictures", from: "dim_products.pictures" },
      ],
      metrics: [
        count("product_count", "Products", "count(*)", "Products of the catalogue."),
        count("products_without_picture", "Without a picture", "sum(case when pictures = 0 then 1 else 0 end)", "Products that have no picture."),
      ],
    },
  ],
  filters: [
    { name: "Time", kind: "time", dataset: "product_sales", column: "day" },
    { name: "Currency", kind: "value", dataset: "product_sales", column: "currency", isSingle: true },
    { name: "Category", kind: "value", dataset: "product_sales", column: "category" },
  ],
  rows: [
    {
      height: 16,
      tiles: [
        { width: 3, chart: { kind: "number", name: "products_revenue", title: "Revenue of products", description: "Lines of products; postage and fees are not in it.", dataset: "product_sales", metric: "product_revenue" } },
        { width: 3, chart: { kind: "number", name: "products_units", title: "Units sold", description: "Units of products sold.", dataset: "product_sales", metric: "product_units" } },
        { width: 3, chart: { kind: "number", name: "products_refund_share", title: "Refunded share", description: "Refunds of products as a share of their revenue.", dataset: "product_sales", metric: "refund_share" } },
        { width: 3, chart: { kind: "number", name: "products_count", title: "Products in the catalogue", description: "In every status.", dataset: "catalogue_products", metric: "product_count" } },
      ],
    },
    {
      height: 50,
      tiles: [
        { width: 6, chart: { kind: "ranking", name: "products_top", title: "Products by revenue, first twenty", description: "By the product's name of today.", dataset: "product_sales", x: "product", metric: "product_revenue", limit: 20, isHorizontal: true } },
        { width: 6, chart: { kind: "ranking", name: "products_categories", title: "Categories by revenue, first fifteen", description: "By the product's category of today.", dataset: "product_sales", x: "category", metric: "product_revenue", limit: 15, isHorizontal: true } },
      ],
    },
    {
      height: 52,
      tiles: [
        { width: 8, chart: { kind: "table", name: "products_table", title: "Products in numbers", description: "Revenue, units, orders and refunds by product, the first five hundred by revenue.", dataset: "product_sales", by: ["product", "category"], metrics: ["product_revenue", "product_units", "product_orders", "product_refunds", "refund_share"], limit: 500, order: { by: "product_revenue", isAscending: false } } },
        { width: 4, chart: { kind: "pie", name: "products_status", title: "Products by status", description: "Of the whole catalogue.", dataset: "catalogue_products", by: "status", metric: "product_count" } },
      ],
    },
    {
      height: 46,
      tiles: [{ width: 12, chart: { kind: "bar", name: "products_units_by_month", title: "Units sold by month", description: "Units of products sold.", dataset: "product_sales", x: "day", grain: "P1M", metrics: ["product_units"] } }],
    },
  ],
};
