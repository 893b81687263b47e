-- A replacement is found by the order it takes the place of.
create index orders_by_replaced on orders.orders (replaces_order_id) where replaces_order_id is not null;
create unique index returns_by_replacement on orders.returns (exchange_order_id) where exchange_order_id is not null;
create index returns_open on orders.returns (requested_at, id) where state in ('REQUESTED', 'APPROVED', 'RECEIVED');
