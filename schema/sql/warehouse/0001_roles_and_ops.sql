-- martgraph_loader writes raw; martgraph_builder runs dbt, checks, training, publishing; martgraph_serving is what the
-- predictions and analytics subgraphs log in as; bi_reader is for BI tools and analysts and sees schema marts alone.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['martgraph_loader', 'martgraph_builder', 'martgraph_serving', 'bi_reader'] loop
    begin
      execute format('create role %I login', role_name);
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;
end
$$;
-- A default of the role, not a boundary: what bi_reader may do is what it is granted.
alter role bi_reader set default_transaction_read_only = on;
alter role bi_reader set statement_timeout = '30s';

create schema raw authorization martgraph_loader;
create schema ops authorization martgraph_builder;
do $$
begin
  execute format('grant create on database %I to martgraph_builder', current_database());
  execute format('revoke temporary on database %I from public', current_database());
  execute format('grant temporary on database %I to martgraph_builder, martgraph_loader', current_database());
end
$$;
revoke all on schema public from public;
grant usage on schema raw to martgraph_builder;
alter default privileges for role martgraph_loader in schema raw grant select on tables to martgraph_builder;

set role martgraph_builder;

-- The state of a slot: which cut its tables hold, and the cut they held before the build that is or was running.
create table ops.slot_state (
  slot text primary key check (slot in ('a', 'b')),
  -- the cut the current build reads raw as of; staging macros read it
  cut_pos bigint not null default 0,
  cut_committed_at timestamptz not null default '-infinity',
  -- business time at the cut; the "now" of every model
  business_as_of timestamptz not null default '-infinity',
  -- every incremental model of the slot holds at least the changes up to here
  complete_pos bigint not null default 0,
  build_id uuid,
  -- hash of the dbt project the slot was last completely built with; another one means a full refresh
  code_hash text
);
insert into ops.slot_state (slot) values ('a'), ('b');

create table ops.build (
  build_id uuid primary key,
  run_id uuid not null,
  slot text not null check (slot in ('a', 'b')),
  cut_pos bigint not null,
  cut_committed_at timestamptz not null,
  business_as_of timestamptz not null,
  state text not null check (state in ('BUILDING', 'REJECTED', 'PUBLISHED', 'SUPERSEDED', 'ROLLED_BACK', 'FAILED')),
  reason text,
  prediction_batch_id uuid,
  started_at timestamptz not null default now(),
  published_at timestamptz
);

-- What readers read. One row; publishing and rollback are one short transaction on it.
create table ops.pointer (
  id boolean primary key default true check (id),
  slot text not null check (slot in ('a', 'b')),
  build_id uuid not null references ops.build (build_id),
  previous_build_id uuid references ops.build (build_id),
  prediction_batch_id uuid,
  cut_pos bigint not null,
  cut_committed_at timestamptz not null,
  business_as_of timestamptz not null,
  published_at timestamptz not null
);

create table ops.check_result (
  build_id uuid not null references ops.build (build_id),
  suite text not null,
  name text not null,
  severity text not null check (severity in ('CRITICAL', 'WARNING', 'INFO')),
  passed boolean not null,
  message text,
  primary key (build_id, suite, name)
);

create table ops.pipeline_run (
  run_id uuid primary key,
  trigger text not null,
  state text not null check (state in ('RUNNING', 'SUCCEEDED', 'FAILED', 'REJECTED', 'NOTHING_TO_DO')),
  reason text,
  build_id uuid,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);

-- The ledger: one row per asset and run. A run that was killed resumes behind the assets that are DONE.
create table ops.asset_run (
  run_id uuid not null references ops.pipeline_run (run_id),
  asset text not null,
  state text not null check (state in ('RUNNING', 'DONE', 'FAILED', 'SKIPPED')),
  inputs jsonb not null default '{}',
  output jsonb not null default '{}',
  rows bigint,
  seconds double precision,
  message text,
  started_at timestamptz not null default now(),
  primary key (run_id, asset)
);
reset role;

grant usage on schema ops to martgraph_serving;
grant select on ops.pointer, ops.build, ops.check_result, ops.pipeline_run, ops.asset_run to martgraph_serving;
