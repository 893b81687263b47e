-- Plans of those who write are kept as long as their connection lives. One that is made while a table is empty, in a new shop or a table
-- just begun, reads it whole, and goes on doing so while the table fills, until the server's next look at it (a minute or so; the more
-- of a rush there is, the later). Foreign keys are checked by such plans too. With this, a table is read whole only where no index can
-- answer; what these roles read that grows has one (the budgets of the statements say so and are tested).
do $$
declare
  role_name text;
begin
  foreach role_name in array array['martgraph_orders', 'martgraph_relay'] loop
    -- Roles are the server's: another database of it may have said so already.
    if not exists (select from pg_catalog.pg_roles where rolname = role_name and 'enable_seqscan=off' = any(rolconfig)) then
      execute format('alter role %I set enable_seqscan = off', role_name);
    end if;
  end loop;
end
$$;

-- These work on arrays, for which a new plan would be made at each call, which takes longer than what is planned.
alter function catalog.reserve_many set plan_cache_mode = force_generic_plan;
alter function catalog.sell_reserved set plan_cache_mode = force_generic_plan;
alter function catalog.release_stock set plan_cache_mode = force_generic_plan;

-- As before, with one look-up by key per journal that was written to, where a join might read the whole ledger.
create or replace function orders.ledger_must_balance() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if exists (
    select from (select distinct a.journal_id from added a) j
    cross join lateral (
      select 1 from orders.ledger_entries e where e.journal_id = j.journal_id
      group by e.currency having sum(e.units) <> 0 or min(e.exponent) <> max(e.exponent) limit 1
    ) wrong
  ) then
    raise exception 'a journal of the ledger must sum to zero in each currency' using errcode = 'check_violation', constraint = 'ledger_sums_to_zero';
  end if;
  return null;
end
$$;
