-- What the warehouse learns of where stock stands, and of the promotions that discounts come from.
alter publication martgraph drop table catalog.stock_movements;
alter publication martgraph add table
  catalog.stock_movements (id, variant_id, quantity, kind, order_id, occurred_at, is_synthetic, warehouse_id),
  catalog.warehouses (id, code, name, country_code, is_default),
  catalog.inventory_levels (variant_id, warehouse_id, on_hand, reserved, incoming, updated_at),
  orders.promotions (id, name, label, kind, needs_code, customers, starts_at, ends_at, is_active, is_demo, created_at);
grant select on catalog.warehouses, catalog.inventory_levels, orders.promotions to martgraph_capture;
