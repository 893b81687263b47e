-- Stock per warehouse. catalog.stock_levels stays the total of each variant; catalog.inventory_levels says where it stands, and
-- catalog.stock_movements why. Whoever changes any of them locks the variant's row in stock_levels first, several in the order of
-- their ids: that one lock covers the warehouses of the variant, and nobody waits for anybody in a circle.

create table catalog.warehouses (
  id uuid primary key default uuidv7(),
  code text not null unique check (code ~ '^[A-Z0-9][A-Z0-9_-]{0,29}$'),
  name text not null check (length(name) between 1 and 200),
  country_code text check (country_code ~ '^[A-Z]{2}$'),
  -- the lower, the sooner it is taken from
  priority integer not null default 100 check (priority between 0 and 10000),
  -- where stock lands that nobody gave a warehouse
  is_default boolean not null default false,
  created_at timestamptz not null default platform.business_now(),
  updated_at timestamptz not null default platform.business_now(),
  version integer not null default 1
);
create unique index warehouses_one_default on catalog.warehouses (is_default) where is_default;
insert into catalog.warehouses (id, code, name, is_default) values ('01900000-0000-7000-8000-000000000001', 'MAIN', 'Main warehouse', true);

alter table catalog.stock_levels
  add column low_stock_threshold bigint check (low_stock_threshold between 0 and 1000000000),
  -- a busy variant changes many times a second
  alter column version type bigint;
alter table catalog.stock_levels set (fillfactor = 70);

create table catalog.inventory_levels (
  variant_id uuid not null references catalog.stock_levels (variant_id),
  warehouse_id uuid not null references catalog.warehouses (id),
  on_hand bigint not null default 0 check (on_hand <= 1000000000000),
  reserved bigint not null default 0,
  -- ordered and on its way
  incoming bigint not null default 0 check (incoming between 0 and 1000000000000),
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (variant_id, warehouse_id),
  constraint level_not_oversold check (reserved between 0 and on_hand)
) with (fillfactor = 70);
create index inventory_levels_by_warehouse on catalog.inventory_levels (warehouse_id, variant_id);

-- A hold knows where it holds. Its variant and warehouse are those of a level, so they need no foreign keys of their own, whose
-- locks would be the dearest part of a reservation.
alter table catalog.reservations add column warehouse_id uuid;
update catalog.reservations set warehouse_id = (select id from catalog.warehouses where is_default);
alter table catalog.reservations
  alter column warehouse_id set not null,
  drop constraint reservations_pkey,
  drop constraint reservations_variant_id_fkey,
  add primary key (reference_id, variant_id, warehouse_id);

-- A movement is booked when it names its warehouse: the booked movements of a variant in a warehouse sum to what is on hand there.
-- What is not booked is history from before the stock was counted (an imported shop's write-offs): it explains, but counts nothing.
-- The warehouse is a level's, and nobody deletes one: a foreign key of its own would lock the warehouse's row with every sale.
alter table catalog.stock_movements
  add column warehouse_id uuid,
  add column on_hand_before bigint,
  add column on_hand_after bigint check (on_hand_after >= 0),
  -- user:<uuid>, role:<name> or system
  add column actor text,
  -- what the mover calls it: a delivery note, the key of the call
  add column reference text,
  drop constraint stock_movements_kind_check,
  add constraint stock_movements_kind_check check (kind in
    ('INITIAL', 'SALE', 'RETURN', 'CANCELLED', 'WRITE_OFF', 'FOUND', 'GIVEN_FREE', 'ADJUSTMENT', 'RECEIVED', 'TRANSFER')),
  add constraint booked_or_history check (num_nulls(warehouse_id, on_hand_before, on_hand_after) in (0, 3)),
  add constraint running_balance check (on_hand_after = on_hand_before + quantity);
drop index catalog.stock_movements_by_variant;
create index stock_movements_by_variant on catalog.stock_movements (variant_id, occurred_at desc, id desc);

-- What is there already: all of it stands in the default warehouse. The movements from a variant's count on are booked where they
-- sum to what is on hand; where they do not, they are history and the books begin with what is on hand now.
insert into catalog.inventory_levels (variant_id, warehouse_id, on_hand, reserved, updated_at)
  select s.variant_id, w.id, s.on_hand, s.reserved, s.updated_at from catalog.stock_levels s cross join catalog.warehouses w where w.is_default;
with counted as (
  select m.id, m.variant_id, m.quantity,
    sum(m.quantity) over (partition by m.variant_id order by m.kind <> 'INITIAL', m.occurred_at, m.id) as after,
    sum(m.quantity) over (partition by m.variant_id) as total,
    min(m.quantity) over (partition by m.variant_id) as least
  from catalog.stock_movements m
  where m.occurred_at >= (select max(i.occurred_at) from catalog.stock_movements i where i.variant_id = m.variant_id and i.kind = 'INITIAL')
), whole as (
  select c.id, c.quantity, c.after, l.warehouse_id from counted c join catalog.inventory_levels l on l.variant_id = c.variant_id
  where c.total = l.on_hand and not exists (select from counted n where n.variant_id = c.variant_id and (n.after < 0 or n.after < n.quantity))
)
update catalog.stock_movements m set warehouse_id = w.warehouse_id, on_hand_before = w.after - w.quantity, on_hand_after = w.after
  from whole w where m.id = w.id;
insert into catalog.stock_movements (variant_id, warehouse_id, quantity, kind, reason, occurred_at, is_synthetic, on_hand_before, on_hand_after)
  select l.variant_id, l.warehouse_id, l.on_hand, 'ADJUSTMENT', 'what was on hand when warehouses came', platform.business_now(), s.is_synthetic, 0, l.on_hand
  from catalog.inventory_levels l join catalog.stock_levels s on s.variant_id = l.variant_id
  where l.on_hand > 0 and not exists (select from catalog.stock_movements m where m.variant_id = l.variant_id and m.warehouse_id is not null);

create function catalog.append_only() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception '%.% is append-only: correct it by a new row', tg_table_schema, tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger stock_movements_append_only before update or delete on catalog.stock_movements
  for each statement execute function catalog.append_only();

-- The stored answers of mutations that move stock.
create table catalog.idempotency_keys (
  actor text not null,
  operation text not null,
  key text not null,
  request_hash text not null,
  state text not null check (state in ('RUNNING', 'DONE')),
  response jsonb,
  created_at timestamptz not null default now(),
  lease_until timestamptz,
  primary key (actor, operation, key)
);
create index idempotency_keys_by_age on catalog.idempotency_keys (created_at);

grant select on catalog.warehouses, catalog.inventory_levels to martgraph_catalog;
grant insert, update on catalog.warehouses to martgraph_catalog;
grant select, insert, update, delete on catalog.idempotency_keys to martgraph_catalog;
-- Stock is moved by the functions alone.
revoke insert, update on catalog.stock_levels, catalog.stock_movements from martgraph_catalog;
revoke insert, update, delete on catalog.reservations from martgraph_catalog;
grant update (low_stock_threshold) on catalog.stock_levels to martgraph_catalog;
