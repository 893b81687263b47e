-- Invoices and credit notes. Numbers have no gaps: a counter of the year is taken in the transaction that writes the document.
create table orders.invoice_counters (
  kind text not null check (kind in ('INVOICE', 'CREDIT_NOTE')),
  year integer not null,
  last bigint not null check (last > 0),
  primary key (kind, year)
);

create table orders.invoices (
  id uuid primary key default uuidv7(),
  kind text not null check (kind in ('INVOICE', 'CREDIT_NOTE')),
  year integer not null,
  serial bigint not null check (serial > 0),
  number text not null unique,
  order_id uuid not null references orders.orders (id),
  refund_id uuid references orders.refunds (id),
  total_units bigint not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  exponent smallint not null,
  -- business time
  issued_at timestamptz not null,
  -- everything that is printed, as it was then: seller, buyer, lines, taxes, totals
  document jsonb not null,
  unique (kind, year, serial),
  check ((kind = 'CREDIT_NOTE') = (refund_id is not null))
);
create unique index invoices_one_per_order on orders.invoices (order_id) where kind = 'INVOICE';
create unique index invoices_one_per_refund on orders.invoices (refund_id) where refund_id is not null;
create index invoices_by_order on orders.invoices (order_id, kind, serial);
create trigger invoices_append_only before update or delete or truncate on orders.invoices for each statement execute function orders.append_only();

-- Who sells, as it is printed on invoices; one row.
create table orders.seller (
  is_only boolean primary key default true check (is_only),
  name text not null default 'Martgraph',
  line1 text not null default '',
  city text not null default '',
  country_code text not null default 'GB' check (country_code ~ '^[A-Z]{2}$'),
  tax_number text,
  invoice_prefix text not null default 'INV' check (invoice_prefix ~ '^[A-Z]{1,6}$'),
  credit_note_prefix text not null default 'CN' check (credit_note_prefix ~ '^[A-Z]{1,6}$')
);
insert into orders.seller default values;

grant select on orders.seller to martgraph_orders;
grant select, insert, update on orders.invoice_counters to martgraph_orders;
grant select, insert on orders.invoices to martgraph_orders;
