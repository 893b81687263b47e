select
  id as promotion_id,
  name,
  label,
  kind,
  needs_code,
  customers,
  starts_at,
  ends_at,
  is_active,
  is_demo,
  created_at
from {{ as_of_cut(source('shop', 'orders__promotions')) }} as latest
