select
  id as vendor_id,
  slug,
  name,
  is_synthetic,
  created_at,
  {{ from_basis_points('commission_bps') }} as commission_rate
from {{ as_of_cut(source('shop', 'users__vendors')) }} as latest
