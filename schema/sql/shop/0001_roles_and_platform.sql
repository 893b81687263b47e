-- One role per process that touches the shop. Roles belong to the server, so they may be there already;
-- passwords are set at start from the installation's secrets.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['martgraph_users', 'martgraph_catalog', 'martgraph_orders', 'martgraph_capture'] loop
    begin
      execute format('create role %I login', role_name);
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;
end
$$;
alter role martgraph_capture replication;

create schema platform;
create schema users;
create schema catalog;
create schema orders;
create schema events;
revoke all on schema public from public;

-- Business time = wall time + this offset. One row.
create table platform.clock (
  id boolean primary key default true check (id),
  offset_ms bigint not null default 0
);
insert into platform.clock default values;

create function platform.business_now() returns timestamptz
  language sql stable
  return (select clock_timestamp() + make_interval(secs => offset_ms / 1000.0) from platform.clock);

-- What the shop was filled with; one row once it is filled. A start with other data is refused.
create table platform.shop_data (
  id boolean primary key default true check (id),
  source text not null check (source in ('GENERATED', 'ONLINE_RETAIL_II')),
  is_synthetic boolean not null,
  fingerprint text not null,
  details jsonb not null,
  filled_at timestamptz not null default now()
);

-- Written in the transaction of the change it tells of; relayed in order of position per aggregate.
create table platform.outbox (
  event_id uuid primary key default uuidv7(),
  aggregate text not null,
  aggregate_id uuid not null,
  type text not null,
  version smallint not null default 1,
  payload jsonb not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  transaction_id xid8 not null default pg_current_xact_id()
);
create index outbox_by_transaction on platform.outbox (transaction_id, event_id);

grant usage on schema platform to martgraph_users, martgraph_catalog, martgraph_orders;
grant select on platform.clock to martgraph_users, martgraph_catalog, martgraph_orders;
grant insert on platform.outbox to martgraph_users, martgraph_catalog, martgraph_orders;
