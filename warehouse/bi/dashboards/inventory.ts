import type { DashboardSpec } from "../bundle/types.ts";
import { count, share } from "./words.ts";

/** What stands where, and what runs out. */
export const inventory: DashboardSpec = {
  name: "inventory",
  title: "Inventory",
  description: "What stands in which warehouse, what is promised to orders, and what runs out.",
  owner: "orders",
  datasets: [
    {
      name: "dim_inventory",
      metrics: [
        count("stock_on_hand", "On hand", "sum(on_hand)", "Units that stand in the warehouse."),
        count("stock_reserved", "Reserved", "sum(reserved)", "Units that orders have a right to."),
        count("stock_available", "Available", "sum(available)", "Units that can be sold."),
        count("stock_incoming", "Incoming", "sum(incoming)", "Units that are on their way."),
        count("stock_places", "Variants in warehouses", "count(*)", "Pairs of variant and warehouse."),
        count("stock_sold_out", "Sold out", "sum(case when available <= 0 then 1 else 0 end)", "Pairs of variant and warehouse with nothing left to sell."),
        share("stock_out_share", "Sold-out share", "sum(case when available <= 0 then 1 else 0 end)", "count(*)", "Pairs of variant and warehouse with nothing left to sell as a share of all."),
        share("stock_reserved_share", "Reserved share", "sum(reserved)", "sum(on_hand)", "Units that orders have a right to as a share of those on hand."),
      ],
    },
  ],
  filters: [{ name: "Warehouse", kind: "value", dataset: "dim_inventory", column: "warehouse" }],
  rows: [
    {
      height: 16,
      tiles: [
        { width: 3, chart: { kind: "number", name: "inventory_on_hand", title: "Units on hand", description: "In all warehouses.", dataset: "dim_inventory", metric: "stock_on_hand" } },
        { width: 3, chart: { kind: "number", name: "inventory_available", title: "Units that can be sold", description: "On hand less reserved.", dataset: "dim_inventory", metric: "stock_available" } },
        { width: 3, chart: { kind: "number", name: "inventory_reserved_share", title: "Reserved share", description: "Of the units on hand.", dataset: "dim_inventory", metric: "stock_reserved_share" } },
        { width: 3, chart: { kind: "number", name: "inventory_out_share", title: "Sold-out share", description: "Of the variants in warehouses.", dataset: "dim_inventory", metric: "stock_out_share" } },
      ],
    },
    {
      height: 46,
      tiles: [
        { width: 4, chart: { kind: "ranking", name: "inventory_by_warehouse", title: "Units available by warehouse", description: "Units that can be sold.", dataset: "dim_inventory", x: "warehouse", metric: "stock_available", limit: 50 } },
        { width: 8, chart: { kind: "table", name: "inventory_warehouses", title: "Warehouses in numbers", description: "Units and variants by warehouse.", dataset: "dim_inventory", by: ["warehouse"], metrics: ["stock_places", "stock_on_hand", "stock_reserved", "stock_available", "stock_incoming", "stock_sold_out", "stock_out_share"], limit: 100, order: { by: "stock_on_hand", isAscending: false } } },
      ],
    },
    {
      height: 52,
      tiles: [{ width: 12, chart: { kind: "rows", name: "inventory_low", title: "What runs out", description: "Variants with the least left to sell, the first five hundred.", dataset: "dim_inventory", columns: ["sku", "warehouse", "available", "on_hand", "reserved", "incoming", "updated_at"], limit: 500, order: { by: "available", isAscending: true } } }],
    },
  ],
};
