-- A person's addresses in full, and what they have agreed to.
alter table users.addresses
  add column region text, -- pii
  add column phone text, -- pii
  -- is_default is the default for goods, this one the default for bills
  add column is_default_billing boolean not null default false,
  add column updated_at timestamptz,
  add column version integer not null default 1,
  add constraint address_bounds check (char_length(name) between 1 and 200 and char_length(line1) between 1 and 200 and char_length(line2) between 1 and 200
    and char_length(city) between 1 and 100 and char_length(region) between 1 and 100 and char_length(postal_code) between 1 and 20 and char_length(phone) between 1 and 40);
create unique index addresses_default on users.addresses (user_id) where is_default;
create unique index addresses_default_billing on users.addresses (user_id) where is_default_billing;
grant delete on users.addresses to martgraph_users;

-- For the cart of that person alone: whoever asks has to name both, so no address is found by its id.
create function users.address_of(person uuid, address uuid)
  returns table (name text, line1 text, line2 text, city text, region text, postal_code text, country_code text, phone text)
  language sql stable security definer rows 1 set search_path = pg_catalog
as $$
  select a.name, a.line1, a.line2, a.city, a.region, a.postal_code, a.country_code, a.phone
  from users.addresses a where a.id = address and a.user_id = person
$$;
revoke all on function users.address_of(uuid, uuid) from public;
grant execute on function users.address_of(uuid, uuid) to martgraph_orders;

-- What people agreed to or refused, each time anew: append-only by grants. The latest row of a person and purpose holds; without any,
-- nothing was agreed to.
create table users.consents (
  id uuid primary key default uuidv7(),
  user_id uuid not null references users.users (id),
  purpose text not null check (purpose in ('MARKETING_EMAIL', 'PERSONALISATION', 'ANALYTICS', 'THIRD_PARTIES')),
  is_granted boolean not null,
  -- where they were asked
  source text not null check (source in ('ACCOUNT', 'REGISTRATION', 'CHECKOUT', 'BANNER', 'IMPORT')),
  -- which wording they saw
  text_version text not null check (text_version ~ '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,49}$'),
  -- business time
  decided_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp()
);
create index consents_latest on users.consents (user_id, purpose, id desc);
create index consents_in_order on users.consents (user_id, id desc);
grant select, insert on users.consents to martgraph_users;

create function users.has_consented(person uuid, wanted text) returns boolean
  language sql stable security definer set search_path = pg_catalog
as $$
  select coalesce((select c.is_granted from users.consents c where c.user_id = person and c.purpose = wanted order by c.id desc limit 1), false)
$$;
revoke all on function users.has_consented(uuid, text) from public;
grant execute on function users.has_consented(uuid, text) to martgraph_users, martgraph_orders, martgraph_relay;
