select
  id as variant_id,
  product_id,
  sku,
  name,
  created_at
from {{ as_of_cut(source('shop', 'catalog__variants')) }} as latest
