-- Stock that comes, goes and is counted, and what other slices may read of it.

-- One movement at one warehouse: the level and its movement. The total is its caller's, who has locked the variant. Answers the movement.
create function catalog.book_movement(variant uuid, warehouse uuid, units bigint, of_kind text, for_order uuid, by_actor text, why text, called text) returns uuid
  language plpgsql set search_path = pg_catalog
as $$
declare
  now_at constant timestamptz := platform.business_now();
  after bigint;
  movement uuid;
begin
  update catalog.inventory_levels l set on_hand = l.on_hand + units, version = l.version + 1, updated_at = now_at
    where l.variant_id = variant and l.warehouse_id = warehouse returning l.on_hand into after;
  if not found then
    insert into catalog.inventory_levels (variant_id, warehouse_id, on_hand, updated_at) values (variant, warehouse, units, now_at) returning on_hand into after;
  end if;
  insert into catalog.stock_movements (variant_id, warehouse_id, quantity, kind, order_id, actor, reason, reference, occurred_at, on_hand_before, on_hand_after)
    values (variant, warehouse, units, of_kind, for_order, by_actor, why, called, now_at, after - units, after) returning id into movement;
  return movement;
end
$$;

-- Locks a variant's stock for the rest of the transaction; one without stock begins at 0.
create function catalog.lock_stock(variant uuid) returns void
  language plpgsql security definer set search_path = pg_catalog set martgraph.stock = 'on'
as $$
begin
  perform from catalog.stock_levels s where s.variant_id = variant for no key update;
  if not found then
    insert into catalog.stock_levels (variant_id, on_hand, updated_at) values (variant, 0, platform.business_now()) on conflict do nothing;
    perform from catalog.stock_levels s where s.variant_id = variant for no key update;
  end if;
end
$$;

-- Moves units into (above 0) or out of a warehouse. Never below what is held: the CHECKs refuse that.
create function catalog.move_stock(variant uuid, warehouse uuid, units bigint, of_kind text, by_actor text, why text, called text) returns uuid
  language plpgsql security definer set search_path = pg_catalog set martgraph.stock = 'on'
as $$
declare
  movement uuid;
begin
  perform catalog.lock_stock(variant);
  movement := catalog.book_movement(variant, warehouse, units, of_kind, null, by_actor, why, called);
  update catalog.stock_levels s set on_hand = s.on_hand + units, version = s.version + 1, updated_at = platform.business_now() where s.variant_id = variant;
  return movement;
end
$$;

-- Takes units from one warehouse to another; the total stays. Answers both movements, the leaving one first.
create function catalog.transfer_stock(variant uuid, from_warehouse uuid, to_warehouse uuid, units bigint, by_actor text, why text, called text) returns uuid[]
  language plpgsql security definer set search_path = pg_catalog set martgraph.stock = 'on'
as $$
begin
  perform catalog.lock_stock(variant);
  return array[
    catalog.book_movement(variant, from_warehouse, -units, 'TRANSFER', null, by_actor, why, called),
    catalog.book_movement(variant, to_warehouse, units, 'TRANSFER', null, by_actor, why, called)];
end
$$;

-- What is ordered and on its way to a warehouse, as a whole.
create function catalog.set_incoming(variant uuid, warehouse uuid, units bigint) returns void
  language plpgsql security definer set search_path = pg_catalog set martgraph.stock = 'on'
as $$
begin
  perform catalog.lock_stock(variant);
  insert into catalog.inventory_levels as l (variant_id, warehouse_id, incoming, updated_at) values (variant, warehouse, units, platform.business_now())
    on conflict (variant_id, warehouse_id) do update set incoming = excluded.incoming, version = l.version + 1, updated_at = excluded.updated_at;
end
$$;

-- Puts units of an order back on the shelf: into the warehouses they were sold from, as far as they have not come back yet; what
-- was not sold from any (an imported order) goes to the default warehouse.
drop function catalog.restock(uuid, uuid[], bigint[]);
create function catalog.restock(for_order uuid, variant_ids uuid[], quantities bigint[], of_kind text default 'RETURN', by_actor text default 'system') returns void
  language plpgsql security definer set search_path = pg_catalog set martgraph.stock = 'on'
as $$
declare
  back record;
  source record;
  rest bigint;
begin
  perform from catalog.stock_levels s where s.variant_id = any(variant_ids) order by s.variant_id for no key update;
  for back in
    select u.id as variant, sum(u.quantity)::bigint as units from unnest(variant_ids, quantities) as u (id, quantity)
    where exists (select from catalog.stock_levels s where s.variant_id = u.id) group by u.id order by u.id
  loop
    rest := back.units;
    for source in
      select m.warehouse_id, -sum(m.quantity)::bigint as units from catalog.stock_movements m
      where m.order_id = for_order and m.variant_id = back.variant and m.warehouse_id is not null
      group by m.warehouse_id having sum(m.quantity) < 0 order by sum(m.quantity), m.warehouse_id
    loop
      exit when rest = 0;
      perform catalog.book_movement(back.variant, source.warehouse_id, least(rest, source.units), of_kind, for_order, by_actor, null, null);
      rest := rest - least(rest, source.units);
    end loop;
    if rest > 0 then
      perform catalog.book_movement(back.variant, w.id, rest, of_kind, for_order, by_actor, null, null) from catalog.warehouses w where w.is_default;
    end if;
    update catalog.stock_levels s set on_hand = s.on_hand + back.units, version = s.version + 1, updated_at = platform.business_now()
      where s.variant_id = back.variant;
  end loop;
end
$$;

-- Which warehouse an order's units were taken from, and how many of them were put back there.
create view catalog.order_allocations as
select m.order_id, m.variant_id, m.warehouse_id, w.code as warehouse_code, w.name as warehouse_name, w.country_code as warehouse_country_code,
  coalesce(-sum(m.quantity) filter (where m.kind = 'SALE'), 0)::bigint as sold,
  coalesce(sum(m.quantity) filter (where m.kind <> 'SALE'), 0)::bigint as put_back
from catalog.stock_movements m join catalog.warehouses w on w.id = m.warehouse_id
where m.order_id is not null and m.kind in ('SALE', 'RETURN', 'CANCELLED')
group by m.order_id, m.variant_id, m.warehouse_id, w.code, w.name, w.country_code;

-- Who holds units now, until when.
create view catalog.held_units as
select r.reference_id, r.variant_id, r.warehouse_id, r.quantity, r.expires_at from catalog.reservations r;

revoke all on function catalog.book_movement, catalog.lock_stock, catalog.move_stock, catalog.transfer_stock, catalog.set_incoming, catalog.restock from public;
grant execute on function catalog.lock_stock, catalog.move_stock, catalog.transfer_stock, catalog.set_incoming to martgraph_catalog;
grant execute on function catalog.restock to martgraph_catalog, martgraph_orders;
grant select on catalog.order_allocations, catalog.held_units to martgraph_orders, martgraph_catalog;
