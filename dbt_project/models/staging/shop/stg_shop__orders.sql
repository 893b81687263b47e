select
  id as order_id,
  number,
  user_id,
  case when user_id is null then 'GUEST' else 'REGISTERED' end as customer_type,
  state,
  currency,
  country_code,
  country_label,
  placed_at,
  {{ amount('total_units', 'exponent') }} as total,
  source,
  recorded_at
from {{ as_of_cut(source('shop', 'orders__orders')) }} as latest
