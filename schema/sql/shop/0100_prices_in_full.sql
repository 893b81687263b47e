-- Prices in time: base prices and prices of lists, planned ones, compare-at prices. Of a variant, in one currency and list, at most one
-- price holds at any moment; which one holds now is a matter of time alone, no job moves anything.
create table catalog.price_lists (
  id uuid primary key default uuidv7(),
  code text not null unique check (code ~ '^[A-Z0-9][A-Z0-9_-]{0,29}$'),
  name text not null check (length(name) between 1 and 200),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- business time; outside of it the list's prices are not shown. Null: no such bound.
  active_from timestamptz,
  active_to timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version integer not null default 1,
  check (active_to > active_from)
);

alter table catalog.prices
  -- null: the base price
  add column price_list_id uuid references catalog.price_lists (id),
  -- the price that is shown crossed out, at the price's own exponent
  add column compare_at_amount bigint,
  -- STANDING holds until the next standing one. TEMPORARY lies above the standing one and was given its own end. RESUMED is a standing
  -- one that goes on after a temporary one.
  add column kind text not null default 'STANDING' check (kind in ('STANDING', 'TEMPORARY', 'RESUMED')),
  -- user:<uuid>, or null where it was filled in or imported
  add column changed_by text,
  add column recorded_at timestamptz not null default clock_timestamp(),
  -- to compare and to sort by, whatever the exponents
  add column amount numeric not null generated always as (unit_amount / (10::numeric ^ exponent)) stored,
  -- for indexes: a price without an end ends never
  add column ends_at timestamptz not null generated always as (coalesce(valid_to, 'infinity'::timestamptz)) stored,
  add constraint compare_at_is_higher check (compare_at_amount > unit_amount),
  add constraint temporary_has_an_end check (kind <> 'TEMPORARY' or valid_to is not null),
  -- Holds whatever happens at the same moment: two writers who both saw a free time cannot both write into it.
  add constraint prices_one_at_a_time exclude using gist (
    variant_id with =, currency with =, (coalesce(price_list_id, '00000000-0000-0000-0000-000000000000'::uuid)) with =, tstzrange(valid_from, valid_to) with &&);
drop index catalog.prices_current;
create index prices_in_force on catalog.prices (variant_id, ends_at) where price_list_id is null;
create index prices_in_force_of_lists on catalog.prices (price_list_id, variant_id, ends_at) where price_list_id is not null;

-- Business time as prices are read by it: the same throughout a statement, so that where one price ends and the next begins there is
-- always exactly one.
create function catalog.price_now() returns timestamptz
  language sql stable
  return (select statement_timestamp() + make_interval(secs => offset_ms / 1000.0) from platform.clock);

-- What has been in force stays as it was: a price that has begun is never deleted, one that has ended never changed, and an end is
-- never put into the past. Amounts cannot be changed at all: the slice's role may only write ends.
create function catalog.prices_keep_the_past() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
  -- whoever takes the time does so after the beginning of the transaction, to the millisecond
  earliest timestamptz := (select date_trunc('milliseconds', transaction_timestamp() + make_interval(secs => c.offset_ms / 1000.0)) from platform.clock c);
begin
  if tg_op = 'DELETE' then
    if old.valid_from < earliest then
      raise exception 'a price that has been in force cannot be deleted' using errcode = 'check_violation', constraint = 'prices_keep_the_past';
    end if;
    return old;
  end if;
  if old.valid_to is distinct from new.valid_to and (old.ends_at <= earliest or coalesce(new.valid_to, 'infinity') < earliest) then
    raise exception 'what has been in force cannot be changed' using errcode = 'check_violation', constraint = 'prices_keep_the_past';
  end if;
  return new;
end
$$;
create trigger prices_keep_the_past before update of valid_to or delete on catalog.prices for each row execute function catalog.prices_keep_the_past();

-- The base prices that hold now, one per variant and currency. Whoever asks what something costs reads this.
create view catalog.current_prices as
select pr.id as price_id, pr.variant_id, pr.currency, pr.amount, pr.unit_amount, pr.exponent, pr.compare_at_amount, pr.kind, pr.valid_from, pr.valid_to
from catalog.prices pr
where pr.price_list_id is null and pr.ends_at > (select catalog.price_now()) and pr.valid_from <= (select catalog.price_now());

create or replace view catalog.sellable_variants as
select v.id as variant_id, v.product_id, v.sku, v.name as variant_name, p.name as product_name, p.status,
  p.vendor_id, pr.currency, pr.unit_amount, pr.exponent,
  s.on_hand - s.reserved as available,
  p.category_id, v.weight_grams, v.tax_class
from catalog.variants v
join catalog.products p on p.id = v.product_id
join catalog.current_prices pr on pr.variant_id = v.id
join catalog.stock_levels s on s.variant_id = v.id
where not v.is_archived;

revoke update on catalog.prices from martgraph_catalog;
grant update (valid_to), delete on catalog.prices to martgraph_catalog;
grant select, insert, update on catalog.price_lists to martgraph_catalog;
grant select on catalog.current_prices to martgraph_catalog;
revoke all on function catalog.prices_keep_the_past() from public;
grant execute on function catalog.price_now() to martgraph_catalog, martgraph_orders;

-- The warehouse has to tell base prices from those of lists.
alter publication martgraph drop table catalog.prices;
alter publication martgraph add table catalog.prices (id, variant_id, currency, unit_amount, exponent, valid_from, valid_to, price_list_id);
