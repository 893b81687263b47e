import { Gauge, Registry } from "prom-client";
import type { Database } from "#platform/db/database.ts";
import { readWebhookStatus } from "#platform/webhooks/queries.ts";
import { readRelayStatus } from "./upkeep.ts";

/** The telling of events as Prometheus text, read when it is asked for. */
export async function relayMetrics(db: Database): Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[] = []) => new Gauge({ name: `martgraph_events_${name}`, help, labelNames, registers: [registry] });
  const [{ undispatched, consumers }, webhooks] = await Promise.all([readRelayStatus(db), readWebhookStatus(db)]);
  gauge("undispatched", "Events that no relay has looked at yet").set(undispatched.waiting);
  gauge("undispatched_lag_seconds", "Age of the oldest of them").set(undispatched.lagSeconds);
  const [waiting, lag, dead] = [gauge("waiting", "Events that a consumer has not taken", ["consumer"]), gauge("lag_seconds", "Age of the oldest of them", ["consumer"]), gauge("dead_letters", "Events that a consumer could not take", ["consumer"])];
  for (const { name, ...one } of consumers) {
    waiting.set({ consumer: name }, one.waiting);
    lag.set({ consumer: name }, one.lagSeconds);
    dead.set({ consumer: name }, one.dead);
  }
  gauge("webhooks_pending", "Webhook deliveries on their way").set(webhooks.pending);
  gauge("webhooks_dead", "Webhook deliveries that were given up").set(webhooks.dead);
  gauge("webhooks_paused", "Webhook endpoints that are paused").set(webhooks.paused.length);
  return registry.metrics();
}
