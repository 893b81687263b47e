import type { DashboardSpec } from "../bundle/types.ts";

/** What the models say, and how well they have done. */
export const predictions: DashboardSpec = {
  name: "predictions",
  title: "Predictions",
  description: "What the models say of customers, and how well they have done.",
  owner: "predictions",
  datasets: [],
  filters: [],
  rows: [],
};
