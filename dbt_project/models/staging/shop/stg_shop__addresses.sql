select
  id as address_id,
  user_id,
  country_code,
  country_label,
  is_default,
  created_at
from {{ as_of_cut(source('shop', 'users__addresses')) }} as latest
