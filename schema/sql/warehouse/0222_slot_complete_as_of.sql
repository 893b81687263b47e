-- Business time at the slot's last complete build: an increment leaves out what looks at the business day while that is the same one.
set role martgraph_builder;

alter table ops.slot_state add column complete_as_of timestamptz;

reset role;
