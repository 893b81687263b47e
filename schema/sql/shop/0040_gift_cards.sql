-- Gift cards: money that the shop owes to whoever knows the code. The code itself is shown once and kept as a hash alone.
create table orders.gift_cards (
  id uuid primary key default uuidv7(),
  -- sha-256 of the normalised code, which has 100 random bits: nothing to be found by trying
  code_hash bytea not null unique check (length(code_hash) = 32),
  last4 text not null check (length(last4) = 4),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  exponent smallint not null check (exponent between 0 and 4),
  initial_units bigint not null check (initial_units > 0),
  balance_units bigint not null,
  -- of the balance: kept for checkouts under way
  held_units bigint not null default 0,
  expires_at timestamptz,
  is_active boolean not null default true,
  -- for the people of the shop
  note text,
  -- user:<uuid>
  issued_by text not null,
  issued_at timestamptz not null,
  version integer not null default 1,
  constraint held_within_balance check (held_units between 0 and balance_units)
) with (fillfactor = 70);

-- Every change of a balance. Their sum is the balance. Append-only.
create table orders.gift_card_movements (
  id uuid primary key default uuidv7(),
  gift_card_id uuid not null references orders.gift_cards (id),
  kind text not null check (kind in ('ISSUED', 'SPENT', 'REFUNDED', 'ADJUSTED')),
  -- of its kind: the card, the order, the refund, the adjustment. Named once, it is done once.
  reference text not null,
  order_id uuid references orders.orders (id),
  units bigint not null check (units <> 0),
  balance_after_units bigint not null check (balance_after_units >= 0),
  reason text,
  actor text not null,
  occurred_at timestamptz not null,
  unique (gift_card_id, kind, reference),
  check ((kind in ('ISSUED', 'REFUNDED') and units > 0) or (kind = 'SPENT' and units < 0) or kind = 'ADJUSTED'),
  check ((kind in ('SPENT', 'REFUNDED')) = (order_id is not null)),
  check ((kind = 'ADJUSTED') <= (reason is not null))
);
create index gift_card_movements_by_order on orders.gift_card_movements (order_id) where order_id is not null;
create index gift_card_movements_by_reference on orders.gift_card_movements (reference, kind);

create table orders.gift_card_holds (
  checkout_id uuid not null references orders.checkouts (id),
  cart_id uuid not null,
  gift_card_id uuid not null references orders.gift_cards (id),
  units bigint not null check (units > 0),
  state text not null check (state in ('HELD', 'SPENT', 'RELEASED')),
  order_id uuid references orders.orders (id),
  primary key (checkout_id, gift_card_id),
  check ((state = 'SPENT') = (order_id is not null))
);
create index gift_card_holds_held on orders.gift_card_holds (cart_id) where state = 'HELD';
create index gift_card_holds_by_card on orders.gift_card_holds (gift_card_id, state);

create table orders.cart_gift_cards (
  cart_id uuid not null references orders.carts (id) on delete cascade,
  gift_card_id uuid not null references orders.gift_cards (id),
  position integer not null,
  primary key (cart_id, gift_card_id)
);

create trigger gift_card_movements_append_only before update or delete or truncate on orders.gift_card_movements for each statement execute function orders.append_only();

grant select, insert on orders.gift_card_movements to martgraph_orders;
grant select, insert, update on orders.gift_cards, orders.gift_card_holds to martgraph_orders;
grant select, insert, delete, update on orders.cart_gift_cards to martgraph_orders;
