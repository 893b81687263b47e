import { Gauge, Registry } from "prom-client";
import type { CaptureHealth } from "#warehouse/load/captureHealth.ts";

/** Change capture as Prometheus text; nothing before the first copy. */
export async function captureMetrics(health: CaptureHealth | undefined): Promise<string> {
  if (!health) return "";
  const registry = new Registry();
  const set = (name: string, help: string, value: number | undefined) => {
    if (value !== undefined) new Gauge({ name: `martgraph_capture_${name}`, help, registers: [registry] }).set(value);
  };
  set("retained_wal_bytes", "WAL that the shop's server keeps for the warehouse's replication slot; absent once it is lost", health.retainedBytes);
  set("retained_wal_bound_bytes", "max_slot_wal_keep_size: beyond it the slot is given up; absent without a bound", health.boundBytes);
  set("lag_seconds", "Seconds since the moment up to which raw is known to hold all that the shop committed", health.lagSeconds);
  set("falls_behind", "1 when so much WAL is kept that a person is told", health.verdict === "FALLS_BEHIND" ? 1 : 0);
  set("slot_lost", "1 when the slot is gone or given up: the next run copies the shop anew", health.verdict === "LOST" ? 1 : 0);
  return registry.metrics();
}
