select
  variant_id,
  on_hand,
  reserved,
  is_synthetic,
  updated_at,
  low_stock_threshold
from {{ as_of_cut(source('shop', 'catalog__stock_levels')) }} as latest
