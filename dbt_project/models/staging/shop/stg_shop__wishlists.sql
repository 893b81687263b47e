select
  id as wishlist_id,
  user_id,
  is_default,
  created_at
from {{ as_of_cut(source('shop', 'catalog__wishlists')) }} as latest
