-- The books of the payment provider's stand-in, in full: intents from opening to capture or cancellation, refunds, disputes, the
-- answers to idempotency keys and what is still to be told by webhook. They are the provider's, not the shop's: nothing joins them
-- but the audit, and a restart of the shop forgets no money.
create table payment_fake.intents (
  ref text primary key,
  state text not null check (state in ('REQUIRES_METHOD', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'CAPTURED', 'CANCELLED')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  exponent smallint not null,
  amount_units bigint not null check (amount_units > 0),
  capture text not null check (capture in ('AUTOMATIC', 'MANUAL')),
  captured_units bigint not null check (captured_units between 0 and amount_units),
  refunded_units bigint not null check (refunded_units between 0 and captured_units),
  client_secret text not null,
  -- the means of payment tried last
  token text,
  decline_reason text,
  metadata jsonb not null,
  -- grows with every change; who writes names the one they read
  version integer not null check (version > 0),
  created_at timestamptz not null,
  constraint taken_when_captured check ((state = 'CAPTURED') = (captured_units > 0))
);

create table payment_fake.intent_refunds (
  ref text primary key,
  intent_ref text not null references payment_fake.intents (ref),
  state text not null check (state in ('PENDING', 'SUCCEEDED', 'FAILED')),
  units bigint not null check (units > 0),
  metadata jsonb not null,
  created_at timestamptz not null
);
create index intent_refunds_by_intent on payment_fake.intent_refunds (intent_ref);

create table payment_fake.disputes (
  ref text primary key,
  intent_ref text not null references payment_fake.intents (ref),
  state text not null check (state in ('OPEN', 'WON', 'LOST')),
  units bigint not null check (units > 0),
  created_at timestamptz not null
);
create index disputes_by_intent on payment_fake.disputes (intent_ref);

-- Kept for a day.
create table payment_fake.requests (
  key text primary key,
  fingerprint text not null,
  answer jsonb not null,
  created_at timestamptz not null
);
create index requests_by_age on payment_fake.requests (created_at);

create table payment_fake.events (
  id text primary key,
  type text not null,
  -- as it is told, byte for byte
  body text not null,
  created_at timestamptz not null,
  delivered_at timestamptz
);
create index events_undelivered on payment_fake.events (created_at, id) where delivered_at is null;

grant select, insert, update on payment_fake.intents, payment_fake.intent_refunds, payment_fake.disputes, payment_fake.events to martgraph_orders;
grant select, insert, delete on payment_fake.requests to martgraph_orders;
