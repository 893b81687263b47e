-- What an import may do beyond the catalogue: functions of those whose tables these are, for the slice that imports.

-- Brings customers in, one by one in their order, each known by its reference in the system it comes from or else by its address. An
-- account that somebody can log in to keeps its address: only its owner changes it. An address that nobody has proved to be theirs
-- vouches for nobody, so only proved addresses and accounts that came by an import are found by it.
create function users.import_customers(items jsonb, is_dry boolean) returns table (place integer, outcome text, field text, reason text)
  language plpgsql security definer set search_path = pg_catalog
as $$
#variable_conflict use_column
declare
  item record;
  known users.users;
  by_address users.users;
  person uuid;
  old_address users.addresses;
  changed boolean;
begin
  for item in
    select (e.n)::integer as n, x.* from jsonb_array_elements(items) with ordinality as e (value, n)
    cross join lateral jsonb_to_record(e.value) as x (ref text, email text, name text, country text, verified boolean, created_at timestamptz, address jsonb)
    order by e.n
  loop
    place := item.n;
    field := null;
    reason := null;
    known := null;
    by_address := null;
    changed := false;
    if item.ref is not null then
      select * into known from users.users u where u.external_ref = item.ref for update;
    end if;
    select * into by_address from users.users u
      where u.email = item.email and (u.email_verified_at is not null or u.password_hash is null)
      order by (u.email_verified_at is not null) desc, (u.external_ref is not distinct from item.ref) desc, u.created_at desc limit 1 for update;
    if known.id is null and by_address.id is not null and item.ref is not null and by_address.external_ref is not null then
      outcome := 'REFUSED'; field := 'email'; reason := 'another customer, of another reference, has this address';
      return next; continue;
    end if;
    if known.id is not null and known.email <> item.email then
      if known.password_hash is not null then
        outcome := 'REFUSED'; field := 'email'; reason := 'the customer can log in with another address, which they alone may change';
        return next; continue;
      elsif by_address.id is not null and by_address.id <> known.id then
        outcome := 'REFUSED'; field := 'email'; reason := 'another customer has this address';
        return next; continue;
      end if;
      changed := true;
    end if;
    if known.id is null then
      known := by_address;
    end if;
    if known.id is not null and known.status <> 'ACTIVE' then
      outcome := 'REFUSED'; field := null; reason := 'the account is closed';
      return next; continue;
    end if;
    person := known.id;
    if person is null then
      outcome := 'CREATED';
      if not is_dry then
        insert into users.users (email, display_name, country_code, external_ref, created_at, email_verified_at)
          values (item.email, item.name, item.country, item.ref, coalesce(item.created_at, platform.business_now()), case when item.verified then clock_timestamp() end)
          returning id into person;
      end if;
    else
      changed := changed or (item.ref is not null and known.external_ref is null) or (item.name is not null and known.display_name is distinct from item.name)
        or (item.country is not null and known.country_code is distinct from item.country)
        or (item.verified and known.email_verified_at is null and known.password_hash is null);
      outcome := case when changed then 'UPDATED' else 'UNCHANGED' end;
      if changed and not is_dry then
        update users.users u set email = item.email, external_ref = coalesce(u.external_ref, item.ref), display_name = coalesce(item.name, u.display_name),
          country_code = coalesce(item.country, u.country_code), version = u.version + 1,
          email_verified_at = case when item.verified and u.password_hash is null then coalesce(u.email_verified_at, clock_timestamp())
            when u.email <> item.email then null else u.email_verified_at end
          where u.id = person;
      end if;
    end if;
    if item.address is not null then
      old_address := null;
      select * into old_address from users.addresses a where a.user_id = person and a.is_default limit 1;
      if old_address.id is null or jsonb_build_object('name', old_address.name, 'line1', old_address.line1, 'line2', old_address.line2, 'city', old_address.city,
        'postalCode', old_address.postal_code, 'country', old_address.country_code)
        is distinct from jsonb_build_object('name', item.address ->> 'name', 'line1', item.address ->> 'line1', 'line2', item.address ->> 'line2', 'city', item.address ->> 'city',
        'postalCode', item.address ->> 'postalCode', 'country', item.address ->> 'country')
      then
        if outcome = 'UNCHANGED' then outcome := 'UPDATED'; end if;
        if not is_dry and old_address.id is null then
          insert into users.addresses (user_id, name, line1, line2, city, postal_code, country_code, is_default, created_at)
            values (person, item.address ->> 'name', item.address ->> 'line1', item.address ->> 'line2', item.address ->> 'city', item.address ->> 'postalCode',
              item.address ->> 'country', true, platform.business_now());
        elsif not is_dry then
          update users.addresses a set name = item.address ->> 'name', line1 = item.address ->> 'line1', line2 = item.address ->> 'line2', city = item.address ->> 'city',
            postal_code = item.address ->> 'postalCode', country_code = item.address ->> 'country' where a.id = old_address.id;
        end if;
      end if;
    end if;
    return next;
  end loop;
