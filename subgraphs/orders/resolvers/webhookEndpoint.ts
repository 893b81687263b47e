import { cursorOf, type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { webhookEndpointDisable, webhookEndpointUpsert, webhookRedeliver } from "../commands/webhookEndpoint.ts";
import type { OrdersContext } from "../context.ts";
import type { WebhookDelivery, WebhookDeliveryState, WebhookEndpoint } from "../domain/webhook.ts";
import { listWebhookDeliveries, listWebhookEndpoints } from "../queries/webhooks.ts";
import { disableErrors, redeliverErrors, upsertErrors } from "./errors/webhookEndpoint.ts";

interface UpsertArgs {
  input: { endpointId?: string | null; url: string; description?: string | null; eventTypes?: string[] | null; rotateSecret?: boolean | null };
}
interface DeliveriesArgs extends PageArgs { endpointId?: string | null; state?: WebhookDeliveryState | null }

const deliveryCursor = cursorOf("webhook deliveries", ["uuid"]);

export const webhookEndpointResolvers = {
  Query: {
    webhookEndpoints: (_root: unknown, _args: unknown, { db }: OrdersContext) => listWebhookEndpoints(db),
    async webhookDeliveries(_root: unknown, args: DeliveriesArgs, { db }: OrdersContext) {
      const page = readPage(args, deliveryCursor);
      const endpointId = args.endpointId == null ? null : decodeId("whe", args.endpointId);
      const rows = endpointId === undefined ? [] : await listWebhookDeliveries(db, { endpointId, state: args.state ?? null, after: page.after?.[0] ?? null, limit: page.limit + 1 });
      return toConnection(rows, page, (delivery) => deliveryCursor.encode([delivery.id]));
    },
  },
  Mutation: {
    async webhookEndpointUpsert(_root: unknown, { input }: UpsertArgs, context: OrdersContext) {
      const outcome = await webhookEndpointUpsert(context, {
        endpointId: input.endpointId == null ? null : decodeId("whe", input.endpointId), url: input.url, description: input.description ?? "",
        eventTypes: input.eventTypes ?? null, rotateSecret: input.rotateSecret ?? false,
      });
      return outcome.ok ? { __typename: "WebhookEndpointUpsertSuccess", ...outcome.value } : toUserError(upsertErrors, outcome.error);
    },
    async webhookEndpointDisable(_root: unknown, { endpointId }: { endpointId: string }, context: OrdersContext) {
      const outcome = await webhookEndpointDisable(context, decodeId("whe", endpointId));
      return outcome.ok ? { __typename: "WebhookEndpointDisableSuccess", ...outcome.value } : toUserError(disableErrors, outcome.error);
    },
    async webhookRedeliver(_root: unknown, { deliveryId }: { deliveryId: string }, context: OrdersContext) {
      const outcome = await webhookRedeliver(context, decodeId("whd", deliveryId));
      return outcome.ok ? { __typename: "WebhookRedeliverSuccess", delivery: outcome.value } : toUserError(redeliverErrors, outcome.error);
    },
  },
  WebhookEndpoint: { id: (endpoint: WebhookEndpoint) => encodeId("whe", endpoint.id) },
  WebhookDelivery: {
    id: (delivery: WebhookDelivery) => encodeId("whd", delivery.id),
    endpoint: (delivery: WebhookDelivery, _args: unknown, { loaders }: OrdersContext) => loaders.webhookEndpointById.load(delivery.endpointId),
    nextTryAt: (delivery: WebhookDelivery) => (delivery.state === "PENDING" ? delivery.dueAt : null),
    attempts: (delivery: WebhookDelivery, _args: unknown, { loaders }: OrdersContext) => loaders.attemptsOfDelivery.load(delivery.id),
  },
};
