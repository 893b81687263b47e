-- What the warehouse learns of baskets, purchases under way, money and its books, so that the marts can be complete. What buyers wrote,
-- codes, tokens, addresses, who acted, and what an order's timeline says in its texts stay in the shop.
alter publication martgraph drop table catalog.prices, catalog.stock_levels;
alter publication martgraph add table
  catalog.prices (id, variant_id, currency, unit_amount, exponent, valid_from, valid_to, price_list_id, compare_at_amount, kind),
  catalog.stock_levels (variant_id, on_hand, reserved, is_synthetic, updated_at, low_stock_threshold),
  catalog.review_votes (review_id, user_id, voted_at),
  orders.carts (id, user_id, currency, country_code, state, created_at, updated_at, merged_into),
  orders.cart_lines (cart_id, variant_id, position, quantity, added_unit_amount, added_exponent),
  orders.checkouts (id, cart_id, user_id, state, currency, country_code, total_units, due_units, exponent, provider, is_one_call, attempt, verdict,
    review_verdict, decline_reason, created_at),
  orders.promotion_redemptions (id, checkout_id, cart_id, promotion_id, state, order_id, units, held_at, settled_at),
  orders.order_events (id, order_id, type, occurred_at),
  orders.cancellations (order_id, refund_id, state, created_at),
  orders.payment_events (id, payment_id, checkout_id, kind, units, currency, exponent, occurred_at),
  orders.payment_refunds (id, refund_id, payment_id, order_id, units, tax_units, state, created_at),
  orders.payment_disputes (id, payment_id, provider, state, units, currency, exponent, opened_at, closed_at),
  orders.webhook_inbox (provider, event_id, type, outcome, told_at, received_at),
  orders.ledger_journals (id, kind, order_id, occurred_at, recorded_at),
  orders.ledger_entries (journal_id, position, account, currency, units, exponent),
  orders.gift_cards (id, currency, exponent, initial_units, balance_units, held_units, expires_at, is_active, issued_at),
  orders.gift_card_movements (id, gift_card_id, kind, order_id, units, balance_after_units, occurred_at);
grant select on catalog.review_votes, orders.cart_lines, orders.payment_events, orders.payment_refunds, orders.payment_disputes,
  orders.ledger_journals, orders.ledger_entries to martgraph_capture;
grant select (id, user_id, currency, country_code, state, created_at, updated_at, merged_into) on orders.carts to martgraph_capture;
grant select (id, cart_id, user_id, state, currency, country_code, total_units, due_units, exponent, provider, is_one_call, attempt, verdict, review_verdict,
  decline_reason, created_at) on orders.checkouts to martgraph_capture;
grant select (id, order_id, type, occurred_at) on orders.order_events to martgraph_capture;
grant select (order_id, refund_id, state, created_at) on orders.cancellations to martgraph_capture;
grant select (provider, event_id, type, outcome, told_at, received_at) on orders.webhook_inbox to martgraph_capture;
grant select (id, checkout_id, cart_id, promotion_id, state, order_id, units, held_at, settled_at) on orders.promotion_redemptions to martgraph_capture;
grant select (id, currency, exponent, initial_units, balance_units, held_units, expires_at, is_active, issued_at) on orders.gift_cards to martgraph_capture;
grant select (id, gift_card_id, kind, order_id, units, balance_after_units, occurred_at) on orders.gift_card_movements to martgraph_capture;
