select
  id as refund_id,
  number,
  order_id,
  user_id,
  case when user_id is null then 'GUEST' else 'REGISTERED' end as customer_type,
  match_quality,
  matched_lines,
  currency,
  country_code,
  country_label,
  refunded_at,
  {{ amount('total_units', 'exponent') }} as total,
  cause,
  {{ amount('tax_units', 'exponent') }} as tax,
  {{ amount('shipping_units', 'exponent') }} as shipping,
  source,
  recorded_at
from {{ as_of_cut(source('shop', 'orders__refunds')) }} as latest
