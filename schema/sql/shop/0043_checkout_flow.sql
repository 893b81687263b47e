-- A purchase in two calls (start, complete) or in one; what is looked into by people; the history of payments; money given back.

-- Wall time throughout: leases, holds and reviews are bookkeeping, not business.
alter table orders.checkouts
  drop constraint checkouts_state_check,
  -- HELD: stock and codes are held, the payment is open. REVIEW: the money is held too and a person decides. UNDOING: paid, but the
  -- goods were lost; the money goes back. The others are over.
  add constraint checkouts_state_check check (state in ('HELD', 'REVIEW', 'UNDOING', 'COMPLETED', 'DECLINED', 'ABANDONED', 'CANCELLED', 'EXPIRED')),
  -- which mutation the idempotency key belongs to
  add column operation text not null default 'checkoutComplete',
  -- the priced cart as it was quoted: bigints as text (domain/pricing/frozenCart.ts)
  add column priced jsonb,
  -- what is left to pay at the provider once gift cards have paid their share
  add column due_units bigint check (due_units between 0 and total_units),
  -- who to write to and where the goods go, as it was when it was bought. Personal: never leaves the shop.
  add column contact jsonb,
  add column email text,
  add column provider text,
  add column intent_ref text,
  add column client_secret text,
  add column action_url text,
  -- MANUAL: confirming holds the money, taking it is a step of its own
  add column capture text not null default 'AUTOMATIC' check (capture in ('AUTOMATIC', 'MANUAL')),
  -- begun by checkoutComplete itself: a decline ends it. One begun by checkoutStart may be paid otherwise while it is held.
  add column is_one_call boolean not null default true,
  -- how many keys have tried to pay it, and the last of them whose means of payment the provider has answered
  add column attempt integer not null default 1,
  add column tried integer not null default 0,
  -- digest of the means of payment, to count how often one is used
  add column card_digest text,
  add column expires_at timestamptz not null default now(),
  -- when the sweeper may look at it, if nobody is at work then
  add column wake_at timestamptz not null default now(),
  add column verdict text check (verdict in ('APPROVE', 'REVIEW', 'BLOCK')),
  add column reasons text[] not null default '{}',
  add column review_opened_at timestamptz,
  -- what a person made of it
  add column review_verdict text check (review_verdict in ('APPROVE', 'REJECT')),
  add column reviewed_by uuid,
  add column decline_reason text,
  add constraint checkout_in_review_has_reasons check (state <> 'REVIEW' or (verdict is not null and review_opened_at is not null));
drop index orders.checkouts_live;
create unique index checkouts_live on orders.checkouts (cart_id) where state in ('HELD', 'REVIEW', 'UNDOING');
drop index orders.checkouts_by_lease;
create index checkouts_by_wake on orders.checkouts (wake_at) where state in ('HELD', 'REVIEW', 'UNDOING');
create unique index checkouts_by_intent on orders.checkouts (provider, intent_ref) where intent_ref is not null;
create index checkouts_in_review on orders.checkouts (review_opened_at, id) where state = 'REVIEW';
create index checkouts_by_user on orders.checkouts (user_id, created_at) where user_id is not null;
create index checkouts_by_email on orders.checkouts (email, created_at) where email is not null;
create index checkouts_by_card on orders.checkouts (card_digest, created_at) where card_digest is not null;

