-- What an order consists of beside its lines: discounts, taxes, where it goes, what happened to it, and the shop's books.

-- A share of a vendor's sales that the shop keeps, in hundredths of a per cent.
alter table users.vendors add column commission_bps integer not null default 1000 check (commission_bps between 0 and 10000);
create view users.vendor_terms as select v.id as vendor_id, v.name, v.commission_bps from users.vendors v;
grant usage on schema users to martgraph_orders;
grant select on users.vendor_terms to martgraph_orders;

alter table catalog.variants
  add column weight_grams integer check (weight_grams >= 0),
  -- which of a country's tax rates it falls under
  add column tax_class text not null default 'standard' check (tax_class ~ '^[a-z][a-z0-9_]{0,29}$');
create or replace view catalog.sellable_variants as
select v.id as variant_id, v.product_id, v.sku, v.name as variant_name, p.name as product_name, p.status,
  p.vendor_id, pr.currency, pr.unit_amount, pr.exponent,
  s.on_hand - s.reserved as available,
  p.category_id, v.weight_grams, v.tax_class
from catalog.variants v
join catalog.products p on p.id = v.product_id
join catalog.prices pr on pr.variant_id = v.id and pr.valid_to is null
join catalog.stock_levels s on s.variant_id = v.id;

alter table orders.orders
  drop constraint orders_state_check,
  add constraint orders_state_check check (state in ('PLACED', 'PAID', 'IN_FULFILMENT', 'SHIPPED', 'DELIVERED', 'RETURNED', 'CANCELLED')),
  -- The parts of the total, at the currency's exponent; unknown for orders that were not placed here.
  add column subtotal_units bigint check (subtotal_units >= 0),
  add column discount_units bigint check (discount_units >= 0),
  add column shipping_units bigint check (shipping_units >= 0),
  -- added to the prices
  add column tax_units bigint check (tax_units >= 0),
  -- contained in the prices; no part of the sum
  add column tax_included_units bigint check (tax_included_units >= 0),
  add constraint parts_known_or_not check (num_nulls(subtotal_units, discount_units, shipping_units, tax_units, tax_included_units) in (0, 5)),
  add constraint total_is_sum_of_parts check (subtotal_units is null or total_units = subtotal_units - discount_units + shipping_units + tax_units);

alter table orders.order_lines
  -- users.vendors; whose product it was when it was sold
  add column vendor_id uuid,
  -- at the currency's exponent: the line's share of all discounts, and of the tax that was added to or is contained in it
  add column discount_units bigint not null default 0 check (discount_units >= 0),
  add column tax_units bigint not null default 0 check (tax_units >= 0),
  add column tax_included_units bigint not null default 0 check (tax_included_units >= 0);

-- Which promotion took how much off what. Sum over an order = orders.discount_units.
create table orders.order_discounts (
  id uuid primary key default uuidv7(),
  order_id uuid not null references orders.orders (id),
  position integer not null,
  promotion_id uuid,
  label text not null,
  -- the voucher code that was entered, if any
  code text,
  target text not null check (target in ('LINE', 'SHIPPING')),
  line_position integer,
  units bigint not null check (units > 0),
  exponent smallint not null,
  unique (order_id, position),
  check ((target = 'LINE') = (line_position is not null))
);

create table orders.order_taxes (
  id uuid primary key default uuidv7(),
  order_id uuid not null references orders.orders (id),
  position integer not null,
  -- null: of the shipping
  line_position integer,
  name text not null,
  rate_bps integer not null check (rate_bps between 0 and 10000),
  is_included boolean not null,
  base_units bigint not null check (base_units >= 0),
  tax_units bigint not null check (tax_units >= 0),
  exponent smallint not null,
  unique (order_id, position)
);

-- Who to write to and where the goods go. Personal: never leaves the shop.
create table orders.order_contacts (
  order_id uuid primary key references orders.orders (id),
  email text,
  name text,
  line1 text,
  line2 text,
  city text,
  region text,
  postal_code text,
  country_code text,
  phone text
);

-- The timeline of an order, for its buyer and for the people of the shop. Append-only.
create table orders.order_events (
  id uuid primary key default uuidv7(),
  order_id uuid not null references orders.orders (id),
  type text not null,
  -- user:<uuid>, guest, provider:<name> or system
  actor text not null,
  data jsonb not null,
  occurred_at timestamptz not null
);
create index order_events_by_order on orders.order_events (order_id, occurred_at, id);

-- A payment may be authorised first and taken later; a gift card is a means of payment too.
alter table orders.payments
  drop constraint payments_state_check,
  add constraint payments_state_check check (state in ('AUTHORIZED', 'CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'VOIDED', 'DISPUTED')),
  add column method text not null default 'CARD' check (method in ('CARD', 'GIFT_CARD')),
  -- what the buyer agreed to; null where that was not recorded. amount_units is what has been taken.
  add column authorized_units bigint,
  add constraint captures_within_authorization check (authorized_units is null or amount_units between 0 and authorized_units);

-- The books, double entry. A positive entry is a debit, a negative one a credit; exponent is the currency's own.
-- One journal per cause: kind and reference name it, so a movement is never booked twice.
create table orders.ledger_journals (
  id uuid primary key default uuidv7(),
  kind text not null,
  reference text not null,
  order_id uuid references orders.orders (id),
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  unique (kind, reference)
);
create index ledger_journals_by_order on orders.ledger_journals (order_id) where order_id is not null;

create table orders.ledger_entries (
  journal_id uuid not null references orders.ledger_journals (id),
  position smallint not null,
  account text not null check (account ~ '^[a-z_]+(:[a-z0-9_-]+)?$'),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  units bigint not null check (units <> 0),
  exponent smallint not null,
  primary key (journal_id, position)
);
create index ledger_entries_by_account on orders.ledger_entries (account, currency);

-- Checked at the end of each insert, so a journal's entries are written together. The whole ledger sums to zero because every journal does.
create function orders.ledger_must_balance() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if exists (
    select 1 from orders.ledger_entries e where e.journal_id in (select a.journal_id from added a)
    group by e.journal_id, e.currency having sum(e.units) <> 0 or min(e.exponent) <> max(e.exponent)
  ) then
    raise exception 'a journal of the ledger must sum to zero in each currency' using errcode = 'check_violation', constraint = 'ledger_sums_to_zero';
  end if;
  return null;
end
$$;
create trigger ledger_sums_to_zero after insert on orders.ledger_entries
  referencing new table as added for each statement execute function orders.ledger_must_balance();

create function orders.append_only() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception '%.% is append-only: correct it by a new row', tg_table_schema, tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger ledger_entries_append_only before update or delete on orders.ledger_entries for each statement execute function orders.append_only();
create trigger ledger_journals_append_only before update or delete on orders.ledger_journals for each statement execute function orders.append_only();
create trigger order_events_append_only before update or delete on orders.order_events for each statement execute function orders.append_only();

grant select, insert on orders.order_discounts, orders.order_taxes, orders.order_events, orders.ledger_journals, orders.ledger_entries to martgraph_orders;
grant select, insert, update on orders.order_contacts to martgraph_orders;
