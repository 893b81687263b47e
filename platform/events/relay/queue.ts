import type { Database, Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { RelayedEvent } from "./consumer.ts";

/** Any number does; the same in every relay. */
const DISPATCH_LOCK = 727_055;
const MAX_CLAIM = 2_000;

const tryLock = query({
  name: "relay.tryDispatchLock",
  text: "select pg_try_advisory_xact_lock($1) as is_mine",
  params: ["int8"],
  row: { is_mine: "bool" },
  budget: { access: "index", maxRows: 1 },
});

const dispatchNext = query({
  name: "relay.dispatch",
  text: `with next as materialized (
      select o.event_id from platform.outbox o where o.dispatched_at is null order by o.position limit $1
    ), taken as (
      update platform.outbox o set dispatched_at = clock_timestamp() from next n where o.event_id = n.event_id
      returning o.event_id, o.position, o.aggregate_id, o.type
    ), queued as (
      insert into platform.event_queue (consumer, position, event_id, aggregate_id)
      select c.name, t.position, t.event_id, t.aggregate_id from taken t
      join platform.event_consumers c on c.is_active and (c.types is null or t.type = any (c.types))
    )
    select count(*)::int4 as dispatched from taken`,
  params: ["int4"],
  row: { dispatched: "int4" },
  budget: { access: "write", maxRows: 1 },
});

/**
 * Puts the next events into their consumers' queues and answers how many. One relay at a time: an event must not overtake an
 * earlier one of its aggregate between outbox and queue. Undefined while another relay is at it.
 */
export function dispatch(db: Database, limit: number): Promise<number | undefined> {
  return db.tx(async (tx) => {
    // The lock in a statement of its own: the next one's snapshot must see what the lock's last holder has committed.
    if (!(await tx.one(tryLock, [BigInt(DISPATCH_LOCK)])).is_mine) return undefined;
    return (await tx.one(dispatchNext, [limit])).dispatched;
  });
}

const claimRuns = query({
  name: "relay.claim",
  text: `with heads as materialized (
      select q.position, q.aggregate_id from platform.event_queue q
      where q.consumer = $1 and q.due_at <= clock_timestamp()
        and not exists (select from platform.event_queue e where e.consumer = q.consumer and e.aggregate_id = q.aggregate_id and e.position < q.position)
      order by q.position limit $2 for update of q skip locked
    ), runs as (
      select r.position from heads h cross join lateral (
        select q.position from platform.event_queue q
        where q.consumer = $1 and q.aggregate_id = h.aggregate_id and q.position >= h.position order by q.position limit $3
      ) r
    ), claimed as (
      update platform.event_queue q set attempts = q.attempts + 1, due_at = clock_timestamp() + make_interval(secs => $4)
      from runs r where q.consumer = $1 and q.position = r.position
      returning q.event_id, q.position, q.attempts
    )
    select o.event_id, o.type, o.version, o.aggregate, o.aggregate_id, c.position, o.payload, o.occurred_at, c.attempts
    from claimed c join platform.outbox o on o.event_id = c.event_id order by c.position`,
  params: ["text", "int4", "int4", "float8"],
  row: {
    event_id: "uuid", type: "text", version: "int2", aggregate: "text", aggregate_id: "uuid", position: "int8", payload: "jsonb",
    occurred_at: "timestamptz", attempts: "int4",
  },
  budget: { access: "write", maxRows: MAX_CLAIM },
});

/**
 * Takes up to `aggregates` aggregates whose first waiting event is due, with up to `run` events of each, for `leaseSeconds`. In order
 * of position. Who does not come back in time loses them to the next.
 */
export async function claim(db: Reader, consumer: string, { aggregates, run, leaseSeconds }: { aggregates: number; run: number; leaseSeconds: number }): Promise<RelayedEvent[]> {
  const rows = await db.many(claimRuns, [consumer, aggregates, run, leaseSeconds]);
  return rows.map((row) => ({
    id: row.event_id, type: row.type, version: row.version, aggregate: row.aggregate, aggregateId: row.aggregate_id, position: row.position,
    payload: row.payload as RelayedEvent["payload"], occurredAt: row.occurred_at, attempts: row.attempts,
  }));
}

const finish = query({
  name: "relay.finish",
  text: "delete from platform.event_queue q where q.consumer = $1 and q.position = any ($2)",
  params: ["text", "int8[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const release = query({
  name: "relay.release",
  text: "update platform.event_queue q set attempts = greatest(q.attempts - 1, 0), due_at = clock_timestamp() + make_interval(secs => $3) where q.consumer = $1 and q.position = any ($2)",
  params: ["text", "int8[]", "float8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const fail = query({
  name: "relay.fail",
  text: "update platform.event_queue q set last_error = $3, due_at = clock_timestamp() + make_interval(secs => $4) where q.consumer = $1 and q.position = $2",
  params: ["text", "int8", "text", "float8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const bury = query({
  name: "relay.bury",
  text: `with dead as (delete from platform.event_queue q where q.consumer = $1 and q.position = $2 returning q.consumer, q.position, q.event_id, q.aggregate_id, q.attempts)
    insert into platform.event_dead_letters (consumer, position, event_id, aggregate_id, attempts, last_error)
    select d.consumer, d.position, d.event_id, d.aggregate_id, d.attempts, $3 from dead d on conflict do nothing`,
  params: ["text", "int8", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const MAX_ERROR = 500;
const shortened = (error: unknown) => (error instanceof Error ? error.message : String(error)).replaceAll("\0", "").slice(0, MAX_ERROR) || "no reason given";
const positions = (events: readonly RelayedEvent[]) => events.map((event) => event.position);

/** Taken: they come no more. */
export async function finishEvents(db: Reader, consumer: string, events: readonly RelayedEvent[]): Promise<void> {
  if (events.length > 0) await db.execute(finish, [consumer, positions(events)]);
}

/** Given back untried. */
export async function releaseEvents(db: Reader, consumer: string, events: readonly RelayedEvent[], afterMs = 0): Promise<void> {
  if (events.length > 0) await db.execute(release, [consumer, positions(events), afterMs / 1000]);
}

export async function retryEvent(db: Reader, consumer: string, event: RelayedEvent, error: unknown, afterMs: number): Promise<void> {
  await db.execute(fail, [consumer, event.position, shortened(error), afterMs / 1000]);
}

/** Puts it aside as a dead letter. */
export async function buryEvent(db: Reader, consumer: string, event: RelayedEvent, error: unknown): Promise<void> {
  await db.execute(bury, [consumer, event.position, shortened(error)]);
}
