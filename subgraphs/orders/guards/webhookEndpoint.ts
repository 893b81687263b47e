import { allow, type Guards, permission } from "#kit/guard.ts";

const managers = permission("webhooks.manage");

// Who has an endpoint or a delivery in hand has come through one of the roots.
export const webhookEndpointGuards: Guards = {
  Query: { webhookEndpoints: managers, webhookDeliveries: managers },
  Mutation: { webhookEndpointUpsert: managers, webhookEndpointDisable: managers, webhookRedeliver: managers },
  WebhookEndpoint: managers,
  WebhookDelivery: managers,
  WebhookAttempt: managers,
  WebhookDeliveryConnection: managers,
  WebhookDeliveryEdge: managers,
  WebhookEndpointUpsertSuccess: managers,
  WebhookEndpointDisableSuccess: managers,
  WebhookRedeliverSuccess: managers,
  WebhookEndpointNotFound: allow,
  WebhookUrlRefused: allow,
  WebhookUrlTaken: allow,
  UnknownEventType: allow,
  InvalidWebhookDescription: allow,
  TooManyWebhookEndpoints: allow,
  WebhookDeliveryNotFound: allow,
  WebhookEndpointNotActive: allow,
};
