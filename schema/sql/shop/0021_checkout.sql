-- Purchases and cancellations under way. Between their two transactions a payment provider is asked, so what was decided in the
-- first one is kept here: whoever goes on after a crash finds prices, lines and the key of the charge as they were.
-- Leases are wall time: who holds one is at work; one that has ended may be taken over.
alter table orders.idempotency_keys add column lease_until timestamptz;
create index idempotency_keys_by_age on orders.idempotency_keys (created_at);

create table orders.checkouts (
  -- also the reference of the held stock and the key of the charge
  id uuid primary key,
  cart_id uuid not null references orders.carts (id),
  user_id uuid,
  actor text not null,
  idempotency_key text not null,
  -- UNDOING: paid, but the held stock was lost; the money goes back
  state text not null check (state in ('HELD', 'UNDOING', 'COMPLETED', 'DECLINED', 'ABANDONED')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  country_code text check (country_code ~ '^[A-Z]{2}$'),
  total_units bigint not null check (total_units >= 0),
  exponent smallint not null,
  payment_token text,
  lease_until timestamptz not null,
  created_at timestamptz not null default now()
);
-- A cart is bought by one purchase at a time.
create unique index checkouts_live on orders.checkouts (cart_id) where state in ('HELD', 'UNDOING');
create index checkouts_by_lease on orders.checkouts (lease_until) where state in ('HELD', 'UNDOING');
create index checkouts_by_key on orders.checkouts (actor, idempotency_key);

create table orders.checkout_lines (
  checkout_id uuid not null references orders.checkouts (id),
  position integer not null,
  variant_id uuid not null,
  product_id uuid not null,
  sku text not null,
  name text not null,
  quantity bigint not null check (quantity > 0),
  unit_amount bigint not null check (unit_amount >= 0),
  exponent smallint not null check (exponent between 0 and 6),
  primary key (checkout_id, position)
);

create table orders.cancellations (
  -- one cancellation per order, ever
  order_id uuid primary key references orders.orders (id),
  refund_id uuid not null unique,
  actor text not null,
  idempotency_key text not null,
  reason text,
  state text not null check (state in ('RUNNING', 'DONE')),
  lease_until timestamptz not null,
  created_at timestamptz not null default now()
);
create index cancellations_by_lease on orders.cancellations (lease_until) where state = 'RUNNING';

grant select, insert, update on orders.checkouts, orders.checkout_lines, orders.cancellations to martgraph_orders;
