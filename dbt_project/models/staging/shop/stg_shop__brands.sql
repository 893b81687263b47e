select
  id as brand_id,
  slug,
  name
from {{ as_of_cut(source('shop', 'catalog__brands')) }} as latest
