select
  variant_id,
  warehouse_id,
  on_hand,
  reserved,
  incoming,
  updated_at
from {{ as_of_cut(source('shop', 'catalog__inventory_levels')) }} as latest
