-- How the outbox is told to the world: one role, one queue per consumer.

do $$
begin
  create role martgraph_relay login;
exception when duplicate_object or unique_violation then null;
end
$$;
do $$
begin
  execute format('grant connect on database %I to martgraph_relay', current_database());
end
$$;

-- The position is taken while the event is written. Who writes about an aggregate holds its lock, so of two events of one aggregate
-- the one that was committed first has the lower position, whichever of the two transactions began first: transaction ids do not tell
-- that (one may be given out long before its transaction gets the lock), and waiting for the oldest of them would let one long
-- transaction hold up the whole shop's news.
alter table platform.outbox
  add column position bigint generated always as identity,
  -- When it was put into the queues of its consumers. Null: not yet.
  add column dispatched_at timestamptz;
drop index platform.outbox_by_transaction;
create index outbox_waiting on platform.outbox (position) where dispatched_at is null;
create index outbox_dispatched on platform.outbox (dispatched_at) where dispatched_at is not null;

-- Who wants to be told. The queue of a consumer that is switched off is kept; it catches up when it is switched on again.
create table platform.event_consumers (
  name text primary key check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  -- Null: all types.
  types text[],
  is_active boolean not null,
  changed_at timestamptz not null default clock_timestamp()
);

-- What a consumer has not taken yet. An event is told when no earlier one of its aggregate stands before it here.
create table platform.event_queue (
  consumer text not null references platform.event_consumers (name),
  position bigint not null,
  event_id uuid not null,
  aggregate_id uuid not null,
  attempts integer not null default 0,
  -- Not before this: the end of a lease while a relay is at work on it, the next try after a failure.
  due_at timestamptz not null default clock_timestamp(),
  last_error text,
  primary key (consumer, position)
);
create index event_queue_by_aggregate on platform.event_queue (consumer, aggregate_id, position);

-- What a consumer could not take after all tries. It holds nothing up, and waits here for a person.
create table platform.event_dead_letters (
  consumer text not null references platform.event_consumers (name),
  position bigint not null,
  event_id uuid not null references platform.outbox (event_id),
  aggregate_id uuid not null,
  attempts integer not null,
  last_error text not null,
  died_at timestamptz not null default clock_timestamp(),
  primary key (consumer, position)
);
create index event_dead_letters_by_event on platform.event_dead_letters (event_id);

-- Set by a relay that is about to sleep. NOTIFY takes a lock of the whole server at commit, so writers ring only where somebody sleeps:
-- under load nobody does, and nobody rings. A ring that is missed costs one polling interval.
create table platform.relay_bell (
  id boolean primary key default true check (id),
  is_wanted boolean not null default false
);
insert into platform.relay_bell default values;

create function platform.ring_relay() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if (select b.is_wanted from platform.relay_bell b) then
    perform pg_notify('martgraph_outbox', '');
  end if;
  return null;
end
$$;
revoke all on function platform.ring_relay() from public;
create trigger outbox_rings after insert on platform.outbox for each statement execute function platform.ring_relay();

grant usage on schema platform to martgraph_relay;
grant select on platform.clock to martgraph_relay;
grant select, delete, update (dispatched_at) on platform.outbox to martgraph_relay;
grant select, insert, update on platform.event_consumers to martgraph_relay;
grant select, insert, update, delete on platform.event_queue, platform.event_dead_letters to martgraph_relay;
grant select, update (is_wanted) on platform.relay_bell to martgraph_relay;
