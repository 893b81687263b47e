import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { PostOutcome } from "./post.ts";

const enqueue = query({
  name: "webhooks.enqueue",
  text: `insert into platform.webhook_deliveries (endpoint_id, event_id, event_type, body)
    select w.id, e.id, e.type, e.body from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality as e (id, type, body, place)
    join platform.webhook_endpoints w on w.state <> 'DISABLED' and (w.event_types is null or e.type = any (w.event_types))
    order by e.place on conflict (endpoint_id, event_id) do nothing`,
  params: ["uuid[]", "text[]", "text[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** One delivery for each endpoint that wants the event; an event that comes again makes none. */
export async function enqueueDeliveries(db: Reader, events: readonly { id: string; type: string; body: string }[]): Promise<number> {
  return db.execute(enqueue, [events.map(({ id }) => id), events.map(({ type }) => type), events.map(({ body }) => body)]);
}

const claimDue = query({
  name: "webhooks.claim",
  text: `with due as materialized (
      select d.id from platform.webhook_endpoints w cross join lateral (
        select p.id, p.due_at from platform.webhook_deliveries p
        where p.endpoint_id = w.id and p.state = 'PENDING' and p.due_at <= clock_timestamp()
        order by p.due_at limit $2 for update of p skip locked
      ) d
      where w.state = 'ACTIVE' and not (w.id = any ($1)) order by d.due_at limit $3
    )
    update platform.webhook_deliveries d set attempts = d.attempts + 1, due_at = clock_timestamp() + make_interval(secs => $4)
    from due, platform.webhook_endpoints w
    where d.id = due.id and w.id = d.endpoint_id
    returning d.id, d.endpoint_id, d.event_id, d.event_type, d.body, d.attempts, w.url,
      array(select s.secret from platform.webhook_secrets s where s.endpoint_id = w.id and (s.expires_at is null or s.expires_at > clock_timestamp())
        order by s.expires_at desc nulls first) as secrets`,
  params: ["uuid[]", "int4", "int4", "float8"],
  row: { id: "uuid", endpoint_id: "uuid", event_id: "uuid", event_type: "text", body: "text", attempts: "int4", url: "text", secrets: "text[]" },
  budget: { access: "write", maxRows: 1_000 },
});

export interface DueDelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly body: string;
  /** This one included. */
  readonly attempts: number;
  readonly url: string;
  /** The present one first. */
  readonly secrets: readonly string[];
}

/** Takes due deliveries for `leaseSeconds`, of endpoints that are not `busy`, `perEndpoint` of each at most. */
export async function claimDeliveries(db: Reader, busy: readonly string[], { perEndpoint, most, leaseSeconds }: { perEndpoint: number; most: number; leaseSeconds: number }): Promise<DueDelivery[]> {
  return (await db.many(claimDue, [busy, perEndpoint, most, leaseSeconds])).map((row) => ({
    id: row.id, endpointId: row.endpoint_id, eventId: row.event_id, eventType: row.event_type, body: row.body, attempts: row.attempts, url: row.url, secrets: row.secrets,
  }));
}

const release = query({
  name: "webhooks.release",
  text: "update platform.webhook_deliveries d set attempts = greatest(d.attempts - 1, 0), due_at = clock_timestamp() where d.id = any ($1) and d.state = 'PENDING'",
  params: ["uuid[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Gives deliveries back untried. */
export async function releaseDeliveries(db: Reader, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await db.execute(release, [ids]);
}

const note = query({
  name: "webhooks.noteAttempt",
  text: `insert into platform.webhook_attempts (delivery_id, number, duration_ms, status, error, answer)
    select $1, coalesce(max(a.number), 0) + 1, $2, $3, $4, $5 from platform.webhook_attempts a where a.delivery_id = $1`,
  params: ["uuid", "int4", "int4?", "text?", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const settle = query({
  name: "webhooks.settle",
  text: `update platform.webhook_deliveries d set state = $2, last_status = $3, last_error = $4, due_at = clock_timestamp() + make_interval(secs => $5),
      finished_at = case when $2 = 'PENDING' then null else clock_timestamp() end
    where d.id = $1 and d.state = 'PENDING'`,
  params: ["uuid", "text", "int4?", "text?", "float8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const noteSuccess = query({
  name: "webhooks.noteSuccess",
  text: "update platform.webhook_endpoints w set consecutive_failures = 0, failing_since = null where w.id = $1 and w.consecutive_failures > 0",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const noteFailure = query({
  name: "webhooks.noteFailure",
  text: `update platform.webhook_endpoints w set consecutive_failures = w.consecutive_failures + 1, failing_since = coalesce(w.failing_since, clock_timestamp()),
      state = case when w.state = 'ACTIVE' and f.is_dead then 'PAUSED' else w.state end,
      paused_reason = case when w.state = 'ACTIVE' and f.is_dead then $2 else w.paused_reason end
    from (select e.id, $3 or (e.consecutive_failures + 1 >= $4 and e.failing_since < clock_timestamp() - make_interval(secs => $5)) as is_dead
      from platform.webhook_endpoints e where e.id = $1 for update) f
    where w.id = f.id returning w.state`,
  params: ["uuid", "text", "bool", "int4", "float8"],
  row: { state: "text" },
  budget: { access: "write", maxRows: 1 },
});

/** Writes down what came of a try. `retryInMs` undefined: there is no next one. */
export async function settleAttempt(db: Reader, delivery: DueDelivery, outcome: PostOutcome, retryInMs: number | undefined): Promise<void> {
  const state = outcome.error === null ? "DELIVERED" : retryInMs === undefined ? "DEAD" : "PENDING";
  await db.execute(note, [delivery.id, outcome.durationMs, outcome.status, outcome.error, outcome.answer]);
  await db.execute(settle, [delivery.id, state, outcome.status, outcome.error, (retryInMs ?? 0) / 1000]);
}

export interface PauseRule {
  /** Failures on end, all its deliveries together ... */
  readonly failures: number;
  /** ... over at least so many seconds. */
  readonly seconds: number;
}

/** Counts for or against the endpoint. True: it is paused now. */
export async function judgeEndpoint(db: Reader, endpointId: string, outcome: PostOutcome, rule: PauseRule): Promise<boolean> {
  if (outcome.error === null) {
    await db.execute(noteSuccess, [endpointId]);
    return false;
  }
  const isGone = outcome.status === 410;
  const why = isGone ? "It answered 410 Gone." : `Nothing was taken in ${rule.failures} tries on end; the last one: ${outcome.error}`;
  return (await db.maybeOne(noteFailure, [endpointId, why, isGone, rule.failures, rule.seconds]))?.state === "PAUSED";
}

const pruneOld = query({
  name: "webhooks.prune",
  text: `delete from platform.webhook_deliveries d where d.id in (
      select o.id from platform.webhook_deliveries o where o.created_at < clock_timestamp() - make_interval(secs => $1) order by o.created_at limit $2)`,
  params: ["float8", "int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Forgets deliveries older than `seconds`, whatever became of them; answers how many. */
export function pruneDeliveries(db: Reader, seconds: number, limit = 5_000): Promise<number> {
  return db.execute(pruneOld, [seconds, limit]);
}

const count = query({
  name: "webhooks.status",
  text: `select (select count(*) from platform.webhook_deliveries d where d.state = 'DEAD')::int4 as dead,
      (select count(*) from platform.webhook_deliveries d join platform.webhook_endpoints w on w.id = d.endpoint_id where d.state = 'PENDING' and w.state = 'ACTIVE')::int4 as pending,
      array(select w.url || ': ' || w.paused_reason from platform.webhook_endpoints w where w.state = 'PAUSED' order by w.id) as paused`,
  params: [],
  row: { dead: "int4", pending: "int4", paused: "text[]" },
  budget: { access: "scan", maxRows: 1 },
});

/** For `doctor` and gauges. */
export function readWebhookStatus(db: Reader): Promise<{ dead: number; pending: number; paused: readonly string[] }> {
  return db.one(count, []);
}
