-- An increment reads the lines and charges of the orders that changed: a raw that is copied from now on has an index for it, one that is
-- there gets it.
set role martgraph_loader;

do $$
declare
  found text;
begin
  foreach found in array array['orders__order_lines', 'orders__order_charges'] loop
    if to_regclass('raw.' || found) is not null then
      execute format('create index if not exists %I on raw.%I (order_id)', found || '__order', found);
    end if;
  end loop;
end
$$;

reset role;
