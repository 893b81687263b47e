-- Browsing: who looked at, searched for or carted what. Bounded columns, no free personal data.
create table events.behaviour_events (
  id uuid primary key default uuidv7(),
  session_id uuid not null,
  user_id uuid,
  type text not null check (type in ('VIEW', 'SEARCH', 'ADD_TO_CART', 'CHECKOUT', 'PURCHASE')),
  product_id uuid,
  search_text text check (length(search_text) <= 200),
  occurred_at timestamptz not null,
  is_synthetic boolean not null default false
);

-- What may leave the shop: these tables, these columns. Password hashes, idempotency keys, the outbox and reservations stay.
create publication martgraph for table
  platform.clock (id, offset_ms),
  users.users (id, email, display_name, roles, country_code, external_ref, status, created_at),
  users.addresses (id, user_id, country_code, country_label, is_default, created_at),
  users.vendors (id, slug, name, is_synthetic, created_at),
  users.vendor_members (vendor_id, user_id),
  catalog.categories (id, slug, name, parent_id, is_synthetic),
  catalog.products (id, slug, name, status, vendor_id, category_id, external_ref, created_at, updated_at),
  catalog.variants (id, product_id, sku, name, created_at),
  catalog.prices (id, variant_id, currency, unit_amount, exponent, valid_from, valid_to),
  catalog.stock_levels (variant_id, on_hand, reserved, is_synthetic, updated_at),
  catalog.stock_movements (id, variant_id, quantity, kind, order_id, occurred_at, is_synthetic),
  orders.orders (id, number, user_id, state, currency, country_code, country_label, placed_at, total_units, exponent, source, recorded_at),
  orders.order_lines (id, order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent),
  orders.order_charges (id, order_id, position, kind, code, name, quantity, unit_amount, exponent),
  orders.payments (id, order_id, provider, provider_ref, state, currency, amount_units, refunded_units, exponent, paid_at, is_synthetic),
  orders.refunds (id, number, order_id, user_id, match_quality, matched_lines, currency, country_code, country_label, refunded_at, total_units, exponent, source, recorded_at),
  orders.refund_lines (id, refund_id, position, kind, variant_id, product_id, code, name, quantity, unit_amount, exponent),
  events.behaviour_events (id, session_id, user_id, type, product_id, search_text, occurred_at, is_synthetic);

grant usage on schema platform, users, catalog, orders, events to martgraph_capture;
grant select on platform.clock, users.addresses, users.vendors, users.vendor_members,
  catalog.categories, catalog.products, catalog.variants, catalog.prices, catalog.stock_levels, catalog.stock_movements,
  orders.orders, orders.order_lines, orders.order_charges, orders.payments, orders.refunds, orders.refund_lines,
  events.behaviour_events to martgraph_capture;
grant select (id, email, display_name, roles, country_code, external_ref, status, created_at) on users.users to martgraph_capture;
