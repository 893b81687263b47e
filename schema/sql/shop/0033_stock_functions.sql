-- How stock moves: held, let go, sold, put back, counted, received, transferred. Each function locks the variants it moves in the
-- order of their ids before it looks at anything. `set martgraph.stock` tells the triggers of 0032 that the books are kept here.

-- Holds units for many references at once, in order of arrival, each with all its lines or none. Lines are given flat: `places`
-- says which reference (counted from 1) a line belongs to. Answers the lines that are short, with what was left at their turn; a
-- reference without an answer is held. One that holds already keeps what it holds. One warehouse that has everything is preferred,
-- those of the reference's country before others, then by priority; where there is none, a line is taken whole from where it is
-- whole, else from several.
create function catalog.reserve_many(reference_ids uuid[], hold_untils timestamptz[], country_codes text[], places integer[], variant_ids uuid[], quantities bigint[])
  returns table (place integer, variant_id uuid, available bigint)
  -- Many wait together: a variant that somebody keeps locked must not hold up all others for long.
  language plpgsql security definer set search_path = pg_catalog set martgraph.stock = 'on' set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
  now_at constant timestamptz := platform.business_now();
  known uuid[];
  held uuid[];
  -- the asked lines, by reference and variant
  line_place integer[]; line_variant uuid[]; line_units bigint[];
  -- where a line's variant begins in the arrays below; null where nothing of it is free
  line_at integer[];
  -- what is free where, by variant and priority, and what is taken of it
  lv_variant uuid[]; lv_warehouse uuid[]; lv_free bigint[]; lv_country text[]; lv_taken bigint[];
  out_reference uuid[] := '{}'; out_variant uuid[] := '{}'; out_warehouse uuid[] := '{}'; out_units bigint[] := '{}'; out_until timestamptz[] := '{}';
  lines integer; levels integer;
  first integer; last integer := 0; line integer; at integer; other integer;
  free bigint; need bigint; take bigint;
  is_short boolean; chosen uuid; near boolean; fits boolean;
begin
  select coalesce(array_agg(w.place), '{}'), array_agg(w.variant_id), array_agg(w.units) into line_place, line_variant, line_units
    from (select u.place, u.variant_id, sum(u.quantity)::bigint as units from unnest(places, variant_ids, quantities) as u (place, variant_id, quantity)
      group by u.place, u.variant_id order by u.place, u.variant_id) w;
  lines := cardinality(line_place);
  if exists (select from unnest(quantities) q where q is null or q <= 0) then
    raise exception 'a quantity to hold must be above zero' using errcode = 'check_violation';
  end if;
  select coalesce(array_agg(l.variant_id), '{}') into known
    from (select s.variant_id from catalog.stock_levels s where s.variant_id = any(variant_ids) order by s.variant_id for no key update) l;
  select coalesce(array_agg(r.reference_id), '{}') into held from catalog.reservations r where r.reference_id = any(reference_ids);
  select coalesce(array_agg(x.variant_id), '{}'), array_agg(x.warehouse_id), array_agg(x.free), array_agg(x.country_code), array_agg(0::bigint)
    into lv_variant, lv_warehouse, lv_free, lv_country, lv_taken
    from (select l.variant_id, l.warehouse_id, l.on_hand - l.reserved as free, w.country_code
      from catalog.inventory_levels l join catalog.warehouses w on w.id = l.warehouse_id
      where l.variant_id = any(known) and l.on_hand > l.reserved order by l.variant_id, w.priority, w.code) x;
  levels := cardinality(lv_variant);
  select array_agg(f.first_at order by w.n) into line_at
    from unnest(line_variant) with ordinality as w (variant_id, n)
    left join (select v.variant_id, min(v.n)::integer as first_at from unnest(lv_variant) with ordinality as v (variant_id, n) group by v.variant_id) f
      on f.variant_id = w.variant_id;

  while last < lines loop
    first := last + 1;
    last := first;
    while last < lines and line_place[last + 1] = line_place[first] loop
      last := last + 1;
    end loop;
    continue when reference_ids[line_place[first]] = any(held);

    is_short := false;
    for line in first..last loop
      free := 0;
      at := line_at[line];
      while at <= levels and lv_variant[at] = line_variant[line] loop
        free := free + lv_free[at];
        at := at + 1;
      end loop;
      if free < line_units[line] then
        is_short := true;
        place := line_place[first];
        variant_id := line_variant[line];
        available := free;
        return next;
      end if;
    end loop;
    continue when is_short;

    -- one warehouse that has all of it
    chosen := null;
    foreach near in array case when country_codes[line_place[first]] is null then array[false] else array[true, false] end loop
      at := line_at[first];
      while chosen is null and at <= levels and lv_variant[at] = line_variant[first] loop
        if lv_free[at] >= line_units[first] and (not near or lv_country[at] = country_codes[line_place[first]]) then
          chosen := lv_warehouse[at];
          for line in first + 1..last loop
            other := line_at[line];
            while other <= levels and lv_variant[other] = line_variant[line] and (lv_warehouse[other] <> chosen or lv_free[other] < line_units[line]) loop
              other := other + 1;
            end loop;
            if other > levels or lv_variant[other] <> line_variant[line] then
              chosen := null;
              exit;
            end if;
          end loop;
        end if;
        at := at + 1;
      end loop;
    end loop;

    for line in first..last loop
      need := line_units[line];
      -- 1: from the chosen warehouse, or from a near one that has the line; 2: from any that has the line; 3: near ones; 4: all
      for pass in 1..4 loop
        exit when need = 0;
        at := line_at[line];
        while need > 0 and at <= levels and lv_variant[at] = line_variant[line] loop
          near := coalesce(lv_country[at] = country_codes[line_place[first]], false);
          fits := case pass
            when 1 then lv_free[at] >= need and case when chosen is null then near else lv_warehouse[at] = chosen end
            when 2 then lv_free[at] >= need
            when 3 then near
            else true end;
          if fits then
            take := least(need, lv_free[at]);
            if take > 0 then
              need := need - take;
              lv_free[at] := lv_free[at] - take;
              lv_taken[at] := lv_taken[at] + take;
              out_reference := out_reference || reference_ids[line_place[first]];
              out_variant := out_variant || lv_variant[at];
              out_warehouse := out_warehouse || lv_warehouse[at];
              out_units := out_units || take;
              out_until := out_until || hold_untils[line_place[first]];
            end if;
          end if;
          at := at + 1;
        end loop;
      end loop;
    end loop;
    held := held || reference_ids[line_place[first]];
  end loop;

  if cardinality(out_reference) = 0 then
    return;
  end if;
  update catalog.inventory_levels l set reserved = l.reserved + t.units, version = l.version + 1, updated_at = now_at
    from unnest(lv_variant, lv_warehouse, lv_taken) as t (variant_id, warehouse_id, units)
    where t.units > 0 and l.variant_id = t.variant_id and l.warehouse_id = t.warehouse_id;
  update catalog.stock_levels s set reserved = s.reserved + t.units, version = s.version + 1, updated_at = now_at
    from (select u.variant_id, sum(u.units)::bigint as units from unnest(lv_variant, lv_taken) as u (variant_id, units) where u.units > 0 group by u.variant_id) t
    where s.variant_id = t.variant_id;
  insert into catalog.reservations (reference_id, variant_id, warehouse_id, quantity, expires_at)
    select * from unnest(out_reference, out_variant, out_warehouse, out_units, out_until);
