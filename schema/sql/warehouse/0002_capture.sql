-- Where the loader stands, remembered in the transaction that applied the changes.
set role martgraph_loader;
create table raw._capture_state (
  slot_name text primary key,
  -- the source's system identifier and database: positions mean nothing in another server
  source_identity text not null,
  applied_pos bigint not null,
  applied_committed_at timestamptz not null,
  snapshot_pos bigint not null,
  updated_at timestamptz not null default now()
);
reset role;
