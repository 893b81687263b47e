create table orders.carts (
  id uuid primary key default uuidv7(),
  user_id uuid,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  country_code text check (country_code ~ '^[A-Z]{2}$'),
  state text not null default 'OPEN' check (state in ('OPEN', 'ORDERED')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version integer not null default 1
);
create index carts_by_user on orders.carts (user_id, created_at) where user_id is not null;

create table orders.cart_lines (
  cart_id uuid not null references orders.carts (id),
  variant_id uuid not null,
  position integer not null,
  quantity bigint not null check (quantity between 1 and 100000),
  primary key (cart_id, variant_id)
);

create sequence orders.order_number start 1000001;

create table orders.orders (
  id uuid primary key default uuidv7(),
  number text not null unique,
  user_id uuid,
  customer_type text not null generated always as (case when user_id is null then 'GUEST' else 'REGISTERED' end) stored,
  state text not null check (state in ('PLACED', 'PAID', 'DELIVERED', 'CANCELLED')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  country_code text check (country_code ~ '^[A-Z]{2}$'),
  country_label text,
  placed_at timestamptz not null,
  -- rounded once, half to even, to the currency's exponent: the only rounding of an order
  total_units bigint not null,
  exponent smallint not null check (exponent between 0 and 4),
  source text not null check (source in ('IMPORT', 'GENERATED', 'API')),
  cart_id uuid unique references orders.carts (id),
  recorded_at timestamptz not null default clock_timestamp(),
  version integer not null default 1
);
create index orders_by_user on orders.orders (user_id, placed_at desc, id desc) where user_id is not null;
create index orders_by_time on orders.orders (placed_at, id);

-- amount_units / 10^exponent is exact: quantity times the unit price, never rounded.
create table orders.order_lines (
  id uuid primary key default uuidv7(),
  order_id uuid not null references orders.orders (id),
  position integer not null,
  variant_id uuid not null,
  product_id uuid not null,
  sku text not null,
  name text not null,
  quantity bigint not null check (quantity > 0),
  unit_amount bigint not null check (unit_amount >= 0),
  exponent smallint not null check (exponent between 0 and 6),
  amount_units bigint not null generated always as (quantity * unit_amount) stored,
  unique (order_id, position)
);

-- What is sold but is no product: postage, fees, manual adjustments, gift vouchers.
create table orders.order_charges (
  id uuid primary key default uuidv7(),
  order_id uuid not null references orders.orders (id),
  position integer not null,
  kind text not null check (kind in ('SHIPPING', 'FEE', 'ADJUSTMENT', 'GIFT_VOUCHER', 'OTHER')),
  code text not null,
  name text not null,
  quantity bigint not null check (quantity > 0),
  unit_amount bigint not null,
  exponent smallint not null check (exponent between 0 and 6),
  amount_units bigint not null generated always as (quantity * unit_amount) stored,
  unique (order_id, position)
);

create table orders.payments (
  id uuid primary key default uuidv7(),
  order_id uuid not null references orders.orders (id),
  provider text not null,
  provider_ref text not null,
  state text not null check (state in ('CAPTURED', 'REFUNDED', 'PARTIALLY_REFUNDED')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount_units bigint not null check (amount_units >= 0),
  refunded_units bigint not null default 0,
  exponent smallint not null,
  paid_at timestamptz not null,
  is_synthetic boolean not null default false,
  unique (provider, provider_ref),
  constraint refunds_within_payment check (refunded_units between 0 and amount_units)
);
create index payments_by_order on orders.payments (order_id);

create table orders.refunds (
  id uuid primary key default uuidv7(),
  number text not null unique,
  order_id uuid references orders.orders (id),
  user_id uuid,
  customer_type text not null generated always as (case when user_id is null then 'GUEST' else 'REGISTERED' end) stored,
  -- how the refund found its order: by reference; all lines in one earlier order; all lines in several, the latest taken;
  -- only some lines; none
  match_quality text not null check (match_quality in ('REFERENCED', 'EXACT', 'LATEST_OF_SEVERAL', 'PARTIAL', 'NONE')),
  matched_lines integer not null default 0,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  country_code text check (country_code ~ '^[A-Z]{2}$'),
  country_label text,
  refunded_at timestamptz not null,
  total_units bigint not null,
  exponent smallint not null check (exponent between 0 and 4),
  reason text,
  source text not null check (source in ('IMPORT', 'GENERATED', 'API')),
  recorded_at timestamptz not null default clock_timestamp(),
  check ((match_quality = 'NONE') = (order_id is null))
);
create index refunds_by_order on orders.refunds (order_id) where order_id is not null;

create table orders.refund_lines (
  id uuid primary key default uuidv7(),
  refund_id uuid not null references orders.refunds (id),
  position integer not null,
  kind text not null check (kind in ('PRODUCT', 'CHARGE')),
  variant_id uuid,
  product_id uuid,
  code text not null,
  name text not null,
  quantity bigint not null check (quantity > 0),
  unit_amount bigint not null check (unit_amount >= 0),
  exponent smallint not null check (exponent between 0 and 6),
  amount_units bigint not null generated always as (quantity * unit_amount) stored,
  unique (refund_id, position),
  check ((kind = 'PRODUCT') = (product_id is not null))
);

-- The stored answer of a mutation that moved money or stock. Wall time: this is bookkeeping, not business.
create table orders.idempotency_keys (
  actor text not null,
  operation text not null,
  key text not null,
  request_hash text not null,
  state text not null check (state in ('RUNNING', 'DONE')),
  response jsonb,
  created_at timestamptz not null default now(),
  primary key (actor, operation, key)
);

grant usage on schema orders to martgraph_orders;
grant select, insert, update on all tables in schema orders to martgraph_orders;
grant delete on orders.cart_lines, orders.idempotency_keys to martgraph_orders;
grant usage on sequence orders.order_number to martgraph_orders;
