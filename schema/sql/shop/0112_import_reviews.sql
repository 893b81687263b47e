-- Reviews that come by an import, and addresses with all that they have by now.

-- What a review is found by when its file comes again: a hash of its number in the system it comes from, or else of who said what. Nobody
-- of the shop's wrote such a review: its user_id is an id that no account has, as after an erasure.
alter table catalog.reviews add column import_key text check (import_key ~ '^[A-Za-z0-9_-]{43}$');
create unique index reviews_by_import on catalog.reviews (product_id, import_key) where import_key is not null;

-- As before, with region and telephone.
create or replace function users.import_customers(items jsonb, is_dry boolean) returns table (place integer, outcome text, field text, reason text)
  language plpgsql security definer set search_path = pg_catalog
as $$
#variable_conflict use_column
declare
  item record;
  known users.users;
  by_address users.users;
  person uuid;
  old_address users.addresses;
  new_address users.addresses;
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
      -- Region and telephone are kept where the file says nothing of them, unless it tells of another place.
      new_address.region := coalesce(item.address ->> 'region', case when (old_address.line1, old_address.line2, old_address.city, old_address.postal_code, old_address.country_code)
        is not distinct from (item.address ->> 'line1', item.address ->> 'line2', item.address ->> 'city', item.address ->> 'postalCode', item.address ->> 'country') then old_address.region end);
      new_address.phone := coalesce(item.address ->> 'phone', old_address.phone);
      if old_address.id is null or (old_address.name, old_address.line1, old_address.line2, old_address.city, old_address.region, old_address.postal_code, old_address.country_code, old_address.phone)
        is distinct from (item.address ->> 'name', item.address ->> 'line1', item.address ->> 'line2', item.address ->> 'city', new_address.region, item.address ->> 'postalCode', item.address ->> 'country', new_address.phone)
      then
        if outcome = 'UNCHANGED' then outcome := 'UPDATED'; end if;
        if not is_dry and old_address.id is null then
          insert into users.addresses (user_id, name, line1, line2, city, region, postal_code, country_code, phone, is_default, created_at)
            values (person, item.address ->> 'name', item.address ->> 'line1', item.address ->> 'line2', item.address ->> 'city', new_address.region, item.address ->> 'postalCode',
              item.address ->> 'country', new_address.phone, true, platform.business_now());
        elsif not is_dry then
          update users.addresses a set name = item.address ->> 'name', line1 = item.address ->> 'line1', line2 = item.address ->> 'line2', city = item.address ->> 'city', region = new_address.region,
            postal_code = item.address ->> 'postalCode', country_code = item.address ->> 'country', phone = new_address.phone, updated_at = platform.business_now(), version = a.version + 1 where a.id = old_address.id;
        end if;
      end if;
    end if;
    return next;
  end loop;
end
$$;
