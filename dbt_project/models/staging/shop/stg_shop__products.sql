select
  id as product_id,
  slug,
  name,
  status,
  vendor_id,
  category_id,
  external_ref,
  brand_id,
  product_type,
  created_at,
  updated_at,
  published_at
from {{ as_of_cut(source('shop', 'catalog__products')) }} as latest
