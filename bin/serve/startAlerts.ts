import { type Clock, wallClock } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import type { Log } from "#platform/log.ts";
import { readCaptureHealth } from "#warehouse/load/captureHealth.ts";
import { followIncidents, type Incident, noteTold } from "#warehouse/quality/incidents.ts";
import type { Installation } from "../install/installation.ts";
import { captureMetrics } from "./captureMetrics.ts";
import { qualityMetrics } from "./qualityMetrics.ts";

const EVERY_MS = 15_000;
const STATEMENT_TIMEOUT_MS = 20_000;

export interface Alerts {
  /** Prometheus text: verdict, red checks, age of the published build, how far capture is behind. */
  metrics(): Promise<string>;
}

/**
 * Tells people of the warehouse's incidents. The warehouse writes nothing in the shop: this process sees both, reads what is wrong in the
 * one and writes an event in the outbox of the other, from where it reaches mail, webhooks and the bus like every other event.
 */
export function startAlerts(installation: Installation): Alerts {
  const { databases, lifecycle } = installation;
  const log = installation.log.child({ part: "alerts" });
  const open = (role: "martgraph_builder" | "martgraph_users") =>
    Database.open(databases.as(role, { max: 1, applicationName: "martgraph alerts", statementTimeoutMs: STATEMENT_TIMEOUT_MS }), { onError: (error) => log.warn({ error }, "idle connection lost") });
  const [warehouse, shop] = [open("martgraph_builder"), open("martgraph_users")];
  let working: Promise<unknown> = Promise.resolve();
  const look = () => (working = tellIncidents({ warehouse, shop, clock: wallClock, log }).catch((error: unknown) => log.warn({ error }, "the warehouse's incidents could not be looked at; tried again")));
  const timer = setInterval(() => void working.then(look), EVERY_MS);
  lifecycle.onClose("alerts", async () => {
    clearInterval(timer);
    await working;
    await Promise.all([warehouse.close(), shop.close()]);
  });
  return { metrics: async () => (await Promise.all([qualityMetrics(warehouse), readCaptureHealth(shop, warehouse).then(captureMetrics)])).join("\n") };
}

/** Looks once: opens and closes incidents, and tells each begin and each end. */
export async function tellIncidents({ warehouse, shop, clock, log }: { warehouse: Database; shop: Database; clock: Clock; log: Log }): Promise<void> {
  const capture = await readCaptureHealth(shop, warehouse);
  for (const incident of await followIncidents(warehouse, clock.now(), capture && capture.verdict !== "FOLLOWS" ? capture.message : undefined)) {
    // What began and ended between two looks is told both ways: whoever hears of an end wants to know of what.
    const told = incident.isTold ? [] : [eventOf(incident, false)];
    await shop.tx((tx) => writeEvents(tx, incident.closedAt === null ? told : [...told, eventOf(incident, true)]));
    await noteTold(warehouse, incident, clock.now());
    log.warn({ incident: incident.id, kind: incident.kind, over: incident.closedAt !== null }, incident.message);
  }
}

function eventOf({ id, kind, message, openedAt, closedAt }: Incident, isOver: boolean) {
  const payload = { incidentId: id, kind, message, openedAt: openedAt.toISOString() };
  return isOver && closedAt
    ? { aggregate: "data_incident", aggregateId: id, type: "DataIncidentClosed", payload: { ...payload, closedAt: closedAt.toISOString() }, occurredAt: closedAt }
    : { aggregate: "data_incident", aggregateId: id, type: "DataIncidentOpened", payload, occurredAt: openedAt };
}
