-- Files that come to the warehouse beside the shop's changes: what was loaded of them, and which rows could not be.
set role martgraph_loader;
create table raw._files (
  file_id bigint generated always as identity primary key,
  source text not null,
  table_name text not null,
  object_key text not null,
  sha256 text not null,
  bytes bigint not null,
  -- as the store told it: a file whose length and time are the same is not read again
  modified_at timestamptz not null,
  -- LOADED: its good rows are in raw. HELD: too many rows are bad, none is in raw. REFUSED: it cannot be read.
  state text not null check (state in ('LOADED', 'HELD', 'REFUSED')),
  problem text,
  mapping_hash text not null,
  rows bigint not null default 0,
  -- new or changed in raw; the rest stood there already
  written bigint not null default 0,
  skipped bigint not null default 0,
  -- columns of the file that the mapping does not read
  unread_columns text[] not null default '{}',
  pos bigint,
  seen_at timestamptz not null default now(),
  unique (source, table_name, object_key, sha256)
);

-- Where a row stands and why it was kept out. Not what it says: that stays in the file, and may be personal.
create table raw._quarantine (
  quarantine_id bigint generated always as identity primary key,
  file_id bigint not null references raw._files (file_id) on delete cascade,
  line bigint not null,
  -- the row's key as JSON, where it could be read
  row_key text,
  field text,
  reason text not null,
  -- REPAIRED: the row, or a later one of its key, was loaded. SUPERSEDED: a newer version of the key stands there. DISMISSED: a person said so.
  state text not null default 'OPEN' check (state in ('OPEN', 'REPAIRED', 'SUPERSEDED', 'DISMISSED')),
  found_at timestamptz not null default now(),
  closed_at timestamptz,
  unique (file_id, line),
  check ((state = 'OPEN') = (closed_at is null))
);
create index quarantine_open on raw._quarantine (file_id) where state = 'OPEN';
reset role;
grant usage on schema raw to martgraph_serving;
grant select on raw._files, raw._quarantine to martgraph_builder, martgraph_serving;
