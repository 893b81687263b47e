-- The ledger of erasures, for good: a shop that comes back from an old copy has forgotten whom it forgot. A person is known here by a
-- hash of a random id, which leads nowhere. Whatever else keeps raw data, a lake, has to be rid of the same people.
set role martgraph_loader;
create table raw._erasures (
  -- as users.erasures of the shop has it
  user_hash text primary key,
  erased_at timestamptz not null,
  -- raw holds the erasure from this position on: builds with an earlier cut may show the person and are never published again
  applied_pos bigint not null,
  scrubbed_at timestamptz not null default now()
);
create index erasures_by_pos on raw._erasures (applied_pos);
reset role;
grant select on raw._erasures to martgraph_builder;

-- Whom predictions have forgotten, and when last.
set role martgraph_builder;
create table ops.forgotten (
  user_hash text primary key,
  forgotten_at timestamptz not null default now()
);
reset role;
