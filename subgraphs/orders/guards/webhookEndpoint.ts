import { allow, type Guards, role } from "#kit/guard.ts";

const admin = role("ADMIN");

// Who has an endpoint or a delivery in hand has come through one of the roots.
export const webhookEndpointGuards: Guards = {
  Query: { webhookEndpoints: admin, webhookDeliveries: admin },
  Mutation: { webhookEndpointUpsert: admin, webhookEndpointDisable: admin, webhookRedeliver: admin },
  WebhookEndpoint: admin,
  WebhookDelivery: admin,
  WebhookAttempt: admin,
  WebhookDeliveryConnection: admin,
  WebhookDeliveryEdge: admin,
  WebhookEndpointUpsertSuccess: admin,
  WebhookEndpointDisableSuccess: admin,
  WebhookRedeliverSuccess: admin,
  WebhookEndpointNotFound: allow,
  WebhookUrlRefused: allow,
  WebhookUrlTaken: allow,
  UnknownEventType: allow,
  InvalidWebhookDescription: allow,
  TooManyWebhookEndpoints: allow,
  WebhookDeliveryNotFound: allow,
  WebhookEndpointNotActive: allow,
};
