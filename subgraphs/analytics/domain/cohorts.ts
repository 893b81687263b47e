export interface CohortRow {
  readonly cohort_month: string;
  readonly month_index: number;
  readonly cohort_size: bigint;
  readonly customers: bigint;
  readonly retention: string;
  readonly currency: string;
  readonly revenue: string;
}

export interface Cohort {
  readonly month: string;
  readonly size: number;
  /** Of the money of its months. */
  readonly currency: string;
  readonly activity: readonly { monthIndex: number; customers: number; retention: string; revenue: string }[];
}

/** Rows of the mart, in the order of month and index, as one entry per cohort. */
export function toCohorts(rows: readonly CohortRow[]): Cohort[] {
  return [...Map.groupBy(rows, (row) => row.cohort_month)].map(([month, activity]) => ({
    month,
    size: Number(activity[0]?.cohort_size ?? 0n),
    currency: activity[0]?.currency ?? "",
    activity: activity.map((row) => ({ monthIndex: row.month_index, customers: Number(row.customers), retention: row.retention, revenue: row.revenue })),
  }));
}
