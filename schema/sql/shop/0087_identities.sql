-- Logins by identity providers (OpenID Connect).

-- Who comes in by a provider that vouches for no address has none.
alter table users.users alter column email drop not null;

-- A person as an issuer knows them. The pair is the key of the account, never the address: two issuers may name the same one, and only
-- one of them may have looked.
create table users.identities (
  id uuid primary key default uuidv7(),
  user_id uuid not null references users.users (id) on delete cascade,
  issuer text not null check (length(issuer) between 1 and 500),
  subject text not null check (length(subject) between 1 and 255), -- pii
  -- The provider's name in this shop when it was linked.
  provider text not null check (provider ~ '^[a-z][a-z0-9]{0,29}$'),
  -- The address as the provider last named it, so that a person knows their identities apart. Nobody is found by it.
  email text check (length(email) <= 254), -- pii
  -- wall time
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  unique (issuer, subject)
);
create index identities_by_user on users.identities (user_id);

-- A login that is under way at a provider. State and the browser's secret are stored as hashes; nonce and PKCE verifier not at all: they
-- are made from both.
create table users.identity_flows (
  id uuid primary key default gen_random_uuid(),
  state_hash bytea not null unique check (length(state_hash) = 32),
  secret_hash bytea not null check (length(secret_hash) = 32),
  provider text not null,
  redirect_uri text not null,
  -- Whose account the identity is to be linked to; null for a login.
  user_id uuid references users.users (id) on delete cascade,
  -- wall time
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index identity_flows_by_age on users.identity_flows (expires_at);
create index identity_flows_by_user on users.identity_flows (user_id) where user_id is not null;

grant select, insert, update, delete on users.identities, users.identity_flows to martgraph_users;
