-- Parcels, returns, and what a refund was for.

create table orders.fulfilments (
  id uuid primary key default uuidv7(),
  order_id uuid not null references orders.orders (id),
  -- the order's number with the parcel's place, 1000001-F1
  number text not null unique,
  -- whose lines all of it are; null where the shop packs it, or lines of several
  vendor_id uuid,
  state text not null check (state in ('CREATED', 'SHIPPED', 'DELIVERED', 'CANCELLED')),
  carrier text,
  tracking_number text,
  tracking_url text,
  -- business time
  created_at timestamptz not null,
  shipped_at timestamptz,
  delivered_at timestamptz,
  cancelled_at timestamptz,
  version integer not null default 1,
  check ((state in ('SHIPPED', 'DELIVERED')) = (shipped_at is not null)),
  check ((state = 'DELIVERED') = (delivered_at is not null)),
  check ((state = 'CANCELLED') = (cancelled_at is not null))
);
create index fulfilments_by_order on orders.fulfilments (order_id, created_at, id);

create table orders.fulfilment_lines (
  fulfilment_id uuid not null references orders.fulfilments (id),
  order_line_id uuid not null references orders.order_lines (id),
  quantity bigint not null check (quantity > 0),
  primary key (fulfilment_id, order_line_id)
);
create index fulfilment_lines_by_line on orders.fulfilment_lines (order_line_id);

create table orders.returns (
  id uuid primary key default uuidv7(),
  order_id uuid not null references orders.orders (id),
  -- 1000001-R1
  number text not null unique,
  -- REQUESTED: nothing decided, nothing arrived. APPROVED: settled, the goods are on their way. RECEIVED: the goods are here, nothing
  -- decided. COMPLETED: both. REJECTED: refused.
  state text not null check (state in ('REQUESTED', 'APPROVED', 'RECEIVED', 'COMPLETED', 'REJECTED')),
  -- user:<uuid> or guest
  requested_by text not null,
  -- catalog.variants: wanted in its place
  exchange_variant_id uuid,
  exchange_order_id uuid references orders.orders (id),
  -- what was decided; null until then
  is_restocked boolean,
  refund_id uuid,
  note text,
  requested_at timestamptz not null,
  resolved_at timestamptz,
  received_at timestamptz,
  version integer not null default 1,
  check ((state in ('APPROVED', 'COMPLETED', 'REJECTED')) = (resolved_at is not null)),
  check (state = 'REJECTED' or (state in ('RECEIVED', 'COMPLETED')) = (received_at is not null))
);
create index returns_by_order on orders.returns (order_id, requested_at, id);

create table orders.return_lines (
  return_id uuid not null references orders.returns (id),
  order_line_id uuid not null references orders.order_lines (id),
  quantity bigint not null check (quantity > 0),
  reason text,
  primary key (return_id, order_line_id)
);
create index return_lines_by_line on orders.return_lines (order_line_id);

alter table orders.refunds
  -- null for refunds that were not made here
  add column cause text check (cause in ('CANCELLATION', 'RETURN', 'AGREEMENT')),
  add column tax_units bigint not null default 0 check (tax_units >= 0),
  -- the part of it that is postage
  add column shipping_units bigint not null default 0 check (shipping_units >= 0);
alter table orders.refund_lines add column order_line_id uuid references orders.order_lines (id);

-- The order that a replacement takes the place of.
alter table orders.orders add column replaces_order_id uuid references orders.orders (id);
create index orders_by_state on orders.orders (state, placed_at, id);

-- How the shop deals with what comes after the sale; one row.
create table orders.after_sale_settings (
  is_only boolean primary key default true check (is_only),
  -- from the day the goods arrived (or were shipped, where that is not known)
  return_days integer not null default 30 check (return_days between 0 and 3650)
);
insert into orders.after_sale_settings default values;

grant select, insert, update on orders.fulfilments, orders.fulfilment_lines, orders.returns, orders.return_lines to martgraph_orders;
grant select on orders.after_sale_settings to martgraph_orders;
