-- Raw as of a slot's cut, table by table: what the checks on raw read, so that they see what the build sees.
create schema audit_a authorization martgraph_builder;
create schema audit_b authorization martgraph_builder;

set role martgraph_builder;
-- A rollback holds automatic runs back, or the next minute would publish again what was just taken back.
alter table ops.pointer add column held_at timestamptz;
-- What the check counted or measured, where it did; never cell content.
alter table ops.check_result add column observed text;
create index pipeline_run_by_start on ops.pipeline_run (started_at desc);
create index build_by_start on ops.build (started_at desc);

-- The schema BI tools and analysts read. Publishing puts a fresh schema of views in its place.
create schema marts;
grant usage on schema marts to bi_reader;
comment on schema marts is 'The published build. Nothing has been published yet.';
reset role;

-- What PUBLIC may do by default and an analyst has no use for: writing large objects, and taking the advisory locks that
-- builds and readers of slots agree on.
do $$
declare
  fn regprocedure;
begin
  for fn in
    select p.oid::regprocedure from pg_catalog.pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and (p.proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import', 'lo_put', 'lowrite')
        or p.proname ~ '^pg_(try_)?advisory_(xact_)?lock(_shared)?$')
  loop
    execute format('revoke execute on function %s from public', fn);
    if fn::text like '%advisory%' then
      execute format('grant execute on function %s to martgraph_builder, martgraph_loader, martgraph_serving', fn);
    end if;
  end loop;
end
$$;
