-- What the warehouse learns of orders beside their lines: discounts, taxes, means of payment, vendors' terms. Codes that were entered,
-- addresses and the books stay in the shop.
alter publication martgraph drop table orders.orders, orders.order_lines, orders.payments, users.vendors;
alter publication martgraph add table
  users.vendors (id, slug, name, is_synthetic, created_at, commission_bps),
  orders.orders (id, number, user_id, state, currency, country_code, country_label, placed_at, total_units, exponent, source, recorded_at,
    subtotal_units, discount_units, shipping_units, tax_units, tax_included_units),
  orders.order_lines (id, order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent, vendor_id, discount_units, tax_units, tax_included_units),
  orders.payments (id, order_id, provider, provider_ref, state, currency, amount_units, refunded_units, exponent, paid_at, is_synthetic, method, authorized_units),
  orders.order_discounts (id, order_id, position, promotion_id, label, target, line_position, units, exponent),
  orders.order_taxes (id, order_id, position, line_position, name, rate_bps, is_included, base_units, tax_units, exponent);
grant select on orders.order_discounts, orders.order_taxes to martgraph_capture;
