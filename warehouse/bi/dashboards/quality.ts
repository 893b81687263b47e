import type { DashboardSpec } from "../bundle/types.ts";

/** Whether the numbers can be trusted. */
export const quality: DashboardSpec = {
  name: "quality",
  title: "Data quality",
  description: "Whether the numbers can be trusted: checks, runs of the pipeline, freshness, and whether payments agree with the provider.",
  owner: "quality",
  datasets: [],
  filters: [],
  rows: [],
};
