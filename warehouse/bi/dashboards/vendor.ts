import type { DashboardSpec } from "../bundle/types.ts";
import { count, money } from "./words.ts";

/** What a vendor sold and is owed; row-level security leaves each vendor their own rows. */
export const vendor: DashboardSpec = {
  name: "vendor",
  title: "Vendor sales",
  description: "What vendors sold, what the shop keeps and what is theirs. A vendor sees their own rows alone.",
  owner: "orders",
  isForVendors: true,
  datasets: [
    {
      name: "fct_vendor_orders",
      time: "placed_date",
      metrics: [
        count("vendor_orders", "Orders", "count(*)", "Vendor orders: an order of two vendors counts for both."),
        money("vendor_gross", "Gross", "sum(gross)", "Amounts of the vendor's lines."),
        money("vendor_net", "Net", "sum(net)", "After discounts and contained tax."),
        money("vendor_commission", "Commission", "sum(commission)", "What the shop keeps."),
        money("vendor_share", "Vendor's share", "sum(share)", "What is the vendor's."),
        money("vendor_reversed", "Taken back", "sum(reversed)", "Of the vendor's share, taken back by refunds."),
      ],
    },
  ],
  filters: [
    { name: "Time", kind: "time", dataset: "fct_vendor_orders", column: "placed_date" },
    { name: "Currency", kind: "value", dataset: "fct_vendor_orders", column: "currency", isSingle: true },
    { name: "Vendor", kind: "value", dataset: "fct_vendor_orders", column: "vendor" },
  ],
  rows: [
    {
      height: 16,
      tiles: [
        { width: 3, chart: { kind: "number", name: "vendor_orders_total", title: "Orders", description: "Vendor orders.", dataset: "fct_vendor_orders", metric: "vendor_orders" } },
        { width: 3, chart: { kind: "number", name: "vendor_gross_total", title: "Gross", description: "Amounts of the vendors' lines.", dataset: "fct_vendor_orders", metric: "vendor_gross" } },
        { width: 3, chart: { kind: "number", name: "vendor_commission_total", title: "Commission", description: "What the shop keeps.", dataset: "fct_vendor_orders", metric: "vendor_commission" } },
        { width: 3, chart: { kind: "number", name: "vendor_share_total", title: "Vendors' share", description: "What is the vendors'.", dataset: "fct_vendor_orders", metric: "vendor_share" } },
      ],
    },
    {
      height: 46,
      tiles: [
        { width: 12, chart: { kind: "bar", name: "vendor_gross_by_month", title: "Gross by month", description: "Amounts of the vendors' lines.", dataset: "fct_vendor_orders", x: "placed_date", grain: "P1M", metrics: ["vendor_gross"], by: ["vendor"], isStacked: true } },
      ],
    },
    {
      height: 40,
      tiles: [
        { width: 12, chart: { kind: "table", name: "vendor_table", title: "Vendors in numbers", description: "By vendor and currency.", dataset: "fct_vendor_orders", by: ["vendor", "currency"], metrics: ["vendor_orders", "vendor_gross", "vendor_net", "vendor_commission", "vendor_share", "vendor_reversed"], limit: 500, order: { by: "vendor_orders", isAscending: false } } },
      ],
    },
  ],
};
