import type { Renderers } from "#kit/userError.ts";
import type { RedeliverRefusal, UpsertRefusal } from "../../commands/webhookEndpoint.ts";
import { MAX_DESCRIPTION, MAX_ENDPOINTS } from "../../domain/webhook.ts";

const notFound = (path: readonly string[]) => ({ message: "There is no such webhook endpoint: webhookEndpoints lists them.", path });

export const upsertErrors: Renderers<UpsertRefusal> = {
  WEBHOOK_ENDPOINT_NOT_FOUND: () => notFound(["input", "endpointId"]),
  WEBHOOK_URL_REFUSED: ({ why }) => ({ message: why, path: ["input", "url"] }),
  WEBHOOK_URL_TAKEN: ({ endpoint }) => ({ message: "There is an endpoint with this URL: change that one, by its id.", path: ["input", "url"], fields: { endpoint } }),
  UNKNOWN_EVENT_TYPE: ({ why, known }) => ({ message: why, path: ["input", "eventTypes"], fields: { known } }),
  INVALID_WEBHOOK_DESCRIPTION: () => ({ message: `The description may have at most ${MAX_DESCRIPTION} characters.`, path: ["input", "description"] }),
  TOO_MANY_WEBHOOK_ENDPOINTS: () => ({ message: `There may be ${MAX_ENDPOINTS} webhook endpoints: give one that is no longer used its new URL.`, path: ["input"], fields: { limit: MAX_ENDPOINTS } }),
};

export const disableErrors: Renderers<{ code: "WEBHOOK_ENDPOINT_NOT_FOUND" }> = { WEBHOOK_ENDPOINT_NOT_FOUND: () => notFound(["endpointId"]) };

export const redeliverErrors: Renderers<RedeliverRefusal> = {
  WEBHOOK_DELIVERY_NOT_FOUND: () => ({ message: "There is no such delivery: they are kept for 30 days.", path: ["deliveryId"] }),
  WEBHOOK_ENDPOINT_NOT_ACTIVE: ({ endpoint }) => ({
    message: `Its endpoint is ${endpoint.state}: set it going again with webhookEndpointUpsert first.`, path: ["deliveryId"], fields: { endpoint },
  }),
};
