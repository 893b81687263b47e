import { emptyDay, type Profile } from "../profile.ts";
import { addDays } from "../robust.ts";

/**
 * The z-score of elementary 0.25 as its macro metrics_anomaly_score computes it: 14 days that the scored one is part of, sensitivity 3,
 * at least 7 points, one series for each metric. Beside ours, to know whether ours earns its keep.
 */
export function elementaryAlarms(profile: Profile, day: string): string[] {
  const days = Array.from({ length: 14 }, (_, index) => profile.get(addDays(day, index - 13)) ?? emptyDay());
  const today = days[13] ?? emptyDay();
  const metrics: Record<string, (one: typeof today) => number> = { volume: (one) => one.rows, average: (one) => one.total / one.rows };
  for (const column of Object.keys(today.nulls)) metrics[`null share of ${column}`] = (one) => (one.nulls[column] ?? 0) / one.rows;
  return Object.entries(metrics).filter(([, of]) => {
    const values = days.map(of).filter((value) => Number.isFinite(value));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    return values.length >= 7 && Number.isFinite(of(today)) && deviation > 0 && Math.abs(of(today) - mean) / deviation > 3;
  }).map(([name]) => name);
}
