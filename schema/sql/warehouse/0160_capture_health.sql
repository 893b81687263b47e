-- How far raw is behind the shop.
set role martgraph_loader;
-- everything that the shop had committed by then is in raw; null until the loader has said so for the first time
alter table raw._capture_state add column complete_at timestamptz;
reset role;
