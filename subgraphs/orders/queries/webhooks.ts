import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { MAX_ENDPOINTS, OVERLAP_HOURS, type WebhookAttempt, type WebhookDelivery, type WebhookDeliveryState, type WebhookEndpoint } from "../domain/webhook.ts";

const ENDPOINT = "w.id, w.url, w.description, w.event_types, w.state, w.paused_reason, w.failing_since, w.created_at, w.updated_at";
const endpointRow = {
  id: "uuid", url: "text", description: "text", event_types: "text[]?", state: "text", paused_reason: "text?", failing_since: "timestamptz?", created_at: "timestamptz", updated_at: "timestamptz",
} as const;
const toEndpoint = (row: RowOf<typeof endpointRow>): WebhookEndpoint => ({
  id: row.id, url: row.url, description: row.description, eventTypes: row.event_types, state: row.state as WebhookEndpoint["state"], pausedReason: row.paused_reason,
  failingSince: row.failing_since, createdAt: row.created_at, updatedAt: row.updated_at,
});

const all = query({
  name: "orders.webhookEndpoints",
  text: `select ${ENDPOINT} from platform.webhook_endpoints w order by w.id`,
  params: [],
  row: endpointRow,
  budget: { access: "scan", maxRows: MAX_ENDPOINTS },
});
export async function listWebhookEndpoints(db: Reader): Promise<WebhookEndpoint[]> {
  return (await db.many(all, [])).map(toEndpoint);
}

// Two who add at once must both be counted.
const lockAll = query({
  name: "orders.lockWebhookEndpoints",
  text: "select pg_advisory_xact_lock(727056) is null as locked",
  params: [],
  row: { locked: "bool" },
  budget: { access: "index", maxRows: 1 },
});
/** One change of endpoints at a time. */
export async function lockWebhookEndpoints(tx: Tx): Promise<void> {
  await tx.one(lockAll, []);
}

const insert = query({
  name: "orders.insertWebhookEndpoint",
  text: `insert into platform.webhook_endpoints as w (url, description, event_types, created_at, updated_at) values ($1, $2, $3, $4, $4) returning ${ENDPOINT}`,
  params: ["text", "text", "text[]?", "timestamptz"],
  row: endpointRow,
  budget: { access: "write", maxRows: 1 },
});
const update = query({
  name: "orders.updateWebhookEndpoint",
  text: `update platform.webhook_endpoints w set url = $2, description = $3, event_types = $4, updated_at = $5,
      state = 'ACTIVE', paused_reason = null, consecutive_failures = 0, failing_since = null
    where w.id = $1 returning ${ENDPOINT}`,
  params: ["uuid", "text", "text", "text[]?", "timestamptz"],
  row: endpointRow,
  budget: { access: "write", maxRows: 1 },
});
export interface WebhookEndpointChange {
  readonly url: string;
  readonly description: string;
  readonly eventTypes: readonly string[] | null;
}
export async function insertWebhookEndpoint(tx: Tx, { url, description, eventTypes }: WebhookEndpointChange, at: Date): Promise<WebhookEndpoint> {
  return toEndpoint(await tx.one(insert, [url, description, eventTypes, at]));
}
/** Undefined when there is none. */
export async function updateWebhookEndpoint(tx: Tx, id: string, { url, description, eventTypes }: WebhookEndpointChange, at: Date): Promise<WebhookEndpoint | undefined> {
  const row = await tx.maybeOne(update, [id, url, description, eventTypes, at]);
  return row && toEndpoint(row);
}

