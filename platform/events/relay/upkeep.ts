import type { Database, Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const switchOff = query({
  name: "relay.switchOff",
  text: "update platform.event_consumers c set is_active = false, changed_at = clock_timestamp() where c.is_active and not (c.name = any ($1))",
  params: ["text[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const lockConsumer = query({
  name: "relay.lockConsumer",
  text: "select c.is_active, c.changed_at from platform.event_consumers c where c.name = $1 for update",
  params: ["text"],
  row: { is_active: "bool", changed_at: "timestamptz" },
  budget: { access: "write", maxRows: 1 },
});

const register = query({
  name: "relay.register",
  text: `insert into platform.event_consumers as c (name, types, is_active) values ($1, $2, true)
    on conflict (name) do update set types = excluded.types, is_active = true, changed_at = case when c.is_active then c.changed_at else clock_timestamp() end`,
  params: ["text", "text[]?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const catchUp = query({
  name: "relay.catchUp",
  text: `insert into platform.event_queue (consumer, position, event_id, aggregate_id)
    select $1, o.position, o.event_id, o.aggregate_id from platform.outbox o
    where o.dispatched_at >= $2 and ($3::text[] is null or o.type = any ($3)) on conflict do nothing`,
  params: ["text", "timestamptz", "text[]?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/**
 * Makes these the consumers there are. A new one is told of what happens from now on; one that was switched off for a while gets what
 * it missed, as far as that is still kept. Of the others the queues stay and grow no more.
 */
export async function registerConsumers(db: Database, consumers: readonly { name: string; types?: readonly string[] }[]): Promise<void> {
  await db.tx(async (tx) => {
    await tx.execute(switchOff, [consumers.map(({ name }) => name)]);
    for (const { name, types } of consumers) {
      const before = await tx.maybeOne(lockConsumer, [name]);
      await tx.execute(register, [name, types ?? null]);
      if (before && !before.is_active) await tx.execute(catchUp, [name, before.changed_at, types ?? null]);
    }
  });
}

const pruneTold = query({
  name: "relay.prune",
  text: `delete from platform.outbox o where o.event_id in (
      select d.event_id from platform.outbox d
      where d.dispatched_at < clock_timestamp() - make_interval(secs => $1)
        and not exists (select from platform.event_consumers c join platform.event_queue q on q.consumer = c.name and q.position = d.position)
        and not exists (select from platform.event_dead_letters l where l.event_id = d.event_id)
      order by d.dispatched_at limit $2)`,
  params: ["float8", "int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Forgets events that every consumer has taken and that were told longer than `seconds` ago; answers how many. */
export function pruneOutbox(db: Reader, seconds: number, limit = 5_000): Promise<number> {
  return db.execute(pruneTold, [seconds, limit]);
}

const revive = query({
  name: "relay.revive",
  text: `with gone as (delete from platform.event_dead_letters l where $1::text is null or l.consumer = $1 returning l.consumer, l.position, l.event_id, l.aggregate_id)
    insert into platform.event_queue (consumer, position, event_id, aggregate_id)
    select g.consumer, g.position, g.event_id, g.aggregate_id from gone g on conflict do nothing`,
  params: ["text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Puts dead letters, of one consumer or of all, back into their queues with all their tries; answers how many. */
export function reviveDeadLetters(db: Reader, consumer?: string): Promise<number> {
  return db.execute(revive, [consumer ?? null]);
}

const waiting = query({
  name: "relay.waiting",
  text: `select c.name as consumer, c.is_active, q.waiting, q.lag_seconds, l.dead
    from platform.event_consumers c
    cross join lateral (
      select count(*)::int4 as waiting, coalesce(extract(epoch from clock_timestamp() - min(o.recorded_at)), 0)::float8 as lag_seconds
      from platform.event_queue e join platform.outbox o on o.event_id = e.event_id where e.consumer = c.name
    ) q
    cross join lateral (select count(*)::int4 as dead from platform.event_dead_letters d where d.consumer = c.name) l
    order by c.name`,
  params: [],
  row: { consumer: "text", is_active: "bool", waiting: "int4", lag_seconds: "float8", dead: "int4" },
  budget: { access: "scan", maxRows: 100 },
});

const undispatched = query({
  name: "relay.undispatched",
  text: `select count(*)::int4 as waiting, coalesce(extract(epoch from clock_timestamp() - min(o.recorded_at)), 0)::float8 as lag_seconds
    from platform.outbox o where o.dispatched_at is null`,
  params: [],
  row: { waiting: "int4", lag_seconds: "float8" },
  budget: { access: "scan", maxRows: 1 },
});

export interface RelayStatus {
  /** Events that no relay has looked at yet. */
  readonly undispatched: { readonly waiting: number; readonly lagSeconds: number };
  readonly consumers: readonly { readonly name: string; readonly isActive: boolean; readonly waiting: number; readonly lagSeconds: number; readonly dead: number }[];
}

/** How far the telling is behind, for gauges and for `doctor`. Lag: the age of the oldest event that is not taken. */
export async function readRelayStatus(db: Reader): Promise<RelayStatus> {
  const [rows, fresh] = [await db.many(waiting, []), await db.one(undispatched, [])];
  return {
    undispatched: { waiting: fresh.waiting, lagSeconds: fresh.lag_seconds },
    consumers: rows.map((row) => ({ name: row.consumer, isActive: row.is_active, waiting: row.waiting, lagSeconds: row.lag_seconds, dead: row.dead })),
  };
}
