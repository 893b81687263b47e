import { byKey, manyByKey } from "#kit/batch.ts";
import type { Database } from "#platform/db/database.ts";
import { listWebhookAttempts, listWebhookEndpointsByIds } from "../queries/webhooks.ts";

/** For whoever the guards let through. */
export function webhookEndpointLoaders(db: Database) {
  return {
    webhookEndpointById: byKey({ load: (ids) => listWebhookEndpointsByIds(db, ids), keyOf: (endpoint) => endpoint.id }),
    attemptsOfDelivery: manyByKey({ load: (ids) => listWebhookAttempts(db, ids), keyOf: (attempt) => attempt.deliveryId }),
  };
}