// Of the secrets before, the latest goes on for a while: two are valid at a time.
const expire = query({
  name: "orders.expireWebhookSecrets",
  text: `update platform.webhook_secrets s set expires_at = case when s.expires_at is null then clock_timestamp() + make_interval(hours => $2) else clock_timestamp() end
    where s.endpoint_id = $1 and (s.expires_at is null or s.expires_at > clock_timestamp())`,
  params: ["uuid", "int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
const insertSecret = query({
  name: "orders.insertWebhookSecret",
  text: "insert into platform.webhook_secrets (endpoint_id, secret, created_at) values ($1, $2, $3)",
  params: ["uuid", "text", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
/** The secret that signs from now on; this role can never read it back. */
export async function setWebhookSecret(tx: Tx, endpointId: string, secret: string, at: Date): Promise<void> {
  await tx.execute(expire, [endpointId, OVERLAP_HOURS]);
  await tx.execute(insertSecret, [endpointId, secret, at]);
}

const disable = query({
  name: "orders.disableWebhookEndpoint",
  text: `update platform.webhook_endpoints w set state = 'DISABLED', paused_reason = null, updated_at = $2 where w.id = $1 returning ${ENDPOINT}`,
  params: ["uuid", "timestamptz"],
  row: endpointRow,
  budget: { access: "write", maxRows: 1 },
});
const drop = query({
  name: "orders.dropWebhookDeliveries",
  text: "update platform.webhook_deliveries d set state = 'DEAD', finished_at = clock_timestamp() where d.endpoint_id = $1 and d.state = 'PENDING'",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
export async function disableWebhookEndpoint(tx: Tx, id: string, at: Date): Promise<{ endpoint: WebhookEndpoint; dropped: number } | undefined> {
  const row = await tx.maybeOne(disable, [id, at]);
  return row && { endpoint: toEndpoint(row), dropped: await tx.execute(drop, [id]) };
}

const DELIVERY = "d.id, d.endpoint_id, d.event_id, d.event_type, d.state, d.attempts, d.due_at, d.body, d.created_at, d.finished_at";
const deliveryRow = {
  id: "uuid", endpoint_id: "uuid", event_id: "uuid", event_type: "text", state: "text", attempts: "int4", due_at: "timestamptz", body: "text", created_at: "timestamptz", finished_at: "timestamptz?",
} as const;
const toDelivery = (row: RowOf<typeof deliveryRow>): WebhookDelivery => ({
  id: row.id, endpointId: row.endpoint_id, eventId: row.event_id, eventType: row.event_type, state: row.state as WebhookDeliveryState, tries: row.attempts,
  dueAt: row.due_at, body: row.body, createdAt: row.created_at, finishedAt: row.finished_at,
});

// Ids count up with time, so the newest come first by id.
const page = query({
  name: "orders.webhookDeliveries",
  text: `select ${DELIVERY} from platform.webhook_deliveries d
    where ($1::text is null or d.state = $1) and ($2::uuid is null or d.id < $2) order by d.id desc limit $3`,
  params: ["text?", "uuid?", "int4"],
  row: deliveryRow,
  budget: { access: "index", maxRows: 101 },
});
const pageOfEndpoint = query({
  name: "orders.webhookDeliveriesOfEndpoint",
  text: `select ${DELIVERY} from platform.webhook_deliveries d
    where d.endpoint_id = $1 and ($2::text is null or d.state = $2) and ($3::uuid is null or d.id < $3) order by d.id desc limit $4`,
  params: ["uuid", "text?", "uuid?", "int4"],
  row: deliveryRow,
  budget: { access: "index", maxRows: 101 },
});
export async function listWebhookDeliveries(db: Reader, { endpointId, state, after, limit }: { endpointId: string | null; state: WebhookDeliveryState | null; after: string | null; limit: number }): Promise<WebhookDelivery[]> {
  const rows = endpointId === null ? db.many(page, [state, after, limit]) : db.many(pageOfEndpoint, [endpointId, state, after, limit]);
  return (await rows).map(toDelivery);
}

const findDelivery = query({
  name: "orders.webhookDeliveryForUpdate",
  text: `select ${DELIVERY} from platform.webhook_deliveries d where d.id = $1 for update`,
  params: ["uuid"],
  row: deliveryRow,
  budget: { access: "write", maxRows: 1 },
});
export async function findWebhookDeliveryForUpdate(tx: Tx, id: string): Promise<WebhookDelivery | undefined> {
  const row = await tx.maybeOne(findDelivery, [id]);
  return row && toDelivery(row);
}

const again = query({
  name: "orders.redeliverWebhook",
  text: `update platform.webhook_deliveries d set state = 'PENDING', attempts = 0, due_at = clock_timestamp(), finished_at = null where d.id = $1 returning ${DELIVERY}`,
  params: ["uuid"],
  row: deliveryRow,
  budget: { access: "write", maxRows: 1 },
});
export async function redeliver(tx: Tx, id: string): Promise<WebhookDelivery> {
  return toDelivery(await tx.one(again, [id]));
}

const endpointsByIds = query({
  name: "orders.webhookEndpointsByIds",
  text: `select ${ENDPOINT} from platform.webhook_endpoints w where w.id = any ($1)`,
  params: ["uuid[]"],
  row: endpointRow,
  budget: { access: "index", maxRows: MAX_ENDPOINTS },
});
export async function listWebhookEndpointsByIds(db: Reader, ids: readonly string[]): Promise<WebhookEndpoint[]> {
  return (await db.many(endpointsByIds, [ids])).map(toEndpoint);
}

const attemptsOf = query({
  name: "orders.webhookAttempts",
  text: `select a.delivery_id, a.number, a.at, a.duration_ms, a.status, a.error, a.answer from unnest($1::uuid[]) as k (id)
    cross join lateral (select * from platform.webhook_attempts t where t.delivery_id = k.id order by t.number desc limit 50) a order by a.delivery_id, a.number desc`,
  params: ["uuid[]"],
  row: { delivery_id: "uuid", number: "int4", at: "timestamptz", duration_ms: "int4", status: "int4?", error: "text?", answer: "text?" },
  budget: { access: "index", maxRows: 5_000 },
});
export async function listWebhookAttempts(db: Reader, deliveryIds: readonly string[]): Promise<WebhookAttempt[]> {
  return (await db.many(attemptsOf, [deliveryIds])).map((row) => ({
    deliveryId: row.delivery_id, number: row.number, at: row.at, durationMs: row.duration_ms, status: row.status, error: row.error, answer: row.answer,
  }));
}