end
$$;

-- The same for one reference.
create or replace function catalog.reserve_stock(reference uuid, variant_ids uuid[], quantities bigint[], hold_until timestamptz)
  returns table (variant_id uuid, available bigint)
  language sql security definer set search_path = pg_catalog
begin atomic
  select r.variant_id, r.available
  from catalog.reserve_many(array[reference], array[hold_until], array[null::text], array_fill(1, array[cardinality(variant_ids)]), variant_ids, quantities) r;
end;

-- Turns the held units of a reference into sold ones. Answers how many variants were held; 0 means the hold is gone.
create or replace function catalog.sell_reserved(reference uuid, for_order uuid) returns bigint
  language plpgsql security definer set search_path = pg_catalog set martgraph.stock = 'on'
as $$
declare
  now_at constant timestamptz := platform.business_now();
  variants uuid[]; warehouses uuid[]; units bigint[];
begin
  with gone as (delete from catalog.reservations r where r.reference_id = reference returning r.variant_id, r.warehouse_id, r.quantity)
  select array_agg(g.variant_id), array_agg(g.warehouse_id), array_agg(g.quantity) into variants, warehouses, units from gone g;
  if variants is null then
    return 0;
  end if;
  perform from catalog.stock_levels s where s.variant_id = any(variants) order by s.variant_id for no key update;
  with moved as (
    update catalog.inventory_levels l
      set on_hand = l.on_hand - t.units, reserved = l.reserved - t.units, version = l.version + 1, updated_at = now_at
      from unnest(variants, warehouses, units) as t (variant_id, warehouse_id, units)
      where l.variant_id = t.variant_id and l.warehouse_id = t.warehouse_id
      returning l.variant_id, l.warehouse_id, t.units, l.on_hand
  )
  insert into catalog.stock_movements (variant_id, warehouse_id, quantity, kind, order_id, actor, occurred_at, on_hand_before, on_hand_after)
    select m.variant_id, m.warehouse_id, -m.units, 'SALE', for_order, 'system', now_at, m.on_hand + m.units, m.on_hand from moved m;
  update catalog.stock_levels s
    set on_hand = s.on_hand - t.units, reserved = s.reserved - t.units, version = s.version + 1, updated_at = now_at
    from (select u.variant_id, sum(u.units)::bigint as units from unnest(variants, units) as u (variant_id, units) group by u.variant_id) t
    where s.variant_id = t.variant_id;
  return (select count(distinct v) from unnest(variants) v);
end
$$;

-- Lets the held units of a reference go. Answers how many variants were held.
create or replace function catalog.release_stock(reference uuid) returns bigint
  language plpgsql security definer set search_path = pg_catalog set martgraph.stock = 'on'
as $$
declare
  now_at constant timestamptz := platform.business_now();
  variants uuid[]; warehouses uuid[]; units bigint[];
begin
  with gone as (delete from catalog.reservations r where r.reference_id = reference returning r.variant_id, r.warehouse_id, r.quantity)
  select array_agg(g.variant_id), array_agg(g.warehouse_id), array_agg(g.quantity) into variants, warehouses, units from gone g;
  if variants is null then
    return 0;
  end if;
  perform from catalog.stock_levels s where s.variant_id = any(variants) order by s.variant_id for no key update;
  update catalog.inventory_levels l set reserved = l.reserved - t.units, version = l.version + 1, updated_at = now_at
    from unnest(variants, warehouses, units) as t (variant_id, warehouse_id, units)
    where l.variant_id = t.variant_id and l.warehouse_id = t.warehouse_id;
  update catalog.stock_levels s set reserved = s.reserved - t.units, version = s.version + 1, updated_at = now_at
    from (select u.variant_id, sum(u.units)::bigint as units from unnest(variants, units) as u (variant_id, units) group by u.variant_id) t
    where s.variant_id = t.variant_id;
  return (select count(distinct v) from unnest(variants) v);
end
$$;

grant execute on function catalog.reserve_many to martgraph_catalog, martgraph_orders;
revoke all on function catalog.reserve_many from public;
