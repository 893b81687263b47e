-- The second factor: authenticator apps, recovery codes, and logins that wait for a code.

-- One app per person. It counts from confirmed_at on; before, its secret has been handed out and no code of it been shown.
create table users.totp_factors (
  user_id uuid primary key references users.users (id) on delete cascade,
  -- The secret, AES-256-GCM under the installation's data key with the user's id as associated data.
  secret_box text not null check (secret_box like 'v1.%'),
  -- wall time
  created_at timestamptz not null,
  confirmed_at timestamptz,
  -- The time step (RFC 6238) of the newest code that was taken: it and all before it are used up.
  last_used_step bigint not null default 0
);

-- HMAC-SHA-256 under a key of the installation, so that the table alone cannot be tried against a list.
create table users.recovery_codes (
  user_id uuid not null references users.users (id) on delete cascade,
  code_mac bytea not null check (length(code_mac) = 32),
  -- wall time
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (user_id, code_mac)
);

-- A person who has shown the first factor and has minutes to show the second.
create table users.login_challenges (
  id uuid primary key,
  secret_hash bytea not null check (length(secret_hash) = 32),
  user_id uuid not null references users.users (id) on delete cascade,
  -- How the first factor was shown (RFC 8176).
  first_methods text[] not null,
  -- wall time
  created_at timestamptz not null,
  expires_at timestamptz not null,
  attempts integer not null default 0,
  used_at timestamptz
);
create index login_challenges_by_user on users.login_challenges (user_id);
create index login_challenges_by_age on users.login_challenges (expires_at);

grant select, insert, update, delete on users.totp_factors, users.recovery_codes, users.login_challenges to martgraph_users;
