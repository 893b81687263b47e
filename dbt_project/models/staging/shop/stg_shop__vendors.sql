select
  id as vendor_id,
  slug,
  name,
  is_synthetic,
  created_at,
  cast(commission_bps as {{ type_money() }}) * {{ decimal("0.0001") }} as commission_rate
from {{ as_of_cut(source('shop', 'users__vendors')) }} as latest
