-- The books of the payment provider's stateful stand-in. They are the provider's, not the shop's: nothing joins them, and a
-- restart of the shop forgets no money.
create schema payment_fake;

create table payment_fake.charges (
  idempotency_key text primary key,
  ref text not null unique,
  -- VOID: the key was closed before any charge came; a late one is declined
  state text not null check (state in ('CAPTURED', 'DECLINED', 'VOID')),
  decline_reason text,
  currency text not null,
  amount_units bigint not null check (amount_units >= 0),
  refunded_units bigint not null default 0,
  exponent smallint not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint refunds_within_charge check (refunded_units between 0 and amount_units)
);

create table payment_fake.refunds (
  idempotency_key text primary key,
  ref text not null unique,
  charge_ref text not null references payment_fake.charges (ref),
  amount_units bigint not null check (amount_units > 0),
  recorded_at timestamptz not null default clock_timestamp()
);

grant usage on schema payment_fake to martgraph_orders;
grant select, insert, update on payment_fake.charges, payment_fake.refunds to martgraph_orders;
