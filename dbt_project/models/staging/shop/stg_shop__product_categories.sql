select
  product_id,
  category_id,
  position
from {{ as_of_cut(source('shop', 'catalog__product_categories')) }} as latest
