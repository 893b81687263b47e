select
  id as cart_id,
  user_id,
  currency,
  country_code,
  state,
  merged_into,
  created_at,
  updated_at
from {{ as_of_cut(source('shop', 'orders__carts')) }} as latest
