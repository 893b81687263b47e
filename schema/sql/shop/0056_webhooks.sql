-- Outgoing webhooks: who wants to be told over HTTP, what is on its way, and what became of each try.

create table platform.webhook_endpoints (
  id uuid primary key default uuidv7(),
  url text not null check (length(url) between 1 and 2000),
  description text not null default '' check (length(description) <= 200),
  -- Null: all, those too that come later.
  event_types text[] check (cardinality(event_types) between 1 and 100),
  -- PAUSED: we gave up on it for now, its deliveries wait. DISABLED: nothing is kept for it.
  state text not null default 'ACTIVE' check (state in ('ACTIVE', 'PAUSED', 'DISABLED')),
  paused_reason text check ((state = 'PAUSED') = (paused_reason is not null)),
  -- Since its last success.
  consecutive_failures integer not null default 0,
  failing_since timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index webhook_endpoints_by_url on platform.webhook_endpoints (url);

-- All that have not expired sign. Kept as they are, since signing needs them; only the relay may read them.
create table platform.webhook_secrets (
  id uuid primary key default uuidv7(),
  endpoint_id uuid not null references platform.webhook_endpoints (id),
  secret text not null,
  created_at timestamptz not null,
  -- Null: the present one.
  expires_at timestamptz
);
create unique index webhook_secrets_present on platform.webhook_secrets (endpoint_id) where expires_at is null;
create index webhook_secrets_by_endpoint on platform.webhook_secrets (endpoint_id);

create table platform.webhook_deliveries (
  id uuid primary key default uuidv7(),
  endpoint_id uuid not null references platform.webhook_endpoints (id),
  event_id uuid not null,
  event_type text not null,
  -- The exact bytes, in UTF-8: each try sends and signs the same.
  body text not null,
  state text not null default 'PENDING' check (state in ('PENDING', 'DELIVERED', 'DEAD')),
  attempts integer not null default 0,
  -- Not before this: the next try, or the end of a lease.
  due_at timestamptz not null default clock_timestamp(),
  last_status integer,
  last_error text,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  unique (endpoint_id, event_id),
  check ((state = 'PENDING') = (finished_at is null))
);
create index webhook_deliveries_due on platform.webhook_deliveries (endpoint_id, due_at) where state = 'PENDING';
create index webhook_deliveries_of_endpoint on platform.webhook_deliveries (endpoint_id, id);
create index webhook_deliveries_by_age on platform.webhook_deliveries (created_at);

create table platform.webhook_attempts (
  delivery_id uuid not null references platform.webhook_deliveries (id) on delete cascade,
  -- Counts on through redeliveries.
  number integer not null,
  at timestamptz not null default clock_timestamp(),
  duration_ms integer not null,
  -- Null where no answer came.
  status integer,
  -- Null where it was taken.
  error text,
  -- The beginning of what was answered.
  answer text,
  primary key (delivery_id, number)
);

grant select, insert on platform.webhook_endpoints to martgraph_orders;
grant update (url, description, event_types, state, paused_reason, consecutive_failures, failing_since, updated_at) on platform.webhook_endpoints to martgraph_orders;
-- Written once and shown once: the role that serves the API cannot read a secret back.
grant insert (endpoint_id, secret, created_at), select (id, endpoint_id, created_at, expires_at), update (expires_at) on platform.webhook_secrets to martgraph_orders;
grant select, update (state, attempts, due_at, finished_at) on platform.webhook_deliveries to martgraph_orders;
grant select on platform.webhook_attempts to martgraph_orders;

grant select, update (state, paused_reason, consecutive_failures, failing_since) on platform.webhook_endpoints to martgraph_relay;
grant select on platform.webhook_secrets to martgraph_relay;
grant select, insert, update, delete on platform.webhook_deliveries to martgraph_relay;
grant select, insert, delete on platform.webhook_attempts to martgraph_relay;
