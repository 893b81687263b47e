select
  id as movement_id,
  variant_id,
  quantity,
  kind,
  order_id,
  warehouse_id,
  occurred_at,
  is_synthetic
from {{ as_of_cut(source('shop', 'catalog__stock_movements')) }} as latest
