-- Sessions and the refresh tokens that carry them on. Times are wall time.

alter table users.users
  -- The language a person is written to in (BCP 47).
  add column locale text check (locale ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$' and length(locale) <= 35),
  -- Counts up with every change after which what was shown before proves nothing any more: a new password, a disabled account. A session
  -- is opened only under the count that its proof was read with.
  add column session_epoch integer not null default 0,
  -- Access tokens that were given out up to this moment are refused: roles were changed, the account was disabled.
  add column tokens_void_before timestamptz;
create index users_tokens_void on users.users (tokens_void_before) where tokens_void_before is not null;

-- A session is a family of refresh tokens, each the successor of the one before.
create table users.sessions (
  id uuid primary key,
  user_id uuid not null references users.users (id) on delete cascade,
  -- How the person showed who they are (RFC 8176), and when.
  methods text[] not null,
  authenticated_at timestamptz not null,
  -- Program and system as the user agent names them, the last that was seen.
  device text not null, -- pii
  ip text, -- pii
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  -- For how long it may stay unused; when it ends so, and when in any case.
  idle_seconds integer not null,
  idle_expires_at timestamptz not null,
  expires_at timestamptz not null,
  current_token uuid not null,
  -- What the current token is the successor of, and since when.
  previous_token uuid,
  rotated_at timestamptz,
  -- The server's own clock: gateways ask for what was revoked since they asked last.
  revoked_at timestamptz,
  revoked_why text check (revoked_why in ('LOGOUT', 'REVOKED', 'REUSE', 'PASSWORD', 'DISABLED', 'CROWD')),
  check ((revoked_at is null) = (revoked_why is null))
) with (fillfactor = 80);
create index sessions_live_by_user on users.sessions (user_id) where revoked_at is null;
create index sessions_by_user on users.sessions (user_id);
create index sessions_revoked on users.sessions (revoked_at) where revoked_at is not null;
create index sessions_by_end on users.sessions (expires_at);

-- Every token that a session ever had, so that one which is used again long after is known for what it is. SHA-256 of the secret alone.
create table users.refresh_tokens (
  id uuid primary key,
  session_id uuid not null references users.sessions (id) on delete cascade,
  secret_hash bytea not null check (length(secret_hash) = 32),
  created_at timestamptz not null
);
create index refresh_tokens_by_session on users.refresh_tokens (session_id);

grant select, insert, update, delete on users.sessions to martgraph_users;
grant select, insert, delete on users.refresh_tokens to martgraph_users;
