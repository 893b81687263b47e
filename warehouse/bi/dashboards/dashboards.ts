import type { DashboardSpec } from "../bundle/types.ts";
import { cohorts } from "./cohorts.ts";
import { funnel } from "./funnel.ts";
import { inventory } from "./inventory.ts";
import { predictions } from "./predictions.ts";
import { products } from "./products.ts";
import { quality } from "./quality.ts";
import { revenue } from "./revenue.ts";
import { rfm } from "./rfm.ts";
import { vendor } from "./vendor.ts";

/** The dashboards, as Superset lists them and dbt's exposures name them. */
export const DASHBOARDS: readonly DashboardSpec[] = [revenue, products, funnel, cohorts, rfm, inventory, quality, predictions, vendor];
