create table catalog.categories (
  id uuid primary key default uuidv7(),
  slug text not null unique,
  name text not null,
  parent_id uuid references catalog.categories (id),
  is_synthetic boolean not null default false
);

create table catalog.products (
  id uuid primary key default uuidv7(),
  slug text not null unique,
  name text not null check (name <> ''),
  description text,
  status text not null check (status in ('DRAFT', 'ACTIVE', 'ARCHIVED')),
  -- users.vendors; no foreign key crosses a slice
  vendor_id uuid,
  category_id uuid references catalog.categories (id),
  external_ref text unique,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version integer not null default 1
);
create index products_by_category on catalog.products (category_id, id);
create index products_by_vendor on catalog.products (vendor_id, id);
create index products_by_name on catalog.products (name, id);
create index products_by_created on catalog.products (created_at, id);

create table catalog.variants (
  id uuid primary key default uuidv7(),
  product_id uuid not null references catalog.products (id),
  sku text not null unique check (sku = upper(sku)),
  name text not null,
  created_at timestamptz not null
);
create index variants_by_product on catalog.variants (product_id);

-- A unit price has its own exponent: amount = unit_amount / 10^exponent, which may be finer than the currency's.
create table catalog.prices (
  id uuid primary key default uuidv7(),
  variant_id uuid not null references catalog.variants (id),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  unit_amount bigint not null check (unit_amount >= 0),
  exponent smallint not null check (exponent between 0 and 6),
  valid_from timestamptz not null,
  valid_to timestamptz check (valid_to > valid_from)
);
create unique index prices_current on catalog.prices (variant_id, currency) where valid_to is null;
create index prices_by_variant on catalog.prices (variant_id, valid_from);

create table catalog.stock_levels (
  variant_id uuid primary key references catalog.variants (id),
  on_hand bigint not null,
  reserved bigint not null default 0,
  is_synthetic boolean not null default false,
  updated_at timestamptz not null,
  version integer not null default 1,
  constraint stock_not_oversold check (reserved between 0 and on_hand)
);

-- Append-only: why the quantity of a variant changed.
create table catalog.stock_movements (
  id uuid primary key default uuidv7(),
  variant_id uuid not null references catalog.variants (id),
  quantity bigint not null check (quantity <> 0),
  kind text not null check (kind in ('INITIAL', 'SALE', 'RETURN', 'WRITE_OFF', 'FOUND', 'GIVEN_FREE')),
  order_id uuid,
  reason text,
  occurred_at timestamptz not null,
  is_synthetic boolean not null default false
);
create index stock_movements_by_variant on catalog.stock_movements (variant_id, occurred_at);
create index stock_movements_by_order on catalog.stock_movements (order_id) where order_id is not null;

-- Units held for a cart or a checkout until they are sold or let go.
create table catalog.reservations (
  reference_id uuid not null,
  variant_id uuid not null references catalog.variants (id),
  quantity bigint not null check (quantity > 0),
  expires_at timestamptz not null,
  primary key (reference_id, variant_id)
);
create index reservations_by_expiry on catalog.reservations (expires_at);

-- What other slices may read of the catalogue: what can be bought, at which price, how much is left.
create view catalog.sellable_variants as
select v.id as variant_id, v.product_id, v.sku, v.name as variant_name, p.name as product_name, p.status,
  p.vendor_id, pr.currency, pr.unit_amount, pr.exponent,
  s.on_hand - s.reserved as available
from catalog.variants v
join catalog.products p on p.id = v.product_id
join catalog.prices pr on pr.variant_id = v.id and pr.valid_to is null
join catalog.stock_levels s on s.variant_id = v.id;

