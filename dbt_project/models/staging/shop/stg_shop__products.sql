select
  id as product_id,
  slug,
  name,
  status,
  vendor_id,
  category_id,
  external_ref,
  created_at,
  updated_at
from {{ as_of_cut(source('shop', 'catalog__products')) }} as latest
