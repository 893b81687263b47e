-- People are told before the shop's server gives the warehouse's replication slot up.
set role martgraph_builder;
alter table ops.incident drop constraint incident_kind_check;
alter table ops.incident add constraint incident_kind_check check (kind in ('REJECTED', 'ANOMALY', 'STALE', 'CAPTURE'));
reset role;