end
$$;

-- Who past orders belong to: by reference, or by an address as above. Ids alone leave the users' tables.
create function users.customers_of_import(refs text[], emails text[]) returns table (place integer, user_id uuid)
  language plpgsql stable security definer set search_path = pg_catalog
as $$
begin
  return query select a.n::integer, coalesce(
    (select u.id from users.users u where u.external_ref = a.ref),
    (select u.id from users.users u where a.ref is null and u.email = a.email and (u.email_verified_at is not null or u.password_hash is null)
      order by (u.email_verified_at is not null) desc, u.created_at desc limit 1))
  from unnest(refs, emails) with ordinality as a (ref, email, n) order by a.n;
end
$$;

-- What is known of orders by their numbers: enough to tell whether the same is brought in again.
create function orders.orders_of_import(numbers text[]) returns table (number text, source text, user_id uuid, content text)
  language sql stable security definer set search_path = pg_catalog
as $$
  select o.number, o.source, o.user_id, concat_ws('|', (extract(epoch from o.placed_at) * 1000)::bigint, o.state, o.currency, o.country_code, o.total_units,
    (select string_agg(concat_ws(':', l.position, l.sku, l.quantity, l.unit_amount, l.exponent), ';' order by l.position) from orders.order_lines l where l.order_id = o.id),
    (select string_agg(concat_ws(':', c.position, c.kind, c.unit_amount, c.exponent), ';' order by c.position) from orders.order_charges c where c.order_id = o.id))
  from orders.orders o where o.number = any(numbers)
$$;

-- Writes orders of the past with their lines, charges and what was paid for them, and lets numbers of new orders go on above theirs.
create function orders.import_orders(items jsonb) returns bigint
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  written bigint;
  highest bigint;
begin
  insert into orders.orders (id, number, user_id, state, currency, country_code, placed_at, total_units, exponent, source)
    select x.id, x.number, x.user_id, x.state, x.currency, x.country, x.placed_at, x.total, x.exponent, 'IMPORT'
    from jsonb_to_recordset(items) as x (id uuid, number text, user_id uuid, state text, currency text, country text, placed_at timestamptz, total bigint, exponent smallint);
  get diagnostics written = row_count;
  insert into orders.order_lines (order_id, position, variant_id, product_id, vendor_id, sku, name, quantity, unit_amount, exponent)
    select o.id, l.position, l.variant_id, l.product_id, l.vendor_id, l.sku, l.name, l.quantity, l.unit_amount, l.exponent
    from jsonb_to_recordset(items) as o (id uuid, lines jsonb)
    cross join lateral jsonb_to_recordset(o.lines) as l (position integer, variant_id uuid, product_id uuid, vendor_id uuid, sku text, name text, quantity bigint, unit_amount bigint, exponent smallint);
  insert into orders.order_charges (order_id, position, kind, code, name, quantity, unit_amount, exponent)
    select o.id, c.position, c.kind, c.code, c.name, 1, c.unit_amount, c.exponent
    from jsonb_to_recordset(items) as o (id uuid, charges jsonb)
    cross join lateral jsonb_to_recordset(o.charges) as c (position integer, kind text, code text, name text, unit_amount bigint, exponent smallint);
  -- Where it was paid is not known here, so what stands for it is marked as made up.
  insert into orders.payments (order_id, provider, provider_ref, state, currency, amount_units, exponent, paid_at, is_synthetic)
    select x.id, 'import', x.number, 'CAPTURED', x.currency, x.total, x.exponent, x.placed_at, true
    from jsonb_to_recordset(items) as x (id uuid, number text, state text, currency text, total bigint, exponent smallint, placed_at timestamptz)
    where x.state = 'DELIVERED';
  select max(x.number::bigint) into highest from jsonb_to_recordset(items) as x (number text) where x.number ~ '^[0-9]{1,12}$';
  if highest is not null and highest > (select s.last_value from orders.order_number s) then
    perform setval('orders.order_number', highest);
  end if;
  return written;
end
$$;

revoke all on function users.import_customers, users.customers_of_import, orders.orders_of_import, orders.import_orders from public;
grant usage on schema users, orders to martgraph_catalog;
grant execute on function users.import_customers, users.customers_of_import, orders.orders_of_import, orders.import_orders to martgraph_catalog;
-- Which vendor a product's slug means.
create view users.vendor_names as select v.id, v.slug, v.name from users.vendors v;
grant select on users.vendor_names to martgraph_catalog;
