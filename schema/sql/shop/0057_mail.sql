-- Mails: what was sent, and what may be read for them. The relay's role reads views that hold no more than a mail does.

-- One row per event (or what several events are about, a purchase) and message, so that an event that is told twice is one mail.
create table platform.mails (
  event_id uuid not null,
  message text not null,
  -- wall time
  begun_at timestamptz not null default clock_timestamp(),
  -- Null: it was begun, and whether the server took it is not known.
  sent_at timestamptz,
  -- What the server said when it took it, for its own people to find it by.
  answer text,
  primary key (event_id, message)
);
create index mails_by_age on platform.mails (begun_at);
grant select, insert, update, delete on platform.mails to martgraph_relay;

create view users.mail_addresses as select u.id as user_id, u.email, u.display_name from users.users u where u.status = 'ACTIVE';
grant usage on schema users, orders to martgraph_relay;

create view orders.mail_orders as
select o.id as order_id, o.number, o.placed_at, o.state, o.currency, o.exponent, o.subtotal_units, o.discount_units, o.shipping_units, o.tax_units, o.tax_included_units, o.total_units,
  coalesce(c.email, a.email) as email, coalesce(c.name, a.display_name) as name, c.line1, c.line2, c.city, c.region, c.postal_code, c.country_code
from orders.orders o
left join orders.order_contacts c on c.order_id = o.id
left join users.mail_addresses a on a.user_id = o.user_id;

create view orders.mail_checkouts as
select k.id as checkout_id, k.currency, k.total_units, k.exponent, coalesce(k.email, a.email) as email, a.display_name as name
from orders.checkouts k
left join users.mail_addresses a on a.user_id = k.user_id;

create view orders.mail_lines as
select l.id as line_id, l.order_id, l.position, l.sku, l.name, l.quantity, l.unit_amount, l.exponent, l.amount_units from orders.order_lines l;
create view orders.mail_discounts as select d.order_id, d.position, d.label, d.units, d.exponent from orders.order_discounts d;
create view orders.mail_parcel_lines as
select f.fulfilment_id, f.order_line_id as line_id, f.quantity from orders.fulfilment_lines f;
create view orders.mail_return_lines as select r.return_id, r.order_line_id as line_id, r.quantity from orders.return_lines r;

grant select on orders.mail_orders, orders.mail_checkouts, orders.mail_lines, orders.mail_discounts, orders.mail_parcel_lines, orders.mail_return_lines to martgraph_relay;
