-- Ad-hoc SQL. Each audience has a login of its own that may read its own views and nothing else: what the gate in front of it
-- misses, the grants refuse.
--   martgraph_sql_analyst   schema marts_masked: every mart, with personal columns hashed or empty
--   martgraph_sql_vendor    schema marts_vendor: some marts, of each the rows of the vendors that the transaction proves to speak for
--   martgraph_sql_personal  schema marts, as bi_reader
do $$
declare
  role_name text;
begin
  foreach role_name in array array['martgraph_sql_analyst', 'martgraph_sql_vendor', 'martgraph_sql_personal'] loop
    begin
      execute format('create role %I login', role_name);
    exception when duplicate_object or unique_violation then null;
    end;
    execute format('alter role %I set default_transaction_read_only = on', role_name);
    execute format('alter role %I set statement_timeout = %L', role_name, '30s');
    execute format('alter role %I set idle_in_transaction_session_timeout = %L', role_name, '30s');
    execute format('alter role %I set timezone = %L', role_name, 'UTC');
    -- One person's question gets one core.
    execute format('alter role %I set max_parallel_workers_per_gather = 0', role_name);
    execute format('alter role %I set jit = off', role_name);
    -- Unlike the others this one only a superuser may change: it holds whatever a session sets.
    execute format('alter role %I set temp_file_limit = %L', role_name, '1GB');
    execute format('grant connect on database %I to %I', current_database(), role_name);
  end loop;
  execute format('alter role bi_reader set temp_file_limit = %L', '4GB');
end
$$;

-- What PUBLIC may do by default and no reader has a use for: holding a session by sleeping, ending another's, writing to the log of
-- changes, running a text as a query, and watching what others ask.
do $$
declare
  fn regprocedure;
begin
  for fn in
    select p.oid::regprocedure from pg_catalog.pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and (p.proname in ('pg_sleep', 'pg_sleep_for', 'pg_sleep_until', 'pg_cancel_backend', 'pg_terminate_backend', 'pg_notify',
          'pg_logical_emit_message', 'pg_export_snapshot', 'pg_stat_get_activity', 'lo_open', 'lo_close', 'loread', 'lo_get', 'lo_unlink',
          'lo_truncate', 'lo_truncate64', 'lo_lseek', 'lo_lseek64', 'lo_tell', 'lo_tell64')
        or p.proname ~ '^(query|cursor|table|schema|database)_to_xml' or p.proname ~ '^pg_stat_get_backend_')
  loop
    execute format('revoke execute on function %s from public', fn);
    execute format('grant execute on function %s to martgraph_builder, martgraph_loader, martgraph_serving', fn);
  end loop;
end
$$;
revoke select on pg_catalog.pg_stat_activity from public;
grant select on pg_catalog.pg_stat_activity to martgraph_builder, martgraph_loader, martgraph_serving;

set role martgraph_builder;

create schema marts_masked;
create schema marts_vendor;
comment on schema marts_masked is 'The published build with personal columns hashed or empty. Nothing has been published yet.';
comment on schema marts_vendor is 'What vendors see of the published build. Nothing has been published yet.';
grant usage on schema marts_masked to martgraph_sql_analyst;
grant usage on schema marts_vendor to martgraph_sql_vendor;
grant usage on schema marts to martgraph_sql_personal;

-- What only this installation knows: with one key ids of people are hashed, with the other a transaction proves for which vendors it speaks.
create table ops.sql_keys (
  id boolean primary key default true check (id),
  mask_key bytea not null default sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())),
  vendor_key bytea not null default sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
);
insert into ops.sql_keys default values;

-- The vendors that this transaction speaks for. The setting holds `ids|valid until, Unix milliseconds|process|proof`; who cannot make the
-- proof speaks for nobody, and a proof is good in one session only.
create function ops.sql_vendors() returns uuid[]
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog
as $$
declare
  parts text[] := string_to_array(current_setting('martgraph.vendors', true), '|');
  key bytea;
begin
  if parts is null or cardinality(parts) <> 4 then return '{}'; end if;
  if parts[3] <> pg_backend_pid()::text or parts[2] !~ '^\d{13}$' then return '{}'; end if;
  if parts[2]::bigint < extract(epoch from clock_timestamp()) * 1000 then return '{}'; end if;
  select vendor_key into key from ops.sql_keys;
  if parts[4] is distinct from encode(sha256(key || sha256(key || convert_to(array_to_string(parts[1:3], '|'), 'UTF8'))), 'hex') then return '{}'; end if;
  return string_to_array(parts[1], ',')::uuid[];
