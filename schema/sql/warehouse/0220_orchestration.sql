set role martgraph_builder;

-- How often a step was tried; what a running one has to tell stands in message and rows.
alter table ops.asset_run add column attempts integer not null default 1;

-- What the pipeline makes, as the process that ran last knew it: readers of the ledger have no other way to know.
create table ops.asset (
  name text primary key,
  ordinal integer not null,
  what text not null,
  stage text not null check (stage in ('before cut', 'build', 'after publish')),
  after text[] not null,
  optional boolean not null
);

-- The business days, from the first and before the second, whose rows the slot's next build makes anew although no row of raw
-- changed. Several wishes are one window that holds them all.
alter table ops.slot_state add column backfill_from date, add column backfill_to date,
  add constraint backfill_is_whole check ((backfill_from is null) = (backfill_to is null) and backfill_from < backfill_to);

-- Runs that somebody asked for through the graph; the scheduler's process takes them, all that wait at once.
create table ops.run_request (
  request_id uuid primary key default uuidv7(),
  requested_by uuid not null,
  idempotency_key text not null check (length(idempotency_key) between 1 and 200),
  train text not null check (train in ('auto', 'force', 'never')),
  force boolean not null,
  state text not null default 'PENDING' check (state in ('PENDING', 'TAKEN', 'OVER')),
  run_id uuid,
  -- why no run came of it
  reason text,
  requested_at timestamptz not null default now(),
  unique (requested_by, idempotency_key)
);
create index run_request_waiting on ops.run_request (requested_at) where state <> 'OVER';

-- The one thing that who serves may write here. Answers the request, the earlier one for the same key; nothing when too many wait.
create function ops.request_run(p_by uuid, p_key text, p_train text, p_force boolean) returns setof ops.run_request
language plpgsql security definer set search_path = pg_catalog as $$
begin
  return query select r.* from ops.run_request r where r.requested_by = p_by and r.idempotency_key = p_key;
  if found then return; end if;
  if (select count(*) from ops.run_request r where r.state = 'PENDING') >= 100 then return; end if;
  insert into ops.run_request (requested_by, idempotency_key, train, force) values (p_by, p_key, p_train, p_force) on conflict do nothing;
  return query select r.* from ops.run_request r where r.requested_by = p_by and r.idempotency_key = p_key;
end
$$;
revoke execute on function ops.request_run from public;
grant execute on function ops.request_run to martgraph_serving;
grant select on ops.run_request, ops.asset to martgraph_serving;
reset role;
