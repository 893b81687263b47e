select
  id as category_id,
  slug,
  name,
  parent_id,
  is_synthetic
from {{ as_of_cut(source('shop', 'catalog__categories')) }} as latest
