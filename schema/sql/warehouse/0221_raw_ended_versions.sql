-- Increments look for the versions that ended since a build, as they look for those that began: raw tables made from now on have an
-- index for each, those that are there get theirs.
set role martgraph_loader;

do $$
declare
  found record;
begin
  for found in
    select c.relname::text as name from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = '_to_pos' and not a.attisdropped
    where n.nspname = 'raw' and c.relkind = 'r'
  loop
    execute format('create index if not exists %I on raw.%I (_to_pos) where _to_pos is not null', left(found.name, 56) || '__to', found.name);
  end loop;
end
$$;

reset role;
