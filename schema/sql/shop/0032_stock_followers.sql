-- Triggers of the stock. The functions of 0033 say `martgraph.stock = on` for as long as they run: they keep warehouses, totals and
-- movements together by themselves. Anybody else who writes to catalog.stock_levels or catalog.stock_movements (an importer, a
-- repair by hand) is followed: the warehouses and the books take over what was written.

-- A new total stands in the default warehouse at once ...
create function catalog.follow_new_level() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  insert into catalog.inventory_levels (variant_id, warehouse_id, on_hand, reserved, updated_at)
    select new.variant_id, w.id, new.on_hand, new.reserved, new.updated_at from catalog.warehouses w where w.is_default;
  return null;
end
$$;
create trigger stock_levels_follow_insert after insert on catalog.stock_levels for each row
  when (current_setting('martgraph.stock', true) is distinct from 'on') execute function catalog.follow_new_level();

-- ... and at the end of the transaction is booked as far as the writer has not given a count of its own.
create function catalog.book_new_level() returns trigger language plpgsql set search_path = pg_catalog set martgraph.stock = 'on' as $$
begin
  insert into catalog.stock_movements (variant_id, warehouse_id, quantity, kind, actor, reason, occurred_at, is_synthetic, on_hand_before, on_hand_after)
    select l.variant_id, l.warehouse_id, l.on_hand - booked.units, case when booked.known then 'ADJUSTMENT' else 'INITIAL' end,
      'role:' || session_user, 'opening stock', new.updated_at, new.is_synthetic, booked.units, l.on_hand
    from catalog.inventory_levels l
    cross join lateral (
      select coalesce(sum(m.quantity), 0)::bigint as units, count(*) > 0 as known
      from catalog.stock_movements m where m.variant_id = l.variant_id and m.warehouse_id = l.warehouse_id
    ) booked
    where l.variant_id = new.variant_id and l.on_hand <> booked.units;
  return null;
end
$$;
create constraint trigger stock_levels_book_insert after insert on catalog.stock_levels deferrable initially deferred for each row
  when (current_setting('martgraph.stock', true) is distinct from 'on') execute function catalog.book_new_level();

-- A total that was changed: more lands in the default warehouse; less is taken from there first, then from the others, and never
-- from what is held.
create function catalog.follow_level() returns trigger language plpgsql set search_path = pg_catalog set martgraph.stock = 'on' as $$
declare
  level record;
  units bigint;
  more bigint;
  held bigint;
begin
  select new.on_hand - coalesce(sum(l.on_hand), 0), new.reserved - coalesce(sum(l.reserved), 0) into more, held
    from catalog.inventory_levels l where l.variant_id = new.variant_id;
  if more = 0 and held = 0 then
    return null;
  end if;
  insert into catalog.inventory_levels (variant_id, warehouse_id, updated_at)
    select new.variant_id, w.id, new.updated_at from catalog.warehouses w where w.is_default on conflict do nothing;
  -- first what is let go, then what comes or goes, then what is held anew
  for pass in 1..3 loop
    for level in
      select l.* from catalog.inventory_levels l join catalog.warehouses w on w.id = l.warehouse_id
      where l.variant_id = new.variant_id order by w.is_default desc, w.priority, w.code
    loop
      if pass = 2 then
        units := case when more > 0 then more else -least(level.on_hand - level.reserved, -more) end;
        continue when units = 0;
        more := more - units;
        update catalog.inventory_levels l set on_hand = l.on_hand + units, version = l.version + 1, updated_at = new.updated_at
          where l.variant_id = level.variant_id and l.warehouse_id = level.warehouse_id;
        insert into catalog.stock_movements (variant_id, warehouse_id, quantity, kind, actor, reason, occurred_at, is_synthetic, on_hand_before, on_hand_after)
          values (level.variant_id, level.warehouse_id, units, 'ADJUSTMENT', 'role:' || session_user, 'the total was written directly',
            platform.business_now(), new.is_synthetic, level.on_hand, level.on_hand + units);
      else
        units := case when pass = 1 then -least(level.reserved, greatest(-held, 0)) else least(level.on_hand - level.reserved, greatest(held, 0)) end;
        continue when units = 0;
        held := held - units;
        update catalog.inventory_levels l set reserved = l.reserved + units, version = l.version + 1, updated_at = new.updated_at
          where l.variant_id = level.variant_id and l.warehouse_id = level.warehouse_id;
      end if;
    end loop;
  end loop;
  if more <> 0 or held <> 0 then
    raise exception 'the stock of variant % does not fit into its warehouses', new.variant_id using errcode = 'check_violation';
  end if;
  return null;
end
$$;
create trigger stock_levels_follow_update after update of on_hand, reserved on catalog.stock_levels for each row
  when (current_setting('martgraph.stock', true) is distinct from 'on') execute function catalog.follow_level();

-- Of movements that are written directly, a variant's first count opens its books; all others are history.
create function catalog.sort_movement() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if new.warehouse_id is null and new.kind = 'INITIAL'
    and not exists (select from catalog.stock_movements m where m.variant_id = new.variant_id and m.warehouse_id is not null)
  then
    select w.id, 0, new.quantity into new.warehouse_id, new.on_hand_before, new.on_hand_after from catalog.warehouses w where w.is_default;
  end if;
  return new;
end
$$;
create trigger stock_movements_sort before insert on catalog.stock_movements for each row
  when (current_setting('martgraph.stock', true) is distinct from 'on') execute function catalog.sort_movement();

-- Low, out and back: told once for each crossing, whoever caused it, because the row is locked from the old value to the new.
-- Units on the shelf count, held ones too: a checkout that gives up is no event. Without a threshold only out and back are told.
create function catalog.tell_stock_stage() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
  stages constant text[] := array['OUT', 'LOW', 'PLENTY'];
  before integer := case when old.on_hand = 0 then 1 when old.on_hand <= coalesce(old.low_stock_threshold, 0) then 2 else 3 end;
  after integer := case when new.on_hand = 0 then 1 when new.on_hand <= coalesce(new.low_stock_threshold, 0) then 2 else 3 end;
begin
  if before = after then
    return null;
  end if;
  insert into platform.outbox (aggregate, aggregate_id, type, payload, occurred_at)
    select 'variant', new.variant_id, case when after < before then 'StockLow' else 'StockBack' end,
      jsonb_build_object('variantId', new.variant_id, 'productId', v.product_id, 'sku', v.sku, 'vendorId', p.vendor_id, 'stage', stages[after],
        'before', stages[before], 'onHand', new.on_hand::text, 'threshold', new.low_stock_threshold::text),
      platform.business_now()
    from catalog.variants v join catalog.products p on p.id = v.product_id where v.id = new.variant_id;
  return null;
end
$$;
create trigger stock_levels_tell_stage after update of on_hand, low_stock_threshold on catalog.stock_levels for each row
  when (case when old.on_hand = 0 then 1 when old.on_hand <= coalesce(old.low_stock_threshold, 0) then 2 else 3 end
    <> case when new.on_hand = 0 then 1 when new.on_hand <= coalesce(new.low_stock_threshold, 0) then 2 else 3 end)
  execute function catalog.tell_stock_stage();

revoke all on function catalog.append_only, catalog.follow_new_level, catalog.book_new_level, catalog.follow_level, catalog.sort_movement,
  catalog.tell_stock_stage from public;
