import { auditAs } from "#kit/audit.ts";
import { EVENTS } from "#schema/events/registry.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { newWebhookSecret } from "#platform/webhooks/signature.ts";
import { readWebhookUrl } from "#platform/webhooks/address.ts";
import type { Commanded } from "../context.ts";
import { hasHidden } from "#schema/values/text.ts";
import { MAX_DESCRIPTION, MAX_ENDPOINTS, refuseTypes, type WebhookDelivery, type WebhookEndpoint } from "../domain/webhook.ts";
import {
  disableWebhookEndpoint, findWebhookDeliveryForUpdate, insertWebhookEndpoint, listWebhookEndpoints, lockWebhookEndpoints, redeliver, setWebhookSecret, updateWebhookEndpoint,
  type WebhookEndpointChange,
} from "../queries/webhooks.ts";

export interface UpsertInput {
  /** Null adds one; undefined where the id names no endpoint at all. */
  readonly endpointId: string | null | undefined;
  readonly url: string;
  readonly description: string;
  readonly eventTypes: readonly string[] | null;
  readonly rotateSecret: boolean;
}
export type UpsertRefusal =
  | { code: "WEBHOOK_ENDPOINT_NOT_FOUND" }
  | { code: "WEBHOOK_URL_REFUSED"; why: string }
  | { code: "WEBHOOK_URL_TAKEN"; endpoint: WebhookEndpoint }
  | { code: "UNKNOWN_EVENT_TYPE"; why: string; known: readonly string[] }
  | { code: "INVALID_WEBHOOK_DESCRIPTION" }
  | { code: "TOO_MANY_WEBHOOK_ENDPOINTS" };

export interface Upserted {
  readonly endpoint: WebhookEndpoint;
  /** Shown once. */
  readonly secret: string | null;
}

const KNOWN = [...new Set(EVENTS.map(({ type }) => type))].sort();
const KNOWN_SET: ReadonlySet<string> = new Set(KNOWN);

/** Adds an endpoint with a new secret, or changes one and sets it going again. */
export async function webhookEndpointUpsert(parts: Commanded, input: UpsertInput): Promise<Result<Upserted, UpsertRefusal>> {
  const read = readWebhookUrl(input.url, parts.allowPrivateWebhooks ?? false);
  if ("refused" in read) return err({ code: "WEBHOOK_URL_REFUSED", why: read.refused });
  const wrong = refuseTypes(input.eventTypes, KNOWN_SET);
  if (wrong !== undefined) return err({ code: "UNKNOWN_EVENT_TYPE", why: wrong, known: KNOWN });
  if (input.description.length > MAX_DESCRIPTION || hasHidden(input.description)) return err({ code: "INVALID_WEBHOOK_DESCRIPTION" });
  const change: WebhookEndpointChange = { url: read.url, description: input.description, eventTypes: input.eventTypes };
  const at = parts.clocks.wall.now();
  return parts.db.tx(async (tx) => {
    await lockWebhookEndpoints(tx);
    const endpoints = await listWebhookEndpoints(tx);
    const isNew = input.endpointId === null;
    if (!isNew && !endpoints.some(({ id }) => id === input.endpointId)) return err({ code: "WEBHOOK_ENDPOINT_NOT_FOUND" });
    const taken = endpoints.find(({ id, url }) => url === change.url && id !== input.endpointId);
    if (taken) return err({ code: "WEBHOOK_URL_TAKEN", endpoint: taken });
    if (isNew && endpoints.length >= MAX_ENDPOINTS) return err({ code: "TOO_MANY_WEBHOOK_ENDPOINTS" });
    const endpoint = isNew ? await insertWebhookEndpoint(tx, change, at) : await updateWebhookEndpoint(tx, input.endpointId as string, change, at);
    if (!endpoint) return err({ code: "WEBHOOK_ENDPOINT_NOT_FOUND" });
    await auditAs(tx, parts, "webhookEndpointUpsert", "webhookEndpoint", endpoint.id, { isNew, rotatesSecret: isNew || input.rotateSecret, eventTypes: input.eventTypes });
    if (!isNew && !input.rotateSecret) return ok({ endpoint, secret: null });
    const secret = newWebhookSecret();
    await setWebhookSecret(tx, endpoint.id, secret, at);
    return ok({ endpoint, secret });
  });
}

/** Tells it nothing more. */
export async function webhookEndpointDisable(parts: Commanded, endpointId: string | undefined): Promise<Result<{ endpoint: WebhookEndpoint; dropped: number }, { code: "WEBHOOK_ENDPOINT_NOT_FOUND" }>> {
  const disabled = endpointId && (await parts.db.tx(async (tx) => {
    const done = await disableWebhookEndpoint(tx, endpointId, parts.clocks.wall.now());
    if (done) await auditAs(tx, parts, "webhookEndpointDisable", "webhookEndpoint", endpointId, { dropped: done.dropped });
    return done;
  }));
  return disabled ? ok(disabled) : err({ code: "WEBHOOK_ENDPOINT_NOT_FOUND" });
}

export type RedeliverRefusal = { code: "WEBHOOK_DELIVERY_NOT_FOUND" } | { code: "WEBHOOK_ENDPOINT_NOT_ACTIVE"; endpoint: WebhookEndpoint };

/** Puts a delivery on its way again, with all its tries. */
export async function webhookRedeliver(parts: Commanded, deliveryId: string | undefined): Promise<Result<WebhookDelivery, RedeliverRefusal>> {
  if (!deliveryId) return err({ code: "WEBHOOK_DELIVERY_NOT_FOUND" });
  return parts.db.tx(async (tx) => {
    const delivery = await findWebhookDeliveryForUpdate(tx, deliveryId);
    if (!delivery) return err({ code: "WEBHOOK_DELIVERY_NOT_FOUND" });
    const endpoint = (await listWebhookEndpoints(tx)).find(({ id }) => id === delivery.endpointId);
    if (endpoint && endpoint.state !== "ACTIVE") return err({ code: "WEBHOOK_ENDPOINT_NOT_ACTIVE", endpoint });
    await auditAs(tx, parts, "webhookRedeliver", "webhookDelivery", deliveryId, { endpointId: delivery.endpointId });
    return ok(await redeliver(tx, deliveryId));
  });
}
