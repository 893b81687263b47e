-- Who did what by a privilege: staff, vendors' people and programs acting on what is not their own. Written in the transaction of the
-- act, so there is no act without its line and no line without its act. Names of things and fields only: what a person is called,
-- what was written about them and every secret stay where they belong.
create table platform.audit_log (
  -- orders the lines by when they were written
  id uuid primary key default uuidv7(),
  -- wall time
  recorded_at timestamptz not null default clock_timestamp(),
  -- users.users; null for a program of the shop
  actor_id uuid,
  roles text[] not null,
  session_id uuid,
  -- the mutation, or the part of the shop that acted for itself
  action text not null check (action ~ '^[a-z][A-Za-z0-9]{1,63}$'),
  target_kind text not null check (target_kind ~ '^[a-z][A-Za-z0-9]{1,63}$'),
  target_id text check (char_length(target_id) between 1 and 200),
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object' and pg_column_size(details) <= 8192),
  request_id text check (char_length(request_id) between 1 and 200)
);
create index audit_log_by_actor on platform.audit_log (actor_id, id);
create index audit_log_by_target on platform.audit_log (target_kind, target_id, id);
create index audit_log_by_action on platform.audit_log (action, id);

create function platform.audit_log_append_only() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'platform.audit_log is append-only: what was done stays written' using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_log_append_only before update or delete or truncate on platform.audit_log for each statement execute function platform.audit_log_append_only();

-- No grants for id and recorded_at: when a line was written is not for its writer to say.
grant insert (actor_id, roles, session_id, action, target_kind, target_id, details, request_id) on platform.audit_log to martgraph_users, martgraph_catalog, martgraph_orders;
-- The slice that shows it.
grant select on platform.audit_log to martgraph_users;
