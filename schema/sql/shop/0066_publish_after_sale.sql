-- What the warehouse learns of the time after a sale: vendors' shares, parcels, returns, what refunds were for. Numbers of parcels at
-- their carriers and what buyers wrote stay in the shop.
alter publication martgraph drop table orders.refunds;
alter publication martgraph add table
  orders.refunds (id, number, order_id, user_id, match_quality, matched_lines, currency, country_code, country_label, refunded_at, total_units, exponent, source, recorded_at,
    cause, tax_units, shipping_units),
  orders.vendor_orders (id, order_id, vendor_id, number, currency, exponent, commission_bps, gross_units, discount_units, tax_included_units, commission_units,
    refunded_net_units, reversed_units, placed_at),
  orders.fulfilments (id, order_id, vendor_id, state, carrier, created_at, shipped_at, delivered_at, cancelled_at),
  orders.fulfilment_lines (fulfilment_id, order_line_id, quantity),
  orders.returns (id, order_id, state, exchange_variant_id, is_restocked, refund_id, requested_at, resolved_at, received_at),
  orders.return_lines (return_id, order_line_id, quantity);
grant select on orders.vendor_orders, orders.fulfilments, orders.fulfilment_lines, orders.returns, orders.return_lines to martgraph_capture;
