-- A check of rows that did not change since the slot's last complete build is not asked again: the build takes over the verdict, with
-- the time at which it was found.
set role martgraph_builder;

alter table ops.check_result add column checked_at timestamptz not null default now();

-- Which build the slot last held whole; null where its tables were copied from the other slot.
alter table ops.slot_state add column complete_build_id uuid;

reset role;
