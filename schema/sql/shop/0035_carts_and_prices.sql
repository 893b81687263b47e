-- Carts that remember what was agreed, where the goods go, and the tables that delivery and taxes are priced from.

-- For `country with =` beside a range: no two rates of a country and class hold at one moment.
create extension if not exists btree_gist with schema extensions;

alter table orders.carts
  drop constraint carts_state_check,
  -- EXPIRED: nobody came back for it. MERGED: its lines went into another cart.
  add constraint carts_state_check check (state in ('OPEN', 'ORDERED', 'EXPIRED', 'MERGED')),
  add column note text check (char_length(note) between 1 and 500),
  add column merged_into uuid references orders.carts (id),
  add constraint merged_somewhere_else check ((state = 'MERGED') = (merged_into is not null) and merged_into <> id);
-- What the sweep looks for, and a person's latest open cart.
create index carts_unused on orders.carts (updated_at) where state = 'OPEN';
create index carts_open_by_user on orders.carts (user_id, updated_at desc, id) where state = 'OPEN' and user_id is not null;

-- The price the buyer saw when the quantity was last set; unknown for lines from before.
alter table orders.cart_lines
  add column added_unit_amount bigint check (added_unit_amount >= 0),
  add column added_exponent smallint check (added_exponent between 0 and 6),
  add constraint added_price_known_or_not check (num_nulls(added_unit_amount, added_exponent) in (0, 2));

-- Who to write to and where the goods go, while it is a cart. Personal: never leaves the shop.
create table orders.cart_delivery (
  cart_id uuid primary key references orders.carts (id),
  email text check (char_length(email) <= 254),
  name text check (char_length(name) between 1 and 200),
  line1 text check (char_length(line1) between 1 and 200),
  line2 text check (char_length(line2) between 1 and 200),
  city text check (char_length(city) between 1 and 100),
  region text check (char_length(region) between 1 and 100),
  postal_code text check (char_length(postal_code) between 1 and 20),
  country_code text check (country_code ~ '^[A-Z]{2}$'),
  phone text check (char_length(phone) between 1 and 40),
  method_id uuid,
  constraint address_whole_or_not check (num_nulls(name, line1, city, country_code) in (0, 4))
);

-- One row, whose stamp changes with each table below that prices are made from: processes keep what they have read for as long
-- as the stamp is the same. Promotions put the same trigger on theirs.
create table orders.pricing_rules (
  id boolean primary key default true check (id),
  stamp uuid not null default gen_random_uuid(),
  -- settings of the shop
  delivery_required boolean not null default false,
  cart_lifetime_days integer not null default 30 check (cart_lifetime_days between 1 and 3650),
  -- what a unit counts as whose weight nobody has entered
  default_weight_grams integer not null default 0 check (default_weight_grams between 0 and 1000000),
  version integer not null default 1
);
insert into orders.pricing_rules default values;

create function orders.pricing_rules_changed() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update orders.pricing_rules set stamp = gen_random_uuid();
  return null;
end
$$;

create table orders.tax_rates (
  id uuid primary key default uuidv7(),
  country_code text not null check (country_code ~ '^[A-Z]{2}$'),
  tax_class text not null check (tax_class ~ '^[a-z][a-z0-9_]{0,29}$'),
  name text not null check (char_length(name) between 1 and 100),
  rate_bps integer not null check (rate_bps between 0 and 10000),
  -- contained in the prices, or added to them
  is_included boolean not null,
  valid_from timestamptz not null,
  valid_to timestamptz,
  version integer not null default 1,
  check (valid_to > valid_from),
  constraint tax_rates_apart exclude using gist (country_code with =, tax_class with =, tstzrange(valid_from, valid_to) with &&)
);

create table orders.shipping_zones (
  id uuid primary key default uuidv7(),
  name text not null unique check (char_length(name) between 1 and 100),
  version integer not null default 1
);
-- A country, or a region of it, belongs to one zone; the row without a country stands for all countries that no zone names.
create table orders.shipping_zone_places (
  zone_id uuid not null references orders.shipping_zones (id) on delete cascade,
  country_code text check (country_code ~ '^[A-Z]{2}$'),
  region text check (char_length(region) between 1 and 100 and region = upper(region)),
  check (region is null or country_code is not null),
  constraint shipping_places_apart unique nulls not distinct (country_code, region)
);
create index shipping_places_by_zone on orders.shipping_zone_places (zone_id);

create table orders.shipping_methods (
  id uuid primary key default uuidv7(),
  zone_id uuid not null references orders.shipping_zones (id),
  name text not null check (char_length(name) between 1 and 100),
  description text check (char_length(description) between 1 and 500),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  exponent smallint not null check (exponent between 0 and 4),
  basis text not null check (basis in ('FLAT', 'WEIGHT', 'VALUE')),
  -- [{"upTo": "2000" | null, "units": "495"}], ascending, null last: grams or units of the goods' value, and the price
  bands jsonb not null check (jsonb_typeof(bands) = 'array' and jsonb_array_length(bands) between 1 and 50),
  -- from this value of the goods on it costs nothing
  free_from_units bigint check (free_from_units >= 0),
  tax_class text not null default 'standard' check (tax_class ~ '^[a-z][a-z0-9_]{0,29}$'),
  min_days integer check (min_days between 0 and 365),
  max_days integer check (max_days between 0 and 365),
  is_active boolean not null default true,
  position integer not null default 0,
  version integer not null default 1,
  check (min_days <= max_days),
  unique (zone_id, name)
);

create trigger tax_rates_changed after insert or update or delete on orders.tax_rates for each statement execute function orders.pricing_rules_changed();
create trigger shipping_zones_changed after insert or update or delete on orders.shipping_zones for each statement execute function orders.pricing_rules_changed();
create trigger shipping_places_changed after insert or update or delete on orders.shipping_zone_places for each statement execute function orders.pricing_rules_changed();
create trigger shipping_methods_changed after insert or update or delete on orders.shipping_methods for each statement execute function orders.pricing_rules_changed();

grant select, insert, update on orders.cart_delivery, orders.tax_rates, orders.shipping_zones, orders.shipping_zone_places, orders.shipping_methods to martgraph_orders;
grant select, update on orders.pricing_rules to martgraph_orders;
grant delete on orders.shipping_zone_places, orders.tax_rates, orders.cart_delivery to martgraph_orders;
