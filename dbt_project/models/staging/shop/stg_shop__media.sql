select
  id as media_id,
  product_id,
  variant_id,
  state,
  created_at
from {{ as_of_cut(source('shop', 'catalog__media')) }} as latest