-- Holds the units of all lines for one reference (a checkout), or none of them: answers the variants that are short, with
-- what is left. Rows are locked in the order of their ids, so two checkouts never wait for each other in a circle.
create function catalog.reserve_stock(reference uuid, variant_ids uuid[], quantities bigint[], hold_until timestamptz)
  returns table (variant_id uuid, available bigint)
  language plpgsql security definer set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
    with wanted as (
      select w.id, sum(w.quantity)::bigint as quantity
      from unnest(variant_ids, quantities) as w (id, quantity) group by w.id
    ), locked as (
      select s.variant_id as id, s.on_hand - s.reserved as free
      from catalog.stock_levels s join wanted on wanted.id = s.variant_id
      order by s.variant_id for update of s
    )
    select wanted.id, coalesce(locked.free, 0)::bigint
    from wanted left join locked on locked.id = wanted.id
    where coalesce(locked.free, 0) < wanted.quantity;
  if found then
    return;
  end if;
  update catalog.stock_levels s
    set reserved = s.reserved + w.quantity, version = s.version + 1, updated_at = platform.business_now()
    from (select u.id, sum(u.quantity)::bigint as quantity from unnest(variant_ids, quantities) as u (id, quantity) group by u.id) w
    where s.variant_id = w.id;
  insert into catalog.reservations (reference_id, variant_id, quantity, expires_at)
    select reference, u.id, sum(u.quantity)::bigint, hold_until
    from unnest(variant_ids, quantities) as u (id, quantity) group by u.id;
end
$$;

-- Turns the held units of a reference into sold ones. Answers how many variants were held; 0 means the hold is gone.
create function catalog.sell_reserved(reference uuid, for_order uuid) returns bigint
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  held bigint;
begin
  with gone as (
    delete from catalog.reservations r where r.reference_id = reference returning r.variant_id, r.quantity
  ), ordered as (
    select s.variant_id, gone.quantity from catalog.stock_levels s join gone on gone.variant_id = s.variant_id order by s.variant_id for update of s
  ), moved as (
    update catalog.stock_levels s
      set on_hand = s.on_hand - o.quantity, reserved = s.reserved - o.quantity, version = s.version + 1, updated_at = platform.business_now()
      from ordered o where s.variant_id = o.variant_id returning s.variant_id, o.quantity
  ), noted as (
    insert into catalog.stock_movements (variant_id, quantity, kind, order_id, occurred_at)
      select m.variant_id, -m.quantity, 'SALE', for_order, platform.business_now() from moved m returning 1
  )
  select count(*) into held from noted;
  return held;
end
$$;

-- Lets the held units of a reference go. Answers how many variants were held.
create function catalog.release_stock(reference uuid) returns bigint
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  held bigint;
begin
  with gone as (
    delete from catalog.reservations r where r.reference_id = reference returning r.variant_id, r.quantity
  ), ordered as (
    select s.variant_id, gone.quantity from catalog.stock_levels s join gone on gone.variant_id = s.variant_id order by s.variant_id for update of s
  ), freed as (
    update catalog.stock_levels s
      set reserved = s.reserved - o.quantity, version = s.version + 1, updated_at = platform.business_now()
      from ordered o where s.variant_id = o.variant_id returning 1
  )
  select count(*) into held from freed;
  return held;
end
$$;

-- Puts units of a cancelled order back on the shelf.
create function catalog.restock(for_order uuid, variant_ids uuid[], quantities bigint[]) returns void
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  with back as (
    select u.id, sum(u.quantity)::bigint as quantity from unnest(variant_ids, quantities) as u (id, quantity) group by u.id
  ), ordered as (
    select s.variant_id, back.quantity from catalog.stock_levels s join back on back.id = s.variant_id order by s.variant_id for update of s
  ), moved as (
    update catalog.stock_levels s
      set on_hand = s.on_hand + o.quantity, version = s.version + 1, updated_at = platform.business_now()
      from ordered o where s.variant_id = o.variant_id returning s.variant_id, o.quantity
  )
  insert into catalog.stock_movements (variant_id, quantity, kind, order_id, occurred_at)
    select m.variant_id, m.quantity, 'RETURN', for_order, platform.business_now() from moved m;
end
$$;

revoke all on all functions in schema catalog from public;
grant usage on schema catalog to martgraph_catalog, martgraph_orders;
grant select, insert, update on all tables in schema catalog to martgraph_catalog;
grant delete on catalog.reservations to martgraph_catalog;
grant execute on all functions in schema catalog to martgraph_catalog, martgraph_orders;
grant select on catalog.sellable_variants to martgraph_orders;
