-- With BigQuery as the engine raw is captured here and shipped there in the order of positions; this remembers how far.
create table ops.shipping_target (
  -- project and prefix of the datasets
  target text primary key,
  -- part of every job's id: whoever begins anew after the datasets were dropped must not meet the jobs of before
  epoch uuid not null default gen_random_uuid(),
  begun_at timestamptz not null default now()
);
create table ops.shipped_raw (
  target text not null references ops.shipping_target on delete cascade,
  raw_table text not null,
  -- everything up to here is there
  shipped_pos bigint not null,
  -- what the copy there was made of; another copy, other columns or a later erasure here mean that it is made anew
  copied_pos bigint not null,
  columns_hash text not null,
  erasures_pos bigint not null,
  rows bigint not null,
  shipped_at timestamptz not null default now(),
  primary key (target, raw_table)
);
grant select, insert, update, delete on ops.shipping_target, ops.shipped_raw to martgraph_builder;

-- What users and builds have read there, by day: the daily budgets are kept by it.
create table ops.bytes_read (
  day date not null,
  reader text not null,
  bytes bigint not null check (bytes >= 0),
  budget_bytes bigint not null,
  primary key (day, reader)
);
grant select, insert, update, delete on ops.bytes_read to martgraph_builder;
