select
  id as review_id,
  product_id,
  user_id,
  rating,
  state,
  is_verified,
  created_at,
  published_at
from {{ as_of_cut(source('shop', 'catalog__reviews')) }} as latest