end
$$;
revoke execute on function ops.sql_vendors() from public;
grant execute on function ops.sql_vendors() to martgraph_sql_vendor;

-- Every attempt to ask something, also those that were refused: who, what, and what came of it.
create table ops.sql_attempt (
  attempt_id uuid primary key,
  started_at timestamptz not null default clock_timestamp(),
  -- null for the operator at the command line
  actor_id uuid,
  session_id uuid,
  source text not null check (source in ('GRAPH', 'CLI')),
  audience text not null check (audience in ('ANALYST', 'PERSONAL', 'VENDOR')),
  vendor_ids uuid[] not null default '{}',
  kind text not null check (kind in ('QUERY', 'ESTIMATE', 'EXPLAIN')),
  -- the statement with its literals replaced: what somebody was searched by is not kept
  sql text not null,
  sql_hash text not null,
  tables text[] not null default '{}',
  columns text[] not null default '{}',
  state text not null check (state in ('RUNNING', 'DONE', 'REFUSED', 'FAILED', 'CANCELLED', 'TIMED_OUT')),
  reason text,
  cost double precision,
  rows bigint,
  bytes bigint,
  truncated boolean,
  ms integer,
  build_id uuid,
  -- by which its asker may cancel it
  cancel_key text,
  request_id text,
  finished_at timestamptz
);
create index sql_attempt_by_start on ops.sql_attempt (started_at desc, attempt_id);
create index sql_attempt_by_actor on ops.sql_attempt (actor_id, started_at desc, attempt_id);
create index sql_attempt_running on ops.sql_attempt (started_at) where state = 'RUNNING';

-- An account of the past is not rewritten: an attempt is finished once, by setting what came of it.
create function ops.finish_sql_attempt() returns trigger
language plpgsql
as $$
begin
  if old.state <> 'RUNNING' then raise exception 'the attempt % is over', old.attempt_id; end if;
  return new;
end
$$;
create trigger sql_attempt_finished_once before update on ops.sql_attempt for each row execute function ops.finish_sql_attempt();

-- Throws attempts away that are older than the given days, at least thirty; answers how many.
create function ops.forget_sql_attempts(keep_days integer) returns bigint
language sql volatile security definer
set search_path = pg_catalog
as $$
  with gone as (
    delete from ops.sql_attempt
    where attempt_id in (
      select a.attempt_id from ops.sql_attempt a
      where a.started_at < now() - make_interval(days => greatest(keep_days, 30)) order by a.started_at limit 10000)
    returning 1)
  select count(*) from gone
$$;
revoke execute on function ops.forget_sql_attempts(integer) from public;

create table ops.sql_saved (
  saved_id uuid primary key,
  -- null for the operator's
  owner_id uuid,
  name text not null,
  description text,
  sql text not null,
  is_shared boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint sql_saved_name unique nulls not distinct (owner_id, name)
);
create index sql_saved_shared on ops.sql_saved (name, saved_id) where is_shared;
reset role;

-- Ends what a session of ad-hoc SQL is working on, found by the name that the session bears for the length of its transaction. Owned by
-- who may signal other logins' sessions.
create function ops.cancel_sql_attempt(attempt uuid) returns boolean
language sql volatile security definer
set search_path = pg_catalog
as $$
  select coalesce((
    select pg_catalog.pg_cancel_backend(s.pid)
    from ops.sql_attempt a
    join pg_catalog.pg_stat_activity s on s.datname = current_database() and s.state = 'active'
      and s.usename in ('martgraph_sql_analyst', 'martgraph_sql_vendor', 'martgraph_sql_personal')
      and s.application_name = 'martgraph sql ' || a.attempt_id
    where a.attempt_id = attempt and a.state = 'RUNNING'), false)
$$;
revoke execute on function ops.cancel_sql_attempt(uuid) from public;

grant select (vendor_key) on ops.sql_keys to martgraph_serving;
grant select, insert on ops.sql_attempt to martgraph_serving;
grant update (state, reason, cost, rows, bytes, truncated, ms, build_id, finished_at) on ops.sql_attempt to martgraph_serving;
grant select, insert, update, delete on ops.sql_saved to martgraph_serving;
grant execute on function ops.forget_sql_attempts(integer), ops.cancel_sql_attempt(uuid) to martgraph_serving;
