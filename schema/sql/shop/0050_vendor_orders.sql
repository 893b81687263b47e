-- An order split by the vendors whose products are in it, with the terms as they were when it was placed.
-- Lines of the shop itself make no vendor order. All units are at the currency's exponent.
create table orders.vendor_orders (
  id uuid primary key default uuidv7(),
  order_id uuid not null references orders.orders (id),
  -- users.vendors
  vendor_id uuid not null,
  -- the order's number with the vendor's place in it, 1000001-1
  number text not null unique,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  exponent smallint not null check (exponent between 0 and 4),
  commission_bps integer not null check (commission_bps between 0 and 10000),
  -- the vendor's lines at their prices
  gross_units bigint not null check (gross_units >= 0),
  discount_units bigint not null check (discount_units between 0 and gross_units),
  -- contained in the prices: the shop owes it to the state, not to the vendor
  tax_included_units bigint not null check (tax_included_units >= 0),
  -- what the commission is taken of
  net_units bigint not null generated always as (gross_units - discount_units - tax_included_units) stored,
  -- net times the rate, rounded half to even
  commission_units bigint not null,
  share_units bigint not null generated always as (gross_units - discount_units - tax_included_units - commission_units) stored,
  -- of net: what buyers got back for the vendor's lines; of share: what the vendor gave back for that
  refunded_net_units bigint not null default 0,
  reversed_units bigint not null default 0,
  placed_at timestamptz not null,
  version integer not null default 1,
  unique (order_id, vendor_id),
  constraint net_is_not_negative check (gross_units - discount_units - tax_included_units >= 0),
  constraint commission_within_net check (commission_units between 0 and gross_units - discount_units - tax_included_units),
  constraint refunds_within_net check (refunded_net_units between 0 and gross_units - discount_units - tax_included_units),
  constraint reversals_within_share check (reversed_units between 0 and gross_units - discount_units - tax_included_units - commission_units)
);
create index vendor_orders_by_vendor on orders.vendor_orders (vendor_id, placed_at desc, id desc);
create index order_lines_by_vendor on orders.order_lines (vendor_id) where vendor_id is not null;

-- How far the units of a line came. Every step is one conditional update behind these checks, so two at once cannot both take the last unit.
alter table orders.order_lines
  add column cancelled_quantity bigint not null default 0 check (cancelled_quantity >= 0),
  -- in parcels, shipped or not
  add column fulfilled_quantity bigint not null default 0 check (fulfilled_quantity >= 0),
  add column shipped_quantity bigint not null default 0 check (shipped_quantity >= 0),
  add column delivered_quantity bigint not null default 0 check (delivered_quantity >= 0),
  -- asked to be taken back and not refused
  add column returning_quantity bigint not null default 0 check (returning_quantity >= 0),
  -- come back to the shop
  add column returned_quantity bigint not null default 0 check (returned_quantity >= 0),
  -- paid back to the buyer; how much of the line's paid units that was, and how much of its tax
  add column refunded_quantity bigint not null default 0 check (refunded_quantity >= 0),
  add column refunded_units bigint not null default 0 check (refunded_units >= 0),
  add column refunded_tax_units bigint not null default 0 check (refunded_tax_units between 0 and refunded_units),
  add constraint fulfilled_within_ordered check (fulfilled_quantity + cancelled_quantity <= quantity),
  add constraint shipped_within_fulfilled check (shipped_quantity <= fulfilled_quantity),
  add constraint delivered_within_shipped check (delivered_quantity <= shipped_quantity),
  add constraint returning_within_shipped check (returning_quantity <= shipped_quantity),
  add constraint returned_within_returning check (returned_quantity <= returning_quantity),
  add constraint refunded_within_ordered check (refunded_quantity <= quantity);

grant select, insert, update on orders.vendor_orders to martgraph_orders;
