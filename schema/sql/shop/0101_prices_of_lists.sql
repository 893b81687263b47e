-- The prices of lists that are shown now: of lists that are active, and in force. A list's price stands before the base price.
create view catalog.current_list_prices as
select l.code as list_code, pr.price_list_id, pr.id as price_id, pr.variant_id, pr.currency, pr.amount, pr.unit_amount, pr.exponent, pr.compare_at_amount, pr.kind, pr.valid_from, pr.valid_to
from catalog.price_lists l
join catalog.prices pr on pr.price_list_id = l.id
where coalesce(l.active_from, '-infinity') <= (select catalog.price_now()) and coalesce(l.active_to, 'infinity') > (select catalog.price_now())
  and pr.ends_at > (select catalog.price_now()) and pr.valid_from <= (select catalog.price_now());
grant select on catalog.current_list_prices to martgraph_catalog;

-- What has begun is never deleted, also in the millisecond in which it did.
create or replace function catalog.prices_keep_the_past() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
  -- whoever takes the time does so after the beginning of the transaction, to the millisecond
  earliest timestamptz := (select date_trunc('milliseconds', transaction_timestamp() + make_interval(secs => c.offset_ms / 1000.0)) from platform.clock c);
begin
  if tg_op = 'DELETE' then
    if old.valid_from <= earliest then
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
