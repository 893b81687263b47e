set role martgraph_loader;
alter table raw._capture_state
  -- positions in the source's own counting (LSN): everything that committed below has been received and is kept.
  -- A slot that was confirmed beyond it has lost changes.
  add column received_lsn bigint not null default 0,
  -- a restored or promoted source goes on in another timeline, where old positions mean something else
  add column timeline bigint not null default 1,
  -- position = LSN + offset; above 0 once a source came back with smaller LSNs, so that positions never run backwards
  add column pos_offset bigint not null default 0;

-- The tables that capture keeps.
create table raw._tables (
  raw_table text primary key,
  source_schema text not null,
  source_table text not null,
  -- the table was last copied as of this position: the stream's changes up to it are in the copy
  copied_pos bigint not null,
  unique (source_schema, source_table)
);

-- Which columns raw keeps of each table; what the shop publishes is held against it before anything is loaded.
create table raw._schema (
  raw_table text not null references raw._tables (raw_table) on delete cascade,
  column_name text not null,
  type text not null,
  ordinal integer not null,
  is_key boolean not null,
  added_at timestamptz not null default now(),
  primary key (raw_table, column_name)
);
reset role;
