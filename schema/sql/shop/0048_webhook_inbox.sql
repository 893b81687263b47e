-- What payment providers have told by webhook and what has had its effect: an event is looked at once, however often it comes.
create table orders.webhook_inbox (
  provider text not null,
  -- the provider's id, evt_...
  event_id text not null,
  type text not null,
  -- the payment it is about, if any
  intent_ref text,
  -- APPLIED: had its effect. NOTHING: there was none to have. NOT_OURS: about a payment that this shop knows nothing of.
  outcome text not null check (outcome in ('APPLIED', 'NOTHING', 'NOT_OURS')),
  -- when the provider says it happened
  told_at timestamptz not null,
  -- wall time
  received_at timestamptz not null default clock_timestamp(),
  primary key (provider, event_id)
);
create index webhook_inbox_by_age on orders.webhook_inbox (received_at);

-- Payments that their payers have asked their bank to take back.
create table orders.payment_disputes (
  id uuid primary key,
  payment_id uuid not null references orders.payments (id),
  provider text not null,
  -- the provider's id, dp_...
  provider_ref text not null,
  -- LOST stays: the money is gone
  state text not null check (state in ('OPEN', 'WON', 'LOST')),
  units bigint not null check (units > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  exponent smallint not null,
  -- business time
  opened_at timestamptz not null,
  closed_at timestamptz,
  unique (provider, provider_ref),
  check ((state = 'OPEN') = (closed_at is null))
);
create index payment_disputes_by_payment on orders.payment_disputes (payment_id);

grant select, insert, delete on orders.webhook_inbox to martgraph_orders;
grant select, insert, update on orders.payment_disputes to martgraph_orders;
