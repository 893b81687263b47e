select
  wishlist_id,
  product_id,
  variant_id,
  added_at
from {{ as_of_cut(source('shop', 'catalog__wishlist_items')) }} as latest