-- How the shop sells, in one row. A threshold that is null is off.
create table orders.checkout_settings (
  is_only boolean primary key default true check (is_only),
  hold_minutes integer not null default 15 check (hold_minutes between 1 and 1440),
  review_hours integer not null default 72 check (review_hours between 1 and 720),
  -- MANUAL: money is held when the order is placed and taken by paymentCapture
  capture text not null default 'AUTOMATIC' check (capture in ('AUTOMATIC', 'MANUAL')),
  fraud_deadline_ms integer not null default 300 check (fraud_deadline_ms between 1 and 10000),
  -- at the currency's exponent
  review_above_units bigint default 500000 check (review_above_units > 0),
  block_above_units bigint check (block_above_units > 0),
  review_first_order_above_units bigint default 100000 check (review_first_order_above_units > 0),
  -- purchases begun within an hour, by one person, to one address, with one means of payment
  review_person_per_hour integer default 300 check (review_person_per_hour > 0),
  review_email_per_hour integer default 300 check (review_email_per_hour > 0),
  review_card_per_hour integer default 300 check (review_card_per_hour > 0),
  -- declines within a day, of one person, address or cart
  review_declines_per_day integer default 10 check (review_declines_per_day > 0),
  block_declines_per_day integer default 50 check (block_declines_per_day > 0),
  -- the country of the goods is not the country of the account
  review_country_mismatch_above_units bigint default 50000 check (review_country_mismatch_above_units > 0),
  -- means of payment that are always looked into
  review_tokens text[] not null default '{tok_review}'
);
insert into orders.checkout_settings default values;

alter table orders.payments
  -- the purchase it came from
  add column checkout_id uuid unique references orders.checkouts (id),
  -- recorded as going back, not yet said by the provider
  add column refunding_units bigint not null default 0 check (refunding_units >= 0),
  add constraint refunds_and_promises_within_payment check (refunded_units + refunding_units <= amount_units),
  -- whoever takes or lets go the money of an authorised payment is at work until then; the sweeper asks the provider afterwards
  add column busy_until timestamptz;
create index payments_busy on orders.payments (busy_until) where busy_until is not null;

-- What happened to money, in the order in which we heard of it. Append-only. A try that failed belongs to a purchase and to no payment.
create table orders.payment_events (
  id uuid primary key default uuidv7(),
  payment_id uuid references orders.payments (id),
  checkout_id uuid references orders.checkouts (id),
  kind text not null check (kind in ('AUTHORIZED', 'CAPTURED', 'VOIDED', 'FAILED', 'REFUNDED', 'REFUND_FAILED', 'DISPUTED', 'DISPUTE_WON', 'DISPUTE_LOST', 'UNDONE')),
  units bigint not null check (units >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  exponent smallint not null,
  -- of the intent, the refund or the dispute
  provider_ref text,
  -- the reason of a failure
  detail text,
  occurred_at timestamptz not null,
  check (num_nonnulls(payment_id, checkout_id) >= 1)
);
create index payment_events_by_payment on orders.payment_events (payment_id, id) where payment_id is not null;
create index payment_events_by_checkout on orders.payment_events (checkout_id, id) where checkout_id is not null;
create trigger payment_events_append_only before update or delete or truncate on orders.payment_events for each statement execute function orders.append_only();

-- Money going back, one row for each payment that a refund is split over. Its id is the provider's idempotency key.
create table orders.payment_refunds (
  id uuid primary key,
  -- orders.refunds, written by whoever asks for it; no foreign key, since it may be written afterwards
  refund_id uuid not null,
  payment_id uuid not null references orders.payments (id),
  order_id uuid not null references orders.orders (id),
  units bigint not null check (units > 0),
  -- contained in units
  tax_units bigint not null check (tax_units between 0 and units),
  state text not null check (state in ('PENDING', 'SUCCEEDED', 'FAILED')),
  provider_ref text,
  lease_until timestamptz not null,
  created_at timestamptz not null default now(),
  unique (refund_id, payment_id)
);
create index payment_refunds_by_lease on orders.payment_refunds (lease_until) where state = 'PENDING';
create index payment_refunds_by_payment on orders.payment_refunds (payment_id);
create index payment_refunds_by_order on orders.payment_refunds (order_id);
create unique index payment_refunds_by_ref on orders.payment_refunds (provider_ref) where provider_ref is not null;

grant select on orders.checkout_settings to martgraph_orders;
grant select, insert on orders.payment_events to martgraph_orders;
grant select, insert, update on orders.payment_refunds to martgraph_orders;

-- Where a person's account is at home: told to orders for the comparison with where the goods go.
create view users.home_countries as select u.id as user_id, u.country_code from users.users u;
grant select on users.home_countries to martgraph_orders;
