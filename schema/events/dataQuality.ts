import { z } from "zod";
import { defineEvent } from "./event.ts";
import { instant, oneOf, text, uuid } from "./fields.ts";

const payload = z.object({
  incidentId: uuid("The incident; the same when it is over."),
  kind: oneOf(["REJECTED", "ANOMALY", "STALE", "CAPTURE"], "A build was refused by a check; a build was refused because its days differ from those before; the numbers are older than their contracts allow; change capture falls behind or lost its place in the shop's log."),
  message: text("What is wrong, in English: tables and counts, no data of anybody."),
  openedAt: instant("When it began, wall time."),
});

export const dataIncidentOpened = defineEvent({
  type: "DataIncidentOpened",
  version: 1,
  aggregate: "data_incident",
  description: "The warehouse's numbers need a person: a build was refused, or they are too old. Told once per incident, however many builds it costs; readers keep the last good build meanwhile.",
  payload,
});

export const dataIncidentClosed = defineEvent({
  type: "DataIncidentClosed",
  version: 1,
  aggregate: "data_incident",
  description: "An incident of the warehouse is over.",
  payload: payload.extend({ closedAt: instant("When it was over, wall time.") }),
});
