import type { Reader } from "#platform/db/database.ts";
import { readRelayStatus } from "#platform/events/relay/upkeep.ts";
import { readWebhookStatus } from "#platform/webhooks/queries.ts";

/** An event that is older than this and not told means that no relay is at work, or that whoever is told is away. */
const LATE_SECONDS = 300;

/** What `doctor` says about the telling of events: how far it is behind, what was given up. */
export async function tellingFindings(shop: Reader): Promise<{ check: string; ok: boolean; note: string }[]> {
  const { undispatched, consumers } = await readRelayStatus(shop);
  const { dead, pending, paused } = await readWebhookStatus(shop);
  const active = consumers.filter(({ isActive }) => isActive);
  const lag = Math.max(undispatched.lagSeconds, 0, ...active.map(({ lagSeconds }) => lagSeconds));
  const waiting = active.map(({ name, waiting: count, lagSeconds }) => `${name} ${count}${count > 0 ? ` (${Math.round(lagSeconds)} s)` : ""}`).join(", ") || "nobody is told yet";
  const isLate = lag > LATE_SECONDS;
  const letters = consumers.filter((consumer) => consumer.dead > 0).map((consumer) => `${consumer.name} ${consumer.dead}`);
  return [
    { check: "Events to tell", ok: !isLate, note: `${undispatched.waiting} new; waiting: ${waiting}${isLate ? `; the oldest is ${Math.round(lag)} s old: look into the log for who cannot be reached` : ""}` },
    { check: "Dead letters", ok: letters.length === 0, note: letters.length === 0 ? "none" : `${letters.join(", ")}: martgraph events dead shows why, martgraph events retry tells them again` },
    {
      check: "Webhooks", ok: paused.length === 0 && dead === 0,
      note: [`${pending} on their way`, ...(dead > 0 ? [`${dead} given up: webhookDeliveries(state: DEAD) shows them, webhookRedeliver sends one again`] : []), ...paused.map((one) => `paused ${one}`)].join("; "),
    },
  ];
}
